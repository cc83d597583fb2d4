"""A viewer of one data set, a collector's pages, and a browser that looks at them."""

import gzip
import hashlib
import http.client
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import collector, data

SHOTS = data.ROOT / "build" / "results" / "browser"


def digest(folder):
    """Of every name, content and time of change below a folder."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        there = path.lstat()
        state.update(f"{path.relative_to(folder)} {there.st_mode} {there.st_mtime_ns}".encode())
        if path.is_file():
            state.update(path.read_bytes())
    return state.hexdigest()


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes
    seconds: float

    @property
    def text(self):
        return self.body.decode()

    @property
    def packed(self):
        return len(gzip.compress(self.body))


class Viewer:
    def __init__(self, folder, *words, today=data.TODAY, home="/nonexistent", before=()):
        self.folder = folder
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*before, data.TEL, "view", "--port", "0", *(["--as-of", str(today)] if today else []), *words, *([folder] if folder else [])], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin", "HOME": str(home)})
        self.url = self.process.stdout.readline().strip()
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?key=([0-9a-f]{32})", self.url)
        assert match, self.url or self.process.stderr.read()
        self.port, self.key = int(match[1]), match[2]
        self.cookie = f"tel-view-{self.port}={self.key}"

    def ask(self, path, method="GET", host=None, cookie=True, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": host or f"127.0.0.1:{self.port}", **({"Cookie": self.cookie} if cookie else {}), **{name.replace("_", "-"): value for name, value in headers.items()}}
        start = time.monotonic()
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        read = answer.read()
        seconds = time.monotonic() - start
        connection.close()
        return Reply(answer.status, dict(answer.getheaders()), read, seconds)

    @property
    def age(self):
        return time.monotonic() - self.started

    @property
    def memory(self):
        """The most that it has had, in bytes."""
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) * 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@pytest.fixture(scope="session", params=data.SETS)
def name(request):
    return request.param


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Data set -> folder, each made once."""
    folders = {}

    def make(name):
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp("view") / name
            data.SETS[name](folders[name])
        return folders[name]

    return make


@pytest.fixture(scope="session")
def view(made):
    """Data set -> its viewer, running."""
    running = {}

    def start(name):
        if name not in running:
            running[name] = Viewer(made(name), "--vendor", data.VENDORS.get(name, "tel"))
        return running[name]

    yield start
    for viewer in running.values():
        viewer.end()


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Set -> its pages."""
    running = {}

    def start(name):
        if name not in running:
            running[name] = collector.Pages(name, tmp_path_factory.mktemp("pages") / name)
        return running[name]

    yield start
    for each in running.values():
        each.end()


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    running = {}

    def make(name):
        if name not in running:
            running[name] = collector.Export(name, tmp_path_factory.mktemp("export"))
        return running[name]

    yield make
    for each in running.values():
        each.end()


def chromium(width, height):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},{height}", "--disable-background-networking", "--disable-component-update"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(60)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    return driver


@pytest.fixture(scope="session")
def browser():
    driver = chromium(1280, 900)
    yield driver
    driver.quit()
