"""libtel with another library for uploading beside it: Tests/Bindings/courier.c,
which hands a binding's transports what the real one might.

    library = courier.library()
    ... a program that loads it, with mode "on" ...
    courier.seen(telemetry) == ["fetch TEL_OK 200 0", "deliver TEL_OK 200 0"]
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from Harness import c

SOURCE = c.ROOT / "Tests" / "Bindings" / "courier.c"
PRIVATE = c.ROOT / "Sources" / "CEntry" / "include"


def library():
    """libtel.so.1 in a folder of its own."""
    core = c.library("shipped")
    parts = [SOURCE, PRIVATE / "delivery.h", c.INCLUDE / "tel.h", c.INCLUDE / "tel" / "plugin.h", core]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in parts)).hexdigest()[:16]
    place = c.BUILT / f"courier-{digest}"
    c.BUILT.mkdir(parents=True, exist_ok=True)
    with open(c.BUILT / "courier.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unfinished = place.with_suffix(f".{os.getpid()}")
            (unfinished / "tel").mkdir(parents=True)
            shutil.copy(core, unfinished / "libtel.so.1")
            subprocess.run(
                ["cc", "-std=gnu11", "-O1", "-g", "-fPIC", "-shared", "-pthread", *c.WARNINGS, f"-I{c.INCLUDE}", f"-I{PRIVATE}", "-Wl,-z,defs", SOURCE,
                 "-o", unfinished / "tel" / "libtel-delivery.so"], check=True)
            unfinished.rename(place)
    return place / "libtel.so.1"


def seen(telemetry):
    """What the transports answered, a line for each thing."""
    path = Path(telemetry) / "courier"
    return path.read_text().splitlines() if path.exists() else []


def jobs(telemetry):
    """What there was to deliver: vendor, program, destination, milliseconds, now."""
    path = Path(telemetry) / "courier.jobs"
    return [line.split(" ") for line in path.read_text().splitlines()] if path.exists() else []


def consent(telemetry, destination):
    """The user has said yes to this destination."""
    telemetry.mkdir(parents=True, exist_ok=True)
    (telemetry / "mode").write_text("on 2020-01-01")
    (telemetry / "destination").write_text(f"{destination}\n")
    (telemetry / "consent").write_text(f"mode on\ndate 2020-01-01\ndestination {destination}\ntext 1\n")
    return telemetry
