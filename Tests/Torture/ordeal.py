"""Processes in C, Go, Python and shell that add, open, rotate, report, fork, exec and
end in every way, while reporters and the command come and go, time jumps, and
any of them is killed. Whenever all are stopped, at whatever instruction, every
count is where it should be:

    what returned <= reports + committed staged reports + (value - ledger) <= that + what was under way

`Ordeal(folder, seed)` decides everything by its seed, but for what the kernel's
scheduler decides.
"""

import contextlib
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from Harness import c, counterfile, golibtel
from Harness.driver import DAY, WEEKENDS, day, instant

HERE = Path(__file__).parent
ACTORS = HERE / "actors"
TEL = c.ROOT / "build" / "bin" / "tel"
START = instant("2026-11-23", hours=10)
NAMES = 24


class Lost(AssertionError):
    """Counts are missing, or there are too many."""


def programs(folder, name):
    """What adds: the command line of each language."""
    sources = {file: (ACTORS / file).read_text() for file in (f"{name}.go", "tally.go")}
    go = golibtel.module(folder / "go", f"example.com/cmd/{name}", sources)
    return {
        "c": [c.build(ACTORS / f"{name}.c")],
        "go": [golibtel.build(go, folder)],
        "python": [sys.executable, ACTORS / f"{name}.py"],
    }


class Ordeal:
    """`programs`: which actors there are, adder or steady."""

    def __init__(self, folder, seed, actors=6, programs="adder"):
        self.folder, self.seed, self.actors = Path(folder), seed, actors
        self.dice = random.Random(seed)
        self.telemetry, self.tallies = self.folder / "telemetry", self.folder / "tallies"
        (self.telemetry / "local").mkdir(parents=True)
        self.tallies.mkdir()
        (self.telemetry / "local" / "weekends").write_text(f"{WEEKENDS['Friday']}\n")
        (self.telemetry / "quota").write_text("100000\n")  # every report stays, or the books would not balance
        self.programs = globals()["programs"](self.folder, programs)
        with open(self.folder / "clock", "wb+") as file:
            file.write(bytes(8))
            file.flush()
            self.clock = mmap.mmap(file.fileno(), 8)
        self.now = START
        self.children = []
        self.shell = {}  # a process of tel inc -> name, number
        self.counted_in_shell, self.perhaps_in_shell = Counter(), Counter()
        self.kills = self.starts = self.freezes = self.weeks = 0
        preload = c.build(ACTORS / "clock.c", flags=("-shared", "-fPIC"), link=False)
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TMPDIR": str(self.folder), "LD_PRELOAD": str(preload),
            "TORTURE_CLOCK": str(self.folder / "clock"), "TORTURE_TALLIES": str(self.tallies), "TEL_DIR": str(self.telemetry),
            "TEL_LIBRARY": str(c.library()), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"), "GOTRACEBACK": "none",
        }

    @property
    def now(self):
        return self._now

    @now.setter
    def now(self, seconds):
        self._now = seconds
        self.clock[:] = struct.pack("<q", seconds)

    # ---- Processes

    def start(self, *command):
        """In a session of its own, which its children share."""
        self.starts += 1
        output = open(self.folder / "output", "ab")
        with output:
            # Nicer than the test itself, or it would hardly ever have its turn.
            self.children.append(subprocess.Popen(
                ["nice", "-n", "5", *map(str, command)], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True))
        return self.children[-1]

    def count_in_shell(self):
        """tel inc, whose exit status says that it has counted."""
        name, n = f"torture/n{self.dice.randrange(NAMES)}", self.dice.randrange(1, 1000)
        child = self.start(TEL, "inc", "--as-of", day(self.now), "--program", "example.com/torture", "--program-version", "v1", "--toolchain", "gcc12.2", name, n)
        self.shell[child] = name, n

    def settle(self, child):
        name, n = self.shell.pop(child)
        if child.returncode == 0:
            self.counted_in_shell[name] += n
        else:
            self.perhaps_in_shell[name] += n

    def processes(self):
        """Process number -> state, of all that were started and all that these have started."""
        return {pid: state for pid, (state, _) in self._processes().items()}

    def _processes(self):
        sessions = {child.pid for child in self.children}
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) in sessions and fields[0] not in "ZX":
                        found[int(entry)] = fields[0], int(fields[3])
        return found

    def reap(self):
        """Forgets what has ended, with all that it has started."""
        sessions = {session for _, session in self._processes().values()}
        for child in self.children[:]:
            if child.poll() is not None and child.pid not in sessions:
                self.children.remove(child)
                if child in self.shell:
                    self.settle(child)

    def signal(self, pids, number):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    @contextlib.contextmanager
    def frozen(self):
        """All are stopped where they are."""
        asleep = {pid for pid, state in self.processes().items() if state == "T"}
        end = time.monotonic() + 60
        while True:
            awake = [pid for pid, state in self.processes().items() if state not in "Tt"]
            if not awake:
                break
            assert time.monotonic() < end, f"these do not stop: {awake}"
            self.signal(awake, signal.SIGSTOP)
            time.sleep(0.002)
        yield
        self.signal([pid for pid in self.processes() if pid not in asleep], signal.SIGCONT)

    # ---- What was added, and what is there

    def added(self):
        """Name -> [at least, at most]."""
        sums = {}
        for number in range(NAMES):
            name = f"torture/n{number}"
            least = self.counted_in_shell[name]
            under_way = self.perhaps_in_shell[name] + sum(n for other, n in self.shell.values() if other == name)
            sums[name] = [least, least + under_way]
        for path in self.tallies.iterdir():
            words = struct.unpack(f"<{2 * NAMES}Q", path.read_bytes().ljust(NAMES * 16, b"\0"))
            for name in range(NAMES):
                done, under_way = words[2 * name : 2 * name + 2]
                sums[f"torture/n{name}"][0] += done
                sums[f"torture/n{name}"][1] += done + under_way
        return sums

    def compare(self, found, when):
        found = Counter(found)
        problems = []
        for name, (least, most) in self.added().items():
            if not least <= found.pop(name, 0) <= most:
                problems.append(name)
        strangers = dict(found)
        if problems or strangers:
            counts = counterfile.accounted_by_name(self.telemetry)
            lines = [f"{name}: {counts.get(name, 0)}, and {least} to {most} were added" for name, (least, most) in self.added().items() if name in problems]
            raise Lost("\n".join([f"{when}, {self}:", *lines, *(f"{name}: nobody has added it" for name in strangers)]))

    def check(self, when):
        with self.frozen():
            self.freezes += 1
            self.compare(counterfile.accounted_by_name(self.telemetry), when)
            assert not list(self.telemetry.glob("quarantine/[!.]*")), f"a file was set aside: {self}"

    def __str__(self):
        return f"seed {self.seed}, {day(self.now)}, {self.starts} processes started, {self.kills} killed, in {self.folder}"

    # ---- What happens

    def step(self):
        dice = self.dice
        self.reap()
        while len(self.children) < self.actors:
            self.start(*self.programs[dice.choice(["c", "c", "c", "go", "python"])], dice.getrandbits(31))
        match dice.randrange(10):
            case 0 | 1:
                self.start(TEL, "report", "--as-of", day(self.now))
            case 2:
                self.start(TEL, *dice.choice([["dump"], ["status"], ["on"], ["local"]]))
            case 3:
                self.move(dice.randrange(-2 * DAY, 0))
            case 4 | 5:
                self.move(dice.randrange(DAY, 8 * DAY))
            case 6:
                pids = sorted(self.processes())
                killed = dice.sample(pids, min(len(pids), dice.randrange(1, 4)))
                self.kills += len(killed)
                self.signal(killed, signal.SIGKILL)
            case 7:
                self.signal(self.processes(), signal.SIGCONT)
            case 8 | 9:
                self.count_in_shell()
        time.sleep(dice.random() * 0.15)

    def move(self, seconds):
        before = self.now
        self.now += seconds
        self.weeks += max(0, (self.now - START) // (7 * DAY) - (before - START) // (7 * DAY))

    def run(self, seconds):
        end = time.monotonic() + seconds
        next_check = time.monotonic() + 2
        try:
            while time.monotonic() < end:
                self.step()
                if time.monotonic() > next_check:
                    self.check("while all were stopped")
                    next_check = time.monotonic() + self.dice.uniform(1, 4)
            self.check("at the end")
        finally:
            self.stop()
        self.compare(counterfile.accounted_by_name(self.telemetry), "when all were gone")

    def stop(self):
        """SIGKILL for all. A child may be born meanwhile."""
        while pids := self.processes():
            self.signal(pids, signal.SIGKILL)
            time.sleep(0.005)
        for child in self.children:
            child.wait()
        self.children = []
        for child in list(self.shell):
            self.settle(child)

    def finish(self):
        """Clean runs bring everything into reports, once, and leave nothing."""
        local = self.telemetry / "local"
        for path in local.glob(".tmp-*"):
            os.utime(path, (1, 1))  # as if a minute had passed
        # The files of Go programs are kept for eight days.
        latest = max([self.now, *(instant(path.name[-19:-9]) for path in c.files(self.telemetry))])
        for weeks in (1, 2, 4):
            done = subprocess.run(
                [TEL, "report", "--as-of", day(latest + weeks * 7 * DAY)], env={**self.environment, "LD_PRELOAD": ""},
                text=True, capture_output=True)
            assert done.returncode == 0, f"{self}: tel report: {done.stderr}"
            self.compare(counterfile.accounted_by_name(self.telemetry), f"{weeks} weeks later")
        total = Counter()
        for path in local.glob("local.*.json"):
            for (_, name), value in counterfile.report_counts(path).items():
                total[name] += value
        self.compare(total, "in the reports")
        left = [path.name for path in local.iterdir() if path.suffix not in (".json", ".begin") and path.name not in ("tel.lock", "tel.state", "weekends")]
        assert left == [], f"{self}: these are left: {left}"
        return total
