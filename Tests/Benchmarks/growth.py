"""How cost grows, beside the peers, as pictures and tables:

    build/venv/bin/python Tests/Benchmarks/growth.py [--only NAME] [--draw]

`make bench-growth` calls it. What is measured goes to build/growth.json; the
pictures to docs/pictures, the tables into docs/performance.md. --draw makes
those again from what was measured before.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from Benchmarks import machine, table  # noqa: E402
from Benchmarks.bars import UNITS, figure, spoken  # noqa: E402
from Benchmarks.bench import Progress  # noqa: E402
from Benchmarks.plot import Plot, draw  # noqa: E402
from Benchmarks.programs import (  # noqa: E402
    NotInstalled, directory, in_c, in_go, in_python, measured, together, with_prometheus_cpp)
from Benchmarks.runs import by_libtel, by_the_reference, reported, weeks  # noqa: E402
from Harness import c, golibtel  # noqa: E402

RESULTS = c.ROOT / "build" / "growth.json"
PICTURES = c.ROOT / "docs" / "pictures"
PAGE = c.ROOT / "docs" / "performance.md"
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 3)
COUNTERS = 100  # in each file of a report


@dataclass
class Growth:
    xs: list
    small: list  # of a quick run
    runs: dict  # who -> (x, place, quick) -> numbers by name
    plots: list  # without curves
    shows: dict  # a plot's file -> {label: "who.number"}


# ---- What is run


def known(x, place, quick):
    return measured(in_c("naming.c", "-fno-builtin"), 100 if quick else 5000, directory(place), x, place=place)


def known_to_prometheus(x, place, quick):
    return measured(with_prometheus_cpp("labels.cpp"), 100 if quick else 5000, x, place=place)


def known_to_the_reference(x, place, quick):
    return measured(in_go(golibtel.REFERENCE), "names", 100 if quick else 5000, directory(place), x, place=place)


def report_by(whom):
    def run(x, place, quick):
        telemetry = weeks(x, COUNTERS, place)
        return reported(telemetry, place, whom(telemetry))

    return run


def rates(found, threads):
    """Adds a second of all threads, from nanoseconds for each thread's."""
    return {name: threads / value * 1e9 for name, value in found.items() if name != "sharing"}


def adds(quick):
    return 1000 if quick else 400_000


def threads(x, place, quick):
    return rates(measured(in_c("threads.c"), adds(quick), directory(place), x, place=place), x)


def threads_of_prometheus(x, place, quick):
    return rates(measured(with_prometheus_cpp("metrics.cpp"), adds(quick), x, place=place), x)


def threads_of_the_reference(x, place, quick):
    return rates(measured(in_go(golibtel.REFERENCE), "threads", adds(quick) // 10, directory(place), x, place=place), x)


def processes(words_of):
    """Adds a second of all. `words_of` gives what comes before and after the
    time, and the environment."""
    def run(x, place, quick):
        milliseconds = 20 if quick else 300
        before, after, env = words_of(place)
        directory(place)
        found = together([[*before, milliseconds, *after]] * x, place, env)
        return {"rate": sum(each["adds"] for each in found) / milliseconds * 1000}

    return run


def c_process(way):
    return processes(lambda place: ([in_c("process.c"), way], [place / "telemetry"], {}))


def go_process(place):
    return [in_go(golibtel.REFERENCE), "process"], [place / "telemetry"], {}


def python_process(library):
    def words(place):
        command, env = in_python(library)
        return [*command, "process"], [place / "telemetry"], env

    return processes(words)


# ---- What is shown


def nanoseconds(value):
    """1 ns, 20 µs: as short as a tick should be."""
    unit = next(unit for unit in ("s", "ms", "µs", "ns") if value >= UNITS[unit] * 0.999 or unit == "ns")
    return f"{value / UNITS[unit]:g} {unit}"


def mebibytes(value):
    return f"{value:,g} MiB"


def a_second(value):
    return f"{value / 1e6:,g} M" if value >= 999_999 else f"{value / 1e3:,g} k"


POWERS = [10, 100, 1000, 10_000, 100_000]
GROWTHS = {
    "names": Growth(
        POWERS, [10, 100],
        {"libtel": known, "reference": known_to_the_reference, "prometheus-cpp": known_to_prometheus},
        [
            Plot("growth-names", "A count by name", "names in use, in no particular order", "time for each count", nanoseconds),
            Plot("growth-new-names", "The first count of a name", "names in the file at last: the second half of them", "time for each name", nanoseconds),
        ],
        {
            "growth-names": {
                "libtel": "libtel.count", "the reference": "reference.count", "prometheus-cpp": "prometheus-cpp.count",
                "strlen + memcmp": "libtel.touch"},
            "growth-new-names": {"libtel": "libtel.new", "the reference": "reference.new", "prometheus-cpp": "prometheus-cpp.new"},
        }),
    "files": Growth(
        POWERS[:4], [10, 20], {"libtel": report_by(by_libtel), "reference": report_by(by_the_reference)},
        [
            Plot("growth-files", "A weekly report: time", f"counter files in the directory, of {COUNTERS} counters each", "time from start to end", nanoseconds),
            Plot("growth-files-memory", "A weekly report: memory", f"counter files in the directory, of {COUNTERS} counters each", "memory at its peak", mebibytes),
        ],
        {
            "growth-files": {"libtel": "libtel.time", "the reference": "reference.time"},
            "growth-files-memory": {"libtel": "libtel.memory", "the reference": "reference.memory"},
        }),
    "threads": Growth(
        [1, 2, 4, 8], [1, 2], {"libtel": threads, "reference": threads_of_the_reference, "prometheus-cpp": threads_of_prometheus},
        [
            Plot("growth-threads-apart", "Threads that add to counters of their own", "threads, on {cores} cores", "adds a second of all together", a_second),
            Plot("growth-threads-together", "Threads that add to one counter", "threads, on {cores} cores", "adds a second of all together", a_second),
        ],
        {
            f"growth-threads-{how}": {
                "libtel": f"libtel.{how}", "the reference": f"reference.{how}", "prometheus-cpp": f"prometheus-cpp.{how}",
                "bare instruction": f"libtel.{how}-bare"}
            for how in ("apart", "together")
        }),
    "processes": Growth(
        [1, 2, 4, 8, 16, 32, 64], [1, 2],
        {
            "libtel": c_process("handle"), "bare": c_process("bare"), "reference": processes(go_process),
            "libtel-python": python_process("libtel"), "prometheus_client": python_process("multiprocess")},
        [Plot("growth-processes", "Processes that add to one counter", "processes, on {cores} cores", "adds a second of all together", a_second)],
        {"growth-processes": {
            "libtel": "libtel.rate", "the reference": "reference.rate", "bare instruction": "bare.rate",
            "libtel, Python": "libtel-python.rate", "prometheus_client": "prometheus_client.rate"}}),
}


def measure(name, growth, rounds, quick, progress):
    """Of each "who.number": its median for each x. A peer that is not installed
    has none."""
    xs = growth.small if quick else growth.xs
    found = {}
    with tempfile.TemporaryDirectory(prefix="tel-growth-") as place:
        for number in range(rounds):
            for x in xs:
                for who, run in growth.runs.items():
                    progress.say(f"{name}, round {number + 1} of {rounds}: {who}, {x:,}")
                    try:
                        made = run(x, Path(tempfile.mkdtemp(dir=place)), quick)
                    except NotInstalled:
                        continue
                    for key, value in made.items():
                        found.setdefault(f"{who}.{key}", {}).setdefault(x, []).append(value)
    progress.say()
    return {key: [[x, statistics.median(values)] for x, values in each.items()] for key, each in found.items()}


def filled(plot, growth, result):
    """The plot with its curves. Memory is drawn in MiB."""
    results = result["found"]
    shrink = UNITS["MiB"] if plot.unit is mebibytes else 1
    curves = {}
    for label, key in growth.shows[plot.file].items():
        if key in results:
            curves[label] = [(x, value / shrink) for x, value in results[key]]
    return replace(plot, x=plot.x.format(cores=result["machine"]["cores"]), curves=curves)


def said(plot, value):
    if plot.unit is nanoseconds:
        return spoken(value, "time")
    return f"{figure(value)} MiB" if plot.unit is mebibytes else f"{figure(value / 1e6)} M"


def rows(plot):
    """The same in numbers."""
    xs = sorted({x for curve in plot.curves.values() for x, _ in curve})
    lines = ["| " + " | ".join([plot.x.split(",")[0].split(":")[0], *(f"{x:,}" for x in xs)]) + " |", "|---" * (len(xs) + 1) + "|"]
    for label, curve in plot.curves.items():
        values = dict(curve)
        lines.append("| " + " | ".join([label, *(said(plot, values[x]) if x in values else "" for x in xs)]) + " |")
    return "\n".join(lines)


def show(results, pictures=PICTURES, page=PAGE):
    """Draws what is there, and puts its numbers into the page."""
    for name, result in results.items():
        growth = GROWTHS[name]
        about = machine.sentence(result["machine"])
        for plot in growth.plots:
            plot = filled(plot, growth, result)
            (pictures / f"{plot.file}.svg").write_text(draw(plot, about), encoding="utf-8")
            table.put_into(page, f"{rows(plot)}\n\n{about}; medians of {result['rounds']} rounds.", plot.file)


def arguments(words):
    parser = argparse.ArgumentParser(description="How cost grows, beside the peers.")
    parser.add_argument("--only", metavar="NAME", action="append", choices=GROWTHS, help=f"one of: {' '.join(GROWTHS)}; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="small and few numbers: to see that it works; draws nothing")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw what was measured before")
    return parser.parse_args(words)


def main(words=None):
    given = arguments(words)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if not given.draw:
        for name in given.only or GROWTHS:
            found = measure(name, GROWTHS[name], given.rounds, given.quick, Progress())
            results[name] = {"machine": machine.about(), "rounds": given.rounds, "found": found}
            if not given.quick:
                RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    if given.quick:
        print(json.dumps(results))
    else:
        show({name: results[name] for name in given.only or GROWTHS if name in results})


if __name__ == "__main__":
    main()
