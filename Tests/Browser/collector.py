"""A collector's pages of made-up publications: answered by a program, or as
files in a folder of some server."""

import functools
import http.server
import json
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import html5lib

from . import data

PROGRAM = data.ROOT / "build" / "tests" / "made-up-site"
SETS = ("small", "hostile", "empty")


@functools.cache
def program():
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_")}
    done = subprocess.run(["make", "-s", "build/tests/made-up-site"], cwd=data.ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return PROGRAM


@dataclass
class Answer:
    status: int
    head: dict
    body: bytes
    seconds: float

    @property
    def text(self):
        return self.body.decode()


class Pages:
    """What the collector would answer, without the collector."""

    def __init__(self, name, folder):
        self.process = subprocess.Popen([program(), name, folder, "answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        self.server = serve(functools.partial(_Answers, self))
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.root = self.origin + "/"

    def ask(self, path):
        with self.lock:
            start = time.monotonic()
            self.process.stdin.write(path.encode() + b"\n")
            self.process.stdin.flush()
            head = json.loads(self.process.stdout.readline())
            body = self.process.stdout.read(int(head["length"]))
            return Answer(int(head["status"]), head, body, time.monotonic() - start)

    @property
    def memory(self):
        """The most that it has had, in bytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) * 1024

    def end(self):
        self.server.shutdown()
        self.process.stdin.close()
        self.process.wait(20)


class Export:
    """The same as files, in a folder below the root of another site."""

    def __init__(self, name, folder):
        self.folder = folder / "some" / "where"
        self.folder.mkdir(parents=True)
        subprocess.run([program(), name, self.folder], check=True)
        self.server = serve(functools.partial(_Files, directory=folder))
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.root = self.origin + "/some/where/"

    def end(self):
        self.server.shutdown()


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Answers(http.server.BaseHTTPRequestHandler):
    def __init__(self, pages, *rest):
        self.pages = pages
        super().__init__(*rest)

    def do_GET(self):
        answer = self.pages.ask(self.path)
        self.send_response(answer.status)
        for name in ("Content-Type", "ETag", "Cache-Control", "Location", "Content-Security-Policy"):
            if answer.head[name]:
                self.send_header(name, answer.head[name])
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_):
        pass


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def check_html(text):
    """It is HTML, and no two elements have one id."""
    html5lib.HTMLParser(strict=True).parse(text)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), [each for each in ids if ids.count(each) > 1]


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") or (tag == "form" and name == "action"):
                self.found.append(value or "")


def links(text, base):
    """Where a page leads, without what is elsewhere on it, and without other sites."""
    reader = _Links()
    reader.feed(text)
    return {urljoin(base, link).split("#")[0] for link in reader.found if not urlsplit(link).scheme}


def plain(text):
    text = re.sub(r"<svg.*?</svg>", "", text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", re.sub(r"</(d[td]|t[hd]|div|p|h\d|li|option|b|span)>", " ", text))))
