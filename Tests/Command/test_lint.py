"""tel lint, as a whole: what is looked at, printed and answered. What each language
makes of each snippet is in Tests/Lint."""

import json
import os
import time

import pytest

from Harness import client

from .conftest import is_sentence, tree

OURS = ["bindings", "examples", "include", "Sources"]


def test_the_repository_is_clean(tel):
    done = tel("lint", "--json", *(client.ROOT / folder for folder in OURS))
    assert done.json["findings"] == [] and done.code == 0 and done.err == ""
    # It did look: every language has names there.
    names = tel("lint", "--names", "--json", *(client.ROOT / folder for folder in OURS)).ok.json
    assert {os.path.splitext(entry["file"])[1] for entry in names} >= {".c", ".cpp", ".py", ".go", ".sh"}


def test_an_example_of_a_closed_list_is_approved_name_by_name(tel, tmp_path):
    """Lists in comments are names, too."""
    approved = [entry["name"] for entry in tel("lint", "--names", "--json", client.ROOT / "examples").ok.json if entry["kind"] == "counter"]
    assert {"plot/flag/format:png", "plot/flag/format:svg"} <= set(approved)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"Programs": [{"Name": "p", "Counters": [{"Name": name} for name in approved]}]}))
    found = tel("lint", "--json", "--config", config, client.ROOT / "examples").json["findings"]
    assert found and {entry["name"] for entry in found} & set(approved) == set()
    config.write_text(config.read_text().replace("plot/flag/format:svg", "plot/flag/format:bmp"))
    found = tel("lint", "--json", "--config", config, client.ROOT / "examples").json["findings"]
    assert [entry["file"].rsplit("/", 1)[1] for entry in found if entry["name"] == "plot/flag/format:svg"] == ["flags.py"]


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def test_the_exit_status_says_whether_something_was_found(tel, sources):
    (sources / "a.sh").write_text("tel inc a\n")
    assert tel("lint", sources).ok.out == "1 file, 1 name, 0 findings.\n"
    (sources / "a.sh").write_text("tel inc $a\n")
    done = tel("lint", sources)
    assert done.code == 1 and done.err == "" and done.out.startswith(f"{sources}/a.sh:1:9: dynamic: ")
    assert tel("lint", "--names", sources).ok.out == ""


def test_without_a_path_it_is_the_current_folder(tel, sources):
    (sources / "a.sh").write_text("tel inc $a\n")
    assert tel("lint", before=["env", "-C", sources]).out.startswith("a.sh:1:9: dynamic: ")


def test_nothing_is_written_and_nothing_is_run(tel, sources):
    (sources / "a.py").write_text(f"import tel\nopen({str(sources / 'made')!r}, 'w')\ntel.inc('a')\n")
    before = tree(sources), tree(tel.home)
    tel("lint", sources).ok
    assert (tree(sources), tree(tel.home)) == before


@pytest.mark.parametrize("arguments, word", [
    (["--program", "p"], "--program"), (["--call", "a b"], "--call"), (["--call", "a:0"], "--call"), (["--format", "xml"], "--format"), (["--names", "--format", "sarif"], "--names"), ([""], "path"),
])
def test_what_cannot_be_meant_is_an_error_of_usage(tel, sources, arguments, word):
    done = tel("lint", *arguments, before=["env", "-C", sources])
    assert done.code == 64 and done.out == "" and word in done.err


def test_a_config_that_cannot_be_used_is_said(tel, sources):
    (sources / "bad.json").write_text("{")
    (sources / "good.json").write_text('{"Programs": [{"Name": "p"}]}')
    for arguments, words in [(["bad.json"], ["bad.json:1"]), (["none.json"], ["none.json"]), (["good.json", "--program", "q"], ["good.json", "q"])]:
        done = tel("lint", "--config", *arguments, before=["env", "-C", sources])
        assert done.code == 1 and done.out == "" and is_sentence(done.err, *words)


def test_what_cannot_be_read_is_said_and_the_rest_is_looked_at(tel, sources):
    (sources / "a.sh").write_text("tel inc a\n")
    os.mkfifo(sources / "pipe.sh")
    with open(sources / "huge.c", "wb") as huge:
        huge.truncate(9 << 20)
    done = tel("lint", sources, sources / "pipe.sh")
    assert done.code == 1 and done.out == "1 file, 1 name, 0 findings.\n"
    assert "huge.c" in done.err and "pipe.sh" in done.err and done.err.count("\n") == 2


def test_names_from_elsewhere_cannot_steer_a_terminal(tel, sources):
    (sources / "a\x1b[31m.sh").write_bytes(b"tel inc 'a\x1b[31m b\x9b'\n")
    done = tel("lint", sources)
    assert done.code == 1 and "\x1b" not in done.out and done.out.count("\n") == 2
    assert "\x1b" not in tel("lint", "--names", sources).ok.out


def test_sarif_is_what_the_standard_asks_for(tel, sources):
    (sources / "a b.sh").write_text("tel inc é$a\n")
    done = tel("lint", "--format", "sarif", before=["env", "-C", sources])
    (run,) = done.json["runs"]
    assert done.json["version"] == "2.1.0" and done.code == 1
    (result,) = run["results"]
    assert result["ruleId"] in [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": "a%20b.sh"}, "region": {"startLine": 1, "startColumn": 9}}


def test_a_large_tree_takes_seconds(tel, sources):
    line = 'void f%d(const char *n) { tel_counter_inc(n); tel_counter_add("a/b:c", 1); }\n'
    for number in range(2000):
        folder = sources / str(number % 50)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.c").write_text("".join(line % i for i in range(100)))
    begin = time.monotonic()
    done = tel("lint", "--json", sources)
    took = time.monotonic() - begin
    assert len(done.json["findings"]) == 200_000 and done.json["files"] == 2000
    assert took < 30, took


def test_findings_and_names_are_json(tel, sources):
    (sources / "a.py").write_text("import tel\ntel.inc('b:c')\ntel.inc('b:' + x)\n")
    finding = json.loads(tel("lint", "--json", sources).out)["findings"][0]
    assert {key: finding[key] for key in ("line", "column", "kind", "name")} == {"line": 3, "column": 9, "kind": "dynamic", "name": "b:"}
    assert tel("lint", "--names", "--json", sources).ok.json == [{"name": "b:c", "kind": "counter", "file": str(sources / "a.py"), "line": 2, "column": 9}]
