"""What a collector takes and what it refuses, beside what golang.org/x/telemetry's
server does. Weaknesses 4, 7, 8, 18 to 22 and 25 of that server have a test here
or in test_receiving_held.py, that names them."""

import datetime
import gzip
import hashlib
import json
import random
import sqlite3

import pytest

from Collector import wire
from Collector.conftest import chart, charts
from Collector.serving import TODAY, WEEK, Serving, build, report

CONFIG = charts(
    chart("a:{x,y}", "rate: 1"), chart("rare", "rate: 0.5"), chart("crash", "type: stack", "depth: 2", "rate: 1"))
PATH = f"/upload/{WEEK}"
FRAME = "main.f:+1,+0x2"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    from Collector.conftest import Collector

    with Serving(Collector(tmp_path_factory.mktemp("receiving")), config=CONFIG) as served:
        yield served


dice = random.Random(11)


def fresh(**more):
    """A report with an X that nobody had, below every rate."""
    return report(0.4 + dice.random() / 20, **more)


def post(served, body, path=PATH, **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return served.ask("POST", path, body, {"Content-Type": "application/json"} | headers)


def changed(**members):
    return fresh() | members


def program(**members):
    whole = fresh()
    return whole | {"Programs": [whole["Programs"][0] | members]}


def stack(*names):
    return program(Stacks={name: 1 for name in names})


def day(days):
    return str(WEEK + datetime.timedelta(days=days))


# What is sent; the reference's status; ours; a word of our answer.
TABLE = [
    ("valid", fresh(), 200, 200, '"kept": 1'),
    ("empty body", b"", 400, 400, "empty"),
    ("a wrong type", changed(Programs=7), 400, 400, "Programs"),
    ("a count over 63 bits", program(Counters={"a:x": 1 << 63}), 400, 400, "63 bits"),
    ("a fractional count", program(Counters={"a:x": 1.5}), 400, 400, "whole"),
    ("1e400", json.dumps(fresh()).replace('"a:x": 1', '"a:x": 1e400').encode(), 400, 400, "whole"),
    ("longer than 100 KiB (weakness 8)", json.dumps(fresh()).encode() + b" " * 102_400, 400, 413, "longer"),
    ("null", b"null", 400, 400, "object"),
    ("{}", b"{}", 400, 400, "Week"),
    ("no such day", changed(Week="2026-02-30"), 400, 400, "no day"),
    ("the year 0000 (weakness 20)", (changed(Week="0000-11-15"), "/upload/0000-11-15"), 200, 400, "21 days"),
    ("the year 9999 (weakness 20)", (changed(Week="9999-11-15"), "/upload/9999-11-15"), 200, 400, "future"),
    ("another date in the address", (fresh(), "/upload/2026-11-14"), 200, 400, "address"),
    ("Config latest", changed(Config="latest"), 400, 400, "version"),
    ("Config v1", changed(Config="v1"), 200, 400, "version"),
    ("Config that never was", changed(Config="v0.1.0"), 200, 400, "never"),
    ("Config that is newer (weakness 4)", changed(Config="v1.7.0"), 200, 200, '"pending": true'),
    ("X = 0", changed(X=0), 400, 400, "X"),
    ("X negative (weakness 20)", changed(X=-0.5), 200, 400, "X"),
    ("X above 1 (weakness 20)", changed(X=1.5), 200, 400, "X"),
    ("X = 1e300 (weakness 20)", changed(X=1e300), 200, 400, "X"),
    ("LastWeek is markup (weakness 24)", changed(LastWeek="<b>hi"), 200, 200, '"dropped": []'),
    ("a program that nobody approved (weakness 4)", program(Program="other"), 400, 200, "the program other"),
    ("its version", program(Version="v9.0.0"), 400, 200, "the version v9.0.0"),
    ("its toolchain", program(GoVersion="gcc9"), 400, 200, "the toolchain gcc9"),
    ("its system", program(GOOS="plan9"), 400, 200, "the operating system plan9"),
    ("its architecture", program(GOARCH="vax"), 400, 200, "the architecture vax"),
    ("a counter that nobody approved (weakness 4)", program(Counters={"a:x": 1, "b": 1}), 400, 200, "the counter b"),
    ("a stack that nobody approved", stack(f"hang\n{FRAME}"), 400, 200, "the stack hang"),
    ("a negative count (weakness 20)", program(Counters={"a:x": -1}), 200, 400, "less than 0"),
    ("a count of 0", program(Counters={"a:x": 0}), 200, 200, '"kept": 0'),
    ("a count of 2⁶³-1", program(Counters={"a:x": (1 << 63) - 1}), 200, 200, '"kept": 1'),
    ("a stack deeper than Depth (weakness 20)", stack(f"crash\n{FRAME}\n{FRAME}\n{FRAME}"), 200, 200, "deeper"),
    ("a path in a frame (weakness 25)", stack("crash\n/home/alice/x.f:+1,+0x2"), 200, 200, "the path of a file"),
    ("any text in a frame (weakness 25)", stack("crash\nhello"), 200, 200, "no frame"),
    ("a stack without a frame", stack("crash"), 200, 200, "no frames"),
    ("one build twice", changed(Programs=fresh()["Programs"] * 2), 200, 400, "twice"),
    ("a program without counters", program(Counters={}), 200, 200, '"kept": 0'),
    ("Programs: [null] (weakness 7)", changed(Programs=[None]), 500, 400, "object"),
    ("Programs: null", changed(Programs=None), 200, 200, '"kept": 0'),
    ("something behind it", json.dumps(fresh()).encode() + b"{}", 200, 400, "follows"),
    ("unknown members", changed(Y={"a": [1]}), 200, 200, "the member Y"),
    ("small keys", json.dumps(fresh()).replace('"Week"', '"week"').encode(), 200, 200, '"kept": 1'),
    ("a key twice", json.dumps(fresh()).replace('"X"', '"X": 0.3, "X"').encode(), 200, 400, "twice"),
    ("a counter above its rate", changed(X=0.75) | {"Programs": program(Counters={"a:x": 1, "rare": 1})["Programs"]}, 200, 200, "above its rate"),
    ("deep nesting", changed(Y=json.loads("[" * 50 + "]" * 50)), 200, 400, "nested"),
]


@pytest.mark.parametrize("sent, reference, ours, word", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_references_table_and_ours_beside_it(served, sent, reference, ours, word):
    body, path = sent if isinstance(sent, tuple) else (sent, PATH)
    reply = post(served, body, path)
    assert (reply.status, word in reply.text) == (ours, True), reply.text
    assert reply.headers["x-content-type-options"] == "nosniff"


HEADERS = [
    ("text/plain (weakness 21)", {"Content-Type": "text/plain"}, 200, 415),
    ("no type", {"Content-Type": ""}, 200, 415),
    ("with a charset", {"Content-Type": "Application/JSON; charset=utf-8"}, 200, 200),
    ("a foreign Origin (weakness 21)", {"Origin": "https://example.com"}, 200, 403),
    ("its own Origin", {"Origin": "null"}, 200, 403),
]


@pytest.mark.parametrize("headers, reference, ours", [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_who_may_post(served, headers, reference, ours):
    assert post(served, fresh(), **headers).status == ours


def test_a_packed_body_is_told_what_is_wrong(served):
    assert post(served, gzip.compress(json.dumps(fresh()).encode()), **{"Content-Encoding": "gzip"}).status == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_named_those_there_are(served, method):
    reply = served.ask(method, PATH)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("path", ["/", "/config/latest.json", "/upload"])
def test_nothing_else_is_posted_to(served, path):
    reply = post(served, fresh(), path)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_the_receipt_is_of_the_bytes_that_came(served):
    body = json.dumps(fresh(), indent=1).encode()
    reply = post(served, body)
    assert reply.json == {"week": str(WEEK), "sha256": hashlib.sha256(body).hexdigest(), "received": str(TODAY), "kept": 1, "dropped": []}


def test_the_same_report_again_is_the_same_and_another_is_refused(served):
    """Weakness 19: nobody's report is replaced by one with its X."""
    one = fresh()
    first = post(served, one)
    again = post(served, json.dumps(one, indent=2).encode())
    assert (first.status, again.status) == (200, 200) and first.json | {"sha256": ""} == again.json | {"sha256": ""}
    other = one | {"Programs": [one["Programs"][0] | {"Counters": {"a:y": 1}}]}
    assert post(served, other).status == 409
    assert post(served, one).status == 200


@pytest.mark.parametrize("days, status", [(-22, 400), (-21, 200), (0, 200), (1, 200), (2, 425), (21, 425), (22, 400)])
def test_the_window_is_the_clients(served, days, status):
    week = TODAY + datetime.timedelta(days=days)
    reply = post(served, fresh(week=week), f"/upload/{week}")
    assert reply.status == status, reply.text
    assert ("retry-after" in reply.headers) == (status == 425)


def test_a_report_of_a_newer_config_is_counted_when_that_has_come(collector):
    with Serving(collector, config=CONFIG) as served:
        new = report(0.3, config="v1.1.0", counters={"b": 2})
        assert post(served, new).json["pending"] is True
        build(collector, CONFIG + "---\n" + chart("b", "rate: 1"))
        served.stop()
        served.start()
        again = post(served, new)
        assert again.status == 200, "sent again it is the same"


def test_there_is_an_end_to_what_waits_for_a_config(collector):
    with Serving(collector, config=CONFIG) as served:
        assert post(served, report(0.3, config="v999.0.0")).status == 200
        served.stop()
        with sqlite3.connect(served.data / "reports.db") as db:
            db.execute("UPDATE day SET pending = 10000")
        served.start()
        reply = post(served, report(0.31, config="v999.0.0"))
        assert reply.status == 503 and "retry-after" in reply.headers and "wait for a newer upload config" in reply.text
        assert post(served, report(0.32)).status == 200


# ---- The protocol

def test_a_body_in_chunks_is_a_body(served):
    body = json.dumps(fresh()).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    status, _, text = wire.exchange(served.port, wire.request(b"", length=False, Transfer_Encoding="chunked") + chunks)
    assert status == 200 and json.loads(text)["sha256"] == hashlib.sha256(body).hexdigest()


def test_chunks_that_do_not_end_are_cut_at_the_limit(served):
    with wire.connect(served.port) as connection:
        connection.sendall(wire.request(b"", length=False, Transfer_Encoding="chunked"))
        for _ in range(30):
            connection.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
        status, headers, _ = wire.answer(connection)
        assert (status, headers["connection"]) == (413, "close")
        assert wire.closed_after(connection, 10) < 5


def test_who_asks_before_sending_is_told_to_go_on(served):
    body = json.dumps(fresh()).encode()
    with wire.connect(served.port) as connection:
        connection.sendall(wire.request(b"", length=len(body), Expect="100-continue"))
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert wire.answer(connection)[0] == 200


def test_who_asks_to_send_too_much_is_told_before(served):
    with wire.connect(served.port) as connection:
        connection.sendall(wire.request(b"", length=10 << 20, Expect="100-continue"))
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_one_connection_takes_many_requests_and_requests_at_once(served):
    with wire.connect(served.port) as connection:
        for _ in range(5):
            connection.sendall(wire.request(json.dumps(fresh()).encode()))
            assert wire.answer(connection)[0] == 200
        connection.sendall(b"".join(wire.request(json.dumps(fresh()).encode()) for _ in range(3)))
        text = b""
        while text.count(b"HTTP/1.1 200") < 3:
            more = connection.recv(65536)
            assert more, text
            text += more


def test_what_is_no_http_is_closed_and_hurts_nobody(served):
    """Weakness 22 and whatever else comes over a socket."""
    dice = random.Random(7)
    good = wire.request(json.dumps(fresh()).encode())
    for round in range(300):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            at = dice.randrange(len(data))
            kind = dice.randrange(3)
            if kind == 0:
                data[at] = dice.randrange(256)
            elif kind == 1:
                del data[at:at + dice.randrange(1, 20)]
            else:
                data[at:at] = dice.randbytes(dice.randrange(1, 20))
            if not data:
                break
        with wire.connect(served.port) as connection:
            connection.sendall(bytes(data))
            connection.settimeout(0.05)
            try:
                connection.recv(4096)
            except (TimeoutError, ConnectionError):
                pass
    for bad in [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"\r\n" * 1000, b"GET /" + b"a" * 100_000, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000]:
        with wire.connect(served.port) as connection:
            try:
                connection.sendall(bad)
            except ConnectionError:
                continue
            answer = None
            try:
                answer = wire.answer(connection, timeout=15)
            except TimeoutError:
                pytest.fail(f"{bad[:40]} is neither answered nor closed")
            assert answer is None or answer[0] in (400, 431, 505), answer
    assert post(served, fresh()).status == 200


def test_a_config_is_led_to_and_never_changes(served):
    latest = served.get("/config/latest.json")
    assert (latest.status, latest.headers["location"]) == (302, "v1.0.0.json")
    config = served.get("/config/v1.0.0.json")
    assert config.status == 200 and config.json["Version"] == "v1.0.0" and "immutable" in config.headers["cache-control"]
    assert config.headers["etag"] == latest.headers["etag"]
    for path in ["/config/latest.json", "/config/v1.0.0.json"]:
        assert served.get(path, If_None_Match=config.headers["etag"]).status == 304
        assert served.get(path, If_None_Match='"other"').status in (200, 302)
    head = served.ask("HEAD", "/config/v1.0.0.json")
    assert (head.status, head.body) == (200, b"") and int(head.headers["content-length"]) == len(config.body)


def test_nothing_says_who_sent_what(served):
    """Weakness 24, and addresses: neither in the log nor in the folder."""
    reply = served.ask("POST", PATH, json.dumps(fresh(LastWeek="2026-11-08")).encode(), {"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.77", "User-Agent": "agent-77"})
    assert reply.status == 200
    for path in served.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"203.0.113.77" not in content and b"agent-77" not in content and b"2026-11-08" not in content, path
    assert "203.0.113" not in served.log() and "agent-77" not in served.log()
