"""The upload config: fetched in mode on only, kept by its content, and asked
for by its tag."""

import json

import pytest

from Harness.collector import Answer

from .stage import LATER, TOMORROW, WEEKS, sha256, wanting

WEEK = WEEKS[1]


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def pin(stage):
    return dict(line.split(" ", 1) for line in (stage.local / "upload.config").read_text().splitlines())


def fetched(collector):
    return [request.path for request in collector.requests if request.method == "GET"]


def test_it_is_kept_by_what_it_says(stage, collector):
    stage.upload().ok
    assert fetched(collector) == ["/config/latest.json", "/config/v1.0.0.json"]
    assert pin(stage)["version"] == "v1.0.0" and pin(stage)["sha256"] == sha256(collector.config)
    assert (stage.directory / "config" / f"{sha256(collector.config)}.json").read_bytes() == collector.config
    assert json.loads(stage.sent[WEEK])["Config"] == "v1.0.0"


def test_what_is_here_already_is_not_carried_again(stage, collector):
    stage.upload().ok
    stage.counted(WEEKS[2])
    stage.upload(as_of=LATER).ok
    assert list(stage.sent) == [WEEK, WEEKS[2]]
    later = [request for request in collector.requests if request.method == "GET"][2:]
    assert [request.answered for request in later] == [302, 304] or later[-1].answered == 304
    assert later[-1].header("If-None-Match")


def test_the_version_may_be_in_the_config(stage, collector):
    collector.config = json.dumps({"Version": "v7.8.9", **json.loads(collector.config)}).encode()
    stage.upload().ok
    assert pin(stage)["version"] == "v7.8.9" and b'"Config": "v7.8.9"' in stage.sent[WEEK]


def test_tel_config_shows_it_and_what_has_changed(stage, collector):
    stage.upload().ok
    assert sha256(collector.config) in (shown := stage.do("config").ok.out) and "v1.0.0" in shown
    collector.config, collector.version = wanting({"Name": "app/start", "Rate": 1}, {"Name": "app/secret", "Rate": 0.5}), "v1.1.0"
    assert stage.do("config", "--fetch", as_of=LATER).code == 0
    shown = stage.do("config", as_of=LATER).ok.out
    assert "v1.1.0" in shown and "app/secret" in shown and "app/mode" in shown
    assert pin(stage)["sha256"] == sha256(collector.config)
    assert stage.do("config", "--json", as_of=LATER).ok.json


def test_a_kept_config_that_was_tampered_with_is_not_used(stage, collector):
    stage.upload().ok
    path = stage.directory / "config" / f"{sha256(collector.config)}.json"
    path.write_bytes(collector.config.replace(b"app/start", b"app/secret"))
    stage.counted(WEEKS[2])
    stage.upload(as_of=LATER)
    assert all(b"app/secret" not in request.body for request in collector.uploads())


def test_while_it_cannot_be_fetched_the_last_one_serves_or_nothing_is_sent(stage, collector):
    """Never another one."""
    stage.upload().ok
    stage.counted(WEEKS[2])
    collector.always("GET", "/config/latest.json", Answer(500))
    stage.hasty(as_of=TOMORROW)
    assert all(b'"Config": "v1.0.0"' in request.body for request in collector.uploads())
    assert list(stage.reports) == [WEEK, WEEKS[2]]
    collector.forget()
    stage.upload(as_of="2026-12-09").ok
    assert list(stage.sent) == [WEEK, WEEKS[2]]


def test_config_asks_nobody_unless_told_to(stage, collector):
    stage.do("config")
    assert collector.connections == 0
    stage.mode("local")
    stage.do("config")
    assert collector.connections == 0


@pytest.mark.parametrize("mode", ["off", "local"])
def test_an_upload_fetches_none_in_modes_off_and_local(stage, collector, mode):
    stage.mode(mode)
    stage.upload()
    assert collector.connections == 0 and not (stage.local / "upload.config").exists()
