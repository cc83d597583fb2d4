"""Somebody must make the report even when nobody asks: at most once a day, a
process that opens or rotates does, and is not kept for long."""

import fcntl
import os

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, eventually
from ABI.test_reports import day, own, put, sum_of
from Harness import c, counterfile
from Harness import driver as drivers
from Harness.driver import DAY, NO_REPORT, ROTATE, reports


def opened(driver, folder, clock, flags=0, **texts):
    process = driver()
    answer = process.open(directory=folder, clock=clock, flags=flags, **{**TOOL, **texts})
    assert answer.status == "TEL_OK", answer
    return process, answer


def test_a_process_that_opens_makes_the_report_that_is_due(tool, driver, folder):
    tool().add("a", 5)
    opened(driver, folder, FRIDAY + 1)
    assert sum_of(folder) == {"a": 5}
    assert reports(folder).keys() == {"2026-11-27"}


def test_a_process_that_rotates_makes_it_too(driver, folder):
    process, _ = opened(driver, folder, MONDAY)
    process.add("a", 5)
    process.clock(FRIDAY + 1)
    process.rotate()
    assert sum_of(folder) == {"a": 5}


def test_so_does_the_rotating_thread(driver, folder):
    process, _ = opened(driver, folder, MONDAY, flags=ROTATE)
    process.add("a", 5)
    process.clock(FRIDAY + 1)
    eventually(lambda: sum_of(folder) == {"a": 5})


def test_a_program_can_opt_out(tool, driver, folder):
    tool().add("a", 5)
    process, _ = opened(driver, folder, FRIDAY + 1, flags=NO_REPORT)
    process.clock(FRIDAY + 8 * DAY)
    process.rotate()
    assert reports(folder) == {}


def test_before_the_weeks_end_nothing_is_made(tool, driver, folder):
    tool().add("a", 5)
    opened(driver, folder, FRIDAY - 1, program="other")
    assert reports(folder) == {}


def test_it_waits_for_no_disk_and_tel_flush_report_does(tmp_path):
    """fsync can take seconds: a host is spared it; who asks for reports is not."""

    def syncs(name, flags, *orders, files=1):
        folder, trace = drivers.folder(tmp_path / name), tmp_path / "trace"
        for number in range(files):
            put(folder, f"x{number}-{day(MONDAY)}.v1.count", [(b"a", 5)], own(number + 1))
        start = drivers.opening(directory=folder, clock=FRIDAY + 1, flags=flags, **TOOL)
        drivers.once(tmp_path, start, *orders, prefix=["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,sync,syncfs", "-o", trace])
        assert sum_of(folder) == {"a": 5 * files}
        assert reports(folder).keys() == {"2026-11-27"}
        return trace.read_text().count("fsync("), trace.read_text().count("syncfs(")

    assert syncs("in-passing", 0) == (0, 0)
    # The counter file, report and begin, the folder twice, the state.
    one_by_one, at_once = syncs("asked-for", NO_REPORT, ["flush", 0])
    assert one_by_one >= 5 and at_once == 0
    # Many counter files together; the rest one by one.
    few, at_once = syncs("many", NO_REPORT, ["flush", 0], files=40)
    assert few == one_by_one - 1 and at_once == 1


def test_it_happens_at_most_once_a_day(tool, driver, folder):
    put(folder, f"x-{day(MONDAY)}.v1.count", [(b"a", 5)], own(1))
    opened(driver, folder, FRIDAY + 1)
    assert sum_of(folder) == {"a": 5}
    put(folder, f"y-{day(MONDAY)}.v1.count", [(b"b", 5)], own(2), begin="2026-11-16", end="2026-11-20")
    opened(driver, folder, FRIDAY + DAY - 1, program="again")
    assert sum_of(folder) == {"a": 5}
    opened(driver, folder, FRIDAY + DAY + 1, program="tomorrow")
    assert sum_of(folder) == {"a": 5, "b": 5}


def test_in_mode_off_nothing_is_made(tool, driver, folder):
    tool().add("a", 5)
    (folder / "mode").write_text("off 2026-11-24")
    process = driver()
    assert process.open(directory=folder, clock=FRIDAY + 1, flags=0, **TOOL).status == "TEL_E_OFF"
    assert reports(folder) == {} and not (folder / "local" / "tel.lock").exists()


def test_hundreds_of_expired_files_do_not_keep_the_host_and_get_done(driver, folder):
    """Of 60 weeks 5 files each; a day later somebody goes on."""
    weeks = 60
    for number in range(weeks):
        begin = MONDAY - MONDAY % DAY - (weeks - number) * 7 * DAY
        for part in range(5):
            at = begin + part * (DAY // 2)
            put(folder, f"p{part}-linux-amd64-{day(at)}.v1.count", [(b"x%d" % index, 1) for index in range(50)], own(1 + 10 * number + part),
                begin=day(at), end=day(begin + 4 * DAY))
    slowest = 0
    for attempt in range(2 * weeks):  # at least one week a day
        clock = MONDAY + attempt * DAY
        process, answer = opened(driver, folder, clock, program=f"day{attempt}")
        process.end()
        slowest = max(slowest, answer.milliseconds)
        if attempt in (0, 1, 5, 20):
            assert set(counterfile.accounted_by_name(folder).values()) == {5 * weeks}
        if not list((folder / "local").glob("p*.v1.count")):
            break
    assert slowest < 100 or not c.is_shipped()  # sanitizers make it slow
    assert sum_of(folder) == {f"x{index}": 5 * weeks for index in range(50)}
    assert list((folder / "local").glob("p*.v1.count")) == [], "it is never done"


def test_a_report_that_cannot_be_made_does_not_keep_a_program_from_counting(driver, folder):
    put(folder, f"x-{day(MONDAY)}.v1.count", [(b"a", 5)], own(1))
    (folder / "local" / "tel.lock").mkdir()
    process = driver()
    process.ask("log")
    answer = process.open(directory=folder, clock=FRIDAY + 1, flags=0, **TOOL)
    assert answer.status == "TEL_OK"
    assert str(folder / "local" / "tel.lock") in process.logged()
    process.count("b", 1)
    assert scene.values(process.file) == {"b": 1}


def test_a_busy_reporter_is_not_waited_for(driver, folder):
    put(folder, f"x-{day(MONDAY)}.v1.count", [(b"a", 5)], own(1))
    with open(folder / "local" / "tel.lock", "w") as lock:
        os.utime(folder / "local" / "tel.lock", (1, 1))
        fcntl.flock(lock, fcntl.LOCK_EX)
        _, answer = opened(driver, folder, FRIDAY + 1)
        assert answer.milliseconds < 100
    assert reports(folder) == {}


def test_it_stops_long_before_all_is_read(folder, tmp_path):
    """60 files of 400 counters take ten times the 3 ms."""
    records = [(b"n/%d" % n, 1) for n in range(400)]
    for number in range(60):
        put(folder, f"p{number}-{day(MONDAY)}.v1.count", records, own(number), size=65536, program=f"example.com/p{number}")
    trace = tmp_path / "trace"

    def read(flags):
        opening = drivers.opening(directory=folder, clock=FRIDAY + 1, flags=flags, program="example.com/host")
        drivers.once(tmp_path, opening, prefix=["strace", "-f", "-qq", "-e", "trace=openat", "-o", trace])
        return sum(f"/p{number}-" in line for line in trace.read_text().splitlines() for number in range(60))

    assert read(NO_REPORT) == 0
    assert 1 <= read(0) < 60


def test_a_week_in_which_nobody_counted_does_not_keep_others_from_their_reports(tool, driver, folder):
    """Its file has no counter, and a process that still has it open."""
    waiting = tool(program="example.com/idle")
    records = [(b"n/%d" % n, 1) for n in range(400)]
    for number in range(60):
        put(folder, f"p{number}-{day(FRIDAY)}.v1.count", records, own(number), size=65536, begin="2026-11-27", end="2026-12-04",
            program=f"example.com/p{number}")
    process = driver()
    assert process.open(directory=folder, clock=FRIDAY + 7 * DAY + 1, **TOOL).status == "TEL_OK"
    assert process.flush(1).status in ("TEL_OK", "TEL_E_TIMEOUT")
    assert reports(folder).keys() == {"2026-12-04"}
    waiting.close()


def test_the_second_in_which_a_week_ends_is_not_the_day_s_only_try(tool, driver, folder):
    tool().add("a", 5)
    process, _ = opened(driver, folder, MONDAY, program="example.com/rotating")
    process.clock(FRIDAY)
    process.rotate()  # the week is not over for reports: not before this moment, says the format
    process.end()
    assert reports(folder) == {}
    opened(driver, folder, FRIDAY + 1, program="example.com/next")
    assert sum_of(folder) == {"a": 5}


def test_a_clock_that_was_ahead_keeps_no_reports_back(driver, folder):
    records = [(b"a-long-name-for-a-ledger/%d" % n, 1) for n in range(400)]
    for number in range(15):
        put(folder, f"p{number}-{day(MONDAY)}.v1.count", records, own(number), size=65536, program=f"example.com/p{number}", toolchain="go1.27.3")
    process = driver()
    process.open(directory=folder, clock=FRIDAY + 1, **TOOL)
    assert process.flush().status == "TEL_OK"
    process.end()
    assert (folder / "local" / "tel.state").stat().st_size > 128 << 10
    os.utime(folder / "local" / "tel.lock", (FRIDAY + 400 * DAY, FRIDAY + 400 * DAY))
    put(folder, f"z-{day(FRIDAY)}.v1.count", [(b"z", 5)], own(99), begin="2026-11-27", end="2026-12-04")
    opened(driver, folder, FRIDAY + 14 * DAY + 1, program="example.com/next")
    assert sum_of(folder)["z"] == 5


def test_a_file_of_zeros_waits_for_the_report_of_its_week(driver, folder):
    """A file that takes more time than there is holds the week back. What
    another of that week did not count belongs into the report, too."""
    zeros = put(folder, f"a-{day(MONDAY)}.v1.count", [(b"never", 0)], own(1), program="example.com/a")
    put(folder, f"b-{day(MONDAY)}.v1.count", [(b"b", 5)], own(2), program="example.com/b", size=131072)
    opened(driver, folder, FRIDAY + 1)
    assert zeros.exists() and reports(folder) == {}
    process, _ = opened(driver, folder, FRIDAY + 1, flags=NO_REPORT)
    assert process.flush().status == "TEL_OK"
    assert sum_of(folder) == {"never": 0, "b": 5}


def test_hundreds_of_files_of_this_week_do_not_keep_the_host(folder, tmp_path):
    for number in range(300):
        put(folder, f"p{number}-{day(FRIDAY)}.v1.count", [(b"a", 5)], own(number + 2), begin="2026-11-27", end="2026-12-04",
            program=f"example.com/p{number}")
    trace = tmp_path / "trace"
    start = drivers.opening(directory=folder, clock=FRIDAY + DAY, flags=0, program="example.com/host")
    drivers.once(tmp_path, start, prefix=["strace", "-f", "-qq", "-e", "trace=openat", "-o", trace])
    assert sum("/p" in line and ".v1.count" in line for line in trace.read_text().splitlines()) < 300
