"""What was sent can be shown, and held against what the collector says it got."""

import json

import pytest

from Harness.collector import Answer, json_answer

from .stage import WEEKS, sha256

WEEK = WEEKS[1]
PATH = f"/upload/{WEEK}"


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def receipt(stage):
    """The lines of the receipt, and the collector's answer beneath them."""
    lines, _, answer = stage.dated("upload", ".receipt")[WEEK].partition(b"\nanswer")
    return dict(line.split(" ", 1) for line in lines.decode().splitlines()), answer.strip()


def test_nothing_was_sent(stage):
    done = stage.about("sent")
    assert done.code == 0 and WEEK not in done.out and done.err == ""
    assert stage.about("sent", WEEK).code != 0


def test_a_receipt_says_what_went_where(stage, collector):
    stage.upload().ok
    (request,) = collector.uploads()
    said, answer = receipt(stage)
    assert {key: said[key] for key in ("week", "destination", "sha256", "config", "config-sha256", "code")} == {
        "week": WEEK, "destination": collector.url, "sha256": sha256(request.body), "config": "v1.0.0",
        "config-sha256": sha256(collector.config), "code": "200"}
    assert said["date"].startswith("2026-") and said["date"].endswith("Z")
    assert json.loads(answer)["sha256"] == sha256(request.body)


def test_sent_lists_the_weeks_and_shows_one(stage, collector):
    stage.counted(WEEKS[0])
    stage.upload().ok
    listed = stage.about("sent").ok.out
    assert all(week in listed for week in WEEKS[:2]) and WEEKS[2] not in listed and collector.url in listed
    shown = stage.about("sent", WEEK)
    assert shown.code == 0 and shown.out.encode() == stage.sent[WEEK]
    assert stage.about("sent", "--json").ok.json


def test_verify_compares_with_the_receipt(stage, collector):
    stage.upload().ok
    done = stage.about("sent", "--verify").ok
    assert WEEK in done.out
    assert stage.about("sent", WEEK, "--verify").ok


@pytest.mark.parametrize("what", ["marker", "collector's", "receipt's"])
def test_verify_finds_what_differs(stage, collector, what):
    if what == "collector's":
        collector.script("POST", PATH, json_answer({"week": WEEK, "sha256": sha256(b"something else"), "received": "2026-12-05"}))
    stage.upload()
    if what == "marker":
        path = stage.directory / "upload" / f"{WEEK}.json"
        path.write_bytes(path.read_bytes().replace(b'"app/start": 3', b'"app/start": 4'))
    if what == "receipt's":
        path = stage.directory / "upload" / f"{WEEK}.receipt"
        path.write_bytes(path.read_bytes().replace(sha256(stage.sent[WEEK]).encode(), sha256(b"other").encode()))
    done = stage.about("sent", "--verify")
    assert done.code != 0 and WEEK in done.out + done.err


@pytest.mark.parametrize("body", [b"OK", b"", b"{}", b'{"sha256": 5}', b"\xff\xfe", b"\n\nsha256 0\n", b"{" * 3000, b"x" * 50_000], ids=lambda body: repr(body[:12]))
def test_an_answer_that_is_no_receipt_is_no_failure(stage, collector, body):
    """The reference's server says only "OK"."""
    collector.script("POST", PATH, Answer(200, body))
    assert stage.upload().code == 0
    assert list(stage.sent) == [WEEK] and stage.waiting == {}
    said, answer = receipt(stage)
    assert said["sha256"] == sha256(stage.sent[WEEK]) and len(answer) <= 4096
    done = stage.about("sent", "--verify")
    assert WEEK in done.out + done.err  # it cannot be confirmed, and that is said


def test_a_marker_of_the_reference_has_no_receipt(stage):
    (stage.directory / "upload").mkdir()
    (stage.directory / "upload" / f"{WEEK}.json").write_text("{}")
    done = stage.about("sent")
    assert done.code == 0 and WEEK in done.out
