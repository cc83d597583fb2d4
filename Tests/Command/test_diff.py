"""tel diff: two weeks, or two files, side by side."""

import pytest

from Harness import client

from .conftest import FRIDAY, MONDAY, is_sentence

BEFORE = "2026-11-20"
SAMPLES = client.ROOT / "Tests" / "Samples"


@pytest.fixture
def weeks(tel):
    tel.weeks_end_on_fridays()
    for day, counts in [("2026-11-16", {"hello/a": 3, "hello/b": 5, "hello/same": 1}), (MONDAY, {"hello/a": 10, "hello/c": 2, "hello/same": 1})]:
        for name, n in counts.items():
            tel("inc", "--program", "hello", "--program-version", f"v{day}", name, str(n), "--as-of", day).ok
    tel("report", "--as-of", "2026-11-28").ok
    return tel


def test_two_weeks_by_their_dates(weeks):
    out = weeks("diff", BEFORE, FRIDAY).ok.out
    assert out == (
        f"from {BEFORE} to {FRIDAY}\n\nhello\n"
        "  before     after    change  counter\n"
        "       3        10        +7  hello/a\n"
        "       5         -        -5  hello/b\n"
        "       -         2        +2  hello/c\n\n"
        "3 counters differ, 1 is the same.\n")


def test_json_has_all_counters(weeks):
    shown = weeks("diff", BEFORE, FRIDAY, "--json").ok.json
    assert (shown["before"], shown["after"]) == (BEFORE, FRIDAY)
    (program,) = shown["programs"]
    assert program["program"] == "hello"
    assert [(line["name"], line["before"], line["after"]) for line in program["counts"]] == [
        ("hello/a", 3, 10), ("hello/b", 5, 0), ("hello/c", 0, 2), ("hello/same", 1, 1)]


def test_a_week_that_is_not_over_is_in_the_counter_files(weeks):
    weeks("inc", "--program", "hello", "hello/a", "--as-of", "2026-11-30").ok
    assert "\n      10         1        -9  hello/a\n" in weeks("diff", FRIDAY, "2026-12-04").ok.out


def test_files_and_weeks_mix(weeks):
    report = weeks.local / f"local.{FRIDAY}.json"
    assert weeks("diff", report, FRIDAY).ok.out.endswith("\n0 counters differ, 3 are the same.\n")
    assert "     153         -      -153  gophers\n" in weeks("diff", SAMPLES / "one.v1.count", BEFORE).ok.out


@pytest.mark.parametrize("arguments, code, word", [
    (["2026-11-20", "2026-11-21"], 1, "2026-11-21"),
    (["2026-11-20", "yesterday"], 64, "yesterday"),
    (["2026-11-20"], 64, "week"),
    (["2026-11-20", "nothing.json"], 1, "nothing.json"),
    (["2026-11-20", "/dev/null"], 1, "/dev/null"),
])
def test_what_cannot_be_compared_is_said(weeks, arguments, code, word):
    done = weeks("diff", *arguments)
    assert (done.code, done.out) == (code, "") and word in done.err
