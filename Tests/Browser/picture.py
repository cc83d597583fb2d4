"""Makes docs/pictures/view.png again: the first page, of a user who has said yes.

Run from Tests/ by hand when the page looks otherwise: `python -m Browser.picture`.
"""

import hashlib
import json
import math
import os
import random
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from . import data
from .conftest import Viewer, chromium

TODAY, LAST, WEEKS = date(2026, 12, 1), date(2026, 11, 27), 30
URL = "https://telemetry.example.com"
SCALE = {"backup": 0.3, "editor": 2.5, "editor/indexer": 0.45, "player": 0.16, "sync": 1}
NAMES = ["start", "open:project", "open:file", "latency:<10ms", "latency:<100ms", "latency:<1s", "crash/recovered", "search:words"]


def counters(name, level):
    return {f"{name.rpartition('/')[2]}/{counter}": max(1, int(level * (1 + index % 3) / 2)) for index, counter in enumerate(NAMES)}


def who(name):
    return {"Program": f"example.com/{name}", "Version": "v1.4.0", "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64"}


def document(folder, end, x, programs, config=""):
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Week": str(end), "LastWeek": "", "X": x, "Programs": programs, "Config": config})
    (folder / (f"{end}.json" if config else f"local.{end}.json")).write_text(text)
    return text


def make(folder):
    """Half a year of five programs: all but the last week sent, the new one not over."""
    random.seed(5)
    (folder / "local").mkdir(parents=True)
    for name, text in {
        "local/weekends": "5\n", "mode": "on 2026-04-01", "destination": f"{URL}\n", "consent": f"mode on\ndate 2026-04-01\ndestination {URL}\ntext 1\n",
        "config.json": json.dumps({
            "GOOS": ["linux"], "GOARCH": ["amd64"], "GoVersion": ["gcc12.2"], "SampleRate": 1, "Version": "v1.4.0",
            "Programs": [{"Name": f"example.com/{name}", "Versions": ["v1.4.0"], "Counters": [{"Name": counter, "Rate": 1} for counter in list(counters(name, 1))[:7]], "Stacks": []}
                         for name in SCALE if name != "player"]}),
    }.items():
        (folder / name).write_text(text)
    for week in range(WEEKS):
        end = LAST - timedelta(weeks=week)
        begin = end - timedelta(days=7 if week < WEEKS - 1 else 3)
        names = [name for name in SCALE if name != "player" or week < 18]
        full = {
            name: counters(name, SCALE[name] * (100 + 40 * math.sin((week + 5 * index) / 5) + random.randrange(20)) * (end - begin).days / 7) for index, name in enumerate(names)}
        document(folder / "local", end, 0.0625, [{**who(name), "Counters": counts, "Stacks": {}} for name, counts in full.items()])
        (folder / "local" / f"{end}.begin").write_text(json.dumps({"Week": str(end), "Programs": [{**who(name), "TimeBegin": f"{begin}T00:00:00Z"} for name in names]}))
        if week:
            sent = document(
                folder / "upload", end, 0.0625, [{**who(name), "Counters": dict(list(counts.items())[:7]), "Stacks": {}} for name, counts in full.items() if name != "player"], "v1.4.0")
            (folder / "upload" / f"{end}.receipt").write_text(
                f"week {end}\ndate {end + timedelta(days=1)}T08:00:00Z\ndestination {URL}\nsha256 {hashlib.sha256(sent.encode()).hexdigest()}\nconfig v1.4.0\ncode 200\nanswer\n")
    for name, scale in SCALE.items():
        for counter, count in counters(name, scale * 40).items():
            data.tel(
                folder, "inc", "--program", f"example.com/{name}", "--program-version", "v1.4.0", "--toolchain", "gcc12.2", counter, str(count), vendor="acme", today=LAST)
    data.tel(folder, "import", folder / "config.json", vendor="acme", today=TODAY)
    (folder / "config.json").unlink()
    moment = datetime.combine(TODAY, time(), UTC).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))


def main():
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / ".config" / "acme" / "telemetry"
        make(folder)
        viewer = Viewer(None, "--vendor", "acme", today=TODAY, home=home)
        driver = chromium(1180, 640)
        try:
            driver.get(viewer.url)
            # Where it was made is nobody's home.
            driver.execute_script("""
                const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replaceAll(arguments[0], '~');
                document.querySelector('footer').remove();""", home)
            driver.save_screenshot(str(data.ROOT / "docs" / "pictures" / "view.png"))
        finally:
            driver.quit()
            viewer.end()


if __name__ == "__main__":
    main()
