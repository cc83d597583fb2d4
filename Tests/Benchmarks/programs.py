"""The programs that measure, built and run: in C, C++, Go and Python, with
libtel and with its peers."""

import shutil
import subprocess
import sys
from pathlib import Path

from Harness import c, go, golibtel
from Harness.driver import folder

HERE = Path(__file__).resolve().parent
FLAGS = ("-O2", "-falign-functions=64", "-falign-loops=64")
PROMETHEUS = Path("/usr/include/prometheus/counter.h")
PYTHON_PEERS = c.ROOT / "build" / "bench-venv" / "bin" / "python"
PYTHON_BINDING = c.ROOT / "bindings" / "python" / "src"
TIMEOUT = 600


class NotInstalled(Exception):
    """A peer is not there; `Tests/setup.sh bench` installs them all."""


def directory(place):
    """A telemetry directory."""
    return folder(place / "telemetry")


def numbers(text):
    """From lines of a name and a number."""
    return {name: float(value) for name, value in (line.split()[:2] for line in text.splitlines())}


def measured(program, *arguments, place, env=None):
    return numbers(c.run(program, *arguments, directory=place, env=env, timeout=TIMEOUT).stdout)


def tel():
    """The command that was built with the library."""
    return c.library("shipped").parents[1] / "bin" / "tel"


def in_c(name, *flags, link=True):
    return c.build(HERE / "c" / name, flags=(*FLAGS, *flags), include=c.ROOT / "build" / "include", variant="shipped", link=link)


def with_prometheus_cpp(name):
    if not PROMETHEUS.exists():
        raise NotInstalled("prometheus-cpp-dev")
    return in_c(name, "-Wl,--no-as-needed,-lprometheus-cpp-core")


_in_go = {}


def in_go(against):
    """go/main.go against bindings/go or the reference, built once in a run."""
    if against not in _in_go:
        try:
            go.peer()
        except go.Missing as missing:
            raise NotInstalled(str(missing)) from None
        place = c.BUILT / f"bench-go-{against.split('/')[0]}"
        shutil.rmtree(place, ignore_errors=True)
        made = golibtel.module(place / "module", "example.com/bench", {"main.go": (HERE / "go" / "main.go").read_text()}, against)
        _in_go[against] = golibtel.build(made, place, cgo=against == golibtel.MODULE)
    return _in_go[against]


def in_python(library):
    """Words of a command, and its environment."""
    interpreter = PYTHON_PEERS
    if not interpreter.exists():
        if library != "libtel":
            raise NotInstalled("prometheus_client and opentelemetry-sdk")
        interpreter = sys.executable
    env = {"PYTHONPATH": PYTHON_BINDING, "TEL_LIBRARY": c.library("shipped"), "PYTHONDONTWRITEBYTECODE": 1}
    return [interpreter, HERE / "python" / "counting.py", library], env


def launched(times, commands, place, env=None):
    """Name -> nanoseconds, and name -> bytes at the peak, of commands in turns."""
    words = []
    for name, command in commands.items():
        words += ["--"] * bool(words) + [name, *map(str, command)]
    done = c.run(in_c("launch.c"), times, *words, directory=place, env=env, timeout=TIMEOUT)
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: float(time) for name, time, _ in lines}, {name: float(peak) for name, _, peak in lines}


def together(commands, place, env=None):
    """The numbers of commands that get ready, then all start at once."""
    (place / "home").mkdir(exist_ok=True)
    env = c.environment(place, **(env or {}))
    running = [
        subprocess.Popen([str(word) for word in command], env=env, cwd=place, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for command in commands]
    try:
        for each in running:
            assert each.stdout.readline() == "ready\n", f"{each.args} did not get ready"
        for each in running:
            each.stdin.write("go\n")
            each.stdin.flush()
        found = [numbers(each.communicate(timeout=TIMEOUT)[0]) for each in running]
    finally:
        for each in running:
            if each.poll() is None:
                each.kill()
            each.wait()
    assert all(each.returncode == 0 for each in running)
    return found
