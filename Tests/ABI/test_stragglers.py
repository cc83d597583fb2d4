"""Who comes late: a thread that was stopped between loading the cell and adding
to it, a process that was stopped over a week's end, a child that outlives its
parent by weeks. What they add is in the next local report."""

import mmap
import os
import random
import signal
import struct
import subprocess
import time

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, eventually
from ABI.test_late_counts import WEEK, reporter, sums
from Harness import c, counterfile
from Harness.books import reported
from Harness.driver import DAY, folder as make_folder, reports

SEED = int(os.environ.get("TEL_TEST_SEED") or 1)


# ---- A thread between loading the cell and adding to it


def test_its_count_is_in_the_next_report_when_its_week_was_reported_meanwhile(tool, folder):
    process, report = tool(), reporter(tool, FRIDAY + 1)
    process.add("a", 1)
    process.ask("load", "a")
    process.clock(FRIDAY + 1)
    process.rotate()
    assert report.flush().status == "TEL_OK"
    process.add("a", 10)
    process.ask("late", 100)  # days later
    assert counterfile.accounted_by_name(folder) == {"a": 111}
    report.clock(FRIDAY + WEEK + 1)
    assert report.flush().status == "TEL_OK"
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 110}}


def test_its_count_is_found_after_the_process_has_ended_too(tool, folder):
    process, report = tool(), reporter(tool, FRIDAY + 1)
    process.add("a", 1)
    path = process.file
    process.ask("load", "a")
    process.clock(FRIDAY + 1)
    process.rotate()
    report.flush()
    process.ask("late", 100)
    process.kill()
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 100}} and not path.exists()


@pytest.mark.parametrize("rotations", [2, 15, 16])
def test_so_many_rotations_may_pass(tool, folder, rotations):
    process, report = tool(), reporter(tool, FRIDAY + 1)
    process.add("a", 1)
    process.ask("load", "a")
    for week in range(rotations):
        for one in (process, report):
            one.clock(FRIDAY + week * WEEK + 1)
        process.rotate()
        report.flush()
    process.ask("late", 100)
    assert counterfile.accounted_by_name(folder) == {"a": 101}
    report.clock(FRIDAY + rotations * WEEK + 1)
    report.flush()
    assert sums(folder)[max(reports(folder))] == {"a": 100}


def test_more_rotations_hit_nothing_that_matters(tool, folder):
    """Documented: such a count is lost, and harms nobody."""
    process = tool()
    process.add("a", 1)
    process.ask("load", "a")
    for week in range(40):
        process.clock(FRIDAY + week * WEEK + 1)
        process.rotate()
        if week == 17:
            process.ask("late", 100)
    process.add("a", 10)
    assert counterfile.accounted_by_name(folder) == {"a": 11}


def test_loaded_before_there_was_a_file_its_count_comes_with_the_next_slow_call(driver, folder):
    process = driver()
    process.add("a", 1)
    process.ask("load", "a")
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.ask("late", 100)
    process.add("a", 10)
    process.rotate()
    assert counterfile.accounted_by_name(folder) == {"a": 111}


def test_a_process_of_its_week_that_goes_on_does_not_matter_to_it(tool, folder):
    """The file has its name for as long as anybody may add to it."""
    process, other, report = tool(), tool(), reporter(tool, FRIDAY + 1)
    process.ask("load", "a")
    process.clock(FRIDAY + 1)
    process.rotate()
    other.add("a", 1)
    report.flush()
    other.end()
    for day in range(1, 7):
        report.clock(FRIDAY + day * DAY)
        report.flush()
    process.ask("late", 100)
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 100}}


# ---- A thread at any instruction of a call that counts

STOPS = int(os.environ.get("TEL_TEST_STOPS") or (8 if c.is_shipped() else 2))
# What each adds: the call that is stopped, and what the process has counted before.
ADDED = {"handle": 102, "name": 102, "new": 102, "grow": 142}


class Stopped:
    """stopped.c: a process that stands within a call that adds 100."""

    def __init__(self, home, how, instructions):
        self.process = subprocess.Popen(
            [c.build("stopped.c"), how, str(instructions)], env=c.environment(home), cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        state, done = self.process.stdout.readline().split()
        self.has_ended, self.done = state == "ended", int(done)

    def go_on(self):
        self.process.communicate("on\n", timeout=60)
        assert self.process.returncode == 0


@pytest.mark.skipif(not c.is_shipped(), reason="about the instructions that ship")
@pytest.mark.parametrize("how", ADDED)
def test_a_thread_that_is_stopped_within_an_add_while_its_week_is_reported(tmp_path, driver, how):
    whole = tmp_path / "whole"
    make_folder(whole / "T")
    first = Stopped(whole, how, 1_000_000)
    first.go_on()
    assert first.has_ended and first.done > 10
    done = first.done
    for turn in range(4 * STOPS):
        for attempt in range(5):
            instructions = done * turn // (4 * STOPS)
            home = tmp_path / f"{turn}-{attempt}"
            folder = make_folder(home / "T")
            stopped = Stopped(home, how, instructions)
            if not stopped.has_ended:
                break
            # How many there are depends on where things lie in memory: this once there were fewer.
            stopped.go_on()
            done = stopped.done - 1
        assert not stopped.has_ended
        before = sum(counterfile.accounted_by_name(folder).values())
        report = driver()
        report.open(directory=folder, clock=FRIDAY + 1, program="example.com/reporter")
        assert report.flush().status == "TEL_OK"
        stopped.go_on()
        after = counterfile.accounted_by_name(folder)
        assert before in (ADDED[how], ADDED[how] - 100) and sum(after.values()) == ADDED[how], f"after {instructions} instructions: {after}"
        for week in 1, 2:
            report.clock(FRIDAY + week * WEEK + 1)
            assert report.flush().status == "TEL_OK"
        assert sum(reported(folder).values()) == ADDED[how]
        assert [path.name for path in scene.counter_files(folder) if path.name.startswith("tester")] == []
        report.end()


# ---- Whole processes that count as fast as they can


class Busy:
    """straggler.c, and the memory that it shares with the test."""

    NAMES = ("s/handle", "s/name", "s/new", "s/cell")
    LAYOUT = struct.Struct("@4q4Q")

    def __init__(self, home, *arguments):
        self.home = home
        self.folder = make_folder(home / "T")
        with open(home / "shared", "w+b") as file:
            file.truncate(4096)
            self.shared = mmap.mmap(file.fileno(), 4096)
        self.clock(MONDAY)
        self.process = subprocess.Popen([c.build("straggler.c"), *arguments], env=c.environment(home), cwd=home, stderr=subprocess.PIPE)
        eventually(lambda: self.pid, 30)

    def clock(self, seconds):
        self.shared[:8] = struct.pack("@q", seconds)

    @property
    def pid(self):
        return self.LAYOUT.unpack_from(self.shared)[2]

    @property
    def added(self):
        return dict(zip(self.NAMES, self.LAYOUT.unpack_from(self.shared)[4:]))

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)
        eventually(lambda: "stopped" in open(f"/proc/{self.pid}/status").read())

    def go_on(self):
        before = self.added
        os.kill(self.pid, signal.SIGCONT)
        eventually(lambda: all(self.added[name] > before[name] for name in before), 60)

    def end(self):
        self.shared[8:16] = struct.pack("@q", 1)
        _, error = self.process.communicate(timeout=60)
        eventually(lambda: self.LAYOUT.unpack_from(self.shared)[3], 60)
        assert self.process.returncode == 0, error

    def kill(self):
        if self.pid and not self.LAYOUT.unpack_from(self.shared)[3]:
            os.kill(self.pid, signal.SIGKILL)
        self.process.kill()
        self.process.communicate()


def by_kind(counts):
    """The many new names are one kind."""
    kinds = {}
    for name, value in counts.items():
        kind = "s/new" if name.startswith("nnn") else name
        kinds[kind] = kinds.get(kind, 0) + value
    return kinds


@pytest.fixture
def busy(tmp_path):
    made = []

    def start(*arguments):
        made.append(Busy(tmp_path, *arguments))
        return made[-1]

    yield start
    for one in made:
        one.kill()


def report_at(busy, driver, clock):
    process = driver()
    assert process.open(directory=busy.folder, clock=clock, program="example.com/reporter").status == "TEL_OK"
    assert process.flush().status == "TEL_OK"
    process.end()


@pytest.mark.parametrize("how", ["rotate", "stay"])
def test_a_process_that_is_stopped_over_ends_of_weeks_loses_nothing(busy, driver, how):
    """Wherever it is: adding, making a counter, growing the file, rotating,
    or making a report in passing, of which other reporters are told."""
    process = busy(how)
    dice = random.Random(SEED)
    for week in range(STOPS):
        process.clock(FRIDAY + week * WEEK + 1)
        time.sleep(dice.random() / 100)
        process.stop()
        reporter = driver()
        reporter.open(directory=process.folder, clock=FRIDAY + week * WEEK + 3 * DAY, program="example.com/reporter")
        # It may have been stopped while it made a report itself.
        assert reporter.flush().status in ("TEL_OK", "TEL_E_BUSY")
        reporter.end()
        process.go_on()
    process.end()
    assert by_kind(counterfile.accounted_by_name(process.folder)) == process.added
    last = FRIDAY + 20 * WEEK
    report_at(process, driver, last + 1)
    report_at(process, driver, last + WEEK + 1)
    assert by_kind(reported(process.folder)) == process.added
    assert [path.name for path in scene.counter_files(process.folder) if path.name.startswith("tester")] == []


@pytest.mark.skipif(not c.is_shipped(), reason="slow in ordinary Swift, and the sanitizers have seen it above")
@pytest.mark.parametrize("how", ["rotate", "stay"])
def test_a_child_that_outlives_its_parent_by_two_weeks_goes_on_counting(busy, driver, how):
    child = busy(how, "orphan")
    child.process.wait(timeout=60)
    assert child.process.pid != child.pid
    for week in range(3):
        report_at(child, driver, FRIDAY + week * WEEK + 1)
        child.clock(FRIDAY + week * WEEK + 1)
        child.stop()
        child.go_on()
        report_at(child, driver, FRIDAY + week * WEEK + DAY)
    child.end()
    assert by_kind(counterfile.accounted_by_name(child.folder)) == child.added
    report_at(child, driver, FRIDAY + 5 * WEEK + 1)
    report_at(child, driver, FRIDAY + 6 * WEEK + 1)
    assert by_kind(reported(child.folder)) == child.added
    assert len(reports(child.folder)) >= 3
    assert [path.name for path in scene.counter_files(child.folder) if path.name.startswith("tester")] == []
