"""store-trial, a program around a store of reports: Tests/SQLiteStore/Trial has
what it can be told. Built when somebody first needs it."""

import functools
import os
import subprocess

from Harness.client import ROOT

PROGRAM = ROOT / "build" / "tests" / "store-trial"


@functools.cache
def program():
    # As the Makefile finds the environment when somebody calls it.
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_") and key != "MAKEFLAGS"}
    done = subprocess.run(["make", "-s", str(PROGRAM.relative_to(ROOT))], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return PROGRAM
