"""That the sanitizers are on where the tests of this room believe them to be.

The tests themselves are run again with them, by

    TEL_TEST_VARIANT=sanitized pytest Tests/ABI    address and undefined behaviour
    TEL_TEST_VARIANT=thread pytest Tests/ABI/test_threads.py Tests/ABI/test_forks.py …

run.py has the list of the latter. test_valgrind.py looks at what ships.
"""

import subprocess

import pytest

from Harness import c

CAUGHT = {
    "sanitized": {
        "overflow": "heap-buffer-overflow", "overflow-in-libtel": "heap-buffer-overflow",
        "undefined": "signed integer overflow", "undefined-in-libtel": "incorrect function type",
    },
    "thread": {"race": "data race", "race-in-libtel": "data race"},
}
PAIRS = [(variant, mistake) for variant, mistakes in CAUGHT.items() for mistake in mistakes]


@pytest.mark.parametrize("variant, mistake", PAIRS)
def test_a_mistake_is_caught(variant, mistake, tmp_path):
    program = c.build("canary.c", variant=variant)
    prefix = ["setarch", "-R"] if variant == "thread" else []
    done = c.run(program, mistake, directory=tmp_path, check=False, prefix=prefix)
    assert done.returncode in (98, 99), done.stderr
    assert CAUGHT[variant][mistake] in done.stderr
    assert ("libtel.so.1" in done.stderr or "/Sources/" in done.stderr) == mistake.endswith("in-libtel")


@pytest.mark.parametrize("variant", CAUGHT)
def test_no_mistake_is_no_trouble(variant, tmp_path):
    prefix = ["setarch", "-R"] if variant == "thread" else []
    done = c.run(c.build("canary.c", variant=variant), "nothing", directory=tmp_path, prefix=prefix)
    assert done.stderr == ""


@pytest.mark.parametrize("variant, symbol", [("sanitized", "__asan_report_load8"), ("sanitized", "__ubsan_handle"), ("thread", "__tsan_read8")])
def test_libtel_itself_is_instrumented(variant, symbol):
    symbols = subprocess.run(["nm", "-D", str(c.library(variant))], text=True, capture_output=True, check=True).stdout
    assert symbol in symbols


def test_what_ships_is_not():
    symbols = subprocess.run(["nm", "-D", str(c.library("shipped"))], text=True, capture_output=True, check=True).stdout
    assert "san_" not in symbols
