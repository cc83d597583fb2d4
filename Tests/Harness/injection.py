"""System calls of a process that fail, or are its last, by strace.

    points = Trace(path).between(1, 4)          # what it calls between its answers
    strace(tmp, kill("rename", 2))              # a prefix for the command
    strace(tmp, refuse("rename", 2, "EIO"))

TEL_TEST_POINTS=50 takes a sample of so many points; each test its own.
"""

import errno
import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass

from Harness import c, counterfile
from Harness.driver import Answer, Died

# What may be refused. Memory from malloc is not among it: without it a slow
# call may end the process.
PATHS = {"openat", "newfstatat", "link", "linkat", "rename", "renameat2", "unlink", "unlinkat", "mkdir"}
GROWING = {"openat", "pwrite64", "write", "fallocate", "fsync", "link", "linkat", "rename", "renameat2", "mkdir"}
ANY = PATHS | GROWING | {"fstat", "pread64", "read", "flock", "getdents64", "getrandom", "utimensat", "fcntl", "close", "lseek"}
FALLIBLE = {"EIO": ANY, "ENOSPC": GROWING, "EACCES": PATHS, "EMFILE": {"openat"}, "ENOMEM": set()}
# Linux closes the descriptor even then: it must not be tried again.
INTERRUPTIBLE = ANY - {"close"}
# Calls that may do less than they were asked for; and what they are in C.
SHORT = {"pwrite64": "pwrite", "write": "write", "pread64": "pread"}


@dataclass
class Point:
    """The so-many-th call of this name that a process makes."""

    call: str
    number: int
    line: str
    own: int  # the number without the calls by which the program was loaded

    def may_fail_with(self, error):
        """libtel's own mappings can be told from malloc's by their flags."""
        if self.call == "mmap":
            own = "MAP_SHARED" in self.line or "MAP_NORESERVE" in self.line and "PROT_NONE" not in self.line
            return own and error in ("EIO", "ENOMEM")
        return self.call in (INTERRUPTIBLE if error == "EINTR" else FALLIBLE[error])

    def may_be_short(self):
        """A call that can do a part: not one that has met a file's end."""
        return self.call in SHORT and not self.line.endswith(" = 0")

    def __str__(self):
        return f"{self.call} #{self.number}"


def points(trace, first=1, last=None):
    """Each call that a driver made after its `first` answers and before its
    `last`, or the end; not those by which it hears and answers."""
    counted, own, found, answered = Counter(), Counter(), [], 0
    for line in trace.read_text(errors="replace").splitlines():
        match = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if not match:
            continue
        counted[match[1]] += 1
        if match[1] == "write" and "write(1," in line:
            answered += 1
        elif answered > 0 and "read(0," not in line:
            own[match[1]] += 1
            if first <= answered and (last is None or answered < last):
                found.append(Point(match[1], counted[match[1]], line, own[match[1]]))
    assert answered >= (last or first), f"{answered} answers"
    return found


def strace(trace, *options, **env):
    """The prefix for a command. `env`: what it has more than strace itself."""
    more = [word for name, value in env.items() for word in ("-E", f"{name}={value}")]
    return ["strace", "-f", "-qq", "-o", str(trace), *more, *options]


def kill(point):
    return ["-e", f"trace={point.call}", "-e", f"inject={point.call}:signal=KILL:when={point.number}"]


def refuse(point, error):
    return ["-e", f"trace={point.call}", "-e", f"inject={point.call}:error={error}:when={point.number}"]


def preloaded(**wanted):
    """The environment of a process that meets what Tests/ABI/c/preload.c can do."""
    made = {f"TEL_TEST_{name.upper()}": value for name, value in wanted.items()}
    return {"LD_PRELOAD": c.build("preload.c", flags=("-shared", "-fPIC"), link=False), **made}


def short(point, then=""):
    """The environment in which it does half, and the next one like it fails
    with this error."""
    number = f":{getattr(errno, then)}" if then else ""
    return preloaded(short=f"{SHORT[point.call]}:{point.own}{number}")


def answers(output):
    return [Answer(line) for line in output.decode().splitlines(keepends=True) if line.endswith("\n")]


def sample(points, name=""):
    """Some of the points, evenly; which ones, depends on the name."""
    most = int(os.environ.get("TEL_TEST_POINTS") or len(points) or 1)
    if most >= len(points):
        return points
    step = len(points) / most
    start = zlib.crc32(name.encode()) % 997 / 997 * step
    return [points[int(start + step * turn)] for turn in range(most)]


def each(points, body):
    """Runs the body at each point; all that fail are told together."""
    problems = []
    for point in points:
        try:
            body(point)
        except (AssertionError, Died, counterfile.Corrupt) as problem:
            problems.append(f"{point}: {problem}\n    {point.line}")
    assert not problems, f"{len(problems)} of {len(points)} points\n" + "\n".join(problems[:20])
