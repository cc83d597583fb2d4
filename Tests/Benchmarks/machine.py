"""On what was measured."""

import os
import platform
import re
import time
from pathlib import Path


def processor():
    text = Path("/proc/cpuinfo").read_text(errors="replace")
    found = re.search(r"^(?:model name|Model|Hardware)\s*: (.+)$", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()


def about():
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release().split("-")[0],
        "libc": " ".join(platform.libc_ver()),
    }


def sentence(machine):
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    return f"{machine['date']}, {machine['cpu']}, {cores}, Linux {machine['kernel']}, {machine['libc']}"
