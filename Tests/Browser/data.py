"""Telemetry directories for the viewer: empty, small, the article's report,
and a made-up year of 40 programs with 200 charts each."""

import json
import os
import random
import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEL = ROOT / "build" / "bin" / "tel"
SAMPLES = ROOT / "Tests" / "Samples"
# The day that pages take for today.
TODAY = date(2026, 11, 25)
LAST = date(2026, 11, 20)
# Names that somebody has chosen to do harm with.
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "'; alert(3); '", "{{{body}}}</title>", "a&amp;b", "\u202edlrow", "x" * 4096, "\u0007bell"]


def report(week, programs):
    return json.dumps({"Week": week.isoformat(), "LastWeek": "", "X": 0.25, "Programs": programs, "Config": ""})


def program(name, version, counters, stacks=None):
    # In byte order, as every writer of reports has them.
    counters = dict(sorted(counters.items(), key=lambda each: each[0].encode()))
    return {"Program": name, "Version": version, "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64", "Counters": counters, "Stacks": stacks or {}}


def write(folder, week, programs):
    (folder / "local").mkdir(parents=True, exist_ok=True)
    (folder / "local" / f"local.{week}.json").write_text(report(week, programs))


def tel(folder, command, *words, vendor="tel", today=TODAY):
    subprocess.run(
        [TEL, command, "--dir", folder, "--as-of", today.isoformat(), "--vendor", vendor, *words], check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": str(folder)})


def inc(folder, *names, program="example.com/live", vendor="tel"):
    tel(folder, "inc", "--program", program, *names, vendor=vendor)


def approve(folder, programs, vendor):
    """An upload config: program -> its counters and their rates, in every version."""
    (folder / "mode").write_text("local")
    moment = datetime.combine(TODAY, time(), UTC).timestamp()
    os.utime(folder / "mode", (moment, moment))
    (folder / "destination").write_text("https://telemetry.invalid\n")
    path = folder.parent / f"{folder.name}.config.json"
    path.write_text(json.dumps({
        "GOOS": ["linux"], "GOARCH": ["amd64"], "GoVersion": ["gcc12.2"], "SampleRate": 1, "Version": "v1.0.0",
        "Programs": [
            {"Name": name, "Versions": ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"], "Counters": [{"Name": counter, "Rate": rate} for counter, rate in counters.items()], "Stacks": []}
            for name, counters in programs.items()]}))
    tel(folder, "import", path, vendor=vendor)


def empty(folder):
    folder.mkdir()


def samples(folder):
    """Counter files as programs leave them, a damaged one, and names meant to do harm."""
    (folder / "local").mkdir(parents=True)
    for path in SAMPLES.glob("*.v1.count"):
        shutil.copy(path, folder / "local" / path.name)
    (folder / "local" / "damaged.v1.count").write_bytes(b"# telemetry/counter file v1\n" + b"\xff" * 20000)
    stacks = {"crash\nmain.main:+3,+0x12\nruntime.main:+250,+0x20": 4, "crash\nmain.other:+1,+0x2": 1}
    counters = {"editor:vim": 5, "editor:emacs": 3, "editor:other": 1, "runs": 9} | {f"latency:<{bound}": 3 + bound % 7 for bound in (1, 10, 100, 1000)}
    for weeks in range(6):
        harm = [program("example.com/harm", "<b>v1</b>", {name: index + 1 for index, name in enumerate(HOSTILE)})]
        write(folder, LAST - timedelta(weeks=weeks), [
            program("example.com/tool", f"v1.{weeks // 3}.0", {name: value * (weeks + 1) for name, value in counters.items()}, stacks), *harm])
    (folder / "local" / "local.2026-11-06.json").write_text("{\"Week\": \"2026-11-06\", ")
    (folder / "local" / "weekends").write_text("5\n")
    inc(folder, "editor:vim", program="example.com/tool")


def article(folder):
    (folder / "local").mkdir(parents=True)
    shutil.copy(SAMPLES / "article" / "local.2024-07-19.json", folder / "local")


def year(folder):
    random.seed(40)
    counters = [f"area{index % 12}/count-{index}" for index in range(160)]
    counters += [f"area{index % 12}/choice-{index}:{word}" for index in range(20) for word in ("yes", "no", "other")]
    counters += [f"area{index % 12}/time-{index}:<{bound}ms" for index in range(20) for bound in (1, 10, 100, 1000)]
    programs = [f"example.com/suite/program-{index:02}" for index in range(40)]
    for weeks in range(52):
        write(folder, LAST - timedelta(weeks=weeks), [
            program(name, f"v1.{(51 - weeks) // 13}.0", {name: random.randrange(1, 5000) for name in counters}) for name in programs])
    # Most of it may leave, some of it sometimes, and some never.
    rates = {name: 0.1 if index % 9 == 0 else 1 for index, name in enumerate(counters) if index % 7}
    approve(folder, {name: rates for name in programs}, VENDORS["year"])
    inc(folder, "area0/count-0", program=programs[0], vendor=VENDORS["year"])


SETS = {"empty": empty, "samples": samples, "article": article, "year": year}
# Whose they are, unless they are of the vendor tel, which has no collector.
VENDORS = {"year": "acme"}
