"""Rotation: by tel_rotate and by the thread that TEL_ROTATE asks for, with a
clock that a test moves. Whatever the clock says, every count is in a file."""

import os
import time

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, eventually, only_file, total, values
from Harness import c, counterfile
from Harness.driver import DAY, NO_REPORT, ROTATE, day, instant

MONTH, YEAR = 30 * DAY, 365 * DAY


def dates(folder):
    """Begin and end of each counter file, by name."""
    return [(file.metadata["TimeBegin"][:10], file.metadata["TimeEnd"][:10]) for file in map(counterfile.read, scene.counter_files(folder))]


def test_after_the_weeks_end_a_new_file_is_counted_into_and_the_old_one_stays(tool, folder):
    driver = tool()
    driver.add("a", 1)
    driver.clock(FRIDAY)
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 10)
    assert dates(folder) == [("2026-11-23", "2026-11-27"), ("2026-11-27", "2026-12-04")]
    assert [values(path) for path in scene.counter_files(folder)] == [{"a": 1}, {"a": 10}]
    assert driver.read("a") == 10
    assert driver.file == scene.counter_files(folder)[1]


def test_one_second_before_the_weeks_end_nothing_rotates(tool, folder):
    driver = tool()
    driver.clock(FRIDAY - 1)
    assert driver.rotate().status == "TEL_OK"
    assert dates(folder) == [("2026-11-23", "2026-11-27")]


def test_a_rotation_within_the_week_leaves_the_file_untouched(tool, folder):
    driver = tool()
    driver.add("a", 1)
    path = only_file(folder)
    os.utime(path, (1, 1))
    before = path.stat()
    for clock in (MONDAY, MONDAY + 60, MONDAY + 2 * DAY):
        driver.clock(clock)
        assert driver.rotate().status == "TEL_OK"
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ctime_ns, before.st_ino)
    assert scene.counter_files(folder) == [path]


def test_a_counter_is_in_the_new_file_only_when_it_is_counted_again(tool, folder):
    driver = tool()
    for name in ("tool/one", "tool/two"):
        driver.count(name, 5)
    driver.clock(FRIDAY)
    driver.rotate()
    assert driver.read("tool/one") == "TEL_E_NOT_FOUND"
    driver.count("tool/two", 1)
    assert values(scene.counter_files(folder)[1]) == {"tool/two": 1}


def test_a_week_without_a_rotation_goes_on_in_the_old_file(tool, folder):
    """Without TEL_ROTATE nothing happens by itself; the count is kept."""
    driver = tool()
    driver.clock(FRIDAY + MONTH)
    driver.add("a", 2)
    assert values(only_file(folder)) == {"a": 2}


@pytest.mark.parametrize("weeks", [1, 2, 5, 40])
def test_every_week_has_its_own_count(tool, folder, weeks):
    driver = tool()
    driver.add("a", 1)
    for week in range(1, weeks + 1):
        driver.clock(MONDAY + week * 7 * DAY)
        assert driver.rotate().status == "TEL_OK"
        driver.add("a", 1 + week)
    counted = [values(path)["a"] for path in scene.counter_files(folder)]
    assert counted == list(range(1, weeks + 2))


def test_after_a_month_asleep_the_next_file_is_that_of_today(tool, folder):
    driver = tool()
    driver.add("a", 1)
    driver.clock(MONDAY + MONTH)
    driver.add("a", 2)  # woke, and counted before it rotated
    driver.rotate()
    driver.add("a", 4)
    assert [values(path)["a"] for path in scene.counter_files(folder)] == [3, 4]
    assert dates(folder)[1][0] == day(MONDAY + MONTH)


JUMPS = {
    "a second back": -1, "a day back": -DAY, "a week back": -7 * DAY, "a year back": -YEAR, "fifty years back": -50 * YEAR,
    "a day on": DAY, "a month on": MONTH, "ten years on": 10 * YEAR, "two hundred years on": 200 * YEAR,
}


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
def test_no_jump_of_the_clock_loses_a_count(tool, folder, jump):
    driver = tool()
    driver.add("a", 1)
    driver.count("b", 1)
    for moment in (MONDAY + jump, MONDAY, MONDAY + jump):
        driver.clock(moment)
        driver.rotate()
        driver.add("a", 1)
        driver.count("b", 1)
    assert total(folder) == {"a": 4, "b": 4}


EXTREMES = [-1, -DAY, -(1 << 31), 1 << 31, (1 << 32) - 1, instant("9999-12-31"), instant("9999-12-31") + DAY, -62135596800, -62135596801,
            -62167219201, 1 << 40, (1 << 63) - 1, -(1 << 63), (1 << 63) - 86400, -(1 << 63) + 86399]


@pytest.mark.parametrize("clock", EXTREMES)
def test_an_absurd_clock_at_rotation_neither_crashes_nor_loses(tool, folder, clock):
    driver = tool()
    driver.add("a", 1)
    driver.clock(clock)
    answer = driver.rotate()
    assert answer.status == "TEL_OK" or answer.message
    driver.add("a", 1)
    driver.count("b", 1)
    driver.clock(MONDAY)
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 1)
    assert total(folder) == {"a": 3, "b": 1}


@pytest.mark.parametrize("clock", EXTREMES)
def test_an_absurd_clock_at_opening_neither_crashes_nor_loses(driver, folder, clock):
    process = driver()
    answer = process.open(directory=folder, clock=clock, **TOOL)
    assert answer.status == "TEL_OK" or answer.message
    process.add("a", 1)
    process.clock(MONDAY)
    assert process.rotate().status == "TEL_OK"
    process.add("a", 1)
    assert total(folder) == {"a": 2}
    # What the report would say must be dates that it can sort and print.
    for begin, end in dates(folder):
        assert len(begin) == len(end) == 10 and begin[4] == begin[7] == end[4] == end[7] == "-" and begin <= end


@pytest.mark.parametrize("clock", EXTREMES)
def test_an_absurd_clock_at_a_report_harms_nothing(tool, folder, clock):
    driver = tool()
    driver.add("a", 1)
    driver.clock(clock)
    answer = driver.flush()
    assert answer.status == "TEL_OK" or answer.message
    driver.add("a", 1)
    assert counterfile.accounted_by_name(folder) == {"a": 2}


def test_names_and_handles_of_before_count_into_the_new_file(tool, folder):
    driver = tool()
    for name in ("h/one", "h/two"):
        driver.ask("named", name)
    driver.clock(FRIDAY)
    driver.rotate()
    driver.add("h/one", 3)
    assert driver.read("h/one") == 3
    assert driver.read("h/two") == 0  # an open file shows it
    assert values(scene.counter_files(folder)[1]) == {"h/one": 3, "h/two": 0}


def test_two_processes_rotate_into_one_file(tool, folder):
    processes = [tool() for _ in range(4)]
    for process in processes:
        process.add("a", 1)
        process.clock(FRIDAY)
    for process in processes:
        process.send("rotate")
    for process in processes:
        assert process.receive().status == "TEL_OK"
        process.add("a", 1)
    assert [values(path) for path in scene.counter_files(folder)] == [{"a": 4}, {"a": 4}]


def test_a_process_that_lags_behind_joins_its_own_week(tool, folder):
    ahead, behind = tool(), tool()
    ahead.clock(FRIDAY)
    ahead.rotate()
    ahead.add("a", 1)
    behind.add("a", 10)
    behind.rotate()  # its clock is still in the old week
    behind.add("a", 10)
    assert [values(path) for path in scene.counter_files(folder)] == [{"a": 20}, {"a": 1}]


def test_rotate_before_open_is_refused_with_a_sentence(driver):
    answer = driver().rotate()
    assert answer.status == "TEL_E_INVALID" and "tel_open" in answer.message


def test_after_close_rotate_is_refused_and_counts_wait_for_the_next_open(tool, folder):
    driver = tool()
    driver.add("a", 1)
    driver.close()
    assert driver.rotate().status == "TEL_E_INVALID"
    driver.add("a", 2)
    assert values(only_file(folder)) == {"a": 1}
    assert driver.open(directory=folder, clock=FRIDAY, **{**TOOL, "program": "example.com/cmd/next"}).status == "TEL_OK"
    assert total(folder) == {"a": 3}


# ---- The thread


def threads(driver):
    return len(os.listdir(f"/proc/{driver.process.pid}/task"))


def test_asked_for_a_thread_rotates_when_the_week_ends(driver, folder):
    process = driver()
    assert process.open(directory=folder, clock=MONDAY, flags=ROTATE | NO_REPORT, **TOOL).status == "TEL_OK"
    process.add("a", 1)
    process.clock(FRIDAY)
    eventually(lambda: len(scene.counter_files(folder)) == 2)
    process.add("a", 2)
    assert [values(path)["a"] for path in scene.counter_files(folder)] == [1, 2]


def test_the_thread_sees_a_clock_that_jumped_back(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, flags=ROTATE | NO_REPORT, **TOOL)
    process.add("a", 1)
    process.clock(MONDAY - YEAR)
    eventually(lambda: len(scene.counter_files(folder)) == 2)
    process.add("a", 2)
    process.clock(MONDAY + MONTH)
    eventually(lambda: len(scene.counter_files(folder)) == 3)
    process.add("a", 4)
    assert total(folder) == {"a": 7}


def test_unasked_there_is_no_thread(tool):
    assert threads(tool()) == 1


@pytest.mark.skipif(c.variant() == "thread", reason="its runtime has a thread of its own")
def test_the_thread_ends_with_close(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, flags=ROTATE | NO_REPORT, **TOOL)
    assert threads(process) == 2
    process.close()
    assert threads(process) == 1


def test_adds_of_the_host_race_with_the_thread_and_none_is_lost(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, flags=ROTATE | NO_REPORT, **TOOL)
    sent = 0
    for week in range(1, 4):
        process.clock(MONDAY + week * 7 * DAY)
        end = time.monotonic() + 5
        while len(scene.counter_files(folder)) < week + 1 and time.monotonic() < end:
            process.add("a", 1)
            process.count("b", 1)
            sent += 1
        assert len(scene.counter_files(folder)) == week + 1
    assert total(folder) == {"a": sent, "b": sent}
