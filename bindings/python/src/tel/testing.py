"""Tests of what a program counts.

The code under test counts as it always does. The test looks on, in a fresh
directory and with a clock that stands still; the user's own counts and mode
stay as they are.

    with tel.testing.sandbox() as counts:
        editor.open("notes.txt")
        assert counts["editor/open:text"] == 1

pytest has it as the fixture `tel_counts`, unittest as the mixin TelTestCase.
To test a whole program, run it with TEL_DIR set to a directory of the test.
"""

import contextlib
import os
import shutil
import tempfile
from typing import Any, Iterator, Mapping

from tel import _abi, _process, _recording, _reports, crash
from tel._ctypes import ctypes
from tel._errors import NotFoundError, check
from tel._library import lib, problem

BEGIN = 1_704_067_200  # 2024-01-01T00:00:00Z, a Monday
DAY = 86_400
WEEK = 7 * DAY


class _Clock:
    seconds = BEGIN


# One for all sandboxes, and never freed: libtel may still hold it.
_now = _abi.NowFunction(lambda: _Clock.seconds)


class Counts(Mapping[str, int]):
    """What was counted in the sandbox: names of counters, values above 0. A
    counter that nobody counted is 0."""

    def __init__(self, directory: str):
        self.directory = directory

    def __getitem__(self, name: Any) -> int:
        try:
            return _recording.read(name)
        except NotFoundError:
            return 0

    def __contains__(self, name: Any) -> bool:
        return self[name] > 0

    def _all(self) -> "dict[str, int]":
        if not _process.counter_file():
            raise RuntimeError("telemetry is off by the environment: ask for counters by name")
        report = _reports.read_report()
        return {
            name: value
            for program in report.programs
            for table in (program.counters, program.stacks)
            for name, value in table.items() if value}

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def advance(self, seconds: int) -> None:
        """Moves the clock. Past the end of the week a new file begins, and all
        counters are 0 again."""
        _Clock.seconds += int(seconds)
        lib.tel_rotate()


def _open(directory: str) -> None:
    local = os.path.join(directory, "local")
    os.makedirs(local, mode=0o700)
    with open(os.path.join(local, "weekends"), "w") as weekends:
        weekends.write("1\n")  # which day ends the week is random for a user, not in a test
    config = _process._config(
        now=_now, flags=_abi.NO_REPORT, directory=directory, program="tel-testing",
        toolchain=_process.default_toolchain(), vendor="tel-testing")  # so that the user's mode says nothing here
    status = lib.tel_open(ctypes.byref(config))
    if status != _abi.OFF:
        check(status)


@contextlib.contextmanager
def sandbox() -> Iterator[Counts]:
    """Opens libtel in a temporary directory, in place of what is open, and
    yields the Counts. Within it, opening and closing by the code under test do
    nothing; afterwards libtel is closed and the directory gone."""
    if problem:
        check(_abi.UNSUPPORTED)
    if _process._State.under_test:
        raise RuntimeError("a sandbox of tel.testing is open already")
    watched = crash._State.watching
    _process.close()
    folder = tempfile.mkdtemp(prefix="tel-testing-")
    try:
        _Clock.seconds = BEGIN
        # What was counted before and waits in memory goes to another place.
        _open(os.path.join(folder, "before"))
        lib.tel_close()
        _open(os.path.join(folder, "telemetry"))
        _process._State.under_test = True
        yield Counts(os.path.join(folder, "telemetry"))
    finally:
        if not watched:
            crash.unwatch()  # what the code under test has asked for ends with the sandbox
        _process._State.under_test = False
        _process.close()
        shutil.rmtree(folder, ignore_errors=True)


class TelTestCase:
    """With unittest.TestCase: each test has a sandbox, self.tel_counts.

        class EditorTest(tel.testing.TelTestCase, unittest.TestCase):
            def test_opening(self):
                editor.open("notes.txt")
                self.assertCounted("editor/open:text", 1)
    """

    tel_counts: Counts

    def setUp(self) -> None:
        super().setUp()  # type: ignore[misc]
        opened = sandbox()
        self.tel_counts = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)  # type: ignore[attr-defined]

    def assertCounted(self, name: str, expected: int = 1) -> None:
        value = self.tel_counts[name]
        if value != expected:
            self.fail(f"{name!r} is {value}, but {expected} was expected")  # type: ignore[attr-defined]

    def assertNotCounted(self, name: str) -> None:
        self.assertCounted(name, 0)
