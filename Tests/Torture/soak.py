"""An hour of four languages at full speed, with a week every ten seconds:

    python Tests/Torture/soak.py [--picture docs/pictures/soak.svg]

SOAK_SECONDS says how long. Every second it looks at the processes and the
directory; what it saw goes to build/soak.csv and into the picture. Ends with 1
if a count was lost, or if anything grew.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from Harness import c, counterfile  # noqa: E402
from Harness.driver import DAY  # noqa: E402
from Torture.ordeal import TEL, Ordeal  # noqa: E402
from Torture.picture import picture  # noqa: E402

SECONDS = int(os.environ.get("SOAK_SECONDS") or 3600)
WEEK_SECONDS = 10
LANGUAGES = ("c", "go", "python")
PAGE = os.sysconf("SC_PAGESIZE")


def look(pid):
    """Resident bytes, mappings, descriptors."""
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return resident, Path(f"/proc/{pid}/maps").read_text().count("\n"), len(os.listdir(f"/proc/{pid}/fd"))


def disk(directory):
    """Bytes and files of what is not a report: those are kept, and are many."""
    sizes = []
    for path in (directory / "local").iterdir():
        try:
            if path.suffix not in (".json", ".begin"):
                sizes.append(path.stat().st_size)
        except FileNotFoundError:
            pass  # retired meanwhile
    return sum(sizes), len(sizes)


def dropped(directory):
    return sum(value for name, value in counterfile.accounted_by_name(directory).items() if name.startswith("tel/dropped:"))


def soak(ordeal, seconds):
    """A row for each second."""
    rows = []
    actors = {language: ordeal.start(*ordeal.programs[language]) for language in LANGUAGES}
    time.sleep(2)
    start, began = time.monotonic(), ordeal.now
    drops = 0
    while (passed := time.monotonic() - start) < seconds:
        ordeal.now = began + int(passed * 7 * DAY / WEEK_SECONDS)
        ordeal.reap()
        ordeal.count_in_shell()
        if len(rows) % WEEK_SECONDS == 0:
            ordeal.start(TEL, "report", "--as-of", time.strftime("%Y-%m-%d", time.gmtime(ordeal.now)))
            with ordeal.frozen():
                drops = dropped(ordeal.telemetry)
        row = {"second": round(passed), "added": sum(least for least, _ in ordeal.added().values()), "drops": drops}
        row["disk"], row["files"] = disk(ordeal.telemetry)
        for language, child in actors.items():
            row[f"{language} memory"], row[f"{language} mappings"], row[f"{language} descriptors"] = look(child.pid)
        rows.append(row)
        time.sleep(max(0, start + len(rows) - time.monotonic()))
    return rows


def grown(rows):
    """What was more in the last quarter than ever in the second: then all is warm."""
    quarter = len(rows) // 4
    early, late = rows[quarter : 2 * quarter], rows[-quarter:]
    found = []
    for key in rows[0]:
        if key in ("second", "added"):
            continue
        before, after = max(row[key] for row in early), max(row[key] for row in late)
        slack = 1 << 20 if key.endswith("memory") else 1 << 18 if key == "disk" else 0 if key == "drops" else 8
        if after > before + slack:
            found.append(f"{key}: {before} in the second quarter, {after} in the last")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--picture", type=Path)
    where = parser.parse_args().picture
    with tempfile.TemporaryDirectory(prefix="tel-soak-") as folder:
        ordeal = Ordeal(folder, seed=1, programs="steady")
        try:
            rows = soak(ordeal, SECONDS)
        finally:
            ordeal.stop()
        total = sum(ordeal.finish().values())
    table = c.ROOT / "build" / "soak.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    if where:
        where.write_text(picture(rows, WEEK_SECONDS))
    problems = grown(rows)
    print("\n".join(problems))
    print(f"{rows[-1]['second'] + 1} s, {len(rows) // WEEK_SECONDS} weeks, {total} counts, all of them in reports, once")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
