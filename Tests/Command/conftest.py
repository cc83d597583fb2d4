"""The command as its user has it: build/bin/tel, a home of its own, and nothing
else in the environment."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from Harness import client

MONDAY, FRIDAY, SATURDAY = "2026-11-23", "2026-11-27", "2026-11-28"


def executable():
    path = Path(os.environ.get("TEL_TEST_COMMAND") or client.ROOT / "build" / "bin" / "tel")
    if not path.exists():
        pytest.fail(f"there is no {path}: run `make`, or name the command in TEL_TEST_COMMAND", pytrace=False)
    return path.resolve()


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def ok(self):
        assert self.code == 0, self
        assert self.err == "", self
        return self


class Tel:
    """Call it with arguments. Keywords of one word are variables of the environment."""

    def __init__(self, home, executable=None):
        self.path = executable or globals()["executable"]()
        self.home = home

    @property
    def directory(self):
        return self.home / ".config" / "tel" / "telemetry"

    @property
    def local(self):
        return self.directory / "local"

    def start(self, *arguments, before=(), environment=None, **variables):
        """Not waited for."""
        command = [*before, self.path, *arguments]
        return subprocess.Popen(
            [os.fsencode(part) for part in command],
            env=client.environment(self.home, **variables) if environment is None else environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments, input=b"", **more):
        process = self.start(*arguments, **more)
        out, err = process.communicate(input, timeout=60)
        return Done(process.returncode, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape"))

    def weeks_end_on_fridays(self):
        self.local.mkdir(parents=True)
        (self.local / "weekends").write_text("5\n")

    def counts(self, program="hello"):
        """What `tel dump` says of a program: name -> value, over all its files."""
        found = {}
        for file in self("dump", "--json").ok.json:
            for entry in file["programs"]:
                if entry["program"] == program:
                    for count in entry["counts"]:
                        found[count["name"]] = found.get(count["name"], 0) + count["value"]
        return found


@pytest.fixture
def tel(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Tel(home)


def tree(folder):
    """Every path below, with what is in it: two are equal if nothing was written."""
    return {
        path.relative_to(folder): (path.read_bytes() if path.is_file() else None, path.stat().st_mtime_ns)
        for path in sorted(Path(folder).rglob("*"))
    }


def is_sentence(text, *words):
    """One line that names the command and says what it should."""
    assert text.startswith("tel: ") and text.endswith("\n") and text.count("\n") == 1, text
    for word in words:
        assert str(word) in text
    return True
