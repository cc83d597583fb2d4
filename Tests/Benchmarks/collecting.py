"""The collector's store: what a week of reports sums up to."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from Harness.trial import program

_weeks = {}
_place = tempfile.TemporaryDirectory(prefix="tel-bench-weeks-")


def trial(*arguments):
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, check=True, timeout=1800)
    return json.loads(done.stdout)


def week(reports):
    """A store with so many reports of one week, made once."""
    if reports not in _weeks:
        path = Path(_place.name) / f"{reports}.db"
        trial("add", path, reports, 256, 7)
        _weeks[reports] = path
    return _weeks[reports]


def forget_pages(path):
    """What the kernel has of the file in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def summing(sizes, place):
    found = {}
    for name, reports in zip(("small", "week", "large"), sizes.reports):
        path = week(reports)
        forget_pages(path)
        done = trial("sums", path)
        assert done["reports"] == reports
        found |= {name: done["seconds"] * 1e9, f"{name}-each": done["processor"] / reports * 1e9, f"{name}-memory": done["peak_kb"] * 1024}
    return found
