"""A store of reports in a process of its own: Trial has what it can be told."""

import os
import signal
import subprocess
import threading

import pytest

from Harness.trial import program


class Store:
    """One file; what is asked of it is asked by a process that ends then."""

    def __init__(self, path):
        self.path = path
        self.keepers = []

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
        self.keepers.append(Keeper([*prefix, program(), "keep", self.path, str(tasks), str(seed)]))
        return self.keepers[-1]


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
        if self.process.returncode is not None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        self.process.stderr.close()
        self.process.stdout.close()


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "reports.db")
    yield store
    for keeper in store.keepers:
        keeper.kill()
