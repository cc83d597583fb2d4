"""Several uploaders in one directory, the reference's among them: every week
arrives once."""

import fcntl
import os
import subprocess
import time

import pytest

from ABI.scene import eventually
from Harness import client
from Harness.collector import Answer

from .stage import LATER, TODAY, TOMORROW, WEEKS, programs

WEEK = WEEKS[1]
INSTANT = f"{TODAY}T00:00:01Z"


def start(stage, *arguments, as_of=TODAY):
    return stage.start("upload", "--vendor", stage.vendor, "--as-of", as_of, *arguments)


def ended(processes):
    """What they said; none of them may hang or crash."""
    said = []
    for process in processes:
        out, err = process.communicate(timeout=90)
        assert process.returncode in (0, 1, 75), (process.returncode, err)
        said.append(err.decode())
    return said


def each_week_was_sent_once(collector):
    assert {week: len(bodies) for week, bodies in sorted(collector.weeks.items())} == {week: 1 for week in WEEKS}
    return True


def each_week_once(stage, collector):
    """And it is marked with what came."""
    each_week_was_sent_once(collector)
    assert {week: [body] for week, body in stage.sent.items()} == collector.weeks
    assert stage.nothing_is_left()
    return True


@pytest.fixture
def go(stage, collector, reference, tmp_path):
    """Starts the reference's uploader in the same directory."""
    (tmp_path / "config.json").write_bytes(collector.config)

    def start(as_of=INSTANT):
        words = reference.uploader(stage.directory, as_of, tmp_path / "config.json", "v1.0.0", f"{collector.url}/upload")
        return subprocess.Popen(words, env=client.environment(stage.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


@pytest.fixture
def stage(acme):
    return acme.counted(*WEEKS)


@pytest.mark.parametrize("from_files", [True, False], ids=["from counter files", "from reports"])
def test_ten_uploaders_at_once_over_three_weeks(stage, collector, from_files):
    if not from_files:
        stage.do("report").ok
    for week in WEEKS:  # slow enough for all of them to meet
        collector.script("POST", f"/upload/{week}", Answer(200, delay=0.2))
    ended([start(stage) for _ in range(10)])
    assert each_week_once(stage, collector)
    for body in stage.sent.values():
        assert programs(body)["example.com/app"]["Counters"]["app/start"] == 3


def test_ten_uploaders_whose_collector_stumbles(stage, collector):
    """What fails is tried by one of them at a time, and accepted once."""
    for week in WEEKS:
        collector.script("POST", f"/upload/{week}", Answer(503), Answer(hang_up=True))
    ended([start(stage) for _ in range(10)])
    stage.upload(as_of=LATER).ok
    accepted = [request.path[-10:] for request in collector.uploads() if request.answered == 200]
    assert sorted(accepted) == list(WEEKS) and set(stage.sent) == set(WEEKS) and stage.nothing_is_left()
    assert all(len(set(bodies)) == 1 for bodies in collector.weeks.values())


def test_one_that_was_held_up_looks_again_before_it_sends(stage, collector):
    """Another one has sent everything since it looked."""
    stage.do("report").ok
    lock = stage.directory / "upload" / f"{WEEKS[0]}.json.lock"
    strace = ["strace", "-f", "-qq", "-o", stage.home / "trace", "-P", lock, "-e", "inject=link:delay_enter=2000000:when=1"]
    slow = stage.start("upload", "--vendor", stage.vendor, "--as-of", TODAY, before=strace)
    eventually(lambda: list((stage.directory / "upload").glob(".tmp-*")))
    stage.upload().ok
    assert slow.poll() is None and each_week_was_sent_once(collector)
    ended([slow])
    assert each_week_once(stage, collector)


# ---- With the reference


def test_the_reference_sends_nothing_that_was_sent(stage, collector, go):
    stage.upload().ok
    ended([go()])
    assert each_week_once(stage, collector)


def test_nothing_is_sent_that_the_reference_has_sent(stage, collector, go):
    ended([go()])
    assert list(stage.sent) == list(WEEKS)
    stage.upload().ok
    assert each_week_once(stage, collector)


@pytest.mark.parametrize("first", ["libtel", "reference"])
def test_what_one_has_begun_the_other_ends(stage, collector, go, first):
    """A report that waits is the other's to send, the same bytes."""
    collector.always("POST", "*", Answer(503))
    if first == "libtel":
        stage.hasty()
    else:
        ended([go()])
    waiting = stage.waiting
    collector.forget()
    count = len(collector.uploads())
    if first == "libtel":
        ended([go()])
    else:
        stage.upload(as_of=LATER).ok
    assert waiting and {request.path[-10:]: request.body for request in collector.uploads()[count:]} == waiting == stage.sent
    stage.upload(as_of=LATER).ok
    assert sorted(request.path[-10:] for request in collector.uploads()[count:]) == list(WEEKS) == list(stage.sent)


@pytest.mark.parametrize("turn", range(int(os.environ.get("TEL_TEST_TURNS") or 3)))
def test_both_at_once(stage, collector, go, turn):
    for week in WEEKS:
        collector.script("POST", f"/upload/{week}", Answer(200, delay=0.1))
    ended([go() if number % 2 == turn % 2 else start(stage) for number in range(6)])
    ended([start(stage, as_of=LATER)])
    weeks = {week: len(bodies) for week, bodies in collector.weeks.items()}
    assert all(times == 1 for times in weeks.values()), weeks
    assert set(weeks) == set(WEEKS) == set(stage.sent)
    assert {week: [body] for week, body in stage.sent.items()} == collector.weeks


def test_the_reference_waits_while_we_send(stage, collector, go):
    """And the other way round: a lock that is there is another's."""
    collector.script("POST", f"/upload/{WEEKS[0]}", Answer(200, delay=1.5))
    ours = start(stage)
    collector.wait_for(1)
    ended([go()])
    ended([ours])
    assert each_week_once(stage, collector)


def test_we_wait_while_the_reference_sends(stage, collector, go):
    collector.script("POST", f"/upload/{WEEKS[0]}", Answer(200, delay=1.5))
    theirs = go()
    collector.wait_for(1)
    (stage.local / "upload.next").unlink(missing_ok=True)
    ours = start(stage)
    ended([ours, theirs])
    assert len(collector.weeks[WEEKS[0]]) == 1
    ended([start(stage, as_of=LATER)])
    assert all(len(bodies) == 1 for bodies in collector.weeks.values()) and set(stage.sent) == set(WEEKS)


# ---- Locks that were left


def lock(stage, age, content=b""):
    path = stage.directory / "upload" / f"{WEEK}.json.lock"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_a_lock_of_the_reference_that_is_older_than_an_hour_is_nobodys(stage, collector):
    lock(stage, age=3700)
    stage.upload().ok
    assert each_week_once(stage, collector)


@pytest.mark.parametrize("age", [0, 60, 3500])
def test_a_younger_one_is_respected(stage, collector, age):
    path = lock(stage, age)
    stage.hasty()
    assert WEEK not in collector.weeks and path.exists()
    assert set(stage.sent) == {WEEKS[0], WEEKS[2]}
    os.utime(path, (1, 1))
    stage.upload(as_of=LATER).ok
    assert each_week_once(stage, collector)


@pytest.mark.parametrize("age, content", [(0, b"libtel\n"), (100_000, b"libtel\n"), (100_000, b"")])
def test_one_that_somebody_holds_is_respected_at_any_age(stage, collector, age, content):
    path = lock(stage, age, content)
    with open(path, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        stage.hasty()
        assert WEEK not in collector.weeks and path.exists()
        os.utime(path, (1, 1))
    stage.upload(as_of=LATER).ok
    assert each_week_once(stage, collector)


def test_one_of_ours_that_nobody_holds_is_nobodys_at_any_age(stage, collector):
    """Its process was killed."""
    lock(stage, 0, b"libtel\n")
    stage.upload().ok
    assert each_week_once(stage, collector)


def test_a_lock_from_the_future_does_not_hold_for_ever(stage, collector):
    path = lock(stage, age=-10 * 86400)
    stage.hasty()
    os.utime(path, (1, 1))
    stage.upload(as_of=LATER).ok
    assert each_week_once(stage, collector)


def test_while_sending_the_lock_is_the_references(stage, collector):
    """Its file is there, and somebody holds it."""
    collector.script("POST", f"/upload/{WEEKS[0]}", Answer(200, delay=1))
    process = start(stage)
    collector.wait_for(1)
    path = stage.directory / "upload" / f"{WEEKS[0]}.json.lock"
    assert path.read_bytes() == b"libtel\n"
    with open(path, "rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    ended([process])
    assert each_week_once(stage, collector)


@pytest.mark.parametrize("marked", [b"{}", b""])
def test_a_week_that_is_marked_is_not_sent_and_not_marked_anew(stage, collector, marked):
    (stage.directory / "upload").mkdir()
    (stage.directory / "upload" / f"{WEEK}.json").write_bytes(marked)
    (stage.local / f"{WEEK}.json").write_bytes(b'{"Week": "2026-11-27"}')
    stage.upload()
    assert WEEK not in collector.weeks and stage.sent[WEEK] == marked and WEEK not in stage.waiting


def test_the_next_day_there_is_nothing_to_do(stage, collector):
    ended([start(stage) for _ in range(3)])
    ended([start(stage, as_of=TOMORROW) for _ in range(3)])
    assert each_week_once(stage, collector)
