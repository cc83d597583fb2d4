"""What libtel writes is, to the reference, a file of its own."""

import random
from pathlib import Path

import pytest

from Conformance import scene
from Harness import counterfile


def names_of(seed, count, utf8=False):
    """Names of all kinds of characters or bytes, but line feeds."""
    chance = random.Random(seed)
    texts = ["", "editor/open:config", "日本語", "gopls/hover/latency:<10ms", "a b\tc", "<>&\"\\'", "\u2028\u2029", "\ufeff", "é\u0301", "\U0001f600"]
    character = lambda: chr(chance.choice([chance.randrange(0x300), chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)]))
    names = set()
    while len(names) < count:
        length = chance.choice([0, 1, 2, 7, 16, 17, 48, 49, 300])
        more = "".join(character() for _ in range(length)).encode() if utf8 else chance.randbytes(length)
        name = (chance.choice(texts).encode() + more).replace(b"\n", b"")
        if name:
            names.add(name)
    return sorted(names)


def read_by_both(reference, path):
    """The file's counts, after the reference and the harness agree on them."""
    counts, complaint = reference.parse(path)
    assert complaint is None
    file = counterfile.read(path)
    assert file.counts == counts
    assert counterfile.violations(file) == []
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_names_of_any_bytes_are_read_back(reference, open_libtel, seed):
    expected = {name: 1 + position * position for position, name in enumerate(names_of(seed, 400))}
    process = open_libtel()
    for name, value in expected.items():
        process.ask("add", name=name, n=value)
    assert read_by_both(reference, process.opened["file"]) == expected


def test_the_longest_name_is_read_back(reference, open_libtel):
    process = open_libtel()
    for length in (4096, 4095, 4080, 1, 15, 16, 17):
        process.ask("add", name=b"x" * length, n=length)
    assert read_by_both(reference, process.opened["file"]) == {b"x" * length: length for length in (4096, 4095, 4080, 1, 15, 16, 17)}


def test_a_name_that_the_format_cannot_have_changes_no_other(reference, open_libtel):
    process = open_libtel()
    process.ask("add", name="good")
    for bad in (b"", b"x" * 4097, b"stack\nframe"):
        process.ask("add", name=bad)
    process.ask("add", name="good")
    assert read_by_both(reference, process.opened["file"]) == {b"good": 2, b"tel/dropped:name": 3}


def test_values_stop_at_the_greatest(reference, open_libtel):
    process = open_libtel()
    for n in (2**64 - 2, 1):
        process.ask("add", name="full", n=n)
    process.ask("add", name="over", n=2**63)
    process.ask("add", name="over", n=2**63 + 5)
    process.ask("add", name="over", n=7)
    assert read_by_both(reference, process.opened["file"]) == {b"full": 2**64 - 1, b"over": 2**64 - 1}


def test_five_thousand_names_are_read_back(reference, open_libtel):
    process = open_libtel()
    process.ask("many", prefix="some/rather/long/chart/name:bucket-", count=5000, n=3)
    counts = read_by_both(reference, process.opened["file"])
    assert counts == {b"some/rather/long/chart/name:bucket-%d" % number: 3 for number in range(5000)}


def test_the_same_names_lie_where_the_reference_would_put_them(reference, open_libtel, open_go):
    """Sizes that meet the end of a page, one after the other: record for
    record as the reference's. (libtel extends early; readers accept that. And
    it keeps names of up to 16 bytes apart: below.)"""
    names = [b"n%05d/" % position + b"x" * (10 + position * 37 % 700) for position in range(300)]
    ours = open_libtel(program="example.com/ours", now=scene.seconds(scene.MONDAY))
    theirs = open_go(program="example.com/theirs")
    for name in names:
        ours.ask("add", name=name, n=5)
        theirs.ask("add", name=name, n=5)
    ours, theirs = (counterfile.read(process.opened["file"]) for process in (ours, theirs))
    assert ours.header_length == theirs.header_length, "or the offsets can't be compared"
    assert ours.records == theirs.records
    assert ours.limit == theirs.limit


def short_names(reference, process, count):
    """Counts so many, has both libraries read them, and gives the file's path
    and where its records begin."""
    names = [b"s/%d" % number for number in range(count)]
    for name in names:
        process.ask("add", name=name, n=7)
    path = process.opened["file"]
    assert read_by_both(reference, path) == {name: 7 for name in names}
    return path, [record.offset for record in counterfile.read(path).records]


def test_no_two_short_names_share_a_cache_line_while_the_file_has_room(reference, open_libtel):
    path, starts = short_names(reference, open_libtel(), 150)
    assert len({start // 64 for start in starts}) == 150
    assert Path(path).stat().st_size == counterfile.PAGE, "the file is not larger for it"


def test_short_names_fill_the_gaps_before_the_file_grows(reference, open_libtel):
    _, starts = short_names(reference, open_libtel(), 240)
    first_page = [start for start in starts if start < counterfile.PAGE]
    assert len({start // 64 for start in first_page}) < len(first_page), "the last of the first page lie close together"


def frames_of(chance):
    scopes = ["main", "runtime", "example.com/a/b.(*T)", "lib.so", "", "a.b.c", "日本"]
    frames, scope = [], "main"
    for _ in range(chance.randrange(1, 14)):
        if chance.random() < 0.6:
            scope = chance.choice(scopes)
        function = chance.choice(["run", "func1", "~T", "operator()", "f"])
        frames.append([scope, function, chance.randrange(0, 5000), chance.randrange(0, 1 << 20), chance.random() < 0.3])
    return frames


def written_out(name, frames):
    lines = [name]
    for scope, function, line, offset, inlined in frames:
        lines.append(f"{scope}.{function}:{'=%d' % line if inlined else '%+d' % line},+{offset:#x}")
    return "\n".join(lines).encode()


def test_stacks_are_read_back_with_every_scope(reference, open_libtel):
    """Dittos in the file, none once it is read. A symbol without scope begins
    with its dot, which keeps the reference from adding it to another's."""
    chance = random.Random(7)
    process = open_libtel()
    expected = {}
    for number in range(60):
        frames = frames_of(chance)
        process.ask("stack", name=f"crash/kind-{number}", frames=frames, times=2)
        expected[written_out(f"crash/kind-{number}", frames)] = 2
    counts, complaint = reference.parse(process.opened["file"])
    assert complaint is None
    assert sorted(counts) == sorted(expected)
    assert counts == expected
    raw = b"".join(record.name for record in counterfile.read(process.opened["file"]).records)
    assert b'\n".' in raw


def test_a_stack_that_is_too_deep_is_cut(reference, open_libtel):
    process = open_libtel()
    process.ask("stack", name="deep", frames=[[f"scope{n}" + "x" * 80, "f", n, n, False] for n in range(64)])
    ((raw,),) = [[record.name for record in counterfile.read(process.opened["file"]).records]]
    assert len(raw) <= 4096
    assert raw.endswith(b"\ntruncated\n")
    last = raw.split(b"\n")[-3]
    assert last == b"scope%d" % (n := raw.count(b"\n") - 3) + b"x" * 80 + b".f:+%d,+%#x" % (n, n), "no frame is cut in the middle"
    counts, complaint = reference.parse(process.opened["file"])
    assert complaint is None
    assert list(counts.values()) == [1]
