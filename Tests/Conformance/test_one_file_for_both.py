"""A process of the reference and processes of libtel count into one file."""

import pytest

from Conformance import scene
from Harness import counterfile


@pytest.fixture(params=["libtel first", "Go first"])
def pair(request, open_libtel, open_go):
    """Both sides, open in either order."""
    if request.param == "libtel first":
        ours = open_libtel()
        theirs = open_go()
    else:
        theirs = open_go()
        ours = open_libtel()
    assert ours.opened["status"] == "TEL_OK", ours.opened["message"]
    assert theirs.opened["error"] == ""
    assert ours.opened["file"] == theirs.opened["file"]
    return ours, theirs


def read(reference, path):
    counts, complaint = reference.parse(path)
    assert complaint is None
    assert counterfile.read(path).counts == counts
    return counts


def test_each_sees_what_the_other_counts(reference, pair):
    ours, theirs = pair
    for turn in range(1, 4):
        ours.ask("add", name="shared", n=10)
        theirs.ask("add", name="shared", n=1)
        assert ours.ask("read", name="shared")["value"] == 11 * turn
        assert theirs.ask("read", name="shared")["value"] == 11 * turn
    ours.ask("add", name="only/ours", n=5)
    theirs.ask("add", name="only/theirs", n=6)
    assert theirs.ask("read", name="only/ours")["value"] == 5
    assert ours.ask("read", name="only/theirs")["value"] == 6
    assert read(reference, ours.opened["file"]) == {b"shared": 33, b"only/ours": 5, b"only/theirs": 6}


def test_counts_made_before_opening_join_those_of_the_other(reference, libtel, open_go, directory):
    ours = libtel()
    ours.ask("add", name="early", n=7)
    theirs = open_go()
    theirs.ask("add", name="early", n=2)
    file = ours.ask("open", **scene.libtel_identity(directory))["file"]
    assert read(reference, file) == {b"early": 9}


def test_adds_at_the_same_time_are_all_there(reference, pair, open_libtel, open_go):
    everyone = [*pair, open_libtel(), open_go()]
    for process in everyone:
        process.send("add", name="busy", n=3, times=200_000)
    for process in everyone:
        assert process.receive().get("pending", 0) == 0
    assert read(reference, pair[0].opened["file"]) == {b"busy": 4 * 3 * 200_000}


def test_new_names_made_by_both_at_the_same_time_are_there_once(reference, pair):
    """Both race for every name, and the file grows by pages meanwhile."""
    names = 4000
    order = {"prefix": "race/for:a-name-of-some-length-", "count": names, "n": 1}
    for process in pair:
        process.send("many", **order)
    lost_by_go = [process.receive() for process in pair][1]["pending"]
    file = counterfile.read(pair[0].opened["file"])
    assert len(file.records) == names
    assert counterfile.violations(file) == []
    counts = read(reference, pair[0].opened["file"])
    assert set(counts) == {b"race/for:a-name-of-some-length-%d" % number for number in range(names)}
    assert set(counts.values()) <= {1, 2}
    assert sum(counts.values()) == 2 * names - lost_by_go


def test_both_extend_the_file_at_the_same_time(reference, pair, open_libtel):
    """The reference may take the other's extension for corruption and keep
    some of its counts in memory; libtel loses none of its own, and the file
    stays good for everyone."""
    ours, theirs = pair
    third = open_libtel()
    chart = "extends/the/file/by/names/of/some/length"
    names = 8000
    for side, process in (("ours", ours), ("theirs", theirs), ("third", third)):
        process.send("many", prefix=f"{chart}:{side}-", count=names, n=2)
    kept_in_memory = [process.receive() for process in (ours, theirs, third)][1]["pending"]
    counts = read(reference, ours.opened["file"])
    of = lambda side: {name: value for name, value in counts.items() if name.startswith(f"{chart}:{side}-".encode())}
    for side in ("ours", "third"):
        assert of(side) == {f"{chart}:{side}-{number}".encode(): 2 for number in range(names)}
    assert sum(of("theirs").values()) == 2 * names - kept_in_memory
    assert len(counts) == len(of("ours")) + len(of("third")) + len(of("theirs"))
    assert counterfile.violations(counterfile.read(ours.opened["file"])) == []


def test_counters_beyond_the_mapping_of_one_are_found_by_it(reference, pair):
    """One side extends the file by pages; the other, which mapped it before,
    finds those counters and adds its own."""
    ours, theirs = pair
    for turn, (one, other) in enumerate([(ours, theirs), (theirs, ours), (ours, theirs)]):
        one.ask("many", prefix=f"turn-{turn}:", count=2000)
        assert other.ask("read", name=f"turn-{turn}:1999")["value"] == 1
        other.ask("many", prefix=f"turn-{turn}:", count=2000, **{"from": 1000})
    counts = read(reference, ours.opened["file"])
    assert counts == {b"turn-%d:%d" % (turn, number): 2 if 1000 <= number < 2000 else 1 for turn in range(3) for number in range(3000)}


def test_a_forked_child_of_libtel_counts_beside_the_reference(reference, pair):
    ours, theirs = pair
    ours.ask("add", name="family", n=1)
    child = ours.ask("fork", orders=[
        {"do": "add", "name": b"family", "n": 10, "times": 1000},
        {"do": "many", "prefix": b"child:", "count": 500},
    ])
    assert child["exit"] == 0
    theirs.ask("add", name="family", n=100_000)
    assert theirs.ask("read", name="family")["value"] == 110_001
    counts = read(reference, ours.opened["file"])
    assert {name for name in counts if name != b"family"} == {b"child:%d" % number for number in range(500)}


def test_a_file_goes_from_hand_to_hand(reference, open_libtel, open_go):
    """Opened, added to, extended and left by turns."""
    expected = {}
    for turn, start in enumerate([open_libtel, open_go, open_libtel, open_go, open_libtel]):
        with start() as process:
            path = process.opened["file"]
            process.ask("add", name="in/turn", n=turn + 1)
            process.ask("many", prefix=f"turn-{turn}/", count=400, n=turn + 1)
            process.ask("many", prefix="every-turn/", count=400, n=1)
        expected[b"in/turn"] = expected.get(b"in/turn", 0) + turn + 1
        for number in range(400):
            expected[b"turn-%d/%d" % (turn, number)] = turn + 1
            expected[b"every-turn/%d" % number] = turn + 1
        assert read(reference, path) == expected
    assert counterfile.violations(counterfile.read(path)) == []


def test_a_process_killed_while_adding_leaves_a_file_that_both_use(reference, pair, open_libtel, open_go):
    ours, theirs = pair
    for process in pair:
        process.send("many", prefix="killed/while:adding-", count=50_000)
    while counterfile.read(ours.opened["file"]).size < 10 * counterfile.PAGE:
        pass
    for process in pair:
        process.kill()
    for process in (open_libtel(), open_go()):
        process.ask("add", name="afterwards", n=1)
    assert read(reference, ours.opened["file"])[b"afterwards"] == 2


def test_values_stop_at_the_greatest_for_both(reference, pair):
    ours, theirs = pair
    theirs.ask("add", name="near/the/end")  # a first add of the reference has 33 bits
    for _ in range(2):
        theirs.ask("add", name="near/the/end", n=2**63 - 1)
    ours.ask("add", name="near/the/end", n=5)
    assert read(reference, ours.opened["file"]) == {b"near/the/end": 2**64 - 1}
    theirs.ask("add", name="near/the/end", n=1)
    ours.ask("add", name="near/the/end", n=1)
    assert read(reference, ours.opened["file"]) == {b"near/the/end": 2**64 - 1}
