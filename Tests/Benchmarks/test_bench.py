"""`make bench`: it measures everything that the bars compare, and its verdicts
are right. How fast anything is here is not asserted: the machine of the tests
may be busy."""

import json
import re

import pytest

from Benchmarks import bench, table
from Benchmarks.bars import _bar, bars, figure, medians, spoken
from Benchmarks.programs import NotInstalled, in_python, with_prometheus_cpp
from Benchmarks.runs import RUNS, middle
from Harness import c

BARS = bars()
BEGIN, END = table.marks("make bench")
EACH = pytest.mark.parametrize("bar", [pytest.param(bar, id=bar.name) for bar in BARS])
# What may be missing where nobody has made bench: who says so, and the runs.
PEERS = {
    "prometheus-cpp": (lambda: with_prometheus_cpp("labels.cpp"), ["label-100"]),
    "Python's": (lambda: in_python("prometheus"), ["python-prometheus", "python-multiprocess", "python-opentelemetry"]),
}


def absent():
    found = set()
    for ask, runs in PEERS.values():
        try:
            ask()
        except NotInstalled:
            found.update(runs)
    return found


# ---- The whole


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A run of one round in tiny sizes: its status, what it printed, its JSON."""
    results = tmp_path_factory.mktemp("bench") / "results.json"
    assert bench.main(["--quick", "--rounds", "1", "--json", str(results)]) == 0
    return json.loads(results.read_text())


@EACH
def test_a_run_gives_a_value_for_every_bar(bar, quick):
    (found,) = [each for each in quick["bars"] if each["name"] == bar.name]
    if any(need.split(".")[0] in absent() for need in bar.needs):
        assert found["value"] is None and not found["met"]
        pytest.skip("its peer is not installed; `make bench` does that")
    assert isinstance(found["value"], (int, float))
    for need in bar.needs:
        (value,) = [each[need] for each in quick["measurements"]]
        assert value >= 0
    assert found["met"] == bar.met(found["value"])


def test_a_run_says_where_it_was(quick):
    assert set(quick["machine"]) == {"date", "cpu", "cores", "kernel", "libc"} and all(quick["machine"].values())


def test_a_missed_bar_is_the_status_only_when_asked(monkeypatch, capsys):
    monkeypatch.setattr(bench, "measure", lambda chosen, *_: ([{need: 1.0 for bar in chosen for need in bar.needs}], {}))
    words = ["--only", "handle/reference"]  # once as fast is not 40 times
    assert bench.main(words) == 0
    assert "MISSED" in capsys.readouterr().out
    assert bench.main([*words, "--strict"]) == 1
    assert bench.main(["--only", "handle/bare", "--strict"]) == 0


def test_what_is_not_installed_is_said(monkeypatch, capsys):
    def gone(*_):
        raise NotInstalled("that peer")

    monkeypatch.setitem(RUNS, "label-100", gone)
    monkeypatch.setitem(RUNS, "name-100", lambda *_: {"count": 10.0, "touch": 5.0})
    assert bench.main(["--only", "name/prometheus-cpp", "--strict"]) == 1
    assert "that peer" in capsys.readouterr().out


def test_one_bar_runs_only_what_it_needs(monkeypatch):
    ran = []
    for name in RUNS:
        monkeypatch.setitem(RUNS, name, lambda *_, name=name: ran.append(name) or {"handle": 1.0, "bare": 1.0})
    bench.main(["--only", "handle/bare", "--rounds", "3"])
    assert ran == ["add"] * 3


# ---- Bars


def test_bars_have_names_of_their_own_and_measurements_that_are_run():
    assert len({bar.name for bar in BARS}) == len(BARS)
    assert {need.split(".")[0] for bar in BARS for need in bar.needs} == set(RUNS)


@pytest.mark.parametrize("written, ours, peer, value, met", [
    ({"times": 1.5}, 3, 2, 1.5, True),
    ({"times": 1.5}, 3.02, 2, 1.51, False),
    ({"faster": 40}, 2, 80, 40, True),
    ({"faster": 40}, 2, 79, 39.5, False),
    ({"more": "5 µs"}, 105_000, 100_000, 5000, True),
    ({"more": "5 µs"}, 105_001, 100_000, 5001, False),
    ({"most": "192 KiB"}, 196_608, None, 196_608, True),
    ({"most": "192 KiB"}, 196_609, None, 196_609, False),
    ({"most": 0}, 1, None, 1, False)])
def test_a_bar_compares(written, ours, peer, value, met):
    bar = _bar("row", {"name": "n", "ours": "a.ours", **({"peer": "a.peer"} if peer else {}), **written})
    found = bar.value([{"a.ours": ours, **({"a.peer": peer} if peer else {})}])
    assert (found, bar.met(found)) == (value, met)


@pytest.mark.parametrize("limit, said", [("5 µs", "≤ +5 µs"), ("0.8 ms", "≤ +800 µs"), ("2.5 ms", "≤ +2.50 ms"), ("400 KiB", "≤ +400 KiB")])
def test_limits_read_well(limit, said):
    assert _bar("row", {"name": "n", "ours": "a.ours", "peer": "a.peer", "more": limit}).limit_said == said


@pytest.mark.parametrize("value, said", [(1.2, "1.20 ×"), (1.3, "1.30 ×"), (1.3004, "1.3004 ×"), (1.31, "1.31 ×")])
def test_what_is_missed_by_little_is_said_so(value, said):
    assert _bar("row", {"name": "n", "ours": "a.ours", "peer": "a.peer", "times": 1.3}).say(value) == said


def test_what_is_now_this_now_that_counts_as_both():
    assert middle([2, 3, 2, 3, 2, 3, 2, 900]) == 2.5
    assert middle([7]) == 7


def test_a_value_is_the_median_of_what_each_round_compares():
    """A round in which the machine was slow was slow for both."""
    bar = _bar("row", {"name": "n", "ours": "a.ours", "peer": "a.peer", "times": 2})
    rounds = [{"a.ours": 2, "a.peer": 1}, {"a.ours": 30, "a.peer": 10}, {"a.ours": 2.2, "a.peer": 1}]
    assert bar.value(rounds) == 2.2
    assert medians(rounds) == {"a.ours": 2.2, "a.peer": 1}


def test_a_bar_without_its_peer_has_no_value():
    bar = _bar("row", {"name": "n", "ours": "a.ours", "peer": "b.peer", "times": 2})
    assert bar.value([{"a.ours": 2}]) is None
    assert table.verdict(bar, None) == "not installed"


@pytest.mark.parametrize("value, kind, said", [
    (2.3149, "time", "2.31 ns"), (999.6, "time", "1.00 µs"), (45_250, "time", "45.2 µs"), (3.1e9, "time", "3.10 s"),
    (196_608, "size", "192 KiB"), (0, "count", "0"), (29.0, "count", "29"), (4444.0, "size", "4.34 KiB")])
def test_numbers_read_well(value, kind, said):
    assert spoken(value, kind) == said


def test_small_differences_keep_their_sign():
    assert figure(-52.23) == "-52.2"


# ---- Tables


@EACH
def test_the_readme_shows_every_bar(bar):
    section = (c.ROOT / "README.md").read_text().split(BEGIN)[1].split(END)[0]
    assert re.search(rf"\| {re.escape(bar.against)} \|[^|]*\|[^|]*\| {re.escape(bar.limit_said)}(?: \(missed\))? \|", section)
    assert f"| {bar.row} |" in section


def test_a_document_gets_the_table_between_its_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold \\1\n{END}\nafter\n")
    values, middle = {bar.name: 1.0 for bar in BARS}, {need: 1.0 for bar in BARS for need in bar.needs}
    about = {"date": "2026-01-01", "cpu": "a CPU", "cores": 2, "kernel": "6.1", "libc": "glibc 2.36"}
    made = table.markdown(BARS, values, middle, about, 7)
    for _ in range(2):  # again changes nothing
        table.put_into(page, made)
        text = page.read_text()
        assert text.startswith(f"before\n{BEGIN}\n") and text.endswith(f"\n{END}\nafter\n") and "old" not in text
    assert "2026-01-01, a CPU, 2 cores, Linux 6.1" in text
    assert text.count("\n| ") == len(BARS) + 1


def test_the_terminals_table_has_every_bar():
    values = {bar.name: None for bar in BARS}
    lines = table.text(BARS, values, {}).splitlines()
    assert [line.split()[0] for line in lines if "not installed" in line] == [bar.name for bar in BARS]
