"""Tests/ABI/c/driver.c from Python: a C program that does what it is told.

    with Driver(home) as driver:
        driver.open(program="example.com/a", clock=instant("2026-11-23"))
        driver.count("a/b", 3)
        assert driver.rotate().status == "TEL_OK"

`once` runs a list of orders given as arguments, for tests that look at the
process from outside.
"""

import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from Harness import c

ROTATE, NO_REPORT, AUTOMATION, UPLOAD = 1, 2, 4, 8
MODES = ("off", "local", "on")
DAY = 86400
TIMEOUT = 60


def instant(date, hours=0):
    """Unix seconds of a day, so many hours after midnight."""
    return int(datetime.fromisoformat(date).replace(tzinfo=timezone.utc).timestamp()) + hours * 3600


def day(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d")


def program():
    return c.build("driver.c")


def environment(home, **more):
    return {**c.environment(home), "HOME": str(home), **{key: str(value) for key, value in more.items()}}


def encode(*words):
    return "\t".join(quote_from_bytes(word if isinstance(word, bytes) else os.fsencode(str(word)), safe="/:@=+-_.,<>") for word in words)


class Answer:
    def __init__(self, line):
        status, message, took, *results = line.rstrip("\n").split("\t")
        self.status = status
        self.bytes = [unquote_to_bytes(word) for word in results]
        self.results = [os.fsdecode(word) for word in self.bytes]
        self.message = unquote_to_bytes(message).decode()  # a message that is not UTF-8 is a failure
        self.milliseconds = int(took) / 1000

    def __repr__(self):
        return f"{self.status}: {self.message!r} {self.results}"


class Died(Exception):
    pass


def _opening(texts):
    return ["open", *(key.encode() + b"=" + (value if isinstance(value, bytes) else os.fsencode(str(value))) for key, value in texts.items())]


class Driver:
    """A process that follows orders until its input ends."""

    def __init__(self, home, prefix=(), program=None, cwd=None, **env):
        self.process = subprocess.Popen(
            [*map(str, prefix), str(program or globals()["program"]())], env=environment(home, **env), cwd=cwd or home,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def send(self, *words):
        self.process.stdin.write(encode(*words).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise Died(f"the driver ended with {self.process.wait()}: {self.process.stderr.read().decode(errors='replace')}")
        return Answer(line.decode())

    def ask(self, *words):
        self.send(*words)
        return self.receive()

    def open(self, flags=NO_REPORT, **texts):
        return self.ask(*_opening({"flags": flags, **texts}))

    def count(self, name, n=1):
        return self.ask("count", name, n)

    def add(self, name, n=1):
        """Through a handle that is kept."""
        return self.ask("add", name, n)

    def raw(self, name, n=1):
        """Through a handle whose name may have any bytes."""
        return self.ask("raw", name, n)

    def many(self, prefix, count):
        return self.ask("many", prefix, count)

    def read(self, name):
        """The value, or the status if there is none."""
        answer = self.ask("read", name)
        return int(answer.results[0]) if answer.status == "TEL_OK" else answer.status

    def clock(self, seconds):
        self.ask("clock", seconds)

    def rotate(self):
        return self.ask("rotate")

    def flush(self, timeout=0):
        return self.ask("flush", timeout)

    def figures(self, timeout=0, size=24):
        """The answer of a flush, and how many reports were made, sent, rejected and wait."""
        answer = self.ask("figures", timeout, size)
        return answer, [int(word) for word in answer.results]

    def plugin(self, path, *settings):
        return self.ask("plugin", path, *settings)

    def enlist(self, *settings):
        return self.ask("enlist", *settings)

    def close(self):
        self.ask("close")

    def mode(self):
        return MODES[int(self.ask("getmode").results[0])]

    def stored_mode(self):
        return MODES[int(self.ask("stored").results[0])]

    def should_ask(self, destination, text):
        """Why nobody should be asked, or True."""
        number, message = self.ask("ask", destination, text).results
        return True if number == "1" else message

    def record(self, mode, destination, text):
        return self.ask("record", MODES.index(mode), destination, text)

    def set_mode(self, mode):
        return self.ask("setmode", MODES.index(mode) if mode in MODES else mode)

    @property
    def file(self):
        """The counter file in use, or None."""
        name = self.ask("file").results[0]
        return Path(name) if name else None

    @property
    def directory(self):
        return self.ask("directory").results[0]

    def visit(self, path="", members="wpcs", stop=0, answer=0):
        return self.ask("visit", path, members, stop, answer)

    def export(self, path="", format="json", stop=0, answer=0):
        return self.ask("export", path, format, stop, answer)

    def logged(self):
        """What the logger was told since the last time, one sentence a line."""
        return self.ask("logged").results[0]

    def sleep(self, seconds):
        self.ask("sleep", int(seconds * 1000))

    def end(self):
        """Closes its input and waits: a clean exit is a part of every test."""
        _, error = self.process.communicate(timeout=TIMEOUT)
        if self.process.returncode:
            raise Died(f"the driver ended with {self.process.returncode}: {error.decode(errors='replace')}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None and not self.process.stdin.closed:
                self.end()
        finally:
            self.kill()


def opening(flags=NO_REPORT, **texts):
    """The order "open" for `once`."""
    return _opening({"flags": flags, **texts})


def once(home, *orders, prefix=(), program=None, cwd=None, expect=0, **env):
    """Answers to the orders. `expect` is the process's exit status; None: any."""
    arguments = [encode(*([order] if isinstance(order, str) else order)) for order in orders]
    done = subprocess.run(
        [*map(str, prefix), str(program or globals()["program"]()), *arguments], env=environment(home, **env), cwd=cwd or home,
        capture_output=True, text=True, errors="surrogateescape", timeout=TIMEOUT)
    if expect is not None and done.returncode != expect:
        raise Died(f"{orders} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return [Answer(line) for line in done.stdout.splitlines(keepends=True) if line.endswith("\n")]


# ---- Folders


WEEKENDS = {"Sunday": 0, "Monday": 1, "Tuesday": 2, "Wednesday": 3, "Thursday": 4, "Friday": 5, "Saturday": 6}


def telemetry(home):
    """Where the default vendor's telemetry is in this home."""
    return Path(home) / ".config" / "tel" / "telemetry"


def folder(path, ends="Friday"):
    """A telemetry directory whose weeks end on this weekday."""
    local = Path(path) / "local"
    local.mkdir(parents=True, exist_ok=True)
    (local / "weekends").write_text(f"{WEEKENDS[ends]}\n")
    return Path(path)


def names(path):
    """What is under a folder, as sorted relative paths."""
    return sorted(str(found.relative_to(path)) for found in Path(path).rglob("*"))


def reports(path):
    """Published reports of a telemetry directory: date -> path."""
    found = {}
    for report in sorted((Path(path) / "local").glob("local.*.json")):
        found[re.fullmatch(r"local\.(.*)\.json", report.name)[1]] = report
    return found
