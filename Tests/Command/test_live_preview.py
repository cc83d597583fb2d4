"""tel preview --live: what the week that is not over would give."""

import json

import pytest

from Upload.stage import CONFIG, PROGRAM, WEEKS, Stage

from .conftest import tree

NOW = "2026-11-30"  # in the week that ends on WEEKS[2]


@pytest.fixture
def stage(tmp_path):
    """A week that is not over, and one that was."""
    home = tmp_path / "home"
    home.mkdir()
    config = tmp_path / "v1.4.0.json"
    config.write_text(json.dumps(CONFIG))
    stage = Stage(home).prepare("https://telemetry.invalid", mode="local")
    stage.do("import", config).ok
    return stage.counted(WEEKS[2]).counted(WEEKS[1])


def live(stage, *arguments, **more):
    return stage.do("preview", "--live", *arguments, as_of=more.pop("as_of", NOW), **more)


def test_it_says_what_goes_and_what_stays_and_writes_nothing(stage, tmp_path):
    before, calls = tree(stage.home), tmp_path / "calls"
    done = live(stage, before=["strace", "-f", "-e", "trace=%network", "-o", calls])
    assert (done.code, done.err) == (0, "")
    lines = [line.strip() for line in done.out.splitlines()]
    assert "goes   app/start = 3" in lines and "goes   app/mode:fast = 2" in lines
    assert any(line.startswith("stays  app/secret: ") for line in lines) and PROGRAM in done.out
    assert WEEKS[2] in done.out and WEEKS[1] not in done.out and "X" in done.out and "{" not in done.out
    assert tree(stage.home) == before
    assert [line for line in calls.read_text().splitlines() if "+++" not in line] == []


def test_json(stage):
    (report,) = live(stage, "--json").ok.json["reports"]
    assert report["week"] == WEEKS[2] and report["goes"] and report["document"] == "" and report["bytes"] == 0
    assert {verdict.get("name"): verdict["goes"] for verdict in report["verdicts"]}["app/start"]


def test_consent_of_after_the_weeks_begin_keeps_it(stage):
    (stage.directory / "mode").write_text("on 2026-12-01")
    pinned = live(stage, "--explain")
    assert "only what is begun after that day is sent" in pinned.out + pinned.err


def test_a_counter_that_nobody_samples_stays(stage, tmp_path):
    rare = {**CONFIG, "Programs": [{**CONFIG["Programs"][0], "Counters": [{"Name": "app/start", "Rate": 0}, {"Name": "app/mode:{fast}", "Rate": 0.001}]}]}
    path = tmp_path / "v1.5.0.json"
    path.write_text(json.dumps(rare))
    stage.do("import", path).ok
    lines = [line.strip() for line in live(stage).ok.out.splitlines()]
    assert "goes   app/mode:fast = 2" in lines and any(line.startswith("stays  app/start: ") for line in lines)


def test_where_nothing_is_under_way(stage):
    assert "Nothing was counted" in live(stage, as_of="2026-12-06").ok.out
    assert live(stage, WEEKS[1]).code == 64
    (stage.directory / "mode").write_text("off")
    assert live(stage).code == 1
