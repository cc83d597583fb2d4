"""The transports among the examples, in Python and Go, carry what libtel gives
them to a collector on this machine, and back what that answers. First alone,
with Harness/courier.py in libtel's place, then with libtel."""

import http.server
import json
import re
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone

import pytest

from Harness import c, courier
from Harness.collector import Answer, Collector
from Upload import stage

EXAMPLES = c.ROOT / "examples"


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers as it is told, and keeps what it got."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append((self.command, self.path, self.headers.get("If-None-Match"), self.headers.get("Content-Type"), body))
        code, headers, text = self.server.answers[self.command]
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *arguments):
        pass


@pytest.fixture
def collector():
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.got, server.answers = [], {"GET": (200, {}, b"{}"), "POST": (200, {}, b"")}
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Language -> command."""
    program = tmp_path_factory.mktemp("go") / "transport"
    built = subprocess.run(
        [sys.executable, EXAMPLES / "build_go.py", EXAMPLES / "go-libtel" / "transport", program], text=True, capture_output=True)
    assert (built.returncode, built.stderr) == (0, "")
    return {"python": [sys.executable, EXAMPLES / "python" / "transport.py"], "go": [program]}


@pytest.fixture(params=["python", "go"])
def run(request, programs, tmp_path):
    """What the program prints."""

    def start(url, library):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        if request.param == "python":
            env |= {"TEL_LIBRARY": str(library), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        else:
            env |= {"LD_PRELOAD": str(library)}
        done = subprocess.run([*programs[request.param], url], cwd=tmp_path, env=env, text=True, capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    start.client = {"python": "Python-urllib/", "go": "Go-http-client/"}[request.param]
    return start


@pytest.fixture
def send(run, tmp_path):
    """What the program prints, and what libtel saw of its transport."""
    telemetry = tmp_path / ".config" / "example" / "telemetry"

    def start(url):
        courier.consent(telemetry, url)
        return run(url, courier.library()), [line for line in courier.seen(telemetry) if line != "write "]

    return start


@pytest.mark.parametrize("answers, expected, says", [
    ({}, ["write {}", "fetch TEL_OK 200 0", "deliver TEL_OK 200 0"], "sent 1"),
    ({"GET": (304, {"ETag": '"new"'}, b""), "POST": (202, {}, b"thanks")},
     ['tag "new"', "fetch TEL_OK 304 0", "write thanks", "deliver TEL_OK 202 0"], "sent 1"),
    ({"GET": (302, {"Location": "/config/v1.0.0.json"}, b""), "POST": (503, {"Retry-After": "90"}, b"busy")},
     ["location {url}/config/v1.0.0.json", "fetch TEL_OK 302 0", "write busy", "deliver TEL_OK 503 90"], "sent 1"),
    ({"POST": (404, {}, b"x" * 5000)}, ["write {}", "fetch TEL_OK 200 0", "too many", "deliver TEL_E_FULL 404 0"], "rejected 1")],
    ids=["200", "304", "302", "long"])
def test_a_transport_carries_requests_and_answers(send, collector, answers, expected, says):
    collector.answers.update(answers)
    output, seen = send(collector.url)
    assert says in output.splitlines()[0]
    assert seen == [line.replace("{url}", collector.url) for line in expected]
    assert collector.got == [
        ("GET", "/config/latest.json", '"etag"', None, b""),
        ("POST", "/upload/2026-11-27", None, "application/json", b'{"Week":"2026-11-27"}')]


def test_a_transport_says_that_nobody_is_there(send, collector):
    collector.server_close()
    output, seen = send(collector.url)
    assert re.fullmatch(r"made 3, sent 0, rejected 0, waiting 1\nnot all was sent: .*connection refused.*\n", output, re.IGNORECASE)
    assert "deliver TEL_E_IO 0 0" in seen


# ---- With libtel


# Opening makes the report in passing: flushing has nothing to make.
YESTERDAY = (datetime.now(timezone.utc) - timedelta(days=1)).date()


@pytest.fixture
def user(tmp_path):
    """Of programs of the organisation that the examples name."""
    user = stage.Stage(tmp_path, vendor="example").prepare(mode="on 2020-01-01")
    return user.counted(str(YESTERDAY))


def test_a_transport_delivers_a_week_once(run, user):
    with Collector(config=stage.config(), version="v1.2.3") as collector:
        user.destine(collector.url)
        assert run(collector.url, c.library()) == "made 0, sent 1, rejected 0, waiting 0\n"
        assert run(collector.url, c.library()) == "made 0, sent 0, rejected 0, waiting 0\n"
        (report,) = [request for request in collector.requests if request.method == "POST"]
        assert report.path == f"/upload/{YESTERDAY}"
        assert stage.programs(report.body) == {stage.PROGRAM: stage.WANTED}
        assert json.loads(report.body)["Config"] == "v1.2.3"
        assert user.sent == {str(YESTERDAY): report.body} and user.nothing_is_left()
        # The program's own transport goes before libtel's.
        assert all(request.header("User-Agent").startswith(run.client) for request in collector.requests)


def test_what_cannot_be_delivered_now_waits_for_the_time_that_the_collector_says(run, user):
    with Collector(config=stage.config()) as collector:
        user.destine(collector.url)
        collector.always("POST", "*", Answer(503, headers={"Retry-After": "3600"}))
        first, why = run(collector.url, c.library()).splitlines()
        assert first == "made 0, sent 0, rejected 0, waiting 1"
        assert why.startswith("not all was sent: ") and "503" in why
        asked = len(collector.requests)
        first, why = run(collector.url, c.library()).splitlines()
        assert first == "made 0, sent 0, rejected 0, waiting 1" and why.startswith("not all was sent: ")
        assert len(collector.requests) == asked and user.next[2] == "retry-after"


def test_what_is_refused_is_told(run, user):
    with Collector(config=stage.config()) as collector:
        user.destine(collector.url)
        collector.always("POST", "*", Answer(400, b"no"))
        first, why = run(collector.url, c.library()).splitlines()
        assert first == "made 0, sent 0, rejected 1, waiting 0" and "400" in why
        assert list(user.rejected) == [str(YESTERDAY)]


def test_without_consent_nobody_is_asked(run, user):
    with Collector(config=stage.config()) as collector:
        user.destine("https://other.example.org")
        first, why = run(collector.url, c.library()).splitlines()
        assert first == "made 0, sent 0, rejected 0, waiting 0" and "consented" in why
        assert collector.requests == []
