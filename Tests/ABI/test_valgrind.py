"""What ships, under valgrind: memcheck for memory, helgrind for threads.

The sanitizers look at an ordinary build; valgrind at the machine code that
users run. Its copy lacks only the debug information, which valgrind 3.19 cannot
read, and has the names of functions.
"""

import re
import shutil
import subprocess

import pytest

from Harness import c, counterfile

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="valgrind and the sanitizers exclude each other")

NAMED = c.ROOT / ".build-shipping" / "libtel.so"
SUPPRESSIONS = c.SOURCES / "helgrind.suppressions"
WRONG = 97
# Without a search for leaks: it would try each page of 64 MiB, one fault each.
# What is allocated, test_bounded.py compares before and after.
MEMCHECK = ["--tool=memcheck", "--leak-check=no"]
HELGRIND = ["--tool=helgrind", "--history-level=none", f"--suppressions={SUPPRESSIONS}"]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    assert NAMED.exists(), f"there is no {NAMED}: run `make library`"
    subprocess.run(["strip", "--strip-debug", "-o", folder / "libtel.so.1", NAMED], check=True)
    return folder


@pytest.fixture
def valgrind(library, tmp_path):
    def run(flags, source, *arguments, **env):
        return c.run(
            c.build(source), *arguments, directory=tmp_path, check=False, timeout=300, env={"LD_LIBRARY_PATH": library, **env},
            prefix=["valgrind", "--error-limit=no", f"--error-exitcode={WRONG}", *flags])

    return run


def check(done):
    assert done.returncode == 0, done.stderr[-6000:]
    assert "ERROR SUMMARY: 0 errors" in done.stderr


@pytest.mark.parametrize("source, case", [
    ("counters.c", "by-name-and-handle"), ("counters.c", "before-open"), ("counters.c", "others-are-read"), ("counters.c", "as-another"),
    ("rotation.c", "rotates"), ("forks.c", "second-opening"),
])
def test_no_byte_is_read_that_was_not_written_and_none_beyond_its_block(source, case, valgrind):
    check(valgrind(MEMCHECK, source, case))


def test_memory_is_as_sound_beside_reports_and_other_slow_calls(valgrind, tmp_path):
    done = valgrind(MEMCHECK, "threads.c", "mixture")
    check(done)
    expected = dict(line.split() for line in done.stdout.splitlines())
    assert counterfile.accounted_by_name(tmp_path / "T") == {name: int(value) for name, value in expected.items()}


def test_starting_the_uploader_is_sound(valgrind, tmp_path):
    telemetry = tmp_path / "home" / ".config" / "example.org" / "telemetry"
    telemetry.mkdir(parents=True)
    (telemetry / "mode").write_text("on 2026-11-01")
    (telemetry / "destination").write_text("https://telemetry.example.org/\n")
    uploader = shutil.copy(c.build("uploader.c", link=False), tmp_path / "tel")
    check(valgrind(MEMCHECK, "host.c", "plain", "example.org", "https://telemetry.example.org/", uploader))
    assert c.counts(telemetry) == {} and (telemetry / "local" / "upload.token").exists()


@pytest.mark.parametrize("source, case", [("threads.c", "mixture"), ("rotation.c", "rotates")])
def test_what_is_not_atomic_is_changed_under_a_lock(source, case, valgrind):
    check(valgrind(HELGRIND, source, case))


def test_memcheck_notices_a_mistake(valgrind):
    assert valgrind(MEMCHECK, "canary.c", "overflow").returncode == WRONG
    done = valgrind(MEMCHECK, "canary.c", "overflow-in-libtel")
    assert done.returncode == WRONG and "tel_counter_named_bytes" in done.stderr


def test_helgrind_notices_a_mistake(valgrind):
    assert valgrind(HELGRIND, "canary.c", "race").returncode == WRONG
    assert valgrind(HELGRIND, "canary.c", "nothing").returncode == 0


def test_helgrind_leaves_out_recording_alone():
    """No pattern is so wide that it would hide the slow calls or the lock."""
    patterns = re.findall(r"^ +fun:(\S+)$", SUPPRESSIONS.read_text(), re.M)
    assert all(re.search("tel_|Counting|CounterFile|^mem|cmp|^text_is|^OUTLINED", pattern) for pattern in patterns)
    assert not any("Session" in pattern or "TelABI" in pattern or "entry" in pattern for pattern in patterns)
