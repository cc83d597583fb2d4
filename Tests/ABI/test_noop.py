"""libtel-noop.so: the same interface, doing nothing."""

import re
import shutil
import subprocess

import pytest

from Harness import c, golibtel, headers
from Harness.driver import environment, names, once, opening, program

NOOP = c.ROOT / "build" / "lib" / "libtel-noop.so"
EXAMPLES = c.ROOT / "examples"

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="it has no variants")


@pytest.fixture(scope="module")
def swapped(tmp_path_factory):
    """A folder in which it has libtel's name, as a distribution would put it."""
    folder = tmp_path_factory.mktemp("swapped")
    shutil.copy(NOOP, folder / "libtel.so.1")
    return folder


def defined(library):
    text = subprocess.run(["readelf", "--dyn-syms", "-W", library], capture_output=True, text=True, check=True).stdout
    return sorted(re.findall(r"(?:FUNC|OBJECT) +GLOBAL +(?:DEFAULT|PROTECTED) +\d+ (tel_\w+)@@(TEL_\S+)", text))


def test_the_symbols_are_those_of_the_baseline():
    baseline = [tuple(line.split()) for line in (c.ROOT / "Tests" / "ABI" / "symbols.txt").read_text().splitlines() if line[0] != "#"]
    assert defined(NOOP) == sorted(baseline) == defined(c.library())


def test_it_has_the_same_soname_and_needs_nothing():
    text = subprocess.run(["readelf", "-dW", NOOP], capture_output=True, text=True, check=True).stdout
    assert "[libtel.so.1]" in text and "NEEDED" not in text
    assert NOOP.stat().st_size < 20_000


def test_a_program_runs_on_and_nothing_is_written(swapped, tmp_path):
    hello = c.build(EXAMPLES / "c" / "hello.c", include=headers.installed())
    trace = tmp_path / "trace"
    home = tmp_path / "home"
    home.mkdir()
    before = c.run(hello, directory=tmp_path)
    shutil.rmtree(home)
    home.mkdir()
    done = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=%file", "-o", trace, hello], cwd=tmp_path, capture_output=True, text=True,
        env={**environment(home), "LD_LIBRARY_PATH": str(swapped)})
    assert (done.returncode, done.stdout) == (0, before.stdout)
    assert names(home) == []
    # The program itself says that telemetry is off, if it says anything.
    assert "libtel-noop" in done.stderr or done.stderr == ""
    lines = trace.read_text()
    assert str(swapped / "libtel.so.1") in lines and "telemetry" not in lines


def test_every_function_answers(swapped, tmp_path):
    answers = once(
        tmp_path, opening(program="example.com/a"), ["count", "a", 5], ["add", "a", 5], ["raw", "a", 5], ["read", "a"], "rotate", ["flush", 0],
        "getmode", "stored", ["setmode", 0], ["setmode", 2], ["ask", "https://a.example/", "1"], ["record", 2, "https://a.example/", "1"],
        ["visit", ""], "directory", "file", "log", "null", "close", LD_LIBRARY_PATH=swapped)
    statuses = [answer.status for answer in answers]
    assert statuses == [
        "TEL_E_OFF", "TEL_OK", "TEL_OK", "TEL_OK", "TEL_E_NOT_FOUND", "TEL_E_OFF", "TEL_E_OFF", "TEL_OK", "TEL_OK", "TEL_OK", "TEL_E_OFF",
        "TEL_OK", "TEL_E_OFF", "TEL_E_OFF", "TEL_OK", "TEL_OK", "TEL_OK", "TEL_OK", "TEL_OK"]
    assert "libtel-noop" in answers[0].message
    assert [answers[7].results, answers[8].results, answers[11].results[0]] == [["0"], ["0"], "0"]
    assert names(tmp_path) == []


def test_a_handle_leads_to_a_cell_that_may_be_added_to(swapped, tmp_path):
    source = tmp_path / "cells.c"
    source.write_text(r"""
#include <tel.h>
#include <tel/count.h>
int main(void) {
    tel_histogram *histogram = NULL;
    for (int turn = 0; turn < 1000; turn++) {
        tel_counter *handles[] = {tel_counter_named("a"), tel_counter_named(NULL), tel_counter_named("not a name"), tel_counter_named_bytes("\0", 1)};
        for (int at = 0; at < 4; at++) {
            uint64_t *cell = handles[at] ? __atomic_load_n((uint64_t **)(void *)handles[at], __ATOMIC_SEQ_CST) : NULL;
            if (!cell) return 1;
            __atomic_fetch_add(cell, 1, __ATOMIC_SEQ_CST);
            tel_add(handles[at], 1);
        }
        TEL_INC("b");
    }
    if (tel_histogram_named(&histogram, "a", TEL_UNIT_BYTES, NULL, 0) != TEL_OK || !histogram) return 2;
    tel_histogram_record(histogram, 5);
    return 0;
}
""")
    built = c.build(source, include=headers.installed())
    c.run(built, directory=tmp_path, env={"LD_LIBRARY_PATH": str(swapped)})
    assert names(tmp_path / "home") == []


def test_a_go_program_counts_into_it(swapped, tmp_path):
    """The binding adds to cells without a call."""
    folder = golibtel.module(tmp_path / "go", "example.com/quiet", {"main.go": """package main

import "golang.org/x/telemetry/counter"

func main() {
	counter.Open()
	c := counter.New("a")
	for n := 0; n < 1000; n++ { c.Inc() }
	counter.NewStack("b", 4).Inc()
	print("done")
}
"""})
    done = golibtel.run(golibtel.build(folder, tmp_path), folder=tmp_path, LD_LIBRARY_PATH=swapped)
    assert done.stderr == "done" and names(tmp_path / "home") == []


def test_a_probe_is_its_target_and_null_is_refused(swapped, tmp_path):
    source = tmp_path / "probes.c"
    source.write_text(
        "#include <tel.h>\nstatic void target(void) {}\nint main(void) {\n    tel_probe *probe;\n"
        '    if (tel_probe_new(NULL, "a", "v()", target, 0) == TEL_OK) return 1;\n'
        '    if (tel_probe_new(&probe, "a", "v()", target, 0) != TEL_OK || tel_probe_function(probe) != target) return 2;\n'
        "    tel_probe_free(probe);\n    return 0;\n}\n")
    c.run(c.build(source), directory=tmp_path, env={"LD_LIBRARY_PATH": swapped})
