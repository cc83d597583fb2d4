"""How many reports a second a collector takes, by HTTP, each durable before it
is answered; the generator runs on the same machine:

    build/venv/bin/python Tests/Benchmarks/uploading.py [REPORTS [CONNECTIONS]]

Prints JSON. Afterwards the collector is killed, and its file asked for every
report that was answered. Reports are of two programs with 20 counters each,
1.5 KB, and differ in X.

The reference's server is not measured beside it: it is not in the Go toolchain,
and building it takes modules from the network."""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from Benchmarks.collecting import forget_pages  # noqa: E402
from Collector.conftest import WHOLE, Collector, chart, charts, executable  # noqa: E402
from Harness import c  # noqa: E402
from Harness.trial import program  # noqa: E402

HERE = Path(__file__).resolve().parent
PROGRAMS = ("example.com/editor", "example.com/lint")
BUCKETS = [f"b{number}" for number in range(20)]
X = 0.5555555555555555


def config():
    records = [chart(f"chart{number}:{{{','.join(BUCKETS)}}}", "rate: 1", program=name) for name in PROGRAMS for number in range(20)]
    return charts(*records, whole=WHOLE, program="".join(f"program: {name}\nversions: v1.0.0\n---\n" for name in PROGRAMS))


def report(week, x=X):
    programs = [
        {
            "Program": name, "Version": "v1.0.0", "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64",
            "Counters": {f"chart{number}:{BUCKETS[number * 7 % 20]}": 1 + number * 13 for number in range(20)}, "Stacks": {}}
        for name in PROGRAMS]
    return json.dumps({"Week": str(week), "LastWeek": "", "X": x, "Programs": programs, "Config": "v1.0.0"}, indent=2)


def generator():
    return c.build(HERE / "c" / "uploads.c", flags=("-O2", "-D_GNU_SOURCE"), variant="shipped", link=False)


def upload(port, week, reports, connections, place):
    """What the generator says."""
    body = place / "report.json"
    body.write_text(report(week))
    done = subprocess.run([generator(), str(port), f"/upload/{week}", body, str(connections), str(reports), "1"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def measured(reports, connections):
    with tempfile.TemporaryDirectory(prefix="tel-bench-") as place:
        found, data = filled(Path(place), reports, connections)
        done = subprocess.run([program(), "verify", data / "reports.db"], capture_output=True, text=True, check=True)
        assert done.stdout == f"(reports: {reports}, pending: 0)\n", done.stdout
        return found


def filled(place, reports, connections=256):
    """What the generator says of uploads to a collector that publishes nothing yet, and its folder."""
    from Collector.serving import WEEK, Serving

    with Serving(Collector(place), config=config(), today=WEEK + datetime.timedelta(2)) as served:
        found = upload(served.port, WEEK, reports, connections, place)
    assert list(found["statuses"]) == ["200"], found
    return found, served.data


def taking(sizes, place):
    """Wall time of one upload of 256 at a time."""
    found, _ = filled(place, sizes.reports[1])
    return {"each": 1e9 / found["per_second"]}


def charting(sizes, place):
    """From reports as they were received to all that is published of their week."""
    from Collector.serving import TODAY

    times = {}
    for name, reports in zip(("week", "large"), sizes.reports[1:]):
        (place / name).mkdir()
        _, data = filled(place / name, reports)
        forget_pages(data / "reports.db")
        start = time.monotonic()
        process = subprocess.Popen([executable(), "publish", "--data", data, "--as-of", str(TODAY)], stdout=subprocess.PIPE)
        said = process.stdout.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        times |= {name: (time.monotonic() - start) * 1e9, f"{name}-memory": used.ru_maxrss * 1024}
        assert status == 0 and f"of {reports} reports" in said, said
        shutil.rmtree(data)
    return times


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    print(json.dumps(measured(*(words + [100_000, 256][len(words):])), indent=1))
