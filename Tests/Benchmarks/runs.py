"""What is run, once a round, to get the measurements: a function for each name
before the dot. It gets a folder of its own and returns what it found."""

import os
import re
import shutil
import statistics
import subprocess

from Benchmarks import collecting, deliveries, uploading
from Benchmarks.programs import directory, in_c, in_go, in_python, launched, measured, tel, with_prometheus_cpp
from Harness import c, go, golibtel

LATER = "2026-12-07"  # than the weeks that operations.c makes


class Sizes:
    """How much of everything; `quick` is to see that it works."""

    def __init__(self, quick):
        self.processes = 2 if quick else 8
        self.adds = 1000 if quick else 100_000
        self.stacks = 100 if quick else 10_000
        self.names = 1000 if quick else 20_000
        self.python = 100 if quick else 20_000
        self.forks = 5 if quick else 1000
        self.starts = 3 if quick else 100
        self.loads = 3 if quick else 40
        self.files, self.counters = (20, 30) if quick else (2000, 300)
        self.waiting = (2, 1) if quick else (17, 17, 16)  # reports, by directory
        self.flushes = 3 if quick else 30
        self.reports = (500, 1000, 2000) if quick else (10_000, 100_000, 1_000_000)


def middle(values):
    """The mean of the middle half: what is far off does not count, and what is
    now this, now that, counts as both."""
    values = sorted(values)
    cut = len(values) // 4
    return statistics.fmean(values[cut : len(values) - cut])


def several(run):
    """Of several processes: where the loader happens to put things makes a tenth
    of a difference to what takes two nanoseconds."""
    def runs(sizes, place):
        folders = [place / str(number) for number in range(sizes.processes)]
        for folder in folders:
            folder.mkdir()
        found = [run(sizes, folder) for folder in folders]
        return {name: middle([each[name] for each in found]) for name in found[0]}

    return runs


# ---- Adding


def add(sizes, place):
    return measured(in_c("adding.c"), sizes.adds, directory(place), place=place)


def named(count):
    return lambda sizes, place: measured(in_c("naming.c", "-fno-builtin"), sizes.names, directory(place), count, place=place)


def labelled(count):
    return lambda sizes, place: measured(with_prometheus_cpp("labels.cpp"), sizes.names, count, place=place)


def threads(sizes, place):
    return measured(in_c("threads.c"), sizes.adds, directory(place), 2, place=place)


def fork(sizes, place):
    return measured(in_c("forks.c"), sizes.forks, directory(place), place=place)


def stacks(flags):
    return lambda sizes, place: measured(in_c("stacks.c"), sizes.stacks, directory(place), flags, place=place)


def stacks_in_go(sizes, place):
    return measured(in_go(golibtel.REFERENCE), "stacks", sizes.stacks, directory(place), place=place)


def in_go_against(library):
    return lambda sizes, place: measured(in_go(library), "cost", sizes.adds, directory(place), place=place)


def in_python_with(library):
    def run(sizes, place):
        (program, *words), env = in_python(library)
        return measured(program, *words, "cost", sizes.python, directory(place), place=place, env=env)

    return run


def stack_in_python(sizes, place):
    (program, *words), env = in_python("libtel")
    return measured(program, *words, "stack", max(20, sizes.python // 20), directory(place), place=place, env=env)


def probing(sizes, place):
    return measured(in_c("probing.c"), max(100, sizes.names // 20), directory(place), c.ROOT / "build" / "lib" / "tel" / "plugins" / "libffi.so", place=place)


# ---- Starting


def starters(place):
    """The program with libtel and without. The first run has done what is to be
    done once a day."""
    programs = {"with": in_c("start.c"), "without": in_c("start.c", "-DWITHOUT", link=False)}
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
    program = in_c("loading.c", link=False)
    times = [measured(program, path, place=place)["ready"] for _ in range(sizes.loads + 1)][1:]
    return {
        "size": path.stat().st_size,
        "needs": len([need for need in needs if not libc.match(need)]),
        "ready": statistics.median(times),
    }


def plugin(sizes, place):
    """Of libtel's own, those that need libc alone: what others need is loaded with them."""
    folder = c.library("shipped").parent / "tel" / "plugins"
    program = in_c("plugins.c")
    found = [measured(program, folder / "file.so", folder / "exec.so", place=place) for _ in range(sizes.loads + 1)][1:]
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def command(sizes, place):
    env = {"TEL_PROGRAM": "example.com/bench", "TEL_DIR": directory(place)}
    c.run(tel(), "inc", "bench/command", directory=place, env=env)
    times, _ = launched(sizes.starts, {"inc": [tel(), "inc", "bench/command"], "true": ["/bin/true"]}, place, env)
    return times


# ---- Reports


def weeks(files, counters, place):
    """A directory with counter files of a week that is over: made once, and
    copied."""
    made = place.parent / f"weeks-{files}-{counters}"
    if not made.exists():
        made.mkdir()
        c.run(in_c("../operations.c"), "report", files, directory(made), counters, directory=made, timeout=600)
        (made / "telemetry" / "mode").write_text("local 2026-11-01")
    copy = shutil.copytree(made / "telemetry", place / "telemetry")
    os.sync()  # what was copied is not to be written meanwhile
    return copy


def reported(telemetry, place, command):
    times, peaks = launched(1, {"report": command}, place)
    assert list((telemetry / "local").glob("local.*.json")), f"{command[0]} made no report"
    # Not that of the program itself, which is of the week after.
    left = [path for path in c.files(telemetry) if not path.name.startswith("operations@")]
    assert not left, f"{command[0]} left files behind"
    shutil.rmtree(telemetry)
    return {"time": times["report"], "memory": peaks["report"]}


def by_libtel(telemetry):
    """tel_flush_report in a C program: what is measured is the library."""
    return [in_c("../operations.c"), "flush", 1, telemetry]


def by_the_reference(telemetry):
    return [go.peer(), "report", "-dir", telemetry, "-as-of", f"{LATER}T00:00:00Z"]


def report_by(whom):
    def run(sizes, place):
        telemetry = weeks(sizes.files, sizes.counters, place)
        return reported(telemetry, place, whom(telemetry))

    return run


RUNS = {
    "add": several(add),
    "name-100": several(named(100)), "name-5000": several(named(5000)), "label-100": labelled(100),
    "go": several(in_go_against(golibtel.MODULE)), "go-reference": in_go_against(golibtel.REFERENCE),
    "python": in_python_with("libtel"), "python-prometheus": in_python_with("prometheus"),
    "python-multiprocess": in_python_with("multiprocess"), "python-opentelemetry": in_python_with("opentelemetry"),
    "stacks": stacks(0), "stacks-plugins": stacks(1 << 4), "stacks-reference": stacks_in_go,
    "python-stack": stack_in_python, "probing": several(probing),
    "threads": several(threads), "fork": fork,
    "start": start, "memory": several(memory), "library": library, "plugin": plugin, "command": command,
    "report": report_by(by_libtel), "report-reference": report_by(by_the_reference),
    "delivery": deliveries.delivered_by(deliveries.by_libtel), "delivery-reference": deliveries.delivered_by(deliveries.by_the_reference),
    "flush": deliveries.flush,
    "taking": uploading.taking, "charting": uploading.charting, "summing": collecting.summing,
}
