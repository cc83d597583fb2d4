"""The power is lost during `tel_flush_report`, or after counting. Whatever the
medium has kept, as Tests/Crash/medium.py makes it up from a recording:

* what had reached the medium when the run began, and all that it has committed,
  is in reports or counter files: no more, no less;
* a report that somebody could see is still there, with the same bytes;
* a clean run brings all into reports, once, and meets nothing damaged.

TEL_TEST_STATES=2000 looks at so many states, else at all; TEL_TEST_SEED draws others.
"""

import json
import os
import random
import shutil
from collections import Counter

import pytest

from Crash import medium
from Crash.recording import Recording, kinds
from Harness import counterfile
from Harness.books import CLEAN, FRIDAY, KEPT, WEEK, reported
from Harness.driver import Driver, folder as make_folder, reports
from Harness.injection import sample

SEED = int(os.environ.get("TEL_TEST_SEED") or 1)
STATES = int(os.environ.get("TEL_TEST_STATES") or 0)


# ---- What must be so of each folder that is found


class Found:
    def __init__(self, folder, recording):
        self.folder, self.recording = folder, recording
        self.local = folder / "local"

    def check(self, visible, has_returned):
        """`visible`: the reports that somebody could see before, by name."""
        total = counterfile.accounted(self.folder)
        least = Counter(self.recording.added)
        for name, before in self.recording.held.items():
            path = self.local / name
            if path.exists():  # what was not on the medium could not be kept
                now = counterfile.read(path).counts
                for counter, value in before.counts.items():
                    least[before.identity, counterfile.shown(counter)] -= value - now.get(counter, 0)
        for key, value in (total | least).items():
            assert least[key] <= total[key] <= self.recording.added[key], f"{key} is {total[key]}, not {least[key]} to {self.recording.added[key]}"
        parts = self.parts()
        for week, content in visible.items():
            assert parts.get(f"local.{week}.json") == content, f"the report of {week} was seen, and is gone"
        for name in [name for name in parts if name.startswith("local.")]:
            begin = parts.get(name[6:16] + ".begin", b"")
            assert json.loads(begin or b"null"), f"{name} does not know since when its programs counted"
        if has_returned:
            assert set(visible) == set(reports(self.folder)), "the run has returned, and its reports are not published"
        return total

    def parts(self):
        """Published reports, and staged ones that are committed, by their names."""
        generation = counterfile.read_state(self.local / "tel.state").generation
        made = {}
        for path in self.local.iterdir():
            if path.name.startswith("local.") or path.name.endswith(".begin") and not path.name.startswith("tel."):
                made[path.name] = path.read_bytes()
            elif path.name.endswith((".begin", ".report")) and int(path.name.split(".")[1]) <= generation:
                _, _, week, kind = path.name.split(".")
                made[f"{week}.begin" if kind == "begin" else f"local.{week}.json"] = path.read_bytes()
        return made

    def clean_run(self, driver, total):
        """All of it is reported, once, and nothing was damaged."""
        opened = driver.open(directory=self.folder, clock=FRIDAY + 3 * WEEK + 1, **CLEAN)
        flushed = driver.flush()
        driver.close()
        assert opened.status == flushed.status == "TEL_OK", (opened, flushed)
        names = Counter()
        for (_, name), value in total.items():
            names[name] += value
        assert reported(self.folder) == names
        assert [path.name for path in self.local.iterdir() if not KEPT.fullmatch(path.name)] == []
        assert not (self.folder / "quarantine").exists()


def look(recording, where, seed=SEED, most=STATES, without=None, since=None):
    """Every folder that may be found, or `most` of them: how many there were,
    and the problems. `without`: a kind of sync that is left out; one problem
    will do then."""
    disk, dice, found = recording.medium(seed), random.Random(seed), {}
    lines = [line for run in recording.runs for line in run]
    about = [kind for run in recording.runs for kind in kinds(run)]
    # Before that, it is the loss of a run that another test is about.
    since = len(lines) - len(recording.runs[-1]) if since is None else since
    for number in range(len(lines) + 1):
        if number >= since:
            visible = {name[6:16]: bytes(file.now) for name, file in disk.names.items() if name.startswith("local.")}
            for state in disk.states():
                found[frozenset(state.items())] = number, visible  # the latest moment asks for most
        if number < len(lines) and (without is None or about[number] != without):
            disk.play(lines[number])
    states = sorted(found.items(), key=lambda item: (item[1][0], sorted(item[0])))
    if most and most < len(states) or without:
        states = dice.sample(states, min(most or len(states), len(states)))
    problems = []
    with Driver(where) as driver:
        for turn, (state, (number, visible)) in enumerate(states):
            here = Found(make_folder(where / str(turn)), recording)
            (here.local / "weekends").unlink()
            medium.write(here.local, dict(state))
            try:
                total = here.check(visible, number == len(lines))
                if without is None:
                    here.clean_run(driver, total)
            except (AssertionError, counterfile.Corrupt, ValueError) as problem:
                problems.append(f"after line {number}, {lines[number - 1][:200] if number else ''}: {problem!r}")
            shutil.rmtree(here.folder)
            if problems and without:
                break
    return len(found), problems


@pytest.fixture(scope="module")
def a_run(tmp_path_factory):
    return Recording(tmp_path_factory.mktemp("run")).record()


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory, a_run):
    """The first was killed when it had committed, and had synced nothing since."""
    committed = next(number for number, line in enumerate(a_run.runs[0]) if line.endswith("/tel.state"))
    return Recording(tmp_path_factory.mktemp("two")).record(killed_after=committed + 1).record()


@pytest.fixture(scope="module")
def in_passing(tmp_path_factory):
    """A run in passing, which syncs nothing, and one that commits late counts."""
    made = Recording(tmp_path_factory.mktemp("in-passing")).record_in_passing().record(clock=FRIDAY + WEEK + 1)
    made.secured = len(made.runs[0]) + kinds(made.runs[1]).index("folder before settling") + 1
    return made


def test_a_run(a_run, fast):
    states, problems = look(a_run, fast)
    assert problems == [] and states > 200


def test_a_run_after_one_that_was_killed_anywhere(a_run, fast, tmp_path):
    total = 0
    for killed_after in sample(range(1, len(a_run.runs[0])), "power"):
        recording = Recording(tmp_path / str(killed_after)).record(killed_after).record()
        states, problems = look(recording, fast)
        assert problems == [], f"killed after {killed_after} lines"
        total += states
    print(f"{total} states")


def test_a_run_after_one_in_passing(in_passing, fast):
    """Once it has synced what the other has left, it can build upon it."""
    states, problems = look(in_passing, fast, since=in_passing.secured)
    assert problems == [] and states > 30


SYNCS = ["counts", "begin", "report", "state", "folder before the commit", "folder after the commit", "folder at the end"]


@pytest.mark.parametrize("kind", SYNCS)
def test_each_sync_is_needed(a_run, fast, kind):
    _, problems = look(a_run, fast, most=0, without=kind)
    assert problems != []


def test_the_sync_before_a_killed_runs_reports_are_published_is_needed(two_runs, fast):
    assert look(two_runs, fast)[1] == []
    assert look(two_runs, fast, most=0, without="folder before settling")[1] != []


@pytest.mark.parametrize("kind", ["earlier state", "earlier reports"])
def test_each_sync_of_what_was_left_in_passing_is_needed(in_passing, fast, kind):
    _, problems = look(in_passing, fast, most=0, without=kind, since=in_passing.secured)
    assert problems != []


def test_the_recordings_have_all_syncs(a_run, two_runs, in_passing):
    def made(run):
        return [kind for kind in kinds(run) if kind]

    late = ["earlier state", *["earlier reports"] * 2, "folder before settling"]
    run = [*["begin", "report"], "folder before the commit", "state", "folder after the commit", "folder at the end"]
    assert made(a_run.runs[0]) == [*late, *["counts"] * 5, *["begin", "report"], *run]
    assert made(two_runs.runs[1])[-2:] == ["folder before settling", "folder at the end"]
    assert made(in_passing.runs[0]) == ["counts"] * 2  # the test's own
    assert made(in_passing.runs[1])[-9:] == ["folder before settling", *["counts"] * 2, *run]
