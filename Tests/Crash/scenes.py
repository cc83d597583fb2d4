"""What the process under injection does, and who else is there.

A scene is made on a `Stage` and says:
  script    the orders of the process. The first `begin` and the last `closing`
            ones are not injected into; these rotate, so that what waits in memory
            comes to a file
  steps     how often a system call must be among the points at least
  holders   (driver, name): others that have a file mapped and go on adding
"""

from ABI import scene as abi
from ABI.scene import FRIDAY, MONDAY, TOOL
from ABI.test_reports import own, put
from Crash.script import Script
from Harness.books import WEEK
from Harness.injection import preloaded

LONG = "x" * 100  # a record of 128 bytes: about 120 to a page
OTHER = {"version": "v1", "toolchain": "gcc12.2"}


class Scene:
    begin, closing = 1, 2
    clock = MONDAY  # at the end
    steps = {}

    def __init__(self, stage):
        self.holders = []
        self.script = Script()
        self.stage(stage)
        self.play(stage)

    def stage(self, stage):
        stage.weeks_end_on_friday()

    def play(self, stage):
        self.early().open(directory=stage.folder, clock=MONDAY, **TOOL)
        self.script.count("open/name", 4).add("open/handle", 8).count("early/name", 16).do("rotate").count("open/late", 32)
        self.close()

    def early(self):
        """Counts that wait in memory when it opens."""
        return self.script.count("early/name", 1).add("early/handle", 2)

    def close(self):
        """It rotates once more, as every host does."""
        self.script.do("rotate").count("after", 64)

    def meanwhile(self, stage):
        """What the others do afterwards, besides adding."""

    def after(self, stage):
        """What else must be so in the end."""


class FirstStart(Scene):
    """The first program ever: no folder, no weekends."""

    steps = {"mkdir": 2, "link": 2, "fallocate": 1, "flock": 1, "unlink": 2}

    def stage(self, stage):
        pass

    def after(self, stage):
        assert (stage.folder / "local" / "weekends").read_bytes() in [b"%d\n" % weekday for weekday in range(7)]


class Joining(Scene):
    """Another process of the program has the file."""

    steps = {"flock": 1, "fallocate": 1}

    def stage(self, stage):
        super().stage(stage)
        other = stage.other()
        stage.adds(other, "open/name", 3)
        self.holders = [(other, "open/name"), (other, "early/handle")]


class EmptyWeekends(Scene):
    """A reference process died between making `weekends` and writing it."""

    steps = {"rename": 1}

    def stage(self, stage):
        super().stage(stage)
        (stage.folder / "local" / "weekends").write_bytes(b"")


class DamagedFile(Scene):
    """The file of this week is damaged: it is set aside, and counting goes on."""

    steps = {"renameat2": 1, "link": 1, "flock": 2}

    def stage(self, stage):
        super().stage(stage)
        # A limit that no writer has set; and no counts, for they would be lost.
        stage.set_aside = [abi.counter_file(limit=1 << 30)]
        (stage.folder / "local" / abi.NAME).write_bytes(stage.set_aside[0])


class TakenName(Scene):
    """The file's name is taken by a program with the same base name."""

    steps = {"link": 1, "fallocate": 1}

    def stage(self, stage):
        super().stage(stage)
        other = stage.other(program="example.org/other/tool")
        stage.adds(other, "open/name", 3)
        self.holders = [(other, "open/name")]


class Extending(Scene):
    """The file grows over several pages; another process has it mapped, sees
    its new counters, and makes it grow further."""

    begin = 3
    steps = {"fallocate": 4, "openat": 4, "close": 4}
    pages = 700

    def play(self, stage):
        other = stage.other(max_names=100_000)
        stage.adds(other, "open/name", 3)
        self.script.open(directory=stage.folder, clock=MONDAY, max_names=100_000, **TOOL).count("open/name", 1)
        self.script.many(f"page/{LONG}", self.pages).add("open/handle", 8)
        self.holders = [(other, "open/name"), (other, f"page/{LONG}{self.pages // 2}"), (other, f"page/{LONG}{self.pages + 50}")]
        self.other = other
        self.close()

    def meanwhile(self, stage):
        for number in range(self.pages, self.pages + 200):
            stage.expected[f"page/{LONG}{number}"] += 1
            self.other.count(f"page/{LONG}{number}", 1)


class Appending(Extending):
    """The same where the file system cannot reserve space."""

    steps = {"write": 16, "openat": 8}

    def stage(self, stage):
        super().stage(stage)
        stage.env = preloaded(no_fallocate=1)


class Following(Scene):
    """Others make the file grow, and it finds their counters there."""

    begin = 3
    steps = {"fallocate": 2, "openat": 2}

    def play(self, stage):
        other = stage.other(max_names=100_000)
        self.script.open(directory=stage.folder, clock=MONDAY, max_names=100_000, **TOOL).count("open/name", 1)

        def grow(numbers):
            for number in numbers:
                stage.adds(other, f"page/{LONG}{number}")

        self.script.do(lambda: grow(range(200)))
        self.script.many(f"page/{LONG}", 200)
        self.script.do(lambda: grow(range(200, 500)))
        self.script.count(f"page/{LONG}499", 1).add("open/handle", 8)
        self.holders = [(other, f"page/{LONG}0"), (other, f"page/{LONG}499")]
        self.close()


class Rotating(Scene):
    """The week ends. Both when it opens and when it rotates, reports are made
    in passing; there are late counts, of a straggler, and files that wait."""

    begin, closing = 2, 2
    clock = FRIDAY + 1
    steps = {"flock": 6, "link": 2, "rename": 6, "unlink": 4, "fallocate": 2}

    def stage(self, stage):
        super().stage(stage)
        # Without time nothing is cut short: the calls are the same each time.
        stage.env = preloaded(clock="still")
        late = stage.other(clock=MONDAY - WEEK, program="example.com/late")
        stage.adds(late, "late/a", 3)
        self.holders = [(late, "late/a"), (late, "late/b")]
        put(stage.folder, "one-2026-11-17.v1.count", [(b"one/a", 5)], own(1), begin="2026-11-17", end="2026-11-20", program="example.com/one", **OTHER)
        put(stage.folder, "ref-2026-11-02.v1.count", [(b"ref/a", 9)], begin="2026-11-02", end="2026-11-06", program="example.com/ref", version="v1",
            toolchain="go1.27.3")
        stage.expected.update({"one/a": 5, "ref/a": 9})

    def play(self, stage):
        self.early().open(flags=0, directory=stage.folder, clock=MONDAY, **TOOL)
        self.script.count("open/name", 4).add("open/handle", 8).do("clock", FRIDAY + 1)
        self.script.do("rotate").count("open/name", 4).add("open/handle", 8).do("flush", 0)
        self.close()


SCENES = [FirstStart, Joining, EmptyWeekends, DamagedFile, TakenName, Extending, Appending, Following, Rotating]
