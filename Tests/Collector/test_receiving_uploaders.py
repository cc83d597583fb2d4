"""Uploaders that are in use send to the collector: libtel's, and the reference's."""

import datetime
import json
import subprocess

import pytest

from Collector.conftest import Collector, chart, charts
from Collector.serving import Serving
from Harness import client
from Upload.stage import TODAY, WANTED, WEEKS, Stage, programs

PROGRAM = "example.com/app"
CHARTS = [
    chart("app/start", "rate: 1", program=PROGRAM), chart("app/mode:{fast,slow}", "rate: 1", program=PROGRAM),
    chart("crash/crash", "type: stack", "depth: 16", "rate: 1", program=PROGRAM)]
CONFIG = charts(*CHARTS, program=f"program: {PROGRAM}\nversions: v1.2.3\n---\n")


@pytest.fixture
def served(tmp_path):
    folder = tmp_path / "collector"
    folder.mkdir()
    with Serving(Collector(folder), config=CONFIG, today=datetime.date.fromisoformat(TODAY)) as served:
        yield served


@pytest.fixture
def stage(tmp_path, served):
    home = tmp_path / "home"
    home.mkdir()
    return Stage(home).prepare(served.url.rstrip("/")).counted(*WEEKS)


def receipts(stage):
    return {week: json.loads(text.split(b"\nanswer\n", 1)[1]) for week, text in stage.dated("upload", ".receipt").items()}


def test_libtels_uploader_fetches_the_config_sends_its_reports_and_keeps_the_receipts(stage, served):
    stage.upload().ok
    assert set(stage.sent) == set(WEEKS) and stage.nothing_is_left()
    for week, receipt in receipts(stage).items():
        assert receipt["week"] == week and receipt["dropped"] == [] and receipt["kept"] == 3
        assert programs(stage.sent[week])[PROGRAM] == WANTED
    assert stage.about("sent", "--verify").ok


def test_sent_again_they_are_the_same(stage, served):
    stage.upload().ok
    for week, body in stage.sent.items():
        reply = served.ask("POST", f"/upload/{week}", body, {"Content-Type": "application/json"})
        assert reply.status == 200 and reply.json == receipts(stage)[week]


def test_a_collector_that_is_not_ready_loses_nothing(stage, served):
    """Its config is behind the one that a client has."""
    stage.upload().ok
    body = next(iter(stage.sent.values())).replace(b'"v1.0.0"', b'"v1.9.0"').replace(b'"X": 0.', b'"X": 0.0')
    week = next(iter(stage.sent))
    reply = served.ask("POST", f"/upload/{week}", body, {"Content-Type": "application/json"})
    assert reply.status == 200 and reply.json["pending"] is True


def test_the_references_uploader_sends_its_reports(stage, served, reference, tmp_path):
    config = tmp_path / "config.json"
    config.write_bytes(served.get("/config/v1.0.0.json").body)
    words = reference.uploader(stage.directory, f"{TODAY}T00:00:01Z", config, "v1.0.0", f"{served.url}upload")
    subprocess.run(words, env=client.environment(stage.home), check=True, capture_output=True, timeout=60)
    assert set(stage.sent) == set(WEEKS) and stage.waiting == {}
    for week, body in stage.sent.items():
        reply = served.ask("POST", f"/upload/{week}", body, {"Content-Type": "application/json"})
        assert reply.status == 200 and reply.json["kept"] == 3, "they are there, and the same"


def test_what_the_references_uploader_sends_too_often_it_does_not_lose(tmp_path, reference):
    folder, home = tmp_path / "collector", tmp_path / "home"
    folder.mkdir(), home.mkdir()
    with Serving(Collector(folder), "--rate-limit", "1", config=CONFIG, today=datetime.date.fromisoformat(TODAY)) as served:
        stage = Stage(home).prepare(served.url.rstrip("/")).counted(*WEEKS)
        while served.ask("POST", "/upload/2026-12-04", b"{}", {"Content-Type": "application/json"}).status != 429:
            pass
        config = tmp_path / "config.json"
        config.write_bytes(served.get("/config/v1.0.0.json").body)
        words = reference.uploader(stage.directory, f"{TODAY}T00:00:01Z", config, "v1.0.0", f"{served.url}upload")
        subprocess.run(words, env=client.environment(stage.home), check=True, capture_output=True, timeout=60)
        assert set(stage.waiting) == set(WEEKS) and stage.sent == {}
