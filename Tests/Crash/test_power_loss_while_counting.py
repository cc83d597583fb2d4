"""The power is lost while a program counts, without any report: nothing has
been synced, and the kernel has written back what it liked. Counts may be lost;
but nothing is invented, whoever starts next counts, and what it has counted is
reported."""

import os
import shutil

import pytest

from ABI.scene import MONDAY, TOOL
from Crash import medium
from Crash.medium import Medium, recorder
from Harness import counterfile
from Harness.books import CLEAN, FRIDAY, KEPT, WEEK, reported
from Harness.driver import Driver

SEED = int(os.environ.get("TEL_TEST_SEED") or 1)
STATES = int(os.environ.get("TEL_TEST_STATES") or 5000)
LONG = "x" * 90


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """What a first start does, and what the file has after each order."""
    home = tmp_path_factory.mktemp("counting")
    folder, record = home / "telemetry", home / "record"
    lines, added = [], {}
    with Driver(home, LD_PRELOAD=recorder(), TEL_TEST_RECORD=record) as driver:
        assert driver.open(directory=folder, clock=MONDAY, max_names=10_000, **TOOL).status == "TEL_OK"
        path = driver.file
        for name, times in [("a", 1), ("b", 2), *((f"page/{number}/{LONG}", 1) for number in range(400)), ("a", 4)]:
            driver.count(name, times)
            added[name] = added.get(name, 0) + times
            lines = record.read_text().splitlines()
            if len(added) % 100 < 3:
                with open(record, "a") as file:
                    file.write(f"write {path.stat().st_ino} 0 {path.read_bytes().hex()}\n")
    return folder, record.read_text().splitlines(), added


def test_nothing_is_invented_and_counting_goes_on(recording, fast):
    folder, lines, added = recording
    disk, found = Medium(folder / "local", {}, SEED), {}
    for number, line in enumerate(lines, 1):
        disk.play(line)
        for _ in range(-(-STATES // len(lines))):
            found.setdefault(frozenset(disk.draw().items()), (number, line[:150]))
    problems = []
    with Driver(fast) as driver:
        for turn, (state, (number, line)) in enumerate(found.items()):
            try:
                look(fast / str(turn), dict(state), driver, added)
            except (AssertionError, counterfile.Corrupt, ValueError) as problem:
                problems.append(f"after line {number}, {line}: {problem!r}")
            shutil.rmtree(fast / str(turn))
    assert problems == []
    assert len(found) > STATES / 10


def look(folder, state, driver, added):
    medium.write(folder / "local", state)
    opened = driver.open(directory=folder, clock=MONDAY, **TOOL)
    driver.count("a", 1000)
    driver.count("new", 5)
    driver.close()
    assert opened.status == "TEL_OK", opened
    counts = counterfile.accounted_by_name(folder)
    assert counts["new"] == 5 and 1000 <= counts["a"] <= 1000 + added["a"]
    for name in counts.keys() - {"new", "a"}:
        assert counts[name] <= added.get(name, 0), f"{name}: {counts[name]}"
    driver.open(directory=folder, clock=FRIDAY + 3 * WEEK + 1, **CLEAN)
    flushed = driver.flush()
    driver.close()
    assert flushed.status == "TEL_OK", flushed
    assert reported(folder) == counts
    assert [path.name for path in (folder / "local").iterdir() if not KEPT.fullmatch(path.name)] == []
