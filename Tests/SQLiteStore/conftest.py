"""A store of reports in a process of its own: Trial has what it can be told."""

import functools
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "tests" / "store-trial"


@functools.cache
def program():
    # As the Makefile finds the environment when somebody calls it.
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_") and key != "MAKEFLAGS"}
    done = subprocess.run(["make", "-s", str(PROGRAM.relative_to(ROOT))], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return PROGRAM


class Store:
    """One file; what is asked of it is asked by a process that ends then."""

    def __init__(self, path):
        self.path = path

    def do(self, order, *arguments, prefix=(), check=True, timeout=300):
        done = subprocess.run([*prefix, program(), order, self.path, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
        assert not check or done.returncode == 0, done.stderr
        return done

    def listed(self):
        """(X of all reports, how many the store says there are)."""
        xs, said = [], 0
        for line in self.do("list").stdout.splitlines():
            kind, *rest = line.split()
            if kind == "day":
                said += int(rest[1]) + int(rest[2])
            else:
                xs.append(rest[0])
        return xs, said

    def keeper(self, tasks=64, seed=1, prefix=()):
        return Keeper([*prefix, program(), "keep", self.path, str(tasks), str(seed)])


class Keeper:
    """A process that adds reports until it is killed, and says of each what came of it."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.kept, self.refused = [], []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if not line.endswith("\n"):
                break  # it was killed in the middle
            verdict, x, *why = line.split(maxsplit=2)
            if verdict == "kept":
                self.kept.append(x)
            else:
                self.refused.append((x, "".join(why).strip()))

    def kill(self):
        """With all that it has started: a tracer, too."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        self.process.stderr.close()
        self.process.stdout.close()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "reports.db")
