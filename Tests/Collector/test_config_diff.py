"""`tel-collector config diff`: what is new, in words and in JSON."""

from Collector.conftest import chart, charts
from Harness import client

SAMPLE = client.ROOT / "Tests" / "Samples" / "upload-config.json"


def two(collector, before, after):
    collector.write("charts.txt", before)
    collector("config", "build", "charts.txt").ok
    collector.write("charts.txt", after)
    collector("config", "build", "charts.txt").ok
    return sorted(str(path) for path in (collector.folder / "config").glob("v*.json"))


def test_words(collector):
    after = charts(chart("a:{x,y,z}", "rate: 0.5"), chart("c", program="example.com/q"), program="program: example.com/p\nversions: v1.0.0 v1.1.0\n---\nprogram: example.com/q\nversions: v1.0.0\n---\n")
    old, new = two(collector, charts(chart("a:{x,y}"), chart("b")), after)
    assert collector("config", "diff", old, new).ok.out == """\
example.com/q is a new program
example.com/p: the version v1.1.0 is new
example.com/p: a:z is newly approved
example.com/p: b is approved no more
example.com/p: the rate of a:{x, y} is 0.5, and was 1: less is sent
example.com/q: c is newly approved
"""


def test_json(collector):
    old, new = two(collector, charts(chart("a")), charts(chart("a"), chart("b")))
    said = collector("config", "diff", old, new, "--json").ok.json
    assert (said["old"], said["new"], said["step"]) == ("v1.0.0", "v1.1.0", "minor")
    assert said["changes"] == [{"what": "counter", "program": "example.com/p", "name": "b", "old": "", "new": "b", "effect": "more"}]
    assert said["words"] == ["example.com/p: b is newly approved"]


def test_the_status_says_so_if_asked(collector):
    old, new = two(collector, charts(chart("a")), charts(chart("a"), chart("b")))
    assert collector("config", "diff", old, new, "--exit-code").code == 10
    assert collector("config", "diff", old, new).code == 0
    same = collector("config", "diff", old, old, "--exit-code").ok
    assert same.out == "they approve the same\n"


def test_a_chart_config_is_compared_by_what_it_makes(collector):
    old, _ = two(collector, charts(chart("a")), charts(chart("a"), chart("b")))
    assert collector("config", "diff", old, "charts.txt").ok.out == "example.com/p: b is newly approved\n"
    collector.write("bad.txt", "title\n")
    assert collector("config", "diff", old, "bad.txt").code == 1


def test_the_references_own_file_is_read(collector):
    assert collector("config", "diff", SAMPLE, SAMPLE).ok.out == "they approve the same\n"
    old, _ = two(collector, charts(chart("a")), charts(chart("b")))
    said = collector("config", "diff", old, SAMPLE).ok.out
    assert "golang.org/x/tools/gopls is a new program\n" in said and "example.com/p is listed no more\n" in said
