"""Finished reports take a bounded part of the disk; what is not finished is
never touched."""

import os
import time
from datetime import date, timedelta

import pytest

from Harness import counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, tree

LAST = date.fromisoformat(FRIDAY)
KIB = 1024


def week(back):
    """The day on which the week that many weeks before the last one ended."""
    return str(LAST - timedelta(weeks=back))


def fill(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b'{"Week": "x"' + b" " * (size - 13) + b"}")


@pytest.fixture
def full(tel):
    """Twenty weeks of reports, 800 KiB each: twice the quota."""
    tel.weeks_end_on_fridays()
    for back in range(20):
        fill(tel.local / f"local.{week(back)}.json", 600 * KIB)
        fill(tel.local / f"{week(back)}.begin", 100 * KIB)
        fill(tel.directory / "upload" / f"{week(back)}.json", 90 * KIB)
        fill(tel.directory / "upload" / f"{week(back)}.receipt", 4 * KIB)
        fill(tel.directory / "rejected" / f"{week(back)}.json", 5 * KIB)
        fill(tel.directory / "rejected" / f"{week(back)}.answer", KIB)
    (tel.local / "tel.state").write_bytes(b"# libtel state v1\ngeneration 5\n" + _end(b"# libtel state v1\ngeneration 5\n"))
    return tel


def _end(body):
    sum = 14695981039346656037
    for byte in body:
        sum = ((sum ^ byte) * 1099511628211) & 0xFFFFFFFFFFFFFFFF
    return b"end %016x\n" % sum


def weeks(tel, pattern="local.*.json"):
    return sorted(path.name.removeprefix("local.")[:10] for path in tel.local.glob(pattern))


def finished(tel):
    return sum(path.stat().st_size for pattern in ["local/local.*.json", "local/*.begin", "upload/*", "rejected/*"] for path in tel.directory.glob(pattern))


def test_a_report_run_keeps_to_the_quota_and_removes_the_oldest(full):
    done = full("report", "--as-of", SATURDAY).ok
    assert "files of old weeks: finished reports may have 8 MiB, and be 400 days old." in done.out
    assert 7 << 20 < finished(full) <= 8 << 20
    assert weeks(full) == sorted(week(back) for back in range(len(weeks(full))))  # the newest, without a gap
    for pattern in ["*.begin", "../upload/*.json", "../upload/*.receipt", "../rejected/*.json", "../rejected/*.answer"]:
        assert len(weeks(full)) <= len(weeks(full, pattern)) <= len(weeks(full)) + 1
    before = tree(full.directory)
    assert full("report", "--json", "--as-of", SATURDAY).ok.json["removed"] == 0
    after = tree(full.directory)
    before.pop(next(path for path in before if path.name == "tel.lock"))
    after.pop(next(path for path in after if path.name == "tel.lock"))
    assert after == before


@pytest.mark.parametrize("quota, most", [("2", 2), ("3\n", 3), ("100", 100), ("0", 1), ("much", 8), ("", 8), ("-1", 8), ("9" * 30, 8)])
def test_the_quota_may_be_set(full, quota, most):
    (full.directory / "quota").write_text(quota)
    full("report", "--as-of", SATURDAY).ok
    assert finished(full) <= most << 20
    assert week(0) in weeks(full) and (most < 16 or len(weeks(full)) == 20)


def test_the_newest_report_stays_however_large(tel):
    tel.weeks_end_on_fridays()
    fill(tel.local / f"local.{week(0)}.json", 9 << 20)
    fill(tel.local / f"local.{week(1)}.json", 1 << 20)
    tel("report", "--as-of", SATURDAY).ok
    assert weeks(tel) == [week(0)]


def test_what_is_old_goes_though_there_is_room(tel):
    """Old is what was written long ago: a report of a week long past may be new."""
    tel.weeks_end_on_fridays()
    for back, age in [(0, 500), (1, 399), (2, 401), (200, 0)]:
        path = tel.local / f"local.{week(back)}.json"
        fill(path, 100)
        written = time.time() - age * 86400 - 3600
        os.utime(path, (written, written))
    assert tel("report", "--json").ok.json["removed"] == 1
    assert weeks(tel) == sorted(week(back) for back in [0, 1, 200])


def test_what_is_not_finished_stays(full):
    """Counter files, what waits to be sent, and what telemetry did not make."""
    kept = {
        full.local / f"{week(19)}.json": b"waits", full.local / "notes.json": b"x" * (9 << 20), full.directory / "upload" / "notes.json": b"x" * (9 << 20),
        full.local / "local.2020-13-45.json": b"x", full.directory / "quarantine" / "p.v1.count.1795305600": b"x" * (9 << 20),
    }
    for path, content in kept.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    full("inc", "--program", "hello", "hello/a", "5", "--as-of", SATURDAY).ok
    full("report", "--as-of", SATURDAY).ok
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert full.counts() == {"hello/a": 5}
    # And they are not counted: notes would have taken all of the room.
    assert len(weeks(full)) >= 9


def test_a_report_stays_while_a_counter_file_of_its_week_is_there(full, libtel):
    """Late counts would make it anew, without the others."""
    process = libtel(full.home)
    begin = int(time.mktime(time.strptime(f"{date.fromisoformat(week(19)) - timedelta(days=3)} UTC", "%Y-%m-%d %Z")))
    process.ask("open", program="hello", now=begin - begin % 86400 + 86400)
    process.ask("add", name=b"hello/a", n=5)
    full("report", "--as-of", SATURDAY).ok
    assert week(19) in weeks(full) and week(18) not in weeks(full)


def test_a_run_in_passing_does_it_too(full, libtel):
    """Once a day, with what is left of its time; on a busy machine that may be
    another day."""
    full("inc", "--program", "hello", "hello/a", "--as-of", MONDAY).ok
    for day in range(30, 40):
        now = int(time.time()) + day * 86400
        libtel(full.home).ask("open", program="other", now=now, flags=0)
        if finished(full) <= 8 << 20:
            break
    assert finished(full) <= 8 << 20
    # The next opening of that day finds the work done, and does not look.
    fill(full.local / f"local.{week(30)}.json", 9 << 20)
    libtel(full.home).ask("open", program="third", now=now, flags=0)
    assert week(30) in weeks(full)


def test_the_books_are_right_afterwards(full):
    full("inc", "--program", "hello", "hello/a", "5", "--as-of", MONDAY).ok
    for path in full.local.glob("local.*.json"):
        path.write_text('{"Week": "%s", "Programs": []}' % path.name[6:16] + " " * 600 * KIB)
    (full.local / f"local.{week(0)}.json").unlink()
    (full.directory / "upload" / f"{week(0)}.json").unlink()
    full("report", "--as-of", SATURDAY).ok
    assert sum(counterfile.accounted(full.directory).values()) == 5


def test_doctor_says_how_much_there_is(full):
    done = full("doctor", "--json")
    (size,) = [check for check in done.json[0]["checks"] if check["check"] == "size"]
    assert size["verdict"] == "note" and size["message"] == "16000 KiB of finished reports, of 8192 KiB" and "tel report" in size["hint"]
