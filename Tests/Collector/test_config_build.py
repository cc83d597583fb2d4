"""`tel-collector config build`: numbered configs that never change."""

import hashlib
import json
import shutil
import subprocess

from Collector.conftest import chart, charts
from Harness import client


def listing(collector):
    return {path.name: path.read_bytes() for path in sorted((collector.folder / "config").iterdir())}


def build(collector, text, *more):
    collector.write("charts.txt", text)
    return collector("config", "build", "charts.txt", *more)


def test_the_first_is_1_0_0_and_the_latest(collector):
    done = build(collector, charts(chart("a:{x,y}", "rate: 0.1"))).ok
    there = listing(collector)
    assert set(there) == {"v1.0.0.json", "latest.json", "SHA256SUMS"}
    assert there["latest.json"] == there["v1.0.0.json"]
    digest = hashlib.sha256(there["v1.0.0.json"]).hexdigest()
    assert there["SHA256SUMS"].decode() == f"{digest}  v1.0.0.json\n"
    assert done.out.endswith(f"\nconfig/v1.0.0.json is built, the first\nsha256 {digest}\n")
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=collector.folder / "config").returncode == 0
    assert collector.built()["Version"] == "v1.0.0"


def test_numbers_follow_from_what_has_changed_and_old_files_stay(collector):
    steps = [
        (charts(chart("a:{x,y}")), "v1.0.0"),
        (charts(chart("a:{x,y}")), None),
        (charts(chart("a:{x,y}"), program="program: example.com/p\nversions: v1.0.0 v1.1.0\n---\n"), "v1.0.1"),
        (charts(chart("a:{x,y,z}"), program="program: example.com/p\nversions: v1.0.0 v1.1.0\n---\n"), "v1.1.0"),
        (charts(chart("a:{x,z}"), program="program: example.com/p\nversions: v1.0.0 v1.1.0\n---\n"), "v2.0.0"),
    ]
    before = {}
    for text, number in steps:
        done = build(collector, text).ok
        now = listing(collector)
        new = set(now) - set(before)
        assert new == ({"latest.json", "SHA256SUMS", "v1.0.0.json"} if not before else {f"{number}.json"} if number else set())
        assert all(now[name] == content for name, content in before.items() if name.startswith("v"))
        assert ("up to date" in done.out) == (number is None)
        before = now
    assert collector.built()["Version"] == "v2.0.0"
    assert "a major step: some of what was approved is no more\n  example.com/p: a:y is approved no more\n" in done.out


def test_the_output_says_where_rates_come_from(collector):
    program = "program: example.com/p\nversions: v1.0.0\ninstallations: 1,000,000\n---\n"
    text = charts(chart("a", "error: 1% @ 99%"), chart("b", "error: 3% @ 95%"), chart("c", "rate: 5%"), program=program)
    done = build(collector, text).ok
    assert done.out.startswith("""\
example.com/p: 1 version
  a: rate 0.0166: 16,588 reports give ±1% at 99%; 1,000,000 installations
  b: rate 0.00107: 1,068 reports give ±3% at 95%; 1,000,000 installations
  c: rate 0.05: as the chart says
sample rate 0.05
""")
    assert [counter["Rate"] for counter in collector.built()["Programs"][0]["Counters"]] == [0.0166, 0.00107, 0.05]
    rates = build(collector, text, "--json").ok.json["programs"][0]["rates"]
    assert rates[0] == {"counter": "a", "rate": 0.0166, "reason": "16,588 reports give ±1% at 99%; 1,000,000 installations"}


def test_nothing_is_built_while_there_is_an_error(collector):
    done = build(collector, charts(chart("a", "type: pie")))
    assert done.code == 1 and done.out.endswith("1 error, 0 warnings; nothing was built\n")
    assert not (collector.folder / "config").exists()
    assert build(collector, charts(chart("a", "type: pie")), "--json").json["errors"] == 1


def test_a_dry_run_writes_nothing(collector):
    done = build(collector, charts(chart("a")), "--dry-run").ok
    assert "config/v1.0.0.json would be built, the first\n" in done.out
    assert not (collector.folder / "config").exists()
    said = build(collector, charts(chart("a")), "--dry-run", "--json").ok.json
    assert (said["version"], said["built"], said["needed"]) == ("v1.0.0", False, True)
    assert build(collector, charts(chart("a")), "--json").ok.json["sha256"] == said["sha256"]


def test_a_number_may_be_given_but_none_that_is_not_above_the_newest(collector):
    build(collector, charts(chart("a")), "--number", "v3.2.1").ok
    assert collector.built()["Version"] == "v3.2.1"
    done = build(collector, charts(chart("a"), chart("b")), "--number", "v3.2.0")
    assert done.code == 1 and "v3.2.0 is not above v3.2.1" in done.err
    build(collector, charts(chart("a"), chart("b"))).ok
    assert collector.built()["Version"] == "v3.3.0"


def test_a_file_in_the_place_of_the_next_is_not_overwritten(collector):
    build(collector, charts(chart("a"))).ok
    collector.write("config/v1.1.0.json", "{}")
    done = build(collector, charts(chart("a"), chart("b")))
    assert done.code == 1 and "is not overwritten" in done.err
    assert (collector.folder / "config/v1.1.0.json").read_text() == "{}"
    assert collector.built()["Version"] == "v1.0.0"


def test_a_release_that_was_padded_for_needs_no_build_until_padding_runs_low(collector):
    def text(*versions):
        return charts(chart("a"), program=f"program: example.com/p\nversions: {' '.join(versions)}\npadding: releases 2, minor 2, patch 1\npadding-minimum: releases 1, minor 1\n---\n")

    build(collector, text("v1.0.0")).ok
    assert collector.built()["Programs"][0]["Versions"] == ["v1.0.0", "v1.0.1", "v1.1.0", "v1.1.1", "v1.2.0"]
    assert "up to date" in build(collector, text("v1.0.0", "v1.1.0")).ok.out
    assert "config/v1.0.1.json is built" in build(collector, text("v1.0.0", "v1.1.0"), "--again").ok.out
    done = build(collector, text("v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0")).ok
    assert "config/v1.0.2.json is built" in done.out
    assert collector.built()["Programs"][0]["Versions"][-1] == "v1.5.0"


def test_the_bytes_do_not_depend_on_place_time_or_language(collector):
    text = charts(chart("a:{é,x}", "why: größer", "error: 3%", "installations: 100000"), chart("crash/crash", "type: stack", "depth: 16"))
    build(collector, text).ok
    first = listing(collector)
    other = collector.folder / "other" / "place"
    other.mkdir(parents=True)
    shutil.copy(collector.folder / "charts.txt", other)
    env = client.environment("/nowhere", TZ="America/Caracas", LANG="de_DE.UTF-8", LC_ALL="tr_TR.UTF-8")
    subprocess.run([collector.path, "config", "build", other / "charts.txt", "-o", other / "config"], cwd="/", env=env, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (other / "config").iterdir()} == first
    assert set(json.loads(first["latest.json"])["Programs"][0]) == {"Name", "Versions", "Counters", "Stacks"}


def test_a_folder_that_cannot_be_written_is_told(collector):
    collector.write("config", "a file")
    done = build(collector, charts(chart("a")))
    assert done.code == 1 and done.err.startswith("tel-collector: ") and "config" in done.err


def test_of_several_builds_at_once_one_makes_the_number(collector):
    build(collector, charts(chart("a"))).ok
    running = []
    for name in "bcdefg":
        collector.write(f"{name}.txt", charts(chart(name)) if name in "bd" else charts(chart("a"), chart(name)))
        running.append(subprocess.Popen(
            [collector.path, "config", "build", f"{name}.txt"], cwd=collector.folder, env=client.environment(collector.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    statuses = [each.wait(timeout=60) for each in running]
    assert 0 in statuses
    there = listing(collector)
    digests = dict(reversed(line.split("  ")) for line in there["SHA256SUMS"].decode().splitlines())
    assert all(hashlib.sha256(there[name]).hexdigest() == digest for name, digest in digests.items())
    assert set(digests) == {name for name in there if name.startswith("v")}
    assert there["latest.json"] in [content for name, content in there.items() if name.startswith("v")]
    assert not [name for name in there if name.startswith(".tmp-")]
