"""Names, dates and small helpers of the conformance tests."""

import platform
import re
from datetime import datetime
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "Samples"
PROGRAM = "example.com/tel/cmd/shared"
VERSION = "v1.2.3"
TOOLCHAIN = "go1.27.3"
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
# A week of the directory below: begun on Monday, over on Friday.
MONDAY = "2026-11-23T10:00:00Z"
FRIDAY_NOON = "2026-11-27T12:00:00Z"
WEEK_END = "2026-11-27"
LONG_AFTER = "2026-12-09T00:00:00Z"  # more than 8 days after the week's end


def seconds(instant):
    return int(datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp())


def directory(path, weekends="5\n"):
    """A telemetry directory whose weeks end on Fridays."""
    (path / "local").mkdir(parents=True)
    if weekends is not None:
        (path / "local" / "weekends").write_text(weekends)
    return path


def libtel_identity(directory, now=MONDAY):
    """What tel_open needs to share a file with the reference."""
    return {
        "directory": str(directory), "program": PROGRAM, "version": VERSION, "toolchain": TOOLCHAIN,
        "now": seconds(now), "max_names": 100_000,
    }


def file_name(day, program="shared"):
    """Of the counter file that this program begins on that day."""
    return f"{program}@{VERSION}-{TOOLCHAIN}-linux-{ARCH}-{day}.v1.count"


def counter_files(directory):
    return sorted((directory / "local").glob("*.v1.count"))


def reports(directory):
    """The published reports' bytes by file name."""
    return {path.name: path.read_bytes() for path in sorted((directory / "local").glob("local.*.json"))}


X = re.compile(rb'(?<=^ "X": )[-+.0-9e]+(?=,$)', re.MULTILINE)


def without_x(report):
    """A report with its random X replaced; its value must be in [0, 1)."""
    (x,) = X.findall(report)
    assert 0 <= float(x) < 1
    return X.sub(b"?", report)
