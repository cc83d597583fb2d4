"""A collector that runs in the test: HTTP/1.1 on loopback, with TLS or without.

    with Collector(config=config, version="v1.2.3") as collector:
        collector.script("POST", "/upload/2026-11-27", Answer(503), Answer(200))
        ...
        assert [request.path for request in collector.requests] == [...]

Without a script it does what a good collector does: it has an upload config,
checks each report as the reference's server does, and answers with a receipt.
Every request is kept as it came over the wire.

As a program it is a receiver for people who want to see an upload:

    python -m Harness.collector --config FILE [--once]
"""

import argparse
import hashlib
import json
import socket
import socketserver
import struct
import sys
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from Harness import validity

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 302: "Found", 304: "Not Modified", 400: "Bad Request", 404: "Not Found"}
LONGEST = 100 * 1024  # of a report, as the reference's server has it


@dataclass
class Request:
    method: str
    path: str
    headers: list  # (name, value) as they came
    body: bytes
    head: bytes  # all before the body, byte for byte
    time: float  # when the last byte of it had come
    answered: int = 0  # the status; 0: none

    def header(self, name):
        """The value, however the name is spelled; None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Answer:
    """What to say, and how badly."""

    code: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    length: int | None = None  # to be claimed, whatever the body's is
    cut: int | None = None  # bytes of the body, before the connection ends
    pace: float = 0  # seconds before each byte of the body
    delay: float = 0  # seconds before anything
    endless: bool = False  # the body again and again, without a length
    hang_up: bool = False  # nothing at all
    reset: bool = False  # nothing but a TCP reset
    raw: bytes | None = None  # these bytes instead of an answer

    @classmethod
    def to(cls, location, code=307):
        """A redirect."""
        return cls(code, headers={"Location": location})

    @property
    def head(self):
        lines = [f"HTTP/1.1 {self.code} {REASONS.get(self.code, 'Whatever')}", *(f"{name}: {value}" for name, value in self.headers.items())]
        if not self.endless and (self.code not in (204, 304) or self.length is not None):
            lines.append(f"Content-Length: {len(self.body) if self.length is None else self.length}")
        if self.ends:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    @property
    def ends(self):
        """Whether the connection cannot be used again."""
        return self.endless or self.cut is not None or self.length is not None


def json_answer(value, code=200):
    return Answer(code, json.dumps(value).encode(), {"Content-Type": "application/json"})


class Collector:
    """`config`: bytes of an upload config; None: there is none. `tls`: the
    context of a server (see certificates.py); None: plain HTTP."""

    def __init__(self, config=None, version="v1.0.0", tls=None, port=0):
        self.config, self.version = config, version
        self.requests, self.refused = [], []
        self._scripts, self._standing = defaultdict(deque), {}
        self._lock = threading.Lock()
        self._tls = tls
        self._server = None
        self.heard = threading.Condition(self._lock)
        self.connections = 0
        self.port = port
        self.start()

    def start(self):
        """Again, on the same port."""
        self._server = _Server(self, self._tls, self.port)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        """From here on connections are refused."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def at(self, host):
        """Its URL under another name."""
        return f"http{'s' if self._tls else ''}://{host}:{self.port}"

    @property
    def url(self):
        return self.at("127.0.0.1")

    # ---- What it does

    def script(self, method, path, *answers):
        """The next answers to such requests; then it is good again."""
        self._scripts[method, path].extend(answers)

    def always(self, method, path, answer):
        """Instead of what a good collector does. The path "*" is every path."""
        self._standing[method, path] = answer

    def forget(self):
        """No script any more; what was asked stays."""
        self._scripts.clear()
        self._standing.clear()

    def answer(self, request):
        with self._lock:
            self.requests.append(request)
            self.heard.notify_all()
            waiting = self._scripts[request.method, request.path] or self._scripts[request.method, "*"]
            if waiting:
                return waiting.popleft()
        for path in (request.path, "*"):
            standing = self._standing.get((request.method, path))
            if standing:
                return standing(request) if callable(standing) else standing
        return self.good(request)

    def good(self, request):
        if request.method == "GET" and request.path.startswith("/config/"):
            return self._good_config(request)
        if request.method == "POST" and request.path.startswith("/upload/"):
            return self._good_receipt(request)
        return Answer(404, b"Not Found")

    def _good_config(self, request):
        if self.config is None:
            return Answer(404, b"Not Found")
        if request.path == "/config/latest.json":
            return Answer.to(f"/config/{self.version}.json", 302)
        tag = '"' + hashlib.sha256(self.config).hexdigest()[:16] + '"'
        if request.path != f"/config/{self.version}.json":
            return Answer(404, b"Not Found")
        if request.header("If-None-Match") == tag:
            return Answer(304, headers={"ETag": tag})
        return Answer(200, self.config, {"Content-Type": "application/json", "ETag": tag})

    def _good_receipt(self, request):
        wrong = validity.problem(request.body, json.loads(self.config) if self.config else None, LONGEST)
        if wrong:
            self.refused.append(wrong)
            return Answer(400, wrong.encode())
        today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
        return json_answer({"week": request.path.rpartition("/")[2], "sha256": hashlib.sha256(request.body).hexdigest(), "received": today})

    # ---- What it has seen

    def uploads(self, path=None):
        """Requests that carry a report, in the order in which they came."""
        with self._lock:
            return [request for request in self.requests if request.method == "POST" and path in (None, request.path)]

    @property
    def weeks(self):
        """Week -> the bodies that were sent for it."""
        found = defaultdict(list)
        for request in self.uploads():
            found[request.path.rpartition("/")[2]].append(request.body)
        return dict(found)

    def wait_for(self, count, method="POST", seconds=20):
        """Until so many such requests have come."""
        with self.heard:
            came = self.heard.wait_for(lambda: sum(request.method == method for request in self.requests) >= count, seconds)
        assert came, f"{len(self.requests)} requests"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, collector, tls, port):
        self.collector, self.tls = collector, tls
        super().__init__(("127.0.0.1", port), _Connection)

    def handle_error(self, *_):
        """A client that goes away is part of many tests."""


class _Connection(socketserver.BaseRequestHandler):
    def handle(self):
        collector = self.server.collector
        with collector._lock:
            collector.connections += 1
        # In the connection's own thread: a client that keeps silent keeps nobody else.
        self.request.settimeout(60)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        with self.request, self.request.makefile("rb") as self.incoming:
            while request := self.read():
                answer = collector.answer(request)
                request.answered = 0 if answer.hang_up or answer.reset or answer.raw else answer.code
                if not self.say(answer) or (request.header("Connection") or "").lower() == "close":
                    return

    def read(self):
        head = []
        while True:
            line = self.incoming.readline(65537)
            if not line.endswith(b"\n"):
                return None
            if line in (b"\r\n", b"\n"):
                break
            head.append(line)
        method, path, _ = head[0].decode("latin-1").split()
        headers = [tuple(part.strip() for part in line.decode("latin-1").split(":", 1)) for line in head[1:]]
        request = Request(method, path, headers, b"", b"".join(head) + b"\r\n", 0)
        if (request.header("Expect") or "").lower() == "100-continue":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (request.header("Transfer-Encoding") or "").lower() == "chunked":
            request.body = self.chunks()
        else:
            length = int(request.header("Content-Length") or 0)
            request.body = self.incoming.read(length)
            if len(request.body) < length:
                return None
        request.time = time.time()
        return request

    def chunks(self):
        body = b""
        while size := int(self.incoming.readline(100).split(b";")[0], 16):
            body += self.incoming.read(size)
            self.incoming.readline(3)
        while self.incoming.readline(65537) not in (b"\r\n", b"\n", b""):
            pass
        return body

    def say(self, answer):
        """Whether there may be another request on this connection."""
        time.sleep(answer.delay)
        if answer.reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.reset or answer.hang_up:
            return False
        if answer.raw is not None:
            self.request.sendall(answer.raw)
            return False
        self.request.sendall(answer.head)
        body = answer.body if answer.cut is None else answer.body[: answer.cut]
        if answer.pace:
            for byte in body:
                time.sleep(answer.pace)
                self.request.sendall(bytes([byte]))
        else:
            self.request.sendall(body)
        while answer.endless:
            self.request.sendall(body)
        return not answer.ends


def nobody():
    """A URL on which connections are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


# ---- As a program


def main(words=None):
    parser = argparse.ArgumentParser(description="A collector on loopback: prints its URL, then a line for each report.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--config", type=Path, help="an upload config; without, there is none")
    parser.add_argument("--version", default="v1.0.0", help="of the config")
    parser.add_argument("--once", action="store_true", help="end after the first report")
    parser.add_argument("--folder", type=Path, help="where to put what is received")
    parser.add_argument("--seconds", type=float, default=300, help="end after so long")
    given = parser.parse_args(words)
    end = time.monotonic() + given.seconds
    with Collector(given.config and given.config.read_bytes(), given.version, port=given.port) as collector:
        print(collector.url, flush=True)
        told = 0
        while time.monotonic() < end and not (given.once and told):
            with collector.heard:
                collector.heard.wait(0.2)
            for request in collector.uploads()[told:]:
                while not request.answered:
                    time.sleep(0.01)
                told += 1
                print(f"{request.method} {request.path} {len(request.body)} bytes: {request.answered}", flush=True)
                if given.folder:
                    (given.folder / f"{told}-{request.path.rpartition('/')[2]}.json").write_bytes(request.body)
        time.sleep(0.2)  # for the answer to be on its way


if __name__ == "__main__":
    sys.exit(main())
