"""What was added in a telemetry directory, against what is there:

    adds that returned = counts in published reports + counts in committed
    staged reports + (value - ledger) of every counter file that has a name
"""

import os
import re
from collections import Counter

from Harness import counterfile
from Harness.driver import DAY, NO_REPORT, instant, once, opening, reports

WEEK = 7 * DAY
FRIDAY = instant("2026-11-27")
CLEAN = {"program": "example.com/clean", "version": "v1", "toolchain": "gcc12.2"}
# What may be there when all has been reported: the files of the last clean run.
KEPT = re.compile(
    r"local\.[-0-9]+\.json|[-0-9]+\.begin|tel\.lock|tel\.state|weekends|clean@v1-gcc12\.2-linux-[a-z0-9]+-2026-12-\d\d\.v1\.count")


def reported(folder):
    """Name -> count over the published reports."""
    total = Counter()
    for path in reports(folder).values():
        for (_, name), value in counterfile.report_counts(path).items():
            total[name] += value
    return total


class Books:
    def __init__(self, home, folder, expected=()):
        self.home, self.folder = home, folder
        self.expected = Counter(dict(expected))
        self.published = {}
        self.carried = Counter()
        self.set_aside = []  # what files in quarantine there are to be: their contents

    def found(self):
        return Counter(counterfile.accounted_by_name(self.folder)) + self.carried

    def check(self, when):
        found, expected = self.found(), +self.expected
        assert found == expected, f"{when}: {found - expected} too many, {expected - found} missing"
        self.check_published(when)

    def check_published(self, when):
        """A report that was published never changes, and never goes."""
        contents = {date: path.read_bytes() for date, path in reports(self.folder).items()}
        for date, content in self.published.items():
            assert contents.get(date) == content, f"{when}: the report of {date} has changed"
        self.published = contents

    def carry_away(self):
        """What an uploader does with published reports, without any lock."""
        self.carried += reported(self.folder)
        for path in reports(self.folder).values():
            path.unlink()
        self.published = {}

    def clean_run(self, clock):
        *_, flushed = once(self.home, opening(NO_REPORT, directory=self.folder, clock=clock, **CLEAN), ["flush", 0])
        assert flushed.status == "TEL_OK", flushed

    def forget_temporaries(self):
        """As if a minute had passed since somebody left them."""
        for path in (self.folder / "local").glob(".tmp-*"):
            os.utime(path, (1, 1))

    def finish(self):
        """Everybody has gone: everything comes into reports, once, and nothing
        is left behind."""
        self.forget_temporaries()
        self.clean_run(FRIDAY + WEEK + 1)
        self.check("a week later")
        # Files without an id, as when there was no randomness, are kept for 8 days.
        self.clean_run(FRIDAY + 3 * WEEK + 1)
        self.check("three weeks later")
        assert reported(self.folder) + self.carried == +self.expected, "not all of it is in the reports"
        left = [path.name for path in (self.folder / "local").iterdir() if not KEPT.fullmatch(path.name)]
        assert left == []
        assert [path.read_bytes() for path in (self.folder / "quarantine").glob("[!.]*")] == self.set_aside, "something was set aside"
