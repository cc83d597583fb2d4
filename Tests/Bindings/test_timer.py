"""tel/timer.hpp: times of blocks of C++, as histograms."""

import subprocess
from pathlib import Path

import pytest

from Harness import c, headers

SOURCE = Path(__file__).resolve().parent / "c" / "timer.cpp"
HEADERS = sorted(path.name for path in (c.ROOT / "bindings" / "c").glob("*.hpp"))


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("standard", ["c++11", "c++14", "c++17", "c++20"])
@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_header_compiles_with_all_warnings(name, standard, compiler, tmp_path):
    source = tmp_path / "use.cpp"
    source.write_text(
        f"#include <tel/{name}>\n#include <tel/{name}>\n"
        'int main() { tel::histogram one("a/b"), other = one; tel::timer timed(one); timed.stop(); return 0; }\n')
    made = subprocess.run(
        [compiler, f"-std={standard}", "-O2", *c.WARNINGS, *headers.STRICT, "-Wold-style-cast", "-Wno-unused", f"-I{headers.installed()}",
         "-isystem", c.ROOT / "include", "-fsyntax-only", source],
        text=True, capture_output=True)
    assert made.returncode == 0, made.stderr


@pytest.fixture
def run(tmp_path):
    made = c.build(SOURCE, include=headers.installed(), flags=("-std=c++11", *headers.STRICT))

    def start(what):
        done = c.run(made, what, directory=tmp_path, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return start


def test_a_block_is_counted_by_its_time(run):
    run("block")


def test_a_block_left_by_an_exception_is_counted(run):
    run("exception")


def test_a_stopped_timer_records_once(run):
    run("stop")


def test_a_cancelled_timer_records_nothing(run):
    run("cancel")


def test_values_and_times_are_recorded_in_the_units_of_the_histogram(run):
    run("values")


def test_a_histogram_that_cannot_be_made_is_empty_and_records_nothing(run):
    assert '"not a chart"' in run("empty")
