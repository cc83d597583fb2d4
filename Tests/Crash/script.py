"""A process with a script: orders that it follows under injection, and what
each of them adds. What it has answered it has done; what it was about to do is
done, or not, or in part."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

from ABI.scene import MONDAY, TOOL
from Harness.books import Books
from Harness.counterfile import read, violations
from Harness.driver import TIMEOUT, Died, Driver, folder as make_folder, opening
from Harness.injection import strace


class Script:
    def __init__(self):
        self.orders, self.adds = [], []
        self.do("sleep", 0)  # answered when everything is loaded

    def do(self, *order, adds=()):
        """An order to the process; or a function, for the test to call then."""
        self.orders.append(order)
        self.adds.append(Counter(dict(adds)))
        return self

    def open(self, **texts):
        return self.do(*opening(**texts))

    def count(self, name, n):
        return self.do("count", name, n, adds={name: n})

    def add(self, name, n):
        return self.do("add", name, n, adds={name: n})

    def many(self, prefix, count):
        return self.do("many", prefix, count, adds={f"{prefix}{number}": 1 for number in range(count)})

    def done(self, answered):
        """What was added by so many orders."""
        return sum(self.adds[:answered], Counter())

    @property
    def all(self):
        return sum(self.adds, Counter())


class Stage(Books):
    """A folder in which the script is played, beside whoever else is there."""

    def __init__(self, tmp_path, env=()):
        home = tmp_path / "home"
        home.mkdir()
        super().__init__(home, home / "telemetry")
        self.env = dict(env)
        self.others = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for other in self.others:
            other.kill()

    def weeks_end_on_friday(self):
        make_folder(self.folder)

    def other(self, clock=MONDAY, **texts):
        """Another process of the same program, or of another."""
        driver = Driver(self.home)
        self.others.append(driver)
        answer = driver.open(directory=self.folder, clock=clock, **{**TOOL, **texts})
        assert answer.status == "TEL_OK", answer
        return driver

    def adds(self, driver, name, n=1):
        driver.add(name, n)
        self.expected[name] += n

    def play(self, script, *options, **env):
        """The process's exit status and its answers; None for a function's."""
        replies = []
        driver = Driver(self.home, prefix=strace(self.home / "trace", *options, **{**self.env, **env}))
        self.others.append(driver)
        watch = threading.Timer(TIMEOUT, end_hanging, [driver.process.pid])
        watch.start()
        try:
            for order in script.orders:
                replies.append(order[0]() if callable(order[0]) else driver.ask(*order))
            driver.end()
        except (Died, BrokenPipeError):
            driver.process.wait()
        watch.cancel()
        self.others.remove(driver)
        return driver.process.returncode, replies

    def settle(self, when, least, most):
        """What is there is between `least` and `most` of the script, beside
        what the others added. From here on it is what must stay."""
        found = self.found()
        for name in found.keys() | self.expected.keys() | least.keys():
            others = self.expected[name]
            assert others + least[name] <= found[name] <= others + most[name], (
                f"{when}: {name} is {found[name]}, not {others + least[name]} to {others + most[name]}")
        self.expected = found

    def settle_dropped(self, when, whole):
        """All of it is there, or counted among what was dropped."""
        found = self.found()
        dropped = Counter({name: count for name, count in found.items() if name.startswith("tel/dropped:")})
        missing = Counter(self.expected) + whole
        missing.subtract(found - dropped)
        assert all(count >= 0 for count in missing.values()), f"{when}: {-missing} too many"
        assert missing.total() == dropped.total(), f"{when}: {+missing} missing, {dropped} dropped"
        self.expected = found

    def files_are_sound(self):
        for path in (self.folder / "local").glob("*.v1.count"):
            # Who is killed while he appends a page leaves a part of it.
            found = [sentence for sentence in violations(read(path)) if not sentence.startswith("size ")]
            assert not found, f"{path.name}: {found}"

    def run_again(self, clock):
        """A process of the same program starts, as if nothing had been."""
        again = self.other(clock)
        self.adds(again, "again", 1)
        again.end()

    def leave(self):
        for other in self.others:
            other.end()


def end_hanging(strace):
    """The process under strace, which outlives a strace that is killed."""
    for child in Path(f"/proc/{strace}/task/{strace}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


def has_file(replies, script):
    """Whether the process was told that it counts into a file."""
    return any(order[0] in ("open", "rotate") and reply.status == "TEL_OK" for order, reply in zip(script.orders, replies))
