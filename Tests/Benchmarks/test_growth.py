"""`make bench-growth`: curves for all that the page shows, drawn where their
numbers are."""

import json
import re
import xml.dom.minidom as xml

import pytest

from Benchmarks import growth, machine, table
from Benchmarks.plot import COLOURS, HEIGHT, LABEL_GAP, LEFT, RIGHT, TOP, WIDTH, Plot, bounds, draw, spread, ticks
from Benchmarks.test_bench import absent
from Harness import c

PLOTS = [(name, plot) for name, each in growth.GROWTHS.items() for plot in each.plots]
EACH = pytest.mark.parametrize("name, plot", [pytest.param(name, plot, id=plot.file) for name, plot in PLOTS])
# What a peer that is not installed takes along; see absent().
MISSING = {"prometheus-cpp": "label-100", "prometheus_client": "python-prometheus"}


# ---- The whole


@pytest.fixture(scope="module")
def quick():
    return {name: growth.measure(name, each, rounds=1, quick=True, progress=growth.Progress()) for name, each in growth.GROWTHS.items()}


@EACH
def test_a_run_gives_every_curve(name, plot, quick):
    each = growth.GROWTHS[name]
    filled = growth.filled(plot, each, {"machine": machine.about(), "found": quick[name]})
    there = [label for label in each.shows[plot.file] if MISSING.get(label) not in absent()]
    assert list(filled.curves) == there
    for curve in filled.curves.values():
        assert [x for x, _ in curve] == each.small and all(y > 0 for _, y in curve)


def test_a_quick_run_draws_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(growth, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(growth, "measure", lambda *_: {"libtel.count": [[10, 1.0]]})
    monkeypatch.setattr(growth, "show", lambda *_: pytest.fail("it drew"))
    growth.main(["--quick", "--only", "names"])
    assert json.loads(capsys.readouterr().out)["names"]["found"] == {"libtel.count": [[10, 1.0]]}
    assert not list(tmp_path.iterdir())


@EACH
def test_the_page_shows_the_picture_and_its_numbers(name, plot):
    page = growth.PAGE.read_text()
    (alternative,) = re.findall(rf"!\[([^\]]+)\]\(pictures/{plot.file}\.svg\)", page)
    assert len(alternative) > 40, "who cannot see the picture reads this"
    begin, end = table.marks(plot.file)
    numbers = page.split(begin)[1].split(end)[0]
    svg = (growth.PICTURES / f"{plot.file}.svg").read_text()
    for label in growth.GROWTHS[name].shows[plot.file]:
        assert f"| {label} |" in numbers
        assert f">{label}</text>" in svg
    about = re.search(r"^(\d{4}-.+); medians", numbers, re.MULTILINE)[1]
    assert about in svg, "the numbers are of another run than the picture"


def test_what_was_measured_is_shown(tmp_path):
    """From a result to a picture and a table."""
    page = tmp_path / "page.md"
    marks = "".join("\n".join(table.marks(plot.file)) + "\n" for plot in growth.GROWTHS["files"].plots)
    page.write_text(marks)
    about = {"date": "2026-01-01", "cpu": "a CPU", "cores": 2, "kernel": "6.1", "libc": "glibc 2.36"}
    found = {"libtel.time": [[10, 2e6], [100, 4.5e9]], "libtel.memory": [[10, 1 << 20], [100, 3 << 20]], "reference.time": [[10, 1e9]]}
    growth.show({"files": {"machine": about, "rounds": 3, "found": found}}, tmp_path, page)
    text = page.read_text()
    assert "| libtel | 2.00 ms | 4.50 s |" in text and "| the reference | 1.00 s |  |" in text and "| libtel | 1.00 MiB | 3.00 MiB |" in text
    assert "a CPU" in text and sorted(path.name for path in tmp_path.glob("*.svg")) == ["growth-files-memory.svg", "growth-files.svg"]


# ---- Drawing


def drawn(curves):
    plot = Plot("growth-test", "A title & more", "things", "how much", lambda y: f"{y:g} u", curves)
    return xml.parseString(draw(plot, "somewhere")).documentElement


def circles(svg):
    return [(float(dot.getAttribute("cx")), float(dot.getAttribute("cy"))) for dot in svg.getElementsByTagName("circle")]


def labels(svg):
    return {each.firstChild.data: each for each in svg.getElementsByTagName("text")}


def test_equal_factors_are_equally_far_apart():
    (x1, y1), (x2, y2), (x3, y3) = circles(drawn({"libtel": [(1, 10), (10, 100), (100, 1000)]}))
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2) and y1 - y2 == pytest.approx(y2 - y3, abs=0.2)
    assert (x1, y1) == (LEFT, HEIGHT - 56) and (x3, y3) == (WIDTH - RIGHT, TOP)


def test_a_tick_is_where_its_value_is():
    svg = drawn({"libtel": [(1, 10), (10, 100), (100, 1000)]})
    dots, found = circles(svg), labels(svg)
    assert float(found["100 u"].getAttribute("y")) - 4.5 == pytest.approx(dots[1][1], abs=0.2)
    assert float(found["10"].getAttribute("x")) == pytest.approx(dots[1][0], abs=0.2)


def test_every_curve_is_named_where_it_ends_and_no_name_covers_another():
    svg = drawn({name: [(1, 10 + at), (10, 100 + at)] for at, name in enumerate(COLOURS)})
    places = sorted(float(labels(svg)[name].getAttribute("y")) for name in COLOURS)
    assert all(below - above >= LABEL_GAP - 0.1 for above, below in zip(places, places[1:]))
    assert all(float(labels(svg)[name].getAttribute("x")) > WIDTH - RIGHT for name in COLOURS)


def test_a_picture_says_what_it_is_and_follows_the_readers_mode():
    svg = drawn({"libtel": [(1, 10), (10, 100)]})
    assert svg.getElementsByTagName("title")[0].firstChild.data == "A title & more"
    assert "somewhere" in svg.getElementsByTagName("desc")[0].firstChild.data
    style = svg.getElementsByTagName("style")[0].firstChild.data
    light, dark = COLOURS["libtel"]
    by_light, by_dark = style.rsplit("@media (prefers-color-scheme:dark)", 1)
    assert light in by_light and dark not in by_light
    assert dark in by_dark and light not in by_dark


@pytest.mark.parametrize("low, high, found", [
    (1, 1000, [1, 10, 100, 1000]), (10, 100, [10, 20, 50, 100]), (2, 5, [2, 5]), (5, 2000, [10, 100, 1000])])
def test_ticks_are_round_and_neither_few_nor_many(low, high, found):
    assert ticks(low, high) == found


def test_bounds_are_round_and_hold_everything():
    assert bounds([13, 480]) == (10, 500)
    assert bounds([10, 10]) == (10, 100)


@pytest.mark.parametrize("places, found", [
    ([100, 200], [100, 200]), ([100, 100], [100, 117]), ([200, 100, 105], [200, 100, 117]), ([384, 384], [367, 384])])
def test_labels_move_apart_and_stay_inside(places, found):
    assert spread(places) == found


def test_every_label_has_its_colours():
    used = {label for each in growth.GROWTHS.values() for shows in each.shows.values() for label in shows}
    assert used <= set(COLOURS)
    assert len({dark for _, dark in COLOURS.values()} | {light for light, _ in COLOURS.values()}) >= 2 * len(COLOURS) - 2


def test_the_growths_of_the_contract_are_there():
    xs = {name: (each.xs[0], each.xs[-1]) for name, each in growth.GROWTHS.items()}
    assert xs == {"names": (10, 100_000), "files": (10, 10_000), "threads": (1, 8), "processes": (1, 64)}
    assert c.ROOT / "docs" / "pictures" == growth.PICTURES
