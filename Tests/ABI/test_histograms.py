"""Histograms: a chart with one counter a bucket, named by its upper bound."""

import pytest

from Harness import c

NONE, NANOSECONDS, BYTES = 0, 1, 2
MS = 1_000_000
LATENCIES = [10 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS, 1000 * MS, 5000 * MS, 24 * 3600 * 1000 * MS]
LATENCY_NAMES = ["<10ms", "<50ms", "<100ms", "<200ms", "<500ms", "<1s", "<5s", "<24h", "<inf"]


def record(tmp_path, chart, unit, bounds, values):
    lists = [",".join(map(str, numbers)) or "-" for numbers in (bounds, values)]
    c.run(c.build("histograms.c"), "record", chart, unit, *lists, directory=tmp_path)
    return {name: value for name, value in c.counts(tmp_path / "T").items() if value}


def test_the_usual_bounds_of_latencies(tmp_path):
    """A value just below each bound, and one beyond the last."""
    counts = record(tmp_path, "gopls/hover/latency", NANOSECONDS, [], [bound - 1 for bound in LATENCIES] + [LATENCIES[-1]])
    assert counts == {f"gopls/hover/latency:{name}": 1 for name in LATENCY_NAMES}


def test_a_bound_belongs_to_the_bucket_above(tmp_path):
    counts = record(tmp_path, "l", NANOSECONDS, [], [0, *LATENCIES, 2**64 - 1])
    assert counts == {"l:<10ms": 1, **{f"l:{name}": 1 for name in LATENCY_NAMES[1:-1]}, "l:<inf": 2}


TEXTS = {
    NONE: {1: "1", 1000: "1000", 2**64 - 1: str(2**64 - 1)},
    NANOSECONDS: {
        1: "1ns", 1500: "1500ns", 1000: "1us", 10**6: "1ms", 1_500_000: "1500us", 10**9: "1s", 60 * 10**9: "1m", 90 * 10**9: "90s",
        3600 * 10**9: "1h", 7200 * 10**9: "2h", 5400 * 10**9: "90m", 2**64 - 1: f"{2**64 - 1}ns",
    },
    BYTES: {1: "1B", 1000: "1000B", 1024: "1KiB", 1536: "1536B", 2**20: "1MiB", 2**30: "1GiB", 2**40: "1TiB", 2**50: "1024TiB", 2**64 - 1: f"{2**64 - 1}B"},
}


@pytest.mark.parametrize("unit, bound, text", [(unit, bound, text) for unit, texts in TEXTS.items() for bound, text in texts.items()])
def test_a_bound_is_written_in_the_largest_unit_that_divides_it(tmp_path, unit, bound, text):
    assert record(tmp_path, "c", unit, [bound], [bound - 1, bound]) == {f"c:<{text}": 1, "c:<inf": 1}


def test_bounds_of_ones_own(tmp_path):
    bounds = [3, 10, 11, 500]
    values = list(range(600))
    counts = record(tmp_path, "c/own", NONE, bounds, values[:99])
    assert counts == {"c/own:<3": 3, "c/own:<10": 7, "c/own:<11": 1, "c/own:<500": 88}


def test_as_many_bounds_as_may_be(tmp_path):
    bounds = [10 * n for n in range(1, 65)]
    counts = record(tmp_path, "c", NONE, bounds, [bound - 1 for bound in bounds])
    assert counts == {f"c:<{bound}": 1 for bound in bounds}


def test_bad_bounds_and_charts_are_refused_with_a_reason(tmp_path):
    c.run(c.build("histograms.c"), "errors", directory=tmp_path)


def test_the_same_chart_and_bounds_are_the_same_histogram(tmp_path):
    c.run(c.build("histograms.c"), "again", directory=tmp_path)
