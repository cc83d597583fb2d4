"""An uploader that is killed at each of its system calls: every week arrives,
what arrives twice is the same, and each is marked once.

TEL_TEST_POINTS=50 takes a sample of so many calls."""

import os
import re
import shutil
import signal
from collections import Counter

import pytest

from Harness.collector import Answer, Collector
from Harness.injection import Point, each, kill, refuse, sample

from .stage import LATER, TODAY, TOMORROW, WEEKS, Stage, config

TWO = WEEKS[:2]
# What may be refused without the process being able to say so afterwards, or
# that has nothing to do with files and sockets.
UNINTERESTING = {"brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "futex", "rt_sigaction", "rt_sigprocmask", "exit_group", "sigaltstack", "prctl", "set_robust_list"}


class Uploads:
    """The same directory, again and again, with a collector that has heard nothing."""

    def __init__(self, place, prepared):
        self.place, self.prepared = place, prepared
        self.collector = Collector(config())
        # Made once: a report's X is drawn when it is made.
        template = Stage(place / "template").prepare(self.collector.url).counted(*TWO)
        if prepared == "reports":
            template.do("report").ok
        if prepared == "waiting":
            self.collector.always("POST", "*", Answer(503))
            template.hasty()
            (template.local / "upload.next").unlink()
            self.collector.forget()

    def scene(self):
        shutil.rmtree(self.place / "home", ignore_errors=True)
        shutil.copytree(self.place / "template", self.place / "home")
        self.collector.requests.clear()
        stage = Stage(self.place / "home")
        stage.files = len(WEEKS)  # so that more of them have names of their own
        return stage

    def run(self, stage, *options):
        """Under strace: the exit status."""
        trace = self.place / "trace"
        process = stage.start("upload", "--vendor", "acme", "--as-of", TODAY, "--timeout", "3", before=["strace", "-f", "-qq", "-o", trace, *options])
        process.communicate(timeout=90)
        return process.returncode

    def points(self):
        """Every call since it first touched the telemetry directory, as strace
        counts them: for each thread by itself. An exchange has a thread; those
        of one number that several threads make are one point, at the first of them."""
        assert self.run(self.scene()) == 0
        lines = (self.place / "trace").read_text(errors="replace").splitlines()
        counted, found, begun = Counter(), {}, False
        for line in lines:
            match = re.match(r"(\d+) +(\w+)\(", line)
            if not match:
                continue
            thread, call = match.groups()
            counted[thread, call] += 1
            begun = begun or "/acme/" in line
            if begun and call not in UNINTERESTING:
                found.setdefault((call, counted[thread, call]), Point(call, counted[thread, call], line[:160], 0))
        return list(found.values())


@pytest.fixture(scope="module", params=["counted", "reports", "waiting"])
def uploads(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("uploads")
    (place / "template").mkdir()
    uploads = Uploads(place, request.param)
    yield uploads
    uploads.collector.stop()


@pytest.fixture(scope="module")
def points(uploads):
    found = uploads.points()
    calls = Counter(point.call for point in found)
    assert calls["connect"] >= 1 and calls["sendto"] + calls["write"] + calls["sendmsg"] >= 1 and calls["rename"] + calls["link"] + calls["renameat2"] + calls["linkat"] >= 4, calls
    return found


def recovers(uploads, stage):
    """Later runs bring everything to its end, and the next week clears away
    what was left."""
    before = {week: bodies[0] for week, bodies in uploads.collector.weeks.items()}
    marked = stage.sent
    for day in (TOMORROW, LATER):
        stage.upload(as_of=day)
    weeks = uploads.collector.weeks
    assert sorted(weeks) == list(TWO), f"arrived: {sorted(weeks)}"
    for week, bodies in weeks.items():
        assert len(set(bodies)) == 1, f"{week} came in {len(set(bodies))} versions"
        assert len(bodies) <= 2 and before.get(week, bodies[0]) == bodies[0]
    assert stage.sent == {week: bodies[0] for week, bodies in weeks.items()}
    assert all(stage.sent[week] == body for week, body in marked.items()), "a marker has changed"
    count = len(uploads.collector.uploads())
    for path in stage.directory.rglob(".tmp-*"):
        # Old by itself: what it may be a second name of, the mark of a week, is not.
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        os.utime(path, (1, 1))
    stage.counted(WEEKS[2])
    stage.upload(as_of="2026-12-08").ok
    assert [request.path[-10:] for request in uploads.collector.uploads()[count:]] == [WEEKS[2]], "more than the new week was sent"
    assert stage.nothing_is_left() and stage.rejected == {}


def test_killed(uploads, points, request):
    reached = []

    def killed(point):
        stage = uploads.scene()
        status = uploads.run(stage, *kill(point))
        reached.append(status == -signal.SIGKILL)
        recovers(uploads, stage)

    each(sample(points, request.node.name), killed)
    # How often it waits for the network differs from run to run.
    assert sum(reached) >= 0.8 * len(reached), f"{sum(reached)} of {len(reached)} were killed"


@pytest.mark.parametrize("week", TWO)
def test_killed_while_the_collector_has_the_document(uploads, week):
    """In the middle of each document's exchange, whichever thread that is in."""
    stage = uploads.scene()
    running = []

    def answer(request):
        if week in request.path and running:
            running.pop().kill()
        return uploads.collector.good(request)

    uploads.collector.always("POST", "*", answer)
    running.append(process := stage.start("upload", "--vendor", "acme", "--as-of", TODAY, "--timeout", "3"))
    process.communicate(timeout=90)
    uploads.collector.forget()
    assert process.returncode == -signal.SIGKILL and week in uploads.collector.weeks
    recovers(uploads, stage)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "EACCES"])
def test_refused(uploads, points, error, request):
    """It ends by itself, and nothing is lost."""

    def refused(point):
        stage = uploads.scene()
        assert uploads.run(stage, *refuse(point, error)) in (0, 1, 75)
        recovers(uploads, stage)

    each(sample([point for point in points if point.may_fail_with(error)], request.node.name), refused)
