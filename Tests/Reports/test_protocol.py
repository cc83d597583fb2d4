"""The guarantee, at every system call of a report run:

    adds that returned = counts in published reports + counts in committed
    staged reports + (value - ledger) of every counter file that has a name

A process opens, counts and reports under strace, which kills it, makes the
call fail, or stops it there. Then the equation must hold; a straggler adds, and
it must hold again; and clean runs must bring everything into reports, once,
without a remnant. TEL_TEST_POINTS=50 takes a sample of so many points.
"""

import fcntl
import os
import re
import shutil
import signal
import struct
import subprocess
import time

import pytest

from ABI import scene
from ABI.scene import FRIDAY
from Harness import counterfile
from Harness.books import Books
from Harness.driver import DAY, Driver, day, encode, environment, folder as make_folder, instant, once, opening, program, reports
from Harness.injection import FALLIBLE, GROWING, answers, each, kill, points as points_of, refuse, sample, short, strace

LATE = {"program": "example.com/late", "version": "v1", "toolchain": "gcc12.2"}
LATE_CLOCK = instant("2026-11-16", hours=9)
REPORTER = {"program": "example.com/reporter", "version": "v1", "toolchain": "gcc12.2"}
GO = {"program": "example.com/gotool", "version": "v1", "toolchain": "go1.27.3"}


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


class Scene(Books):
    """A copy of the template, with a straggler that still holds its file."""

    def __init__(self, home, template):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        super().__init__(home, home / "telemetry", EXPECTED)
        shutil.copytree(template, self.folder)
        self.straggler = Driver(home)
        answer = self.straggler.open(directory=self.folder, clock=LATE_CLOCK, **LATE)
        assert answer.status == "TEL_OK", answer
        self.add(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.straggler.kill()

    def add(self, n):
        self.straggler.add("late/a", n)
        self.expected["late/a"] += n

    def pass_by(self, n):
        """A process comes, adds, and leaves: it locks the file, looks at its
        name again, and adds if it is still there."""
        try:
            with open(self.folder / "local" / f"one-{day(FRIDAY - 4 * DAY)}.v1.count", "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                if os.fstat(file.fileno()).st_ino != os.stat(file.name).st_ino:
                    return
                (record,) = [record for record in counterfile.read(file.name).records if record.name == b"one/a"]
                os.pwrite(file.fileno(), struct.pack("<Q", record.value + n), record.offset)
                self.expected["one/a"] += n
        except (BlockingIOError, FileNotFoundError):
            pass

    def command(self, *options, **env):
        orders = [["sleep", 0], opening(directory=self.folder, clock=FRIDAY + 1, **REPORTER), ["count", "reporter/r", 2], ["flush", 0]]
        return [*strace(self.home / "trace", *options, **env), str(program()), *(encode(*order) for order in orders)]

    def run(self, *options, **env):
        """The reporter under strace: its exit status and answers."""
        done = subprocess.run(self.command(*options, **env), env=environment(self.home), cwd=self.home, capture_output=True, timeout=60)
        return done.returncode, answers(done.stdout)

    def told(self, replies):
        """The reporter's own count is in if it was open."""
        if len(replies) > 1 and replies[1].status == "TEL_OK" and len(replies) > 2:
            self.expected["reporter/r"] = 2

    def check(self, when):
        if "reporter/r" not in self.expected and self.found().get("reporter/r") == 2:
            self.expected["reporter/r"] = 2  # killed before it could say so
        super().check(when)

    def finish(self):
        self.add(10)
        self.check("after the straggler added")
        self.clean_run(FRIDAY + 2)
        self.check("after a clean run")
        self.add(100)
        self.straggler.end()
        super().finish()


@pytest.fixture(scope="module")
def points(tmp_path_factory, template):
    """Every system call between the first answer and the last."""
    with Scene(tmp_path_factory.mktemp("trace") / "scene", template) as here:
        status, replies = here.run()
    assert status == 0 and [reply.status for reply in replies] == ["TEL_OK"] * 4, replies
    found = points_of(here.home / "trace", 1, 4)
    # The protocol's own steps are among them, or the test tests nothing.
    names = [point.call for point in found]
    for name, least in {"flock": 4, "link": 1, "fsync": 5, "unlink": 4, "fallocate": 1}.items():
        assert names.count(name) >= least, f"{name}: {names}"
    assert names.count("rename") + names.count("renameat2") >= 5
    return found


def test_without_any_trouble_everything_is_reported_once(tmp_path, template):
    with Scene(tmp_path / "scene", template) as here:
        status, replies = here.run("-e", "trace=none")
        assert status == 0
        here.told(replies)
        here.check("after the run")
        here.finish()


def test_killed_at_every_system_call(tmp_path, template, points):
    def killed(point):
        with Scene(tmp_path / "scene", template) as here:
            status, replies = here.run(*kill(point))
            assert status == -signal.SIGKILL, f"it was not killed: {status}"
            here.told(replies)
            here.check("after it was killed")
            here.finish()

    each(sample(points, "killed"), killed)


@pytest.mark.parametrize("error", FALLIBLE)
def test_refused_every_system_call(tmp_path, template, points, error):
    def refused(point):
        with Scene(tmp_path / "scene", template) as here:
            status, replies = here.run(*refuse(point, error))
            assert status == 0, f"it ended with {status}"
            assert len(replies) == 4
            for reply in replies:
                assert reply.status == "TEL_OK" or reply.message, reply
            here.told(replies)
            here.check("after the refusal")
            here.finish()

    each(sample([point for point in points if point.may_fail_with(error)], error), refused)


def test_an_interrupted_system_call_is_made_again(tmp_path, template, points):
    def interrupted(point):
        with Scene(tmp_path / "scene", template) as here:
            status, replies = here.run(*refuse(point, "EINTR"))
            assert status == 0 and [reply.status for reply in replies] == ["TEL_OK"] * 4, replies
            here.told(replies)
            here.check("after the run")
            assert "2026-11-27" in reports(here.folder)
            here.finish()

    each(sample([point for point in points if point.may_fail_with("EINTR")], "EINTR"), interrupted)


def test_what_was_done_by_half_is_completed(tmp_path, template, points):
    """A write, or a read, that does less than it was asked for."""

    def half(point):
        with Scene(tmp_path / "scene", template) as here:
            status, replies = here.run("-e", "trace=none", **short(point))
            assert status == 0 and [reply.status for reply in replies] == ["TEL_OK"] * 4, replies
            here.told(replies)
            here.check("after the run")
            assert "2026-11-27" in reports(here.folder)
            here.finish()

    each(sample([point for point in points if point.may_be_short()], "short"), half)


def test_the_disk_fills_in_the_middle_of_a_write(tmp_path, template, points):
    def filled(point):
        with Scene(tmp_path / "scene", template) as here:
            status, replies = here.run("-e", "trace=none", **short(point, then="ENOSPC"))
            assert status == 0 and len(replies) == 4
            assert all(reply.status == "TEL_OK" or reply.message for reply in replies), replies
            here.told(replies)
            here.check("after the refusal")
            here.finish()

    each(sample([point for point in points if point.may_be_short() and point.call in GROWING], "filled"), filled)


@pytest.mark.parametrize("uploader", [False, True], ids=["", "and an uploader carries reports away"])
def test_stopped_at_every_step_while_another_reports_and_a_straggler_adds(tmp_path, template, points, uploader):
    """Two reporters, the second at every step of the first."""
    steps = {"flock", "link", "rename", "renameat2", "unlink", "fsync"} | (set() if uploader else {"openat", "pwrite64", "fallocate", "getdents64"})

    def stopped(point):
        with Scene(tmp_path / "scene", template) as here:
            first = subprocess.Popen(
                here.command("-e", f"trace={point.call}", "-e", f"inject={point.call}:signal=STOP:when={point.number}"),
                env=environment(here.home), cwd=here.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                child = wait_until_stopped(first, here.home / "trace")
                here.add(1000)
                here.pass_by(1000)
                second = once(here.home, opening(directory=here.folder, clock=FRIDAY + 1, **{**REPORTER, "program": "example.com/second"}), ["flush", 0])
                assert second[1].status in ("TEL_OK", "TEL_E_BUSY"), second
                here.check("while it is stopped")
                if uploader:
                    here.carry_away()
                    here.check("after the uploader came by")
                here.add(1000)
                here.pass_by(10000)
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

    each(sample([point for point in points if point.call in steps], f"stopped{uploader}"), stopped)


def wait_until_stopped(strace, trace):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = re.search(r"^(\d+) +--- stopped by SIGSTOP", trace.read_text(errors="replace") if trace.exists() else "", re.MULTILINE)
        if found:
            return int(found[1])
        assert strace.poll() is None, f"it ended: {strace.stderr.read()}"
        time.sleep(0.001)
    raise AssertionError("it was never stopped")
