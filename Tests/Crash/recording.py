"""Report runs that are recorded, with all that they write, rename and sync."""

import fcntl

from ABI.test_reports import own, put
from Crash.medium import File, Medium, recorder
from Harness import counterfile
from Harness.books import FRIDAY, WEEK
from Harness.driver import folder as make_folder, once, opening, reports
from Harness.injection import preloaded

REPORTER = {"program": "example.com/reporter", "version": "v1", "toolchain": "gcc12.2"}


class Recording:
    """Durable runs over files of two weeks that have no report, and late counts
    of one that has. Part of the counts had not reached the medium before."""

    WEEKS = {"one": ("2026-11-23", "2026-11-27"), "two": ("2026-11-24", "2026-11-27"), "old": ("2026-11-09", "2026-11-13"),
             "late": ("2026-11-16", "2026-11-20")}

    def __init__(self, home):
        home.mkdir(exist_ok=True)
        self.home, self.folder = home, make_folder(home / "telemetry")
        self.local = self.folder / "local"
        self.runs = []  # the lines of each
        self.counts("one", a=2, b=1)
        self.counts("two", a=7)
        self.counts("late", a=3)
        with open(self.path("late"), "rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH)  # its process goes on
            self.flush(FRIDAY - WEEK + 1)
        assert list(reports(self.folder)) == ["2026-11-20"] and self.path("late").exists()
        self.counts("old", a=1)
        self.open(FRIDAY + 1)  # the reporter's own file is no part of the recording
        self.before = self.content()
        self.counts("one", a=5, b=1)
        self.counts("two", a=7, b=9)
        self.counts("old", a=4)
        self.counts("late", a=8)
        self.now = self.content()
        self.inodes = {path.name: path.stat().st_ino for path in self.local.iterdir()}
        self.added = counterfile.accounted(self.folder)
        self.held = {path.name: counterfile.read(path) for path in self.local.glob("*.v1.count")}

    def path(self, name):
        return self.local / f"{name}-{self.WEEKS[name][0]}.v1.count"

    def counts(self, name, **values):
        """In place, as a mapping changes a file."""
        begin, end = self.WEEKS[name]
        made = put(self.folder, "made", [(f"{name}/{key}".encode(), value) for key, value in values.items()], own(ord(name[1])),
                   begin=begin, end=end, program=f"example.com/{name}", version="v1", toolchain="gcc12.2")
        with open(self.path(name), "r+b" if self.path(name).exists() else "wb") as file:
            file.write(made.read_bytes())
        made.unlink()

    def content(self):
        return {path.name: path.read_bytes() for path in self.local.iterdir()}

    def open(self, clock):
        (opened,) = once(self.home, opening(directory=self.folder, clock=clock, **REPORTER))
        assert opened.status == "TEL_OK", opened

    def flush(self, clock, expect=0, **env):
        answers = once(self.home, opening(directory=self.folder, clock=clock, **REPORTER), ["flush", 0], expect=expect, **env)
        assert expect or answers[1].status == "TEL_OK", answers

    def record(self, killed_after=None, clock=FRIDAY + 1):
        """A run; or all that it does until it has done so much."""
        path = self.home / f"record{len(self.runs)}"
        env = {"LD_PRELOAD": recorder(), "TEL_TEST_RECORD": path}
        if killed_after:
            env["TEL_TEST_RECORD_KILL"] = killed_after
        self.flush(clock, expect=-9 if killed_after else 0, **env)
        self.runs.append(path.read_text().splitlines())
        return self

    def record_in_passing(self):
        """A run that does not wait for the medium; afterwards there are counts
        in a file that it could not delete."""
        path = self.home / "in-passing"
        env = preloaded(clock="still")
        env["LD_PRELOAD"] = f"{recorder()}:{env['LD_PRELOAD']}"
        with open(self.path("one"), "rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            (opened,) = once(self.home, opening(0, directory=self.folder, clock=FRIDAY + 1, **REPORTER), TEL_TEST_RECORD=path, **env)
            assert opened.status == "TEL_OK" and list(reports(self.folder)) == ["2026-11-13", "2026-11-20", "2026-11-27"]
            self.runs.append(path.read_text().splitlines())
            assert not [line for line in self.runs[-1] if line.startswith("sync")]
            self.counts("one", a=6, b=1)
            self.runs[-1].append(f"sync {self.path('one').stat().st_ino} {self.path('one').read_bytes().hex()}")
            self.added = counterfile.accounted(self.folder)
            self.held["one-2026-11-23.v1.count"] = counterfile.read(self.path("one"))
        self.open(FRIDAY + WEEK + 1)
        (mine,) = self.local.glob("reporter*-2026-12-04.v1.count")
        self.runs[-1] += [f"make {mine} {mine.stat().st_ino}", f"sync {mine.stat().st_ino} {mine.read_bytes().hex()}"]
        return self

    def medium(self, seed):
        made = Medium(self.local, {name: File(self.before[name], content) for name, content in self.now.items()}, seed)
        made.known(self.inodes)
        return made


def kinds(lines):
    """What each sync of a run is about; None for other lines."""
    made, is_staged, is_committed = [], False, False
    for line, next_line in zip(lines, [*lines[1:], ""]):
        kind = None
        if line.startswith("sync "):
            content = bytes.fromhex(line.split(" ")[2])
            if content.startswith(counterfile.PREFIX):
                kind = "counts"
            elif next_line.startswith("rename "):
                kind = next_line.rpartition(".")[2]  # state, begin or report
            else:
                kind = "earlier state" if content.startswith(b"# libtel state") else "earlier reports"
        elif line.startswith("syncfolder "):
            published = bool(made) and made[-1] == "published"
            if published:
                kind = "folder at the end"
            elif is_committed:
                kind = "folder after the commit"
            else:
                kind = "folder before the commit" if is_staged else "folder before settling"
        elif line.startswith("rename "):
            to = line.split(" ")[2]
            is_committed |= to.endswith("/tel.state")
            is_staged |= to.endswith(".report") and "/tel." in to
            kind = "published" if to.endswith(".json") else None
        made.append(kind)
    return [kind if line.startswith("sync") else None for kind, line in zip(made, lines)]
