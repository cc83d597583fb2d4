"""What is run, once a round, to get the measurements: a function for each name
before the dot. It gets a folder of its own and returns what it found."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from Harness import c, go, golibtel

HERE = Path(__file__).resolve().parent
FLAGS = ("-O2", "-falign-functions=64", "-falign-loops=64")
PEERS = c.ROOT / "build" / "bench-venv"
BINDING = c.ROOT / "bindings" / "python" / "src"
PROMETHEUS = Path("/usr/include/prometheus/counter.h")


class NotInstalled(Exception):
    """A peer is not there; `Tests/setup.sh bench` installs them all."""


class Sizes:
    """How much of everything; `quick` is to see that it works."""

    def __init__(self, quick):
        self.adds = 1000 if quick else 100_000
        self.names = 1000 if quick else 20_000
        self.thread_adds = 1000 if quick else 100_000
        self.python = 100 if quick else 20_000
        self.forks = 5 if quick else 400
        self.starts = 3 if quick else 100
        self.loads = 3 if quick else 40
        self.files, self.counters = (20, 30) if quick else (2000, 300)


def built(name, *flags, link=True):
    return c.build(HERE / "c" / name, flags=(*FLAGS, *flags), include=c.ROOT / "build" / "include", variant="shipped", link=link)


def numbers(text):
    """From lines of a name and a number."""
    return {name: float(value) for name, value in (line.split()[:2] for line in text.splitlines())}


def measured(program, *arguments, place, env=None):
    return numbers(c.run(program, *arguments, directory=place, env=env, timeout=600).stdout)


def directory(place):
    from Harness.driver import folder

    return folder(place / "telemetry")


# ---- Adding


def add(sizes, place):
    return measured(built("adding.c"), sizes.adds, directory(place), place=place)


def name(sizes, place):
    return measured(built("naming.c", "-fno-builtin"), sizes.names, directory(place), place=place)


def label(sizes, place):
    if not PROMETHEUS.exists():
        raise NotInstalled("prometheus-cpp-dev")
    return measured(built("labels.cpp", "-Wl,--no-as-needed,-lprometheus-cpp-core"), sizes.names, place=place)


def threads(sizes, place):
    return measured(built("threads.c"), sizes.thread_adds, directory(place), place=place)


def fork(sizes, place):
    return measured(built("forks.c"), sizes.forks, directory(place), place=place)


# ---- Starting


def launched(times, commands, place, env=None):
    """Name -> nanoseconds, and name -> bytes at the peak, of commands in turns."""
    words = []
    for name, command in commands.items():
        words += ["--"] * bool(words) + [name, *map(str, command)]
    done = c.run(built("launch.c"), times, *words, directory=place, env=env, timeout=600)
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: float(time) for name, time, _ in lines}, {name: float(peak) for name, _, peak in lines}


def starters(place):
    """The program with libtel and without. The first run has done what is to be
    done once a day."""
    programs = {"with": built("start.c"), "without": built("start.c", "-DWITHOUT", link=False)}
    for program in programs.values():
        c.run(program, directory=place)
    return programs


def start(sizes, place):
    times, _ = launched(sizes.starts, {name: [program] for name, program in starters(place).items()}, place)
    return times


def memory(sizes, place):
    return {name: measured(program, "resident", place=place)["resident"] for name, program in starters(place).items()}


def library(sizes, place):
    path = c.library("shipped")
    dynamic = subprocess.run(["readelf", "-d", path], text=True, capture_output=True, check=True).stdout
    needs = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    libc = re.compile(r"lib[cm]\.so|ld-linux")  # the loader is a part of libc
    program = built("loading.c", link=False)
    times = sorted(measured(program, path, place=place)["ready"] for _ in range(sizes.loads + 1))
    return {
        "size": path.stat().st_size,
        "needs": len([need for need in needs if not libc.match(need)]),
        "ready": times[len(times) // 2],
    }


def command(sizes, place):
    tel = c.library("shipped").parents[1] / "bin" / "tel"
    env = {"TEL_PROGRAM": "example.com/bench", "TEL_DIR": directory(place)}
    c.run(tel, "inc", "bench/command", directory=place, env=env)
    times, _ = launched(sizes.starts, {"inc": [tel, "inc", "bench/command"], "true": ["/bin/true"]}, place, env)
    return times


# ---- Go


def _go(against):
    """The program, built against one of the libraries, at most once."""
    if against not in _go.made:
        try:
            go.peer()
        except go.Missing as missing:
            raise NotInstalled(str(missing)) from None
        place = c.BUILT / f"bench-go-{against.split('/')[0]}"
        shutil.rmtree(place, ignore_errors=True)
        source = (HERE / "go" / "main.go").read_text()
        folder = golibtel.module(place / "module", "example.com/bench", {"main.go": source}, against)
        _go.made[against] = golibtel.build(folder, place, cgo=against == golibtel.MODULE)
    return _go.made[against]


_go.made = {}


def _go_measured(against, sizes, place):
    return numbers(golibtel.run(_go(against), directory(place), sizes.adds, folder=place, timeout=600).stdout)


def go_libtel(sizes, place):
    return _go_measured(golibtel.MODULE, sizes, place)


def go_reference(sizes, place):
    return _go_measured(golibtel.REFERENCE, sizes, place)


# ---- Python


def _python(library):
    def run(sizes, place):
        interpreter = PEERS / "bin" / "python"
        if not interpreter.exists():
            if library != "libtel":
                raise NotInstalled("prometheus_client and opentelemetry-sdk")
            interpreter = sys.executable
        env = {"PYTHONPATH": BINDING, "TEL_LIBRARY": c.library("shipped"), "PYTHONDONTWRITEBYTECODE": 1}
        return measured(interpreter, HERE / "python" / "counting.py", library, sizes.python, directory(place), place=place, env=env)

    return run


# ---- Reports

LATER = "2026-12-07"


def _weeks(sizes, place):
    """A directory with files of a week that is over: made once, and copied."""
    made = place.parent / f"weeks-{sizes.files}-{sizes.counters}"
    if not made.exists():
        operations = c.build(HERE / "operations.c", variant="shipped")
        c.run(operations, "report", sizes.files, directory(made), sizes.counters, directory=made, timeout=300)
        (made / "telemetry" / "mode").write_text("local 2026-11-01")
    copy = shutil.copytree(made / "telemetry", place / "telemetry")
    os.sync()  # what was copied is not to be written meanwhile
    return copy


def _reported(sizes, place, command):
    telemetry = _weeks(sizes, place)
    times, peaks = launched(1, {"report": [str(word).replace("DIRECTORY", str(telemetry)) for word in command]}, place)
    reports = sorted(path.name for path in (telemetry / "local").glob("local.*.json"))
    assert reports and not c.files(telemetry), f"{command[0]} left files behind: {reports}"
    shutil.rmtree(telemetry)
    return {"time": times["report"], "memory": peaks["report"]}


def report(sizes, place):
    tel = c.library("shipped").parents[1] / "bin" / "tel"
    return _reported(sizes, place, [tel, "--dir", "DIRECTORY", "report", "--as-of", LATER])


def report_reference(sizes, place):
    return _reported(sizes, place, [go.peer(), "report", "-dir", "DIRECTORY", "-as-of", f"{LATER}T00:00:00Z"])


RUNS = {
    "add": add, "name": name, "label": label, "threads": threads, "fork": fork,
    "start": start, "memory": memory, "library": library, "command": command,
    "go": go_libtel, "go-reference": go_reference,
    "python": _python("libtel"), "python-prometheus": _python("prometheus"), "python-multiprocess": _python("multiprocess"),
    "python-opentelemetry": _python("opentelemetry"),
    "report": report, "report-reference": report_reference,
}
