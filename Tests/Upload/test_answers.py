"""What the collector says, and what becomes of the report."""

import time
from email.utils import formatdate

import pytest

from Harness.collector import Answer, nobody
from Harness.driver import instant

from .stage import LATER, TODAY, TOMORROW, WANTED, WEEKS, programs, sha256

WEEK = WEEKS[1]
PATH = f"/upload/{WEEK}"
DAY = 86400
NOW = instant(TODAY) + 1


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def delivered(stage, collector, times=1):
    """The week has come, is marked with what came, and nothing waits."""
    (body, *_) = collector.weeks[WEEK]
    assert len(collector.weeks[WEEK]) == times
    assert stage.sent == {WEEK: body} and stage.nothing_is_left()
    return body


def kept(stage):
    """It was not delivered, and is not given up."""
    assert list(stage.waiting) == [WEEK] and stage.sent == {} == stage.rejected
    assert not list(stage.directory.glob("upload/*.lock"))
    assert WEEK in stage.reports
    return True


def test_a_finished_week_is_delivered(stage, collector):
    done = stage.upload()
    assert (done.code, done.out, done.err) == (0, "", "")
    assert programs(delivered(stage, collector)) == {"example.com/app": WANTED}
    assert stage.reports[WEEK] != stage.sent[WEEK]
    (request,) = collector.uploads()
    assert request.header("Content-Type") == "application/json"


def test_a_second_run_sends_nothing(stage, collector):
    stage.upload().ok
    stage.upload().ok
    stage.upload(as_of=LATER).ok
    delivered(stage, collector)


def test_several_weeks_are_delivered_in_one_run(stage, collector):
    stage.counted(WEEKS[0], WEEKS[2])
    stage.upload().ok
    assert {week: len(bodies) for week, bodies in collector.weeks.items()} == {week: 1 for week in WEEKS}
    assert stage.sent == {week: bodies[0] for week, bodies in collector.weeks.items()}


def test_one_week_that_fails_does_not_stop_the_others(stage, collector):
    stage.counted(WEEKS[0], WEEKS[2])
    collector.always("POST", PATH, Answer(500))
    assert stage.hasty().code != 0
    assert set(stage.sent) == {WEEKS[0], WEEKS[2]} and list(stage.waiting) == [WEEK]


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_success(stage, collector, code):
    collector.always("POST", PATH, Answer(code))
    stage.upload().ok
    delivered(stage, collector)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 418, 422, 451, 499])
def test_a_refusal_is_final_and_kept_with_its_reason(stage, collector, code):
    collector.always("POST", PATH, Answer(code, b"unknown counter app/start\nand more"))
    done = stage.upload()
    assert done.code != 0 and WEEK in done.err and str(code) in done.err
    (body,) = collector.weeks[WEEK]
    assert stage.rejected == {WEEK: body} and stage.waiting == {} == stage.sent
    answer = stage.dated("rejected", ".answer")[WEEK].decode().splitlines()
    assert answer[0].split()[0] == str(code) and answer[-2:] == ["unknown counter app/start", "and more"]
    assert stage.upload(as_of=LATER).code == 0
    assert len(collector.uploads()) == 1


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 507, 599])
def test_what_may_pass_is_tried_again(stage, collector, code):
    collector.always("POST", PATH, Answer(code))
    assert stage.hasty().code != 0
    assert kept(stage) and stage.next[0] > NOW and stage.next[1] >= 1
    (first, *_) = collector.uploads()
    collector.forget()
    assert stage.upload(as_of=LATER).ok
    assert delivered(stage, collector, len(collector.uploads())) == first.body
    assert {request.body for request in collector.uploads()} == {first.body}


def test_within_a_run_it_is_tried_again_a_little_later(stage, collector):
    collector.script("POST", PATH, Answer(503), Answer(502))
    stage.upload().ok
    delivered(stage, collector, times=3)
    times = [request.time for request in collector.uploads()]
    assert all(later - earlier >= 0.1 for earlier, later in zip(times, times[1:])), times


def test_a_run_ends_in_its_time(stage, collector):
    collector.always("POST", PATH, Answer(503))
    start = time.monotonic()
    assert stage.upload("--timeout", "3").code != 0
    assert time.monotonic() - start < 6
    assert 1 <= len(collector.uploads()) < 30


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_obeyed_across_runs(stage, collector, code):
    collector.script("POST", PATH, Answer(code, headers={"Retry-After": "7200"}))
    assert stage.upload().code != 0
    assert kept(stage) and len(collector.uploads()) == 1
    seconds, _, why = stage.next
    assert NOW + 7200 <= seconds <= NOW + 7200 + 60 and why == "retry-after"
    stage.upload()
    assert len(collector.uploads()) == 1, "it did not wait"
    stage.upload(as_of=TOMORROW).ok
    delivered(stage, collector, times=2)


@pytest.mark.parametrize("said", ["172800", "999999999999"])
def test_nobody_can_ask_to_wait_for_more_than_a_day(stage, collector, said):
    collector.script("POST", PATH, Answer(503, headers={"Retry-After": said}))
    assert stage.upload().code != 0
    assert NOW < stage.next[0] <= NOW + DAY
    stage.upload(as_of=LATER).ok
    delivered(stage, collector, times=2)


def test_retry_after_may_be_a_date(stage, collector):
    collector.script("POST", PATH, Answer(503, headers={"Retry-After": formatdate(time.time() + 7200, usegmt=True)}))
    assert stage.upload().code != 0
    assert NOW + 7100 <= stage.next[0] <= NOW + 7300


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", "0"])
def test_a_retry_after_that_says_nothing_is_not_obeyed(stage, collector, said):
    collector.script("POST", PATH, Answer(503, headers={"Retry-After": said}))
    stage.upload().ok
    delivered(stage, collector, times=2)


# ---- Redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("whole", [False, True], ids=["path", "URL"])
def test_a_redirect_within_the_origin_keeps_method_and_body(stage, collector, code, whole):
    target = f"/upload/elsewhere/{WEEK}"
    collector.script("POST", PATH, Answer.to((collector.url if whole else "") + target, code))
    collector.always("POST", target, Answer(200))
    stage.upload().ok
    first, second = collector.uploads()
    assert (second.method, second.path, second.body) == ("POST", target, first.body)
    assert stage.sent == {WEEK: first.body}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_is_not_followed(stage, collector, collectors, code):
    other = collectors()
    collector.always("POST", PATH, Answer.to(other.url + PATH, code))
    done = stage.hasty()
    assert done.code != 0 and other.requests == [] and other.connections == 0
    assert stage.sent == {}


@pytest.mark.parametrize("location", ["//127.0.0.1:{port}/upload/x", "http://localhost:{own}/upload/x", "http://127.0.0.1.example.org:{own}/upload/x",
                                      "http://127.0.0.1:{own}@127.0.0.1:{port}/upload/x", "https://127.0.0.1:{own}/upload/x", "file:///dev/null", "exec:/bin/true",
                                      "http://127.0.0.1:{port}"])
def test_no_spelling_of_another_origin_is_followed(stage, collector, collectors, location):
    other = collectors()
    collector.always("POST", PATH, Answer.to(location.format(port=other.port, own=collector.port)))
    assert stage.hasty().code != 0
    assert stage.sent == {}
    assert other.connections == 0
    assert {request.path for request in collector.uploads()} == {PATH}


def test_a_redirect_in_a_circle_ends(stage, collector):
    collector.always("POST", PATH, Answer.to("/upload/b"))
    collector.always("POST", "/upload/b", Answer.to(PATH))
    assert stage.hasty().code != 0
    assert stage.sent == {} and len(collector.uploads()) <= 60


# ---- Answers that are none


BROKEN = {
    "nothing": Answer(hang_up=True),
    "reset": Answer(reset=True),
    "another protocol": Answer(raw=b"220 mail.example.org ESMTP\r\n"),
    "cut off in the head": Answer(raw=b"HTTP/1.1 200 O"),
    "cut off in the body": Answer(body=b'{"week": "2026-11-27"}', cut=5),
    "less than it claims": Answer(body=b"OK", length=4000),
    "endless": Answer(body=b" " * 65536, endless=True),
    "endless head": Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"a" * 4_000_000),
    "too long": Answer(body=b" " * (8 << 20)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_answer_that_is_none_is_tried_again(stage, collector, what):
    collector.always("POST", PATH, BROKEN[what])
    start = time.monotonic()
    done = stage.hasty()
    assert time.monotonic() - start < 8
    assert done.code != 0 and kept(stage)
    collector.forget()
    stage.upload(as_of=LATER).ok
    delivered(stage, collector, len(collector.uploads()))
    assert len({request.body for request in collector.uploads()}) == 1


def test_more_than_it_claims_is_no_harm(stage, collector):
    collector.script("POST", PATH, Answer(body=b"OK and more", length=2))
    stage.upload().ok
    delivered(stage, collector)


@pytest.mark.parametrize("answer", [Answer(delay=30), Answer(body=b"x" * 1000, pace=1)], ids=["silent", "trickling"])
def test_who_is_too_slow_is_left(stage, collector, answer):
    collector.always("POST", PATH, answer)
    start = time.monotonic()
    assert stage.hasty().code != 0
    assert time.monotonic() - start < 6 and kept(stage)


def test_slow_is_no_failure(stage, collector):
    collector.script("POST", PATH, Answer(body=b'{"ok": 1}', pace=0.05, delay=0.3))
    stage.upload().ok
    delivered(stage, collector)


# ---- Unreachable


def test_an_unreachable_collector_never_prevents_reports_and_is_made_up_for(stage, collector):
    stage.counted(WEEKS[0])
    collector.stop()
    done = stage.hasty()
    assert done.code != 0 and done.err
    assert list(stage.reports) == list(WEEKS[:2])
    assert not list(stage.local.glob("*.v1.count")) and stage.sent == {} == stage.rejected
    collector.start()
    stage.upload(as_of=LATER).ok
    assert {week: [body] for week, body in stage.sent.items()} == collector.weeks and list(stage.sent) == list(WEEKS[:2])
    assert {programs(body)["example.com/app"]["Counters"]["app/start"] for body in stage.sent.values()} == {3}


CONFIGS = {
    "missing": Answer(404), "forbidden": Answer(403), "broken": Answer(500), "empty": Answer(200), "no JSON": Answer(200, b"<html>"),
    "half": Answer(200, b'{"GOOS": ["linux"], "Prog'), "another type": Answer(200, b'{"Programs": {"Name": 1}}'), "endless": Answer(200, b" " * 65536, endless=True),
    "lying": Answer(200, b"{}", length=1000), "elsewhere": Answer.to("http://127.0.0.1:9/config/v1.0.0.json", 302), "circle": Answer.to("/config/latest.json", 302),
}


@pytest.mark.parametrize("what", CONFIGS)
def test_a_config_that_is_none_never_prevents_reports_and_is_made_up_for(stage, collector, what):
    collector.always("GET", "/config/latest.json", CONFIGS[what])
    assert stage.hasty().code != 0
    assert list(stage.reports) == [WEEK] and collector.uploads() == []
    collector.forget()
    stage.upload(as_of=LATER).ok
    delivered(stage, collector)


def test_where_nobody_is_nothing_is_lost(stage):
    stage.destine(nobody())
    assert stage.hasty().code != 0
    assert list(stage.reports) == [WEEK] and stage.rejected == {}


def test_after_a_failure_the_collector_is_left_alone_for_a_while(stage, collector):
    """By what nobody has asked for at this moment; longer each time."""
    collector.always("POST", PATH, Answer(500))
    stage.hasty("--background")
    first = stage.next
    count = len(collector.uploads())
    stage.hasty("--background")
    assert len(collector.uploads()) == count, "it did not wait"
    stage.hasty("--background", as_of=TOMORROW)
    assert len(collector.uploads()) > count and stage.next[1] > first[1]
    assert stage.next[0] <= instant(TOMORROW) + 1 + DAY
    collector.forget()
    stage.upload(as_of=TOMORROW).ok
    assert list(stage.sent) == [WEEK] and not (stage.local / "upload.next").exists()


# ---- TLS


@pytest.fixture
def tls(stage, collectors, authority):
    """A collector with this kind of certificate, as the destination."""

    def make(**kind):
        collector = collectors(tls=authority.server(**kind))
        stage.destine(collector.url)
        return collector

    return make


def test_over_tls(stage, tls, authority):
    collector = tls()
    stage.upload(SSL_CERT_FILE=str(authority.path)).ok
    delivered(stage, collector)


@pytest.mark.parametrize("kind, trusted", [({}, False), ({"hosts": ("example.org",)}, True), ({"days": -1}, True)], ids=["unknown", "other name", "expired"])
def test_who_cannot_prove_who_he_is_gets_nothing(stage, tls, authority, kind, trusted):
    collector = tls(**kind)
    done = stage.hasty(**({"SSL_CERT_FILE": str(authority.path)} if trusted else {}))
    assert done.code != 0 and "certificate" in done.err.lower()
    assert collector.requests == [] and list(stage.reports) == [WEEK] and stage.rejected == {}


def test_no_redirect_leads_from_tls_to_plain_text(stage, tls, authority, collector):
    secure = tls()
    secure.always("POST", PATH, Answer.to(collector.url + PATH))
    secure.always("GET", "/config/latest.json", Answer.to(f"{collector.url}/config/v1.0.0.json", 302))
    assert stage.hasty(SSL_CERT_FILE=str(authority.path)).code != 0
    assert collector.requests == []


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://example.org/", "http://127.0.0.1.example.org/", "exec:/bin/true", "ftp://127.0.0.1/", "nothing", "http://"])
def test_only_some_destinations_may_be_in_the_file(stage, url):
    """Plain HTTP to loopback alone; a program never."""
    stage.destine(url)
    done = stage.hasty(before=["strace", "-f", "-qq", "-e", "trace=connect,execve", "-o", stage.home / "trace"])
    assert done.code != 0 and done.err
    trace = (stage.home / "trace").read_text()
    assert "connect(" not in trace and trace.count("execve(") == 1
    assert stage.sent == {} == stage.rejected


def test_the_marker_is_what_was_sent(stage, collector):
    stage.upload().ok
    (request,) = collector.uploads()
    assert sha256(stage.sent[WEEK]) == sha256(request.body)
