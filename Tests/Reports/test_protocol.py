"""The guarantee, at every system call of a report run:

    adds that returned = counts in published reports + counts in committed
    staged reports + (value - ledger) of every counter file that has a name

A process opens, counts and reports under strace, which kills it, makes the
call fail, or stops it there. Then the equation must hold; a straggler adds, and
it must hold again; and clean runs must bring everything into reports, once,
without a remnant. TEL_TEST_POINTS=50 takes a sample of so many points.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter

import pytest

from ABI import scene
from ABI.scene import FRIDAY
from Harness import counterfile
from Harness.driver import DAY, Answer, Died, Driver, day, encode, environment, folder as make_folder, instant, once, opening, program, reports

WEEK = 7 * DAY
LATE = {"program": "example.com/late", "version": "v1", "toolchain": "gcc12.2"}
LATE_CLOCK = instant("2026-11-16", hours=9)
REPORTER = {"program": "example.com/reporter", "version": "v1", "toolchain": "gcc12.2"}
GO = {"program": "example.com/gotool", "version": "v1", "toolchain": "go1.27.3"}
# What may be refused. Memory is not among it: without it a slow call may end the process.
GROWING = {"openat", "pwrite64", "write", "fallocate", "fsync", "link", "linkat", "rename", "renameat2", "mkdir"}
FALLIBLE = {
    "EIO": GROWING | {"newfstatat", "fstat", "pread64", "read", "flock", "unlink", "unlinkat", "getdents64", "getrandom", "utimensat", "fcntl", "close",
                      "lseek"},
    "ENOSPC": GROWING,
}


def by_hand(local, name, records, id=b"", **about):
    at, made = scene.first_record(**about), []
    for text, value in records:
        made.append(scene.record(at, text, value))
        at += -(-(16 + len(text)) // 32) * 32
    (local / name).write_bytes(scene.counter_file(made, id=id, **about))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with a report, a state, late counts of a straggler, two programs
    of this week, and a file of the reference that is long over."""
    home = tmp_path_factory.mktemp("template")
    folder = make_folder(home / "telemetry")
    late = Driver(home)
    late.open(directory=folder, clock=LATE_CLOCK, **LATE)
    late.add("late/a", 3)
    once(home, opening(directory=folder, clock=instant("2026-11-20", hours=1), **REPORTER), ["flush", 0])
    late.add("late/a", 4)
    late.add("late/b", 1)
    late.kill()
    local = folder / "local"
    by_hand(local, f"one-{day(FRIDAY - 4 * DAY)}.v1.count", [(b"one/a", 5), (b"one/\xff", 1), (b"one/\xfe", 2)], bytes(range(1, 17)))
    by_hand(local, f"two-{day(FRIDAY - 3 * DAY)}.v1.count", [(b"two\nmain.f:+1,+0x2", 7), (b"two/max", (1 << 62))], bytes(range(2, 18)),
            begin="2026-11-24", program="example.com/two")
    by_hand(local, "ref-2026-11-09.v1.count", [(b"ref/a", 9)], begin="2026-11-09", end="2026-11-13", **GO)
    assert list(reports(folder)) == ["2026-11-20"]
    for old in local.glob("*reporter*.v1.count"):
        old.unlink()
    return folder


EXPECTED = {"late/a": 7, "late/b": 1, "one/a": 5, "one/\ufffd": 3, "two\nmain.f:+1,+0x2": 7, "two/max": 1 << 62, "ref/a": 9}


class Scene:
    """A copy of the template, with a straggler that still holds its file."""

    def __init__(self, home, template):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        self.home = home
        self.folder = home / "telemetry"
        shutil.copytree(template, self.folder)
        self.expected = Counter(EXPECTED)
        self.published = {}
        self.carried = Counter()
        self.straggler = Driver(home)
        answer = self.straggler.open(directory=self.folder, clock=LATE_CLOCK, **LATE)
        assert answer.status == "TEL_OK", answer
        self.add(1)

    def add(self, n):
        self.straggler.add("late/a", n)
        self.expected["late/a"] += n

    def command(self, *strace):
        orders = [["sleep", 0], opening(directory=self.folder, clock=FRIDAY + 1, **REPORTER), ["count", "reporter/r", 2], ["flush", 0]]
        arguments = [encode(*order) for order in orders]
        return ["strace", "-f", "-qq", "-o", str(self.home / "trace"), *strace, str(program()), *arguments]

    def run(self, *strace):
        """The reporter under strace: its exit status and answers."""
        done = subprocess.run(self.command(*strace), env=environment(self.home), cwd=self.home, capture_output=True, timeout=60)
        return done.returncode, answers(done.stdout)

    def told(self, replies):
        """The reporter's own count is in if it was open."""
        if len(replies) > 1 and replies[1].status == "TEL_OK" and len(replies) > 2:
            self.expected["reporter/r"] = 2

    def check(self, when):
        found = Counter(counterfile.accounted_by_name(self.folder)) + self.carried
        if "reporter/r" not in self.expected and found.get("reporter/r") == 2:
            self.expected["reporter/r"] = 2  # killed before it could say so
        assert found == self.expected, f"{when}: {found - self.expected} too many, {self.expected - found} missing"
        contents = {date: path.read_bytes() for date, path in reports(self.folder).items()}
        for date, content in self.published.items():
            assert contents.get(date) == content, f"{when}: the report of {date} has changed"
        self.published = contents

    def carry_away(self):
        """What an uploader does with published reports, without any lock."""
        for path in reports(self.folder).values():
            for (_, name), value in counterfile.report_counts(path).items():
                self.carried[name] += value
            path.unlink()
        self.published = {}

    def clean_run(self, clock):
        *_, flushed = once(self.home, opening(directory=self.folder, clock=clock, **{**REPORTER, "program": "example.com/clean"}), ["flush", 0])
        assert flushed.status == "TEL_OK", flushed

    def finish(self):
        """Everything is in reports, and nothing is left behind."""
        self.add(10)
        self.check("after the straggler added")
        self.clean_run(FRIDAY + 2)
        self.check("after a clean run")
        self.add(100)
        self.straggler.end()
        for path in (self.folder / "local").glob(".tmp-*"):
            os.utime(path, (1, 1))  # as if a minute had passed
        self.clean_run(FRIDAY + WEEK + 1)
        self.check("a week later")
        # Files without an id, as when there was no randomness, are kept for 8 days.
        self.clean_run(FRIDAY + 3 * WEEK + 1)
        self.check("three weeks later")
        total = Counter(self.carried)
        for path in reports(self.folder).values():
            for (_, name), value in counterfile.report_counts(path).items():
                total[name] += value
        assert total == self.expected, "not all of it is in the reports"
        left = [path.name for path in (self.folder / "local").iterdir() if not re.fullmatch(
            r"local\.[-0-9]+\.json|[-0-9]+\.begin|tel\.lock|tel\.state|weekends|clean@v1-gcc12\.2-linux-[a-z0-9]+-2026-12-\d\d\.v1\.count", path.name)]
        assert left == []

    def close(self):
        self.straggler.kill()


def answers(output):
    return [Answer(line) for line in output.decode().splitlines(keepends=True) if line.endswith("\n")]


def sample(points):
    most = int(os.environ.get("TEL_TEST_POINTS") or len(points))
    return points[:: max(1, len(points) // most)] if most < len(points) else points


@pytest.fixture(scope="module")
def points(tmp_path_factory, template):
    """(call, which of its occurrences, the line) of every system call between
    the first answer and the last."""
    here = Scene(tmp_path_factory.mktemp("trace") / "scene", template)
    status, replies = here.run()
    here.close()
    assert status == 0 and [reply.status for reply in replies] == ["TEL_OK"] * 4, replies
    counted, found, answered = Counter(), [], 0
    for line in (here.home / "trace").read_text(errors="replace").splitlines():
        match = re.match(r"\d+ +(\w+)\(", line)
        if not match:
            continue
        name = match[1]
        counted[name] += 1
        if name == "write" and "write(1," in line:
            answered += 1
        elif 0 < answered < 4:
            found.append((name, counted[name], line))
    # The protocol's own steps are among them, or the test tests nothing.
    names = Counter(name for name, _, _ in found)
    for name, least in {"flock": 4, "link": 1, "fsync": 5, "unlink": 4, "fallocate": 1}.items():
        assert names[name] >= least, f"{name}: {names}"
    assert names["rename"] + names["renameat2"] >= 5
    return found


def each(points, tmp_path, template, body):
    """Runs the body at each point; all that fail are told together."""
    problems = []
    for name, number, line in points:
        here = Scene(tmp_path / "scene", template)
        try:
            body(here, name, number)
        except (AssertionError, Died, counterfile.Corrupt) as problem:
            problems.append(f"{name} #{number}: {problem}\n    {line}")
        finally:
            here.close()
    assert not problems, f"{len(problems)} of {len(points)} points\n" + "\n".join(problems[:20])


def test_without_any_trouble_everything_is_reported_once(tmp_path, template):
    here = Scene(tmp_path / "scene", template)
    status, replies = here.run("-e", "trace=none")
    assert status == 0
    here.told(replies)
    here.check("after the run")
    here.finish()


def test_killed_at_every_system_call(tmp_path, template, points):
    def kill(here, name, number):
        status, replies = here.run("-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}")
        assert status == -signal.SIGKILL, f"it was not killed: {status}"
        here.told(replies)
        here.check("after it was killed")
        here.finish()

    each(sample(points), tmp_path, template, kill)


@pytest.mark.parametrize("error", FALLIBLE)
def test_refused_every_system_call(tmp_path, template, points, error):
    def refuse(here, name, number):
        status, replies = here.run("-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={number}")
        assert status == 0, f"it ended with {status}"
        assert len(replies) == 4
        for reply in replies:
            assert reply.status == "TEL_OK" or reply.message, reply
        here.told(replies)
        here.check("after the refusal")
        here.finish()

    fallible = [(name, number, line) for name, number, line in points if name in FALLIBLE[error] or name == "mmap" and "MAP_SHARED" in line]
    each(sample(fallible), tmp_path, template, refuse)


@pytest.mark.parametrize("uploader", [False, True], ids=["", "and an uploader carries reports away"])
def test_stopped_at_every_step_while_another_reports_and_a_straggler_adds(tmp_path, template, points, uploader):
    """Two reporters, the second at every step of the first."""
    steps = {"flock", "link", "rename", "renameat2", "unlink", "fsync"} | (set() if uploader else {"openat", "pwrite64", "fallocate", "getdents64"})

    def stop(here, name, number):
        first = subprocess.Popen(
            here.command("-e", f"trace={name}", "-e", f"inject={name}:signal=STOP:when={number}"),
            env=environment(here.home), cwd=here.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            child = wait_until_stopped(first, here.home / "trace")
            here.add(1000)
            second = once(here.home, opening(directory=here.folder, clock=FRIDAY + 1, **{**REPORTER, "program": "example.com/second"}), ["flush", 0])
            assert second[1].status in ("TEL_OK", "TEL_E_BUSY"), second
            here.check("while it is stopped")
            if uploader:
                here.carry_away()
                here.check("after the uploader came by")
            here.add(1000)
            os.kill(child, signal.SIGCONT)
            output, _ = first.communicate(timeout=30)
        finally:
            first.kill()
            first.wait()
        replies = answers(output)
        assert first.returncode == 0 and len(replies) == 4
        assert replies[3].status in ("TEL_OK", "TEL_E_BUSY")
        here.told(replies)
        here.check("after it went on")
        (left,) = (here.folder / "local").glob("second*")
        left.unlink()  # it has counted nothing
        here.finish()

    each(sample([point for point in points if point[0] in steps]), tmp_path, template, stop)


def wait_until_stopped(strace, trace):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = re.search(r"^(\d+) +--- stopped by SIGSTOP", trace.read_text(errors="replace") if trace.exists() else "", re.MULTILINE)
        if found:
            return int(found[1])
        assert strace.poll() is None, f"it ended: {strace.stderr.read()}"
        time.sleep(0.001)
    raise AssertionError("it was never stopped")
