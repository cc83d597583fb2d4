"""The collector of these tests does what its script says, on the wire: without
that the other tests would prove nothing."""

import hashlib
import http.client
import json
import ssl
import subprocess
import sys
import urllib.request

import pytest

from Harness import c
from Harness.certificates import Authority
from Harness.collector import Answer, Collector, nobody

CONFIG = {
    "GOOS": ["linux"], "GOARCH": ["amd64"], "GoVersion": ["gcc12.2"], "SampleRate": 1,
    "Programs": [{
        "Name": "example.com/app", "Versions": ["v1"], "Counters": [{"Name": "app/mode:{fast,slow}", "Rate": 1}],
        "Stacks": [{"Name": "crash/crash", "Rate": 1, "Depth": 16}]}]}
PROGRAM = {
    "Program": "example.com/app", "Version": "v1", "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64",
    "Counters": {"app/mode:fast": 1}, "Stacks": {"crash/crash\nmain.f:+1,+0x2": 1}}
REPORT = {"Week": "2026-11-27", "LastWeek": "", "X": 0.5, "Programs": [PROGRAM], "Config": "v1.0.0"}


@pytest.fixture
def collector():
    with Collector(json.dumps(CONFIG).encode()) as collector:
        yield collector


def ask(collector, method="POST", path="/upload/2026-11-27", body=b"", headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=3)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer, answer.read()


def test_a_request_is_kept_byte_for_byte(collector):
    body = bytes(range(256))
    ask(collector, body=body, headers={"X-Odd": "a:b"})
    (request,) = collector.uploads()
    assert request.body == body and request.header("x-odd") == "a:b"
    assert request.head.startswith(b"POST /upload/2026-11-27 HTTP/1.1\r\nHost: ") and request.head.endswith(b"\r\n\r\n")


def test_the_latest_config_is_a_redirect_to_one_that_is_kept_by_its_tag(collector):
    answer, _ = ask(collector, "GET", "/config/latest.json")
    assert (answer.status, answer.getheader("Location")) == (302, "/config/v1.0.0.json")
    answer, body = ask(collector, "GET", "/config/v1.0.0.json")
    assert answer.status == 200 and body == collector.config
    answer, body = ask(collector, "GET", "/config/v1.0.0.json", headers={"If-None-Match": answer.getheader("ETag")})
    assert answer.status == 304 and body == b""
    assert ask(collector, "GET", "/config/v0.9.0.json")[0].status == 404


def test_a_report_is_answered_with_a_receipt(collector):
    body = json.dumps(REPORT).encode()
    answer, receipt = ask(collector, body=body)
    receipt = json.loads(receipt)
    assert answer.status == 200 and (receipt["week"], receipt["sha256"]) == ("2026-11-27", hashlib.sha256(body).hexdigest())
    assert collector.weeks == {"2026-11-27": [body]} and collector.refused == []


@pytest.mark.parametrize("change, sentence", [
    ({"Week": "2026-02-30"}, "invalid week 2026-02-30"),
    ({"Config": "latest"}, "invalid config latest"),
    ({"X": 0}, "invalid X 0"),
    ({"Programs": [{**PROGRAM, "GOARCH": "arm64"}]}, 'unknown program build example.com/app@"v1" "gcc12.2" linux/arm64'),
    ({"Programs": [{**PROGRAM, "Version": "v2"}]}, "unknown program build"),
    ({"Programs": [{**PROGRAM, "Counters": {"app/mode:odd": 1}}]}, "unknown counter app/mode:odd"),
    ({"Programs": [{**PROGRAM, "Stacks": {"crash/other\nx": 1}}]}, "unknown stack crash/other"),
    ({"Programs": [{**PROGRAM, "Counters": {"app/mode:fast": 1.5}}]}, "invalid JSON payload"),
])
def test_what_the_references_server_refuses_is_refused(collector, change, sentence):
    answer, body = ask(collector, body=json.dumps({**REPORT, **change}).encode())
    assert answer.status == 400 and sentence in body.decode()
    assert sentence in collector.refused[0]


def test_a_script_is_followed_in_its_order_and_then_ends(collector):
    collector.script("POST", "/upload/2026-11-27", Answer(503, b"later", {"Retry-After": "7"}), Answer(204))
    body = json.dumps(REPORT).encode()
    answer, text = ask(collector, body=body)
    assert (answer.status, text, answer.getheader("Retry-After")) == (503, b"later", "7")
    assert [ask(collector, body=body)[0].status for _ in range(2)] == [204, 200]


@pytest.mark.parametrize("answer, error", [
    (Answer(body=b"short", length=50), http.client.IncompleteRead),
    (Answer(body=b"0123456789", cut=4), http.client.IncompleteRead),
    (Answer(hang_up=True), http.client.RemoteDisconnected),
    (Answer(reset=True), ConnectionResetError),
    (Answer(raw=b"220 mail.example.org ESMTP\r\n"), http.client.BadStatusLine),
    (Answer(delay=5), TimeoutError),
])
def test_it_can_lie_and_break_off(collector, answer, error):
    collector.script("POST", "*", answer)
    with pytest.raises(error):
        ask(collector)


def test_it_can_say_less_than_it_sends(collector):
    collector.script("POST", "*", Answer(body=b"0123456789", length=4))
    assert ask(collector)[1] == b"0123"


def test_it_can_trickle_and_never_end(collector):
    collector.script("GET", "/slow", Answer(body=b"abc", pace=0.1))
    collector.script("GET", "/endless", Answer(body=bytes(1000), endless=True))
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=3)
    connection.request("GET", "/slow")
    assert connection.getresponse().read() == b"abc"
    connection.request("GET", "/endless")
    assert len(connection.getresponse().read(1_000_000)) == 1_000_000


@pytest.mark.parametrize("hosts, days, trusted, problem", [
    (("127.0.0.1", "localhost"), 1, True, None),
    (("127.0.0.1",), 1, False, "self-signed|unable to get"),
    (("example.org",), 1, True, "IP address mismatch"),
    (("127.0.0.1",), -1, True, "expired"),
])
def test_its_certificate_is_what_the_test_asks_for(tmp_path, hosts, days, trusted, problem):
    authority, other = Authority(tmp_path / "a"), Authority(tmp_path / "b", "another authority")
    context = ssl.create_default_context(cafile=(authority if trusted else other).path)
    with Collector(json.dumps(CONFIG).encode(), tls=authority.server(hosts, days)) as collector:
        get = lambda: urllib.request.urlopen(f"{collector.url}/config/latest.json", context=context, timeout=3)
        if problem:
            with pytest.raises(OSError, match=problem):
                get()
            assert collector.requests == []
        else:
            assert get().read() == collector.config


def test_where_nobody_is_connections_are_refused(collector):
    for url in (nobody(), collector.url):
        collector.stop()
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(url, timeout=3)
    collector.start()
    assert ask(collector, "GET", "/config/latest.json")[0].status == 302


def test_as_a_program_it_ends_after_a_report(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    receiver = subprocess.Popen(
        [sys.executable, "-m", "Harness.collector", "--once", "--config", tmp_path / "config.json", "--folder", tmp_path, "--seconds", "30"],
        cwd=c.ROOT / "Tests", text=True, stdout=subprocess.PIPE)
    url = receiver.stdout.readline().strip()
    body = json.dumps(REPORT).encode()
    assert urllib.request.urlopen(f"{url}/config/latest.json").read() == (tmp_path / "config.json").read_bytes()
    assert urllib.request.urlopen(f"{url}/upload/2026-11-27", body).status == 200
    assert receiver.communicate(timeout=10)[0] == f"POST /upload/2026-11-27 {len(body)} bytes: 200\n"
    assert receiver.returncode == 0 and (tmp_path / "1-2026-11-27.json").read_bytes() == body
