"""tel report: finished weeks become reports."""

import fcntl
import json

import pytest

from Harness import counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, is_sentence, tree


@pytest.fixture
def counted(tel):
    """A home in which a week of counts waits for its end."""
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "3", "--as-of", MONDAY).ok
    return tel


def report_of(tel, week=FRIDAY):
    return tel.local / f"local.{week}.json"


@pytest.mark.parametrize("day, is_over", [(MONDAY, False), ("2026-11-26", False), (FRIDAY, True), (SATURDAY, True), ("2027-06-01", True)])
def test_a_week_is_over_on_the_day_on_which_it_ends(counted, day, is_over):
    done = counted("report", "--as-of", day).ok
    assert report_of(counted).exists() == is_over
    if is_over:
        assert done.out == f"Made the report of the week that ended on {FRIDAY}: {report_of(counted)}\n"
    else:
        assert done.out == f"No report is due; the next one is due on {FRIDAY}.\n"


def test_the_report_has_what_was_counted(counted):
    counted("report", "--as-of", SATURDAY).ok
    report = json.loads(report_of(counted).read_text())
    assert report["Week"] == FRIDAY
    (program,) = report["Programs"]
    assert (program["Program"], program["Version"], program["GoVersion"]) == ("hello", "devel", "shell")
    assert (program["Counters"], program["Stacks"]) == ({"hello/start": 3}, {})
    assert counted.counts() == {}


def test_json_lists_the_reports(counted):
    assert counted("report", "--json", "--as-of", MONDAY).ok.json["reports"] == []
    assert counted("report", "--json", "--as-of", SATURDAY).ok.json == {
        "directory": str(counted.directory), "today": SATURDAY, "reports": [{"week": FRIDAY, "file": str(report_of(counted))}], "crashes": 0, "removed": 0, "problems": []}


def test_a_second_run_finds_nothing_to_do(counted):
    counted("report", "--as-of", SATURDAY).ok
    before = report_of(counted).read_bytes()
    assert counted("report", "--as-of", SATURDAY).ok.out == "No report is due.\n"
    assert report_of(counted).read_bytes() == before


def test_several_weeks_are_made_at_once(counted):
    counted("inc", "--program", "hello", "hello/start", "--as-of", "2026-12-08", "--dir", counted.directory).ok
    # Making the first one in passing is no duty of `inc`.
    report_of(counted).unlink(missing_ok=True)
    for path in counted.local.glob("tel.*"):
        path.unlink()
    counted("inc", "--program", "hello", "hello/start", "5", "--as-of", MONDAY).ok
    counted("report", "--as-of", "2026-12-31").ok
    assert {path.name for path in counted.local.glob("local.*.json")} == {f"local.{FRIDAY}.json", "local.2026-12-11.json"}


def test_mode_on_makes_local_reports_and_marks_nothing_as_uploaded(counted):
    counted("on").ok
    counted("report", "--as-of", SATURDAY).ok
    assert report_of(counted).exists()
    assert not (counted.directory / "upload").exists()
    assert not (counted.local / f"{FRIDAY}.json").exists()


@pytest.mark.parametrize("variables", [{}, {"TEL_MODE": "off"}])
def test_no_report_is_made_while_off(counted, variables):
    if not variables:
        counted("off").ok
    before = tree(counted.home)
    done = counted("report", "--as-of", SATURDAY, **variables)
    assert done.code == 1 and done.out == "" and is_sentence(done.err, "telemetry is off", "says off")
    assert tree(counted.home) == before


def test_a_fresh_home_stays_empty(tel):
    assert tel("report").ok.out == "No report is due.\n"
    assert tree(tel.home) == {}


def test_a_damaged_file_is_a_problem_and_the_others_are_reported(counted):
    (counted.local / "broken.v1.count").write_bytes(bytes(20000))
    done = counted("report", "--as-of", SATURDAY)
    assert done.code == 1 and is_sentence(done.err, "broken.v1.count")
    assert str(report_of(counted)) in done.out and report_of(counted).exists()
    answer = counted("report", "--json", "--as-of", SATURDAY)
    assert answer.code == 1 and "broken.v1.count" in answer.json["problems"][0]


def test_while_another_process_makes_them_it_says_so(counted):
    with open(counted.local / "tel.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = counted("report", "--as-of", SATURDAY)
    assert done.code == 1 and is_sentence(done.err, "another process")
    assert not report_of(counted).exists()


def test_nothing_is_lost_between_counting_and_reporting(counted):
    """Counting in the week that is reported, while it is reported."""
    writers = [counted.start("inc", "--program", "hello", "--as-of", MONDAY) for _ in range(4)]
    for turn in range(10):
        for process in writers:
            process.stdin.write(b"hello/start 1\nhello/other 2\n")
            process.stdin.flush()
        counted("report", "--as-of", SATURDAY).ok
    for process in writers:
        process.communicate()
        assert process.returncode == 0
    counted("report", "--as-of", "2026-12-05").ok
    assert counterfile.accounted_by_name(counted.directory) == {"hello/start": 43, "hello/other": 80}


def test_all_vendors_that_are_not_off(tel):
    for vendor in ["acme", "tel", "zeta"]:
        tel("inc", "--vendor", vendor, "--program", "p", "p/a", "--as-of", MONDAY).ok
    tel("off", "--vendor", "acme").ok
    made = tel("report", "--all", "--json", "--as-of", "2026-12-01").ok.json
    assert [(report["directory"], len(report["reports"])) for report in made] == [
        (str(tel.home / ".config" / vendor / "telemetry"), 1) for vendor in ["tel", "zeta"]]
    assert tel("report", "--all", "--as-of", "2026-12-01").ok.out == "No report is due.\n" * 2
