"""What `tel preview` prints is what goes over the wire."""

import json

import pytest

from Harness.collector import Answer

from .stage import CONFIG, LATER, PROGRAM, TODAY, WEEKS, config, wanting

WEEK = WEEKS[1]


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def preview(stage, *arguments, **more):
    """The bytes on standard output."""
    process = stage.start("preview", "--vendor", stage.vendor, "--as-of", TODAY, *arguments, **more)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def test_preview_and_wire_are_the_same_bytes(stage, collector):
    shown = preview(stage)
    assert collector.uploads() == []
    stage.upload().ok
    assert [request.body for request in collector.uploads()] == [shown]
    assert stage.sent == {WEEK: shown}


def test_preview_of_each_week(stage, collector):
    stage.counted(WEEKS[0], WEEKS[2])
    shown = {week: preview(stage, week) for week in WEEKS}
    together = preview(stage)
    assert all(together.count(body) == 1 for body in shown.values())
    stage.upload().ok
    assert collector.weeks == {week: [body] for week, body in shown.items()}


def test_preview_of_what_waits_already(stage, collector):
    collector.always("POST", f"/upload/{WEEK}", Answer(503))
    stage.hasty()
    (waiting,) = stage.waiting.values()
    assert preview(stage) == waiting == collector.uploads()[0].body


def test_preview_sends_nothing_and_marks_nothing(stage, collector):
    preview(stage)
    assert {request.method for request in collector.requests} <= {"GET"}
    assert stage.sent == {} == stage.rejected and not (stage.local / "upload.next").exists()


def test_without_a_network_call_in_mode_local(stage, collector):
    """Unless it is asked to; then it says so before."""
    stage.mode("local")
    assert stage.do("preview").code != 0
    assert collector.connections == 0
    done = stage.do("preview", "--fetch")
    assert done.code == 0 and "127.0.0.1" in done.err and collector.uploads() == []
    assert json.loads(done.out)["Programs"][0]["Counters"] == {"app/mode:fast": 2, "app/start": 3}
    assert stage.waiting == {} == stage.sent


def test_explain_says_of_every_count_that_stays_why(stage):
    done = stage.do("preview", "--explain")
    assert done.code == 0
    text = done.out + done.err
    for name in ("app/secret", "crash/private"):
        (line,) = [line for line in text.splitlines() if name in line]
        assert "config" in line, line


REASONS = [
    ({"GOOS": ["plan9"]}, "linux"),
    ({"GOARCH": ["mips"]}, "amd64"),
    ({"GoVersion": ["gcc1"]}, "gcc12.2"),
    ({"Programs": [{**CONFIG["Programs"][0], "Versions": ["v0"]}]}, "v1.2.3"),
    ({"Programs": [{**CONFIG["Programs"][0], "Name": "example.com/other"}]}, PROGRAM),
]


@pytest.mark.parametrize("change, word", REASONS, ids=[word for _, word in REASONS])
def test_a_build_that_the_config_does_not_name_never_leaves(stage, collector, change, word):
    """Operating system and architecture too: the reference forgets these."""
    collector.config = config(**change)
    done = stage.do("preview", "--explain")
    assert word in done.out + done.err
    stage.upload()
    assert all(PROGRAM.encode() not in request.body for request in collector.uploads())


@pytest.mark.parametrize("change, leaves", [({"Rate": 0}, False), ({"Rate": 1}, True), ({"Rate": 1, "Expires": "2026-12-31"}, True),
                                            ({"Rate": 1, "Expires": "2026-11-01"}, False), ({"Rate": 1, "Owner": "a@example.org", "Why": "to know"}, True)])
def test_a_counter_leaves_as_its_line_of_the_config_says(stage, collector, change, leaves):
    collector.config = wanting({"Name": "app/start", **change}, {"Name": "app/mode:{fast}", "Rate": 1})
    stage.upload().ok
    (request,) = collector.uploads()
    assert (b'"app/start"' in request.body) == leaves and b'"app/mode:fast": 2' in request.body


def test_who_is_not_in_the_sample_stays(stage, collector):
    collector.config = config(SampleRate=1e-9)
    assert stage.upload().code == 0
    assert collector.uploads() == [] and stage.waiting == {} == stage.sent
    assert list(stage.reports) == [WEEK]
    assert "sample" in (lambda done: done.out + done.err)(stage.do("preview", WEEK, "--explain")).lower()


def test_a_dry_run_sends_nothing(stage, collector):
    preview(stage)  # makes the report, and asks what is approved
    asked = len(collector.requests)
    done = stage.upload("--dry-run").ok
    assert WEEK in done.out and len(collector.requests) == asked
    assert collector.uploads() == [] and stage.sent == {}
    stage.upload(as_of=LATER).ok
    assert list(stage.sent) == [WEEK]
