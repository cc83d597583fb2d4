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
            tel.stack(name).inc()
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
                tel.stack("editor/bug:eof").inc()
                return [tel.stack("editor/bug:short", 1).inc()]
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
            else: tel.stack("a/deep", depth).inc()
        for depth in (16, 0, -1, None, "x", 64, 1000):
            down(100, depth)
    """)
    assert sorted(name.count("\n") for name in scene.counts) == [16, 64]
    assert sorted(scene.counts.values()) == [2, 5]


def test_each_way_to_one_place_has_its_counter_and_the_same_way_the_same_again(scene):
    scene.run("""
        tel.open()
        bug = tel.stack("a/bug", 2)
        def here(): bug.inc()
        def left(): here()
        def right(): here()
        for _ in range(5):
            left()
        for way in (right, left):
            way()
        tel.rotate()
        tel.close()
        left()
        tel.open()
        right()
        assert repr(bug) == "tel.stack('a/bug', 2)"
    """)
    frames = {name.split("\n")[2].partition(":")[0]: value for name, value in scene.counts.items()}
    assert frames == {"__main__.left": 7, "__main__.right": 2}


def test_stacks_of_threads_generators_and_tasks(scene):
    scene.run("""
        import asyncio, threading
        tel.open()
        bug = tel.stack("a/bug", 4)
        def lines():
            yield bug.inc()
        def reader():
            for _ in lines(): pass
        class Job:
            def run(self): reader()
        for _ in range(3):
            thread = threading.Thread(target=Job().run)
            thread.start()
            thread.join()
        async def inner():
            await asyncio.sleep(0)
            bug.inc()
        async def outer(): await inner()
        async def main():
            await asyncio.gather(*(asyncio.ensure_future(outer()) for _ in range(4)))
        asyncio.run(main())
    """)
    (in_thread,) = [name for name, value in scene.counts.items() if value == 3]
    assert [line.split(":")[0] for line in in_thread.split("\n")][1:4] in (
        ["__main__.lines", "__main__.reader", "__main__.Job.run"], ["__main__.lines", "__main__.reader", "__main__.run"])
    (in_task,) = [name for name, value in scene.counts.items() if value == 4]
    frames = [line.split(":")[0] for line in in_task.split("\n")][1:]
    assert frames[:2] == ["__main__.inner", "__main__.outer"] and all(frame.startswith("asyncio.") for frame in frames[2:])


def test_threads_that_count_one_stack_at_once_lose_nothing(scene):
    scene.run("""
        import threading
        tel.open()
        bug = tel.stack("a/bug", 2)
        def work():
            for _ in range(2000): bug.inc()
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    assert list(scene.counts.values()) == [16000]


def test_stacks_without_end_are_all_counted_and_not_all_remembered(scene):
    scene.run("""
        tel.open(max_names=10_000)
        bug = tel.stack("a/bug", 3)
        for n in range(5000):
            exec(f"def f{n}():\\n bug.inc()")
            for _ in range(2): globals()[f"f{n}"]()
        assert tel._frames._Stacks.of_all_names == len(bug._known) == 4096
        for n in range(2000): tel.stack(f"a/{n}").inc()
        assert len(tel._frames._Stacks.by_name) <= 1024
    """)
    counts = [value for name, value in scene.counts.items() if name.startswith("a/bug\n")]
    assert len(counts) == 5000 and set(counts) == {2}


def test_a_stack_for_which_there_is_no_room_is_dropped_as_that_each_time(scene):
    scene.run("""
        tel.open(max_names=3)
        for n in range(10): tel.inc(f"a/{n}")
        bug = tel.stack("a/bug")
        for _ in range(5): bug.inc()
    """)
    assert not [name for name in scene.counts if "bug" in name]
    assert scene.counts["tel/dropped:full"] >= 5 and "tel/dropped:name" not in scene.counts


def test_a_count_from_c_has_the_frames_of_python(scene):
    """What holds the interpreter's lock may call inc; its own frames are not there."""
    scene.run("""
        import ctypes
        tel.open()
        bug = tel.stack("a/bug", 2)
        call = ctypes.pythonapi.PyObject_CallObject
        call.argtypes, call.restype = [ctypes.py_object, ctypes.c_void_p], ctypes.py_object
        def through_c(): call(bug.inc, None)
        def outer(): through_c()
        for _ in range(3): outer()
    """)
    ((name, value),) = scene.counts.items()
    assert value == 3 and [line.split(":")[0] for line in name.split("\n")[1:]] == ["__main__.through_c", "__main__.outer"]
