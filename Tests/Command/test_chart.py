"""tel chart: a chart or a counter over weeks, in characters."""

import json

import pytest

from .conftest import is_sentence, tree
from .test_screens import compare, terminal  # noqa: F401

PROGRAM = "example.com/editor"
WEEKS = ["2026-10-30", "2026-11-06", "2026-11-20", "2026-11-27"]
# Two days into a week that ends on 2026-12-04.
TODAY = ("--as-of", "2026-11-29")


def report(tel, week, programs):
    """A report as a report run leaves it: program -> its counters."""
    document = {
        "Week": week, "LastWeek": "", "X": 0.5, "Config": "",
        "Programs": [
            {"Program": name, "Version": version, "GoVersion": "go1.26", "GOOS": "linux", "GOARCH": "amd64", "Counters": counters, "Stacks": {}}
            for (name, version), counters in programs.items()]}
    (tel.local / f"local.{week}.json").write_text(json.dumps(document))


@pytest.fixture
def year(tel):
    """Four weeks with one missing among them, two versions, and a week that is not over."""
    tel.weeks_end_on_fridays()
    for n, week in enumerate(WEEKS, 1):
        report(tel, week, {
            (PROGRAM, "v1.9.0"): {"editor/start": 10 * n, "editor/open:config": n, "editor/open:project": 3 * n, "editor/latency:<100ms": 5, "editor/latency:<10ms": 20 * n},
            (PROGRAM, "v1.10.0"): {"editor/start": n, "editor/latency:<1s": n, "editor/latency:<inf": 1},
            ("example.com/other", "v1.0.0"): {"editor/start": 2}})
    tel("inc", "--program", PROGRAM, "editor/start", "7", *TODAY).ok
    tel("inc", "--program", PROGRAM, "editor/latency:<10ms", "30", *TODAY).ok
    return tel


UTF8 = {"LANG": "C.UTF-8"}

SCREENS = {
    "chart-counter": ["editor/start", "--program", "editor"],
    "chart-histogram": ["editor/latency"],
    "chart-partition": ["editor/open", "--width", "60"],
    "chart-bucket": ["editor/open:config", "--weeks", "2"],
    "chart-programs": ["editor/start", "--width", "50"],
    "chart-json": ["editor/latency", "--json", "--weeks", "1"],
    "chart-unknown": ["editor/strat"],
    "chart-no-program": ["editor/start", "--program", "exampel.com/editor"],
}


@pytest.mark.parametrize("name", SCREENS)
def test_screens(year, name):
    before = tree(year.home)
    done = year("chart", *SCREENS[name], *TODAY, **UTF8)
    compare(name, f"{done.err}{done.out}status {done.code}\n")
    assert tree(year.home) == before


def test_other_locales_get_ascii(year):
    (ascii_only,) = {year("chart", "editor/latency", *TODAY, **variables).ok.out for variables in [{}, {"LANG": "C"}, {"LC_ALL": "C", "LANG": "C.UTF-8"}, {"LC_CTYPE": "de_DE.ISO-8859-1"}]}
    assert ascii_only.isascii()
    compare("chart-ascii", ascii_only)
    assert not year("chart", "editor/latency", *TODAY, LC_ALL="en_US.utf8").ok.out.isascii()


def test_versions_are_added_up_and_weeks_are_as_they_were_counted(year):
    (found,) = year("chart", "editor/start", "--program", PROGRAM, "--json", *TODAY).ok.json
    assert found["kind"] == "counter" and found["buckets"] == [""]
    assert [(week["week"], week["live"], week["values"]) for week in found["weeks"]] == [
        ("2026-10-30", False, [11]), ("2026-11-06", False, [22]), ("2026-11-20", False, [33]), ("2026-11-27", False, [44]), ("2026-12-04", True, [7])]
    assert found["total"] == 117


def test_what_a_report_run_moves_is_the_same_before_and_after(year):
    arguments = ("chart", "editor/start", "--json", "--as-of", "2026-12-04")
    before = year(*arguments).ok.json
    assert not before[0]["weeks"][-1]["live"]
    year("report", "--as-of", "2026-12-04").ok
    assert year(*arguments).ok.json == before


def test_buckets_are_in_order_of_magnitude_and_quantiles_are_between_bounds(year):
    (found,) = year("chart", "editor/latency", "--json", *TODAY).ok.json
    assert found["buckets"] == ["<10ms", "<100ms", "<1s", "<inf"] and found["unit"] == "nanoseconds"
    # 230 of 264 are below 10 ms, 20 more below 100 ms.
    median, p90 = found["quantiles"]
    assert (median["fraction"], median["at_least"], median["less_than"]) == (0.5, 0, 10_000_000)
    assert (p90["fraction"], p90["at_least"], p90["less_than"]) == (0.9, 10_000_000, 100_000_000)
    assert p90["at_least"] < p90["about"] < p90["less_than"]
    (last,) = year("chart", "editor/latency", "--json", "--weeks", "1", "--as-of", "2026-12-04").ok.json
    assert [week["week"] for week in last["weeks"]] == ["2026-12-04"] and last["total"] == 30


def test_beyond_the_last_bound_nothing_is_guessed(tel):
    for n, bucket in enumerate(["<10ms", "<inf"], 1):
        tel("inc", "--program", "p", f"p/slow:{bucket}", str(n)).ok
    (found,) = tel("chart", "p/slow", "--json").ok.json
    assert found["quantiles"] == [{"fraction": 0.5, "at_least": 10_000_000}, {"fraction": 0.9, "at_least": 10_000_000}]
    assert "median: at least 10ms\n" in tel("chart", "p/slow").ok.out


def test_stacks_are_added_up_under_their_name(tel):
    tel.weeks_end_on_fridays()
    report(tel, "2026-11-27", {("p", "v1"): {}})
    path = tel.local / "local.2026-11-27.json"
    document = json.loads(path.read_text())
    document["Programs"][0]["Stacks"] = {"p/bug\nmain.f:+1": 2, "p/bug\nmain.g:+1": 3}
    path.write_text(json.dumps(document))
    assert tel("chart", "p/bug", "--json", *TODAY).ok.json[0]["total"] == 5


@pytest.mark.parametrize("width", [40, 57, 100, 200])
@pytest.mark.parametrize("name", ["editor/latency", "editor/open", "editor/start"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_no_line_is_wider_than_it_may_be(year, name, width, locale):
    done = year("chart", name, "--width", str(width), *TODAY, LANG=locale).ok
    assert max(map(len, done.out.splitlines())) <= width


def test_it_is_as_wide_as_its_terminal_and_coloured_there(year, terminal):
    window = terminal("chart", "editor/latency", *TODAY, columns=64, rows=40, variables=UTF8)
    screen = window.wait("status 0")
    assert screen.split("status")[0].rstrip() == year("chart", "editor/latency", "--width", "64", *TODAY, **UTF8).ok.out.rstrip()
    assert "\x1b[" in window.shown(colours=True)


def test_names_cannot_steer_a_terminal(tel):
    report_names = {"p/x:\x1b[31mred": 3, "p/x:\u202eevil": 2, "p/x:日本語": 1, "p/x:" + "y" * 4000: 1}
    tel.weeks_end_on_fridays()
    report(tel, "2026-11-27", {("p\x1b]0;title\x07", "v1"): report_names})
    done = tel("chart", "p/x", *TODAY, **UTF8).ok
    assert not any(ord(character) < 0x20 and character != "\n" or character in "\u202e\x7f" for character in done.out)
    assert "\\x1b[31mred" in done.out and "\\u{202e}evil" in done.out and "日本語" in done.out
    assert tel("chart", "p/x", *TODAY).ok.out.isascii()


def test_nothing_counted_is_a_sentence(tel):
    done = tel("chart", "a/b")
    assert done.code == 1 and done.out == "" and is_sentence(done.err, "nothing was counted in", tel.local)


def test_damaged_files_are_named_and_the_others_drawn(year):
    (year.local / "local.2026-11-13.json").write_text("{")
    done = year("chart", "editor/start", "--program", "editor", "--json", *TODAY)
    assert done.code == 1 and json.loads(done.out)[0]["total"] == 117 and is_sentence(done.err, "local.2026-11-13.json")


@pytest.mark.parametrize("arguments", [["--weeks", "0"], ["--weeks", "521"], ["--width", "39"], ["--width", "x"], ["--weeks=-1"]])
def test_what_makes_no_sense_is_an_error_of_usage(year, arguments):
    done = year("chart", "editor/start", *arguments)
    assert done.code == 64 and done.out == "" and arguments[-1].split("=")[-1] in done.err

