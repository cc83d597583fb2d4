"""A collector that serves, on loopback, from a folder of its own."""

import datetime
import http.client
import json
import queue
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from Collector.conftest import chart, charts, executable
from Harness import client

TODAY = datetime.date(2026, 11, 26)
# A week that is settled on that day, and of which reports are taken still: Monday to Sunday.
WEEK = datetime.date(2026, 11, 15)
CONFIG = charts(chart("a:{x,y}", "rate: 1"))


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Serving:
    """`with Serving(collector) as served:`; `collector` is the fixture, whose folder it uses."""

    def __init__(self, collector, *words, config=CONFIG, today=TODAY, data="data", environment={}, start=True):
        self.collector, self.folder = collector, collector.folder
        self.data = self.folder / data
        if config and not (self.data / "config").exists():
            build(collector, config, data)
        self.words = ["--data", data, "--port", "0", "--rate-limit", "0", *(["--as-of", str(today)] if today else []), *words]
        self.environment = environment
        self.lines = []
        self.process = None
        if start:
            self.start()

    def start(self):
        self.process = subprocess.Popen(
            [executable(), "serve", *map(str, self.words)], cwd=self.folder, env=client.environment(self.folder, **self.environment), text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stderr.readline, "")), daemon=True)
        self.reader.start()
        said = queue.Queue()
        threading.Thread(target=lambda: said.put(self.process.stdout.readline()), daemon=True).start()
        self.url = said.get(timeout=30).strip()
        assert self.url.startswith("http://"), "".join(self.lines)
        self.port = int(self.url.rstrip("/").rsplit(":", 1)[1])
        self.http = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self, number=signal.SIGTERM, timeout=30):
        self.process.send_signal(number)
        status = self.process.wait(timeout=timeout)
        self.reader.join(timeout=5)
        return status

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers={}):
        for attempt in range(2):
            if self.http is None:
                self.http = self.connect()
            try:
                self.http.request(method, path, body, headers)
                answer = self.http.getresponse()
                return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.http = None
                if attempt:
                    raise

    def get(self, path, **headers):
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def upload(self, report):
        return self.ask("POST", f"/upload/{report['Week']}", json.dumps(report), {"Content-Type": "application/json"})

    def metrics(self):
        """Name with labels -> value."""
        lines = [line.rsplit(" ", 1) for line in self.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def log(self):
        return "".join(self.lines)


def build(collector, text, data="data"):
    collector.write("charts.txt", text)
    return collector("config", "build", "charts.txt", "--output", f"{data}/config").ok


def report(x, week=WEEK, config="v1.0.0", counters={"a:x": 1}, version="v1.0.0", **more):
    build = {"Program": "example.com/p", "Version": version, "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64", "Counters": counters, "Stacks": {}}
    return {"Week": str(week), "LastWeek": "", "X": x, "Programs": [build], "Config": config} | more


def crowd(number, seed=1, **more):
    dice = random.Random(seed)
    return [report(1 - dice.random(), counters={"a:x": 1} if dice.random() < 0.7 else {"a:y": 2}, **more) for _ in range(number)]


def until(what, seconds=20):
    """Waits for something to become true, and answers it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    return what()
