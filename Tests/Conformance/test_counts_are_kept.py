"""What was added is where the protocol says, read by an independent reader:
published reports + committed staged reports + value - ledger."""

import random
import time
from collections import Counter
from datetime import datetime, timezone

import pytest

from Conformance import scene
from Harness import client, counterfile

LATER = "2026-12-06T00:00:00Z"  # the week after has ended too


@pytest.fixture
def reporter(libtel, directory):
    """A process that makes reports whenever it is told, at any time."""
    process = libtel()
    identity = {**scene.libtel_identity(directory), "program": "example.com/tel/reporter"}
    assert process.ask("open", **identity)["status"] == "TEL_OK"

    def report(now):
        process.ask("now", now=scene.seconds(now))
        return process.ask("flush")

    report.process = process
    return report


def counted(directory):
    return {name: count for name, count in counterfile.accounted_by_name(directory).items() if not name.startswith("tel/")}


def test_a_report_moves_counts_and_changes_none(reporter, open_libtel, directory):
    process = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    process.ask("add", name="x", n=5)
    assert counted(directory) == {"x": 5}
    process.end()
    assert reporter(scene.FRIDAY_NOON)["status"] == "TEL_OK"
    assert len(scene.reports(directory)) == 1
    assert counted(directory) == {"x": 5}
    assert not list((directory / "local").glob("p@*.v1.count")), "nobody can add to the file any more"


def test_what_a_straggler_adds_is_in_the_next_report(reporter, open_libtel, directory):
    process = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    process.ask("add", name="x", n=5)
    reporter(scene.FRIDAY_NOON)
    first = scene.reports(directory)
    process.ask("add", name="x", n=2)
    process.ask("add", name="new", n=1)
    assert counted(directory) == {"x": 7, "new": 1}
    reporter(LATER)
    assert counted(directory) == {"x": 7, "new": 1}
    both = scene.reports(directory)
    assert list(both) == ["local.2026-11-27.json", "local.2026-12-04.json"]
    assert both["local.2026-11-27.json"] == first["local.2026-11-27.json"], "a published report never changes"
    late = counterfile.report_counts(directory / "local" / "local.2026-12-04.json")
    assert {name: count for (_, name), count in late.items()} == {"x": 2, "new": 1}


def test_late_counts_wait_if_their_week_is_reported_and_no_other_is_over(reporter, open_libtel, directory):
    process = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    process.ask("add", name="x", n=5)
    for n in (1, 10, 100):
        reporter(scene.FRIDAY_NOON)
        process.ask("add", name="x", n=n)
    assert counted(directory) == {"x": 116}
    process.kill()
    for now in (scene.FRIDAY_NOON, LATER, LATER, "2026-12-20T00:00:00Z"):
        reporter(now)
        assert counted(directory) == {"x": 116}
    assert len(scene.reports(directory)) == 2


def test_files_of_the_reference_are_harvested_once(reporter, open_go, directory):
    """They have no id and stay for 8 days after their week."""
    with open_go(program="example.com/tel/p") as process:
        process.ask("add", name="x", n=5)
    for now in (scene.FRIDAY_NOON, scene.FRIDAY_NOON, "2026-12-03T00:00:00Z"):
        reporter(now)
        assert counted(directory) == {"x": 5}
        assert list((directory / "local").glob("p@*.v1.count"))
    reporter(scene.LONG_AFTER)
    assert counted(directory) == {"x": 5}
    assert not list((directory / "local").glob("p@*.v1.count"))
    assert len(scene.reports(directory)) == 1


def test_a_late_add_of_the_reference_is_in_the_next_report(reporter, open_go, directory):
    with open_go(program="example.com/tel/p") as process:
        process.ask("add", name="x", n=5)
        reporter(scene.FRIDAY_NOON)
        process.ask("add", name="x", n=3)
    assert counted(directory) == {"x": 8}
    reporter(LATER)
    assert counted(directory) == {"x": 8}
    reporter("2026-12-20T00:00:00Z")
    assert counted(directory) == {"x": 8}
    assert [sum(counterfile.report_counts(path).values()) for path in sorted((directory / "local").glob("local.*.json"))] == [5, 3]


def test_a_report_of_the_reference_is_never_changed(reporter, reference, open_libtel, open_go, directory):
    """It deletes the files that it has read; what a libtel process adds to
    them afterwards is lost as it always was, what has a name is not."""
    with open_go(program="example.com/tel/p") as process:
        process.ask("add", name="x", n=5)
    assert reference.make_reports(directory, scene.FRIDAY_NOON) == ""
    first = scene.reports(directory)
    late = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    late.ask("add", name="late", n=1)
    assert reporter(scene.FRIDAY_NOON)["status"] == "TEL_OK"
    assert reporter(LATER)["status"] == "TEL_OK"
    assert scene.reports(directory)["local.2026-11-27.json"] == first["local.2026-11-27.json"]
    assert counted(directory) == {"x": 5, "late": 1}


def test_a_week_that_libtel_reported_is_done_for_the_reference(reporter, reference, open_libtel, open_go, directory):
    """It deletes the files of such a week unread: nothing but what libtel has
    harvested may be in them by then."""
    for start in (open_go, open_libtel):
        with start(program="example.com/tel/p") as process:
            process.ask("add", name="x", n=5)
    reporter(scene.FRIDAY_NOON)
    before = scene.reports(directory)
    assert list((directory / "local").glob("p@*.v1.count"))
    assert reference.make_reports(directory, scene.FRIDAY_NOON) == ""
    assert not list((directory / "local").glob("p@*.v1.count"))
    assert scene.reports(directory) == before
    assert counted(directory) == {"x": 10}
    assert reporter(LATER)["status"] == "TEL_OK"
    assert counted(directory) == {"x": 10}


def test_the_ledger_says_what_was_harvested(reporter, open_libtel, directory):
    """For names of all kinds, as it can be read without libtel."""
    process = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    names = [b"a", b"a b", b"\xff\x00", b"end 0123456789abcdef", b"x" * 4096]
    for name in names:
        process.ask("add", name=name, n=3)
    process.ask("stack", name="crash", frames=[["main", "f", 1, 2, False], ["main", "g", 3, 4, False]])
    reporter(scene.FRIDAY_NOON)
    state = counterfile.read_state(directory / "local" / "tel.state")
    file = counterfile.read(process.opened["file"])
    assert state.generation == 1
    assert state.ledger[b"i" + file.id] == file.counts == {
        **{name: 3 for name in names}, b"crash\nmain.f:+1,+0x2\nmain.g:+3,+0x4": 1}


def test_a_staged_report_that_was_never_committed_is_dropped(reporter, open_libtel, directory):
    process = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    process.ask("add", name="x", n=5)
    staged = directory / "local" / "tel.1.2026-11-27.report"
    staged.write_text('{"Week": "2026-11-27", "Programs": [{"Program": "p", "Counters": {"x": 5}}]}')
    assert counted(directory) == {"x": 5}, "generation 0 has committed nothing"
    reporter(scene.FRIDAY_NOON)
    assert counted(directory) == {"x": 5}
    assert not staged.exists()


@pytest.mark.parametrize("seed", range(12))
def test_reporters_killed_at_any_moment_lose_and_repeat_nothing(libtel, open_libtel, reporter, directory, seed):
    """Three of them start at once, over several weeks, beside a straggler."""
    chance = random.Random(seed)
    straggler = open_libtel(program="example.com/tel/p", toolchain="gcc12.2")
    straggler.ask("many", prefix="straggler/", count=50, n=3)
    for day in ("2026-11-02", "2026-11-10", "2026-11-24"):
        with open_libtel(program=f"example.com/tel/{day}", toolchain="gcc12.2", now=scene.seconds(f"{day}T08:00:00Z")) as process:
            process.ask("many", prefix="many/", count=200)
    expected = {**{f"straggler/{number}": 3 for number in range(50)}, **{f"many/{number}": 3 for number in range(200)}}
    for round in range(3):
        reporters = [libtel() for _ in range(3)]
        for process in reporters:
            identity = {**scene.libtel_identity(directory, now=LATER), "program": "example.com/tel/reporter"}
            assert process.ask("open", **identity)["status"] == "TEL_OK"
        for process in reporters:
            process.send("flush")
        time.sleep(chance.random() * 0.02)
        for process in reporters:
            process.kill()
        assert counted(directory) == expected
        straggler.ask("add", name="straggler/0", n=1)
        expected["straggler/0"] += 1
    assert reporter("2026-12-20T00:00:00Z")["status"] == "TEL_OK"
    assert counted(directory) == expected
    assert 3 <= len(scene.reports(directory)) <= 5, "of three weeks, and of what came late until the 4th and until the 18th"
    assert not list((directory / "local").glob("tel.*.report"))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_sum_stays_right(libtel, golang, directory, seed):
    """Months of starts, adds, rotations, reports, kills and forks of several
    programs and of both sides, in an order that the seed gives."""
    chance = random.Random(seed)
    now = scene.seconds(scene.MONDAY)
    programs = [("example.com/tel/p", "gcc12.2"), ("example.com/tel/q", "gcc12.2"), ("example.com/tel/p", scene.TOOLCHAIN)]
    alive, added = [], Counter()

    def start():
        program, toolchain = chance.choice(programs)
        if toolchain == scene.TOOLCHAIN and chance.random() < 0.5:
            at = datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            process = golang(directory, program, version=scene.VERSION, toolchain=toolchain, now=at)
            assert process.ask("open")["error"] == ""
        else:
            process = libtel()
            flags = chance.choice([0, client.NO_REPORT])
            identity = {**scene.libtel_identity(directory), "program": program, "toolchain": toolchain, "now": now, "flags": flags}
            assert process.ask("open", **identity)["status"] == "TEL_OK"
        alive.append(process)

    def add():
        name, n = chance.choice(["a", "b/c:d", "\u4e2d"]), chance.randrange(1, 1000)
        assert chance.choice(alive).ask("add", name=name, n=n).get("pending", 0) == 0
        added[name] += n

    def rotate():
        process = chance.choice(alive)
        process.ask("now", now=now)
        assert process.ask("rotate").get("status") in (None, "TEL_OK")

    def report():
        process = chance.choice([process for process in alive if isinstance(process, client.Libtel)] or [None])
        if process:
            process.ask("now", now=now)
            assert process.ask("flush")["status"] == "TEL_OK"

    def fork():
        process = chance.choice([process for process in alive if isinstance(process, client.Libtel)] or [None])
        if process:
            orders = [{"do": "add", "name": "a", "n": 7}, {"do": "flush"}, {"do": "add", "name": "a", "n": 1}]
            assert process.ask("fork", orders=orders)["exit"] == 0
            added["a"] += 8

    def leave():
        if len(alive) > 1:
            alive.pop(chance.randrange(len(alive))).kill()

    start()
    for step in range(150):
        chance.choices([start, add, rotate, report, fork, leave], weights=[3, 8, 3, 3, 1, 2])[0]()
        if chance.random() < 0.3:
            now += chance.randrange(4 * 86400)
        assert counted(directory) == added, f"after step {step}"
        if len(alive) > 6:
            leave()
