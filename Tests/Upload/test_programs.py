"""tel_flush_report in a program: it makes the reports and, where the user has
agreed, sends them."""

import time

import pytest

from Harness.collector import Answer, nobody
from Harness.driver import Driver, instant

from .stage import PROGRAM, TODAY, TOOLCHAIN, VERSION, WANTED, WEEKS, Stage, programs

WEEK = WEEKS[1]
HOST = {"vendor": "acme", "program": PROGRAM, "version": VERSION, "toolchain": TOOLCHAIN, "clock": instant(TODAY) + 1}


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


@pytest.fixture
def flush(stage):
    """Opens with these members of tel_config, flushes, and ends well."""

    def flush(timeout=10_000, env={}, **members):
        with Driver(stage.home, **env) as host:
            opened = host.open(**{**HOST, **members})
            assert opened.status == "TEL_OK", opened
            answer, figures = host.figures(timeout)
            return answer, tuple(figures)

    return flush


def test_what_is_due_is_sent(stage, collector, flush):
    answer, figures = flush(destination=collector.url)
    assert answer.status == "TEL_OK", answer
    assert figures == (1, 1, 0, 0)
    (request,) = collector.uploads()
    assert programs(request.body) == {PROGRAM: WANTED} and stage.sent == {WEEK: request.body}
    assert stage.about("sent", "--verify").code == 0


def test_a_second_flush_has_nothing_to_do(stage, collector, flush):
    flush(destination=collector.url)
    asked = len(collector.requests)
    answer, figures = flush(destination=collector.url)
    assert (answer.status, figures) == ("TEL_OK", (0, 0, 0, 0)) and len(collector.requests) == asked


def test_without_a_destination_reports_stay_local(stage, collector, flush):
    answer, figures = flush()
    assert (answer.status, figures[:2]) == ("TEL_OK", (1, 0))
    assert collector.connections == 0 and list(stage.reports) == [WEEK]


def test_a_destination_that_the_user_did_not_agree_to_gets_nothing(stage, collector, collectors, flush):
    """A program of A under the consent for B."""
    other = collectors()
    answer, figures = flush(destination=other.url)
    assert answer.status == "TEL_E_INVALID" and answer.message
    assert figures[:2] == (1, 0) and list(stage.reports) == [WEEK]
    assert other.connections == collector.connections == 0


def test_consent_given_to_one_vendor_is_none_for_another(stage, collector, collectors, flush):
    theirs = collectors()
    Stage(stage.home, "zeta").prepare(theirs.url).counted(WEEK)
    answer, _ = flush(vendor="zeta", destination=collector.url)
    assert answer.status == "TEL_E_INVALID"
    assert theirs.connections == collector.connections == 0


@pytest.mark.parametrize("why", ["TEL_DIR", "vendor tel", "DO_NOT_TRACK", "mode local"])
def test_where_nothing_may_be_sent_nothing_is(stage, collector, flush, why):
    if why == "mode local":
        stage.mode("local 2026-11-01")
    if why == "vendor tel":
        Stage(stage.home, "tel").prepare(collector.url).counted(WEEK)
    env = {"TEL_DIR": {"TEL_DIR": stage.directory}, "DO_NOT_TRACK": {"DO_NOT_TRACK": 1}}.get(why, {})
    answer, figures = flush(destination=collector.url, env=env, **({"vendor": "tel"} if why == "vendor tel" else {}))
    assert figures[1] == 0 and collector.connections == 0 and stage.sent == {}


def test_counts_from_before_the_yes_never_leave(stage, collector, flush):
    stage.mode("on 2026-11-23")
    _, figures = flush(destination=collector.url)
    assert figures[:2] == (1, 0) and collector.uploads() == []


def test_what_the_collector_refuses_is_said(stage, collector, flush):
    collector.always("POST", f"/upload/{WEEK}", Answer(400, b"unknown program"))
    answer, figures = flush(destination=collector.url)
    assert answer.status != "TEL_OK" and "400" in answer.message
    assert figures == (1, 0, 1, 0) and list(stage.rejected) == [WEEK]


@pytest.mark.parametrize("how", ["nobody", "stumbling", "silent"])
def test_an_unreachable_collector_never_prevents_reports(stage, collector, flush, how):
    if how == "nobody":
        stage.destine(nobody())
    if how == "stumbling":
        collector.always("POST", "*", Answer(503))
    if how == "silent":
        collector.always("GET", "*", Answer(delay=30))
    start = time.monotonic()
    destination = (stage.directory / "destination").read_text().strip()
    answer, figures = flush(1500, destination=destination)
    assert time.monotonic() - start < 4
    assert answer.status in ("TEL_E_IO", "TEL_E_TIMEOUT", "TEL_E_BUSY") and answer.message
    assert figures == (1, 0, 0, 1) and list(stage.reports) == [WEEK] and stage.sent == {}


def test_beside_the_command_every_week_arrives_once(stage, collector):
    stage.counted(WEEKS[0], WEEKS[2])
    for week in WEEKS:
        collector.script("POST", f"/upload/{week}", Answer(200, delay=0.2))
    hosts = [Driver(stage.home) for _ in range(4)]
    try:
        for host in hosts:
            assert host.open(**HOST, destination=collector.url).status == "TEL_OK"
        commands = [stage.start("upload", "--vendor", "acme", "--as-of", TODAY) for _ in range(3)]
        for host in hosts:
            host.send("flush", 10_000)
        for host in hosts:
            host.receive()
            host.end()
        for command in commands:
            command.communicate(timeout=60)
    finally:
        for host in hosts:
            host.kill()
    stage.upload(as_of="2026-12-07").ok
    assert {week: len(bodies) for week, bodies in sorted(collector.weeks.items())} == {week: 1 for week in WEEKS}
    assert {week: [body] for week, body in stage.sent.items()} == collector.weeks
