"""Counters, histograms and stacks of Python programs, read back from the files."""

import re

import pytest


def test_counts_by_name_and_by_handle_are_in_the_file(scene):
    scene.run("""
        tel.open()
        tel.inc("editor/open:text")
        tel.inc("editor/open:text", 2)
        tel.inc(b"editor/open:text")
        tel.add("editor/line", 120)
        tel.add("editor/nothing", 0)
        keys = tel.counter("editor/key")
        keys.inc()
        keys.add(5)
        print(keys.read(), tel.read("editor/open:text"), tel.counter("editor/unused").read())
    """)
    assert scene.counts == {"editor/open:text": 4, "editor/line": 120, "editor/key": 6}


def test_inc_of_a_handle_takes_no_number(scene):
    """add does: a number that is silently not counted would be worse than an error."""
    assert scene.run("""
        tel.open()
        key = tel.counter("editor/key")
        try:
            key.inc(5)
        except TypeError:
            print("refused")
        key.inc()
        print(key.read())
    """) == "refused\n1\n"


def test_counts_before_opening_move_into_the_file(scene):
    assert scene.run("""
        key = tel.counter("editor/key")
        key.inc()
        tel.inc("editor/start")
        print(key.read(), tel.read("editor/start"), tel.counter_file() == "")
        tel.open()
        key.inc()
        print(key.read())
    """) == "1 1 True\n2\n"
    assert scene.counts == {"editor/start": 1, "editor/key": 2}


def test_other_processes_counts_are_read(scene):
    for expected in (1, 2, 3):
        assert scene.run('tel.open()\ntel.inc("editor/start")\nprint(tel.read("editor/start"))') == f"{expected}\n"


def test_a_name_that_nobody_counted_is_not_found(scene):
    assert scene.run("""
        tel.open()
        try:
            tel.read("editor/open")
        except LookupError as error:
            print(type(error).__name__, error.name, "editor/open" in str(error))
    """) == "NotFoundError TEL_E_NOT_FOUND True\n"


def test_values_saturate(scene):
    scene.run("""
        tel.open()
        tel.add("a/large", 2**64 - 2)
        tel.add("a/large", 5)
        tel.add("a/larger", 2**70)
        many = tel.counter("a/largest")
        many.add(10**100)
    """)
    assert scene.counts == {"a/large": 2**64 - 1, "a/larger": 2**64 - 1, "a/largest": 2**64 - 1}


NO_NAMES = ["3", "None", "['a']", "object()", "'a\\0b'", "b'a\\0b'", "'\\ud800'", "''", "b'\\xff'", "'two words'", "'a:b:c'", "'x' * 5000"]
NO_NUMBERS = ["-1", "1.5", "'1'", "None", "object()", "float('nan')", "-2**70", "1j"]


def test_what_is_no_name_is_dropped_and_counted(scene):
    scene.run(f"""
        tel.open()
        for name in ({", ".join(NO_NAMES)}):
            tel.inc(name)
            tel.add(name, 2)
            tel.counter(name).inc()
            tel.stack(name)
            with tel.timed(name):
                pass
    """)
    # A count of 2 is two dropped counts; a stack or a duration is one.
    counts = scene.counts
    assert set(counts) == {"tel/dropped:name"}
    assert len(NO_NAMES) * 5 <= counts["tel/dropped:name"] <= len(NO_NAMES) * 6


def test_what_is_no_number_is_dropped_and_counted(scene):
    scene.run(f"""
        tel.open()
        key, size = tel.counter("a/key"), tel.histogram("a/size", [10], tel.Unit.BYTES)
        for n in ({", ".join(NO_NUMBERS)}):
            tel.inc("a/b", n)
            tel.add("a/b", n)
            key.add(n)
            size.record(n)
    """)
    assert scene.counts == {"tel/dropped:name": 4 * len(NO_NUMBERS)}


def test_an_object_that_raises_is_dropped(scene):
    scene.run("""
        class Bad(str):
            def encode(self, *_): raise RuntimeError
            def __index__(self): raise RuntimeError
            def __class_getitem__(self, _): raise RuntimeError
            __repr__ = __str__ = __hash__ = __eq__ = encode
        tel.open()
        tel.inc(Bad("a"))
        tel.add("a", Bad())
        tel.counter(Bad("a")).inc()
    """)
    assert scene.counts == {"tel/dropped:name": 3}


def test_histograms_count_each_value_in_one_bucket(scene):
    scene.run("""
        tel.open()
        latency = tel.histogram("a/latency")
        latency.record(9_999_999)
        latency.record(10_000_000)
        latency.record(10**30)
        tel.histogram("a/size", [4096, 65536], tel.Unit.BYTES).record(5000)
        tel.histogram("a/results", (10, 100), unit=tel.Unit.NONE).record(3)
        tel.histogram("a/results", (10, 100), unit=tel.Unit.NONE).record(True)
    """)
    assert scene.counts == {
        "a/latency:<10ms": 1, "a/latency:<50ms": 1, "a/latency:<inf": 1, "a/size:<64KiB": 1, "a/results:<10": 2}


@pytest.mark.parametrize("wrong", [
    "'a:b'", "''", "3", "'a', []", "'a', [2, 1]", "'a', [0]", "'a', [-1]", "'a', [1.5]", "'a', ['x']", "'a', range(1, 70)", "'a', [2**64]",
    "'a', 5", "'a', [1], 7", "'a', [1], None", "'a', None, tel.Unit.BYTES", "'a', [1], 2**40"])
def test_a_histogram_that_is_none_is_an_error_of_the_author(scene, wrong):
    output = scene.run(f"""
        tel.open()
        try:
            tel.histogram({wrong})
        except tel.InvalidError as error:
            print(error)
    """)
    assert len(output) > 10
    assert scene.counts == {}


def test_a_stack_has_modules_functions_and_lines_and_no_path(scene):
    scene.write("""
        import tel
        class Buffer:
            def read(self):
                tel.stack("editor/bug:eof")
                return [tel.stack("editor/bug:short", 1)]
    """, "buffers.py")
    scene.run("""
        import buffers
        tel.open()
        def outer():

            buffers.Buffer().read()
        outer()
        outer()
    """)
    read = r"buffers\.(Buffer\.)?read"  # without the class before Python 3.11
    assert len(scene.counts) == 3
    names = [name for name in scene.counts if name.startswith("editor/bug:eof\n")]
    assert len(names) == 2  # outer was called from two lines
    for name in names:
        _, first, second, third = name.split("\n")
        assert re.fullmatch(read + r":\+1,\+0x0", first)
        assert re.fullmatch(r"__main__\.outer:\+2,\+0x0", second)
        assert re.fullmatch(r"__main__\.<module>:\+\d+,\+0x0", third)
        assert str(scene.folder) not in name
    (name,) = [name for name in scene.counts if name.startswith("editor/bug:short\n")]
    assert re.fullmatch(r"editor/bug:short\n" + read + r":\+2,\+0x0", name) and scene.counts[name] == 2


def test_a_deep_stack_is_cut_at_its_depth(scene):
    scene.run("""
        tel.open()
        def down(n, depth):
            if n: down(n - 1, depth)
            else: tel.stack("a/deep", depth)
        for depth in (16, 0, -1, None, "x", 64, 1000):
            down(100, depth)
    """)
    assert sorted(name.count("\n") for name in scene.counts) == [16, 64]
    assert sorted(scene.counts.values()) == [2, 5]
