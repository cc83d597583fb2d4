"""`tel-collector config check`: everything that is wrong, where, and what to do."""

import json
import os
import subprocess

import pytest

from Collector.conftest import PROGRAM, WHOLE, chart, charts

BAD = charts(chart("a:{x,x}", "type: pie"), chart("b", "expires: soon"))


def test_a_sound_config_is_one_line(collector):
    collector.write("charts.txt", charts(chart("a"), chart("b:{x,y}")))
    assert collector("config", "check", "charts.txt").ok.out == "2 charts of 1 program\n"


def test_all_problems_are_told_at_once_with_file_line_column_and_a_hint(collector):
    collector.write("charts.txt", BAD)
    done = collector("config", "check", "charts.txt")
    assert (done.code, done.err) == (1, "")
    assert done.out == """\
charts.txt:9:15: error: the bucket "x" is there twice
    counter: a:{x,x}
                  ^
charts.txt:12:7: error: "pie" is no type of chart
    type: pie
          ^
    hint: the types are partition, histogram, stack
charts.txt:19:10: error: "soon" is no day
    expires: soon
             ^
    hint: for example 2027-06-30
3 errors, 0 warnings
"""


def test_json_has_the_same(collector):
    collector.write("charts.txt", BAD)
    done = collector("config", "check", "charts.txt", "--json")
    assert done.code == 1
    assert (done.json["errors"], done.json["warnings"], done.json["charts"], done.json["programs"]) == (3, 0, 2, 1)
    assert [(problem["file"], problem["line"]) for problem in done.json["problems"]] == [("charts.txt", 9), ("charts.txt", 12), ("charts.txt", 19)]
    assert set(done.json["problems"][0]) == {"severity", "file", "line", "column", "message", "hint"}


def test_a_warning_is_an_error_with_strict_alone(collector):
    collector.write("charts.txt", charts(chart("a", "error: 3%")))
    done = collector("config", "check", "charts.txt").ok
    assert "charts.txt:13:8: warning: nothing says how many installations report, so all are asked\n" in done.out
    assert "    hint: add \"installations: …\" to the program's record; 1,068 reports give ±3% at 95%\n" in done.out
    assert collector("config", "check", "charts.txt", "--strict").code == 1


def test_what_has_expired_is_told_on_that_day(collector):
    collector.write("charts.txt", charts(chart("a", "expires: 2027-06-30")))
    assert "warning" not in collector("config", "check", "charts.txt", "--as-of", "2027-06-29").ok.out
    assert "warning: a is not sent since 2027-06-30\n" in collector("config", "check", "charts.txt", "--as-of", "2027-06-30").ok.out


def test_several_files_are_one_config_and_each_problem_has_its_file(collector):
    collector.write("whole.txt", WHOLE + PROGRAM)
    collector.write("charts/a.txt", chart("a"))
    collector.write("charts/b.txt", chart("a") + "---\n" + chart("c"))
    assert collector("config", "check", "whole.txt", "charts/a.txt").ok
    done = collector("config", "check", "whole.txt", "charts/a.txt", "charts/b.txt")
    assert done.out.startswith("charts/b.txt:2:10: error: a is approved twice for example.com/p\n")
    assert "hint: the other is in charts/a.txt:2;" in done.out


def test_text_from_the_file_cannot_steer_the_terminal(collector):
    (collector.folder / "charts.txt").write_bytes(b"title: \x1b[31mred\nti\xff: y\n" + "title: \u202e\n".encode())
    done = collector("config", "check", "charts.txt")
    assert done.code == 1 and "\x1b" not in done.out and "\u202e" not in done.out


@pytest.mark.parametrize("words, status, sentence", [
    (["check"], 64, "Missing expected argument"),
    (["check", "nowhere.txt"], 1, "tel-collector: there is no file nowhere.txt"),
    (["check", "."], 1, "tel-collector: cannot read .: it is not a regular file"),
    (["check", "charts.txt", "--as-of", "soon"], 64, "invalid"),
    (["build", "charts.txt", "--number", "1.0"], 64, "invalid"),
    (["diff", "nowhere.json", "nowhere.json"], 1, "tel-collector: there is no file nowhere.json"),
    (["list"], 64, "list"),
])
def test_statuses(collector, words, status, sentence):
    collector.write("charts.txt", charts(chart("a")))
    done = collector("config", *words)
    assert done.code == status and sentence in done.err and done.out == ""


# ---- Lists elsewhere


def test_versions_from_a_file_beside_the_config(collector):
    collector.write("c/charts.txt", charts(chart("a"), program="program: example.com/p\nversions-file: lists/v.txt\n---\n"))
    collector.write("c/lists/v.txt", "# released\nv1.0.0\n\n  v1.1.0 # last\r\n")
    collector("config", "build", "c/charts.txt").ok
    assert collector.built()["Programs"][0]["Versions"] == ["v1.0.0", "v1.1.0"]
    collector.write("c/lists/v.txt", "v1.0.0\nv1 1\n")
    done = collector("config", "check", "c/charts.txt")
    assert done.code == 1 and "c/charts.txt:6:16: error: line 2 of c/lists/v.txt is no version: v1 1\n" in done.out
    (collector.folder / "c/lists/v.txt").unlink()
    done = collector("config", "check", "c/charts.txt")
    assert done.code == 1 and "c/charts.txt:6:16: error: there is no file c/lists/v.txt\n" in done.out


def git(folder, *words):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **{f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def repository(collector):
    folder = collector.folder / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    for tag in ("v1.0.0", "v1.1.0-rc.1", "v1.1.0", "latest", "paint/v0.1.0", "paint/v0.2.0", "other/v3.0.0"):
        git(folder, "tag", tag)
    git(folder, "tag", "-a", "v1.2.0", "-m", "annotated")
    return folder


def versions(collector, *lines):
    collector.write("charts.txt", charts(chart("a"), program="\n".join(["program: example.com/p", *lines]) + "\n---\n"))
    collector("config", "build", "charts.txt", "--output", f"config-{abs(hash(lines))}").ok
    return collector.built(folder=f"config-{abs(hash(lines))}")["Programs"][0]["Versions"]


def test_versions_from_the_tags_of_a_repository(collector, repository):
    assert versions(collector, "versions-git: repository") == ["v1.0.0", "v1.1.0-rc.1", "v1.1.0", "v1.2.0"]
    assert versions(collector, "versions-git: repository", "tag-prefix: paint/") == ["v0.1.0", "v0.2.0"]
    assert versions(collector, "versions-git: repository", "versions: v1.3.0")[-1] == "v1.3.0"


def test_a_repository_that_cannot_be_read_is_a_problem_of_its_line(collector, repository):
    for path, sentence in [("nowhere", "git cannot list the tags of ./nowhere: fatal: cannot change to"), ("repository/.git/hooks/../../..", "git cannot list the tags of")]:
        collector.write("charts.txt", charts(chart("a"), program=f"program: example.com/p\nversions-git: {path}\n---\n"))
        done = collector("config", "check", "charts.txt", GIT_CEILING_DIRECTORIES=str(collector.folder.parent))
        assert done.code == 1 and "charts.txt:6:15: error: " + sentence in done.out


def test_the_repository_is_the_one_that_is_named_also_within_a_hook(collector, repository):
    collector.write("charts.txt", charts(chart("a"), program="program: example.com/p\nversions-git: repository\n---\n"))
    assert collector("config", "check", "charts.txt", GIT_DIR="/nowhere").ok


def test_no_git_is_a_problem_and_no_crash(collector, repository):
    collector.write("charts.txt", charts(chart("a"), program="program: example.com/p\nversions-git: repository\n---\n"))
    done = collector("config", "check", "charts.txt", PATH="/nowhere")
    assert done.code == 1 and "cannot be run" in done.out


@pytest.mark.parametrize("script, sentence", [("yes v1.0.0", "git says more than 4 MiB"), ("exit 3", "it does not say why")])
def test_a_git_that_misbehaves_is_ended(collector, repository, script, sentence):
    fake = collector.write("bin/git", f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    collector.write("charts.txt", charts(chart("a"), program="program: example.com/p\nversions-git: repository\n---\n"))
    done = collector("config", "check", "charts.txt", PATH=f"{fake.parent}:{os.defpath}")
    assert done.code == 1 and sentence in done.out


# ---- Drift


def test_drift_is_for_ci(collector):
    collector.write("charts.txt", charts(chart("a:{x,y}", "expires: 2027-06-30")))
    assert collector("config", "check", "charts.txt", "--drift").code == 10
    collector("config", "build", "charts.txt").ok
    done = collector("config", "check", "charts.txt", "--drift", "--as-of", "2027-01-01").ok
    assert done.out == "1 chart of 1 program\nv1.0.0 is what these files make\n"
    # Time alone is no drift.
    assert collector("config", "check", "charts.txt", "--drift", "--as-of", "2028-01-01").code == 0
    collector.write("charts.txt", charts(chart("a:{x,y,z}", "expires: 2027-06-30")))
    done = collector("config", "check", "charts.txt", "--drift", "--as-of", "2027-01-01")
    assert (done.code, done.out.splitlines()[1:]) == (10, ["v1.0.0 is not what these files make:", "  example.com/p: a:z is newly approved"])
    found = collector("config", "check", "charts.txt", "--drift", "--json").json["drift"]
    assert found["drifted"] and found["version"] == "v1.0.0" and found["step"] == "minor" and len(found["changes"]) == 1


def test_a_built_config_that_was_edited_is_no_drift_but_an_error(collector):
    collector.write("charts.txt", charts(chart("a")))
    collector("config", "build", "charts.txt").ok
    path = collector.folder / "config" / "v1.0.0.json"
    path.write_text(json.dumps(json.loads(path.read_text())))
    done = collector("config", "check", "charts.txt", "--drift")
    assert done.code == 1 and done.err.startswith("tel-collector: config/v1.0.0.json is not what was built")
