"""The collector's program as its operator has it: build/bin/tel-collector, a
folder of its own, and nothing else in the environment."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from Command.conftest import Done
from Harness import client

WHOLE = "os: linux\narch: amd64 arm64\ntoolchain: gcc12.2 go1.27.3\n---\n"
PROGRAM = "program: example.com/p\nversions: v1.0.0\n---\n"


def executable():
    path = Path(os.environ.get("TEL_TEST_COLLECTOR") or client.ROOT / "build" / "bin" / "tel-collector")
    if not path.exists():
        pytest.fail(f"there is no {path}: run `make`, or name the program in TEL_TEST_COLLECTOR", pytrace=False)
    return path.resolve()


class Collector:
    """Call it with arguments; it works in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.path = executable()

    def __call__(self, *arguments, **variables):
        done = subprocess.run(
            [self.path, *map(str, arguments)], cwd=self.folder, env=client.environment(self.folder, **variables), text=True, capture_output=True, timeout=120)
        return Done(done.returncode, done.stdout, done.stderr)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def built(self, name="latest.json", folder="config"):
        return json.loads((self.folder / folder / name).read_text())


@pytest.fixture
def collector(tmp_path):
    return Collector(tmp_path)


def chart(counter, *more, program="example.com/p"):
    given = {line.split(":")[0] for line in more}
    lines = ["title: T", f"counter: {counter}", "type: partition", f"program: {program}", "why: W"]
    return "\n".join([line for line in lines if line.split(":")[0] not in given] + list(more)) + "\n"


def charts(*records, whole=WHOLE, program=PROGRAM):
    return whole + program + "---\n".join(records)
