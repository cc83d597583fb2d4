"""`tel-collector serve`, as its operator sees it. Weaknesses 39 to 47 of the
reference's server have a test here or in test_metrics.py, test_rounds.py and
test_export.py, that names them."""

import contextlib
import gzip
import json
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from Collector.conftest import chart, charts, executable
from Collector.serving import CONFIG, Serving, build, crowd, report, until
from Harness import client


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from Collector.conftest import Collector

    with Serving(Collector(tmp_path_factory.mktemp("served"))) as served:
        for each in crowd(60):
            assert served.upload(each).status == 200
        served.collector("publish", "--data", "data", "--as-of", "2026-11-26").ok
        yield served


def test_it_says_where_it_listens_and_that_it_is_well(served):
    assert served.url == f"http://127.0.0.1:{served.port}/"
    assert (served.get("/healthz").status, served.get("/healthz").text) == (200, "ok\n")
    assert (served.get("/readyz").status, served.get("/readyz").text) == (200, "ready\n")


def test_it_listens_on_loopback_unless_it_is_told_otherwise(served):
    listening = subprocess.run(["ss", "-tlnH", f"sport = :{served.port}"], capture_output=True, text=True)
    if listening.returncode == 0:
        assert listening.stdout.split()[3] == f"127.0.0.1:{served.port}"
    assert "address=http://127.0.0.1" in served.log()


def test_without_a_config_it_runs_and_is_not_ready(collector):
    with Serving(collector, config=None) as served:
        assert served.get("/healthz").status == 200
        assert (served.get("/readyz").status, served.get("/readyz").text) == (503, "there is no upload config yet\n")
        assert served.get("/").status == 200
        assert served.upload(report(0.5)).status >= 400


def test_two_collectors_in_one_folder_are_refused_with_a_sentence(served):
    done = served.collector("serve", "--data", "data", "--port", "0")
    assert done.code == 1
    assert done.err == "tel-collector: data: another tel-collector is at work there; stop it, or name another folder with --data\n"


def test_a_port_that_is_taken_is_told(served):
    done = served.collector("serve", "--data", "other", "--port", str(served.port))
    assert done.code == 1 and f"cannot listen on 127.0.0.1, port {served.port}: " in done.err and "--port names another" in done.err


def bytes_read(served):
    with open(f"/proc/{served.process.pid}/io") as numbers:
        return int(numbers.readline().split()[1])


def test_what_is_published_is_read_before_anybody_asks(collector):
    with Serving(collector) as served:
        for each in crowd(60):
            assert served.upload(each).status == 200
        served.collector("publish", "--data", "data", "--as-of", "2026-11-26").ok
        assert served.stop() == 0
        # A member that nobody knows makes it long.
        with contextlib.closing(sqlite3.connect(served.data / "reports.db")) as store, store:
            name, text = store.execute("SELECT name, text FROM document WHERE CAST(name AS TEXT) LIKE 'weeks/%'").fetchone()
            store.execute("UPDATE document SET text = ? WHERE name = ?", (text.replace(b"{", b'{"later": "' + b"x" * 20_000_000 + b'",', 1), name))
        served.start()
        assert until(lambda: bytes_read(served) > 20_000_000)
        before = bytes_read(served)
        assert "reports" in served.get("/").text
        assert bytes_read(served) - before < 10_000_000


# ---- Weaknesses 42 and 43: no caching, no compression ---------------------------

def test_weakness_43_pages_have_etags_and_are_not_sent_twice(served):
    first = served.get("/")
    assert first.status == 200 and first.headers["etag"] and "max-age" in first.headers["cache-control"]
    again = served.get("/", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert served.get("/", If_None_Match='W/"other"').status == 200


@pytest.mark.parametrize("path", ["/", "/style.css", "/site.js", "/data/weeks/2026-11-15.json", "/data/weeks/2026-11-15.csv", "/charts/example.com~p/a/"])
def test_weakness_43_what_is_text_is_compressed_for_those_who_like_that(served, path):
    plain, packed = served.get(path), served.get(path, Accept_Encoding="br, gzip;q=0.8")
    assert plain.status == packed.status == 200
    assert "content-encoding" not in plain.headers and plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    assert packed.headers["etag"] == "W/" + plain.headers["etag"]  # other bytes, another tag
    assert served.get(path, Accept_Encoding="gzip", If_None_Match=packed.headers["etag"]).status == 304
    for no in ("identity", "gzip;q=0", "*;q=0"):
        assert "content-encoding" not in served.get(path, Accept_Encoding=no).headers


def test_weakness_42_a_page_comes_from_a_cache_in_5_ms(served):
    path = "/charts/example.com~p/a/"
    packed = served.get(path, Accept_Encoding="gzip")
    assert len(packed.body) <= 60 * 1024
    times = []
    for _ in range(100):
        start = time.perf_counter()
        assert served.get(path, Accept_Encoding="gzip").status == 200
        times.append(time.perf_counter() - start)
    assert sorted(times)[50] <= 0.005


def test_every_page_forbids_what_it_does_not_need(served):
    for path in ("/", "/charts/example.com~p/a/", "/nothing"):
        headers = served.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    assert served.get("/data/weeks/2026-11-15.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in served.get("/").headers


def test_weakness_47_files_of_the_folder_are_not_public(served):
    for path in ("/reports.db", "/lock", "/data/../reports.db", "/%2e%2e/reports.db", "/config/SHA256SUMS", "/config/../reports.db", "//reports.db", "/data/reports.db"):
        assert served.get(path).status == 404, path


def test_weakness_45_what_is_not_there_is_a_page(served):
    missing = served.get("/nothing")
    assert missing.status == 404 and "</html>" in missing.text and missing.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method, path, allow", [("POST", "/", "GET, HEAD"), ("PUT", "/data/", "GET, HEAD"), ("DELETE", "/healthz", "GET, HEAD"), ("GET", "/upload/2026-11-15", "POST")])
def test_methods(served, method, path, allow):
    reply = served.ask(method, path)
    assert (reply.status, reply.headers["allow"]) == (405, allow)


def test_head_has_the_headers_alone(served):
    get, head = served.get("/"), served.ask("HEAD", "/")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] and head.headers["etag"] == get.headers["etag"]


# ---- Logs -----------------------------------------------------------------------

SECRET = "Zebra77"


@pytest.mark.parametrize("format", ["text", "json"])
def test_logs_have_nothing_of_anybody(collector, format):
    with Serving(collector, "--log", format, "--trusted-proxy", "127.0.0.1") as served:
        from_elsewhere = {"X-Forwarded-For": "203.0.113.77", "User-Agent": SECRET, "Referer": f"http://{SECRET}/", "Content-Type": "application/json"}
        for method, path, body in [
            ("GET", f"/?q={SECRET}", None), ("GET", f"/{SECRET}", None), ("POST", f"/upload/{SECRET}", json.dumps(report(0.5))), ("POST", "/upload/2026-11-15", SECRET),
            ("POST", "/upload/2026-11-15", json.dumps(report(0.25, counters={f"a:{SECRET}": 1}))), ("DELETE", f"/{SECRET}", None), ("GET", f"/config/{SECRET}.json", None)]:
            served.ask(method, path, body, from_elsewhere)
        raw = socket.create_connection(("127.0.0.1", served.port))
        raw.sendall(b"GET /" + SECRET.encode() + b" NONSENSE\r\n" + SECRET.encode() + b"\r\n\r\n")
        raw.recv(1000)
        assert served.stop() == 0
        log = served.log()
    assert SECRET not in log and "203.0.113" not in log and "0.25" not in log and "?" not in log
    assert log.count("127.0.0.1") == 1  # its own, where it listens
    if format == "json":
        events = [json.loads(line) for line in log.splitlines()]
        assert all({"time", "level", "event"} <= set(event) for event in events)
        assert {"starting", "listening", "request", "stopped"} <= {event["event"] for event in events}
    else:
        assert " info request route=page status=404 ms=" in log


# ---- Ending ---------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_and_soon_even_with_connections_open(collector, number):
    with Serving(collector) as served:
        served.get("/healthz")  # kept alive
        idle = socket.create_connection(("127.0.0.1", served.port))
        start = time.monotonic()
        assert served.stop(number) == 0
        assert time.monotonic() - start < 15
        assert "stopped" in served.log()
        idle.close()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", served.port), timeout=2)


def test_what_was_begun_is_answered(collector):
    """An upload whose body is on its way when SIGTERM comes is kept and answered."""
    with Serving(collector) as served:
        body = json.dumps(report(0.5)).encode()
        slow = socket.create_connection(("127.0.0.1", served.port))
        slow.sendall(b"POST /upload/2026-11-15 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body[:100])
        time.sleep(0.5)
        ending = threading.Thread(target=served.stop)
        ending.start()
        time.sleep(0.5)
        slow.sendall(body[100:])
        assert slow.recv(10000).startswith(b"HTTP/1.1 200 ")
        ending.join(timeout=30)
        assert served.process.returncode == 0
    assert served.collector("status", "--data", "data", "--json").ok.json["reports"] == 1


def test_under_load_every_answer_is_kept_over_a_restart(collector):
    with Serving(collector) as served:
        answered = []

        def send(part):
            connection = served.connect()
            for each in part:
                try:
                    connection.request("POST", f"/upload/{each['Week']}", json.dumps(each), {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status == 200:
                        answered.append(each["X"])
                    if answer.getheader("Connection") == "close":
                        connection.close()
                except OSError:
                    return

        reports = crowd(4000)
        threads = [threading.Thread(target=send, args=(reports[at::4],)) for at in range(4)]
        for thread in threads:
            thread.start()
        until(lambda: len(answered) > 300)
        assert served.stop() == 0
        for thread in threads:
            thread.join()
        assert 300 < len(answered)
        kept = served.collector("status", "--data", "data", "--json").ok.json["reports"]
        assert kept >= len(answered) and kept <= len(answered) + 4
        served.start()
        for each in reports:
            if each["X"] in answered[:50]:
                assert served.upload(each).status == 200  # known
        assert served.metrics()['tel_collector_reports_total{outcome="duplicate"}'] == 50


# ---- Weakness 39: the config is read once ----------------------------------------

def test_weakness_39_a_new_config_is_served_without_a_restart_and_what_waited_is_read(collector):
    build(collector, CONFIG)
    with Serving(collector) as served:
        assert served.get("/config/latest.json").headers["location"] == "v1.0.0.json"
        waiting = report(0.5, config="v1.1.0", counters={"a:z": 1})
        assert served.upload(waiting).json["pending"] is True
        assert served.metrics()["tel_collector_pending_reports"] == 1
        build(collector, charts(chart("a:{x,y,z}", "rate: 1")))
        assert until(lambda: served.get("/config/latest.json").headers["location"] == "v1.1.0.json")
        assert until(lambda: served.metrics()["tel_collector_pending_reports"] == 0)
        metrics = served.metrics()
        assert metrics['tel_collector_config_info{version="v1.1.0"}'] == 1 and metrics["tel_collector_stored_reports"] == 1
        assert "config version=v1.1.0" in served.log()
        assert served.upload(report(0.25, config="v1.1.0", counters={"a:z": 1})).json["kept"] == 1


def test_sighup_reads_at_once_and_a_broken_config_leaves_the_old_one_in_force(collector):
    build(collector, CONFIG)
    with Serving(collector) as served:
        latest = served.data / "config" / "v1.0.0.json"
        text = latest.read_text()
        latest.write_text(text + " ")
        served.process.send_signal(signal.SIGHUP)
        assert until(lambda: "the config was not read" in served.log())
        assert served.get("/config/v1.0.0.json").text == text
        assert served.get("/readyz").status == 200
        latest.write_text(text)


def test_configs_are_served_with_etags_for_good(served):
    newest = served.get("/config/latest.json")
    assert (newest.status, newest.headers["location"]) == (302, "v1.0.0.json")
    config = served.get("/config/v1.0.0.json")
    assert config.json["Version"] == "v1.0.0" and "immutable" in config.headers["cache-control"]
    for path in ("/config/latest.json", "/config/v1.0.0.json"):
        assert served.get(path, If_None_Match=config.headers["etag"]).status == 304
