"""tel/count.h: each place in the source keeps its counter and adds inline."""

import subprocess
from pathlib import Path

import pytest

from Harness import c, headers

SOURCE = Path(__file__).resolve().parent / "c" / "count.c"
WRAP = ("-Wl,--wrap=tel_counter_named", "-Wl,--wrap=tel_add")
LANGUAGES = [("c", "c99"), ("c++", "c++11")]


@pytest.mark.parametrize("language, standard", LANGUAGES)
class TestCounting:
    @pytest.fixture
    def run(self, language, standard, tmp_path):
        made = c.build(
            headers.as_language(SOURCE, language, tmp_path), include=headers.installed(),
            flags=(f"-std={standard}", "-D_GNU_SOURCE", *headers.STRICT, *WRAP))

        def start(*what):
            done = c.run(made, *what, directory=tmp_path, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            return done.stdout

        return start

    def test_each_place_looks_up_once_and_calls_no_more(self, run):
        # Four places of run() are reached, and the one of key().
        assert run("places") == "5 lookups, 0 calls\n"

    def test_no_count_is_lost_between_threads_that_come_first_together(self, run):
        assert run("threads") == "few lookups\n"

    def test_what_was_counted_before_opening_is_kept(self, run):
        run("places", "before")

    def test_a_place_follows_the_counter_into_the_next_week_and_out_of_the_file(self, run):
        run("week")

    def test_values_saturate(self, run):
        run("saturate")

    def test_a_bad_name_is_counted_as_dropped(self, run):
        run("bad-name")

    def test_a_child_counts_through_the_same_place(self, run):
        run("fork")

    def test_a_handle_of_ones_own_adds_inline(self, run):
        run("handle")


def test_threads_are_clean_under_the_thread_sanitizer(tmp_path):
    made = c.build(SOURCE, include=headers.installed(), flags=("-std=gnu99", "-fsanitize=thread", *WRAP))
    # What libtel does is not seen by the sanitizer, but for calls of memcpy in it.
    (tmp_path / "suppressions").write_text("called_from_lib:libtel.so\n")
    options = f"halt_on_error=1:suppressions={tmp_path / 'suppressions'}"
    done = c.run(made, "threads", directory=tmp_path, prefix=("setarch", "-R"), env={"TSAN_OPTIONS": options})
    assert done.stdout == "few lookups\n"


# ---- What does not compile


def compiles(compiler, standard, statement, tmp_path):
    source = tmp_path / ("use.cpp" if "++" in standard else "use.c")
    source.write_text(f'#include <tel/count.h>\nvoid use(const char *variable);\nvoid use(const char *variable) {{ (void)variable; {statement} }}\n')
    return subprocess.run(
        [compiler, f"-std={standard}", *c.WARNINGS, *headers.STRICT, f"-I{headers.installed()}", "-fsyntax-only", source],
        capture_output=True).returncode == 0


@pytest.mark.parametrize("compiler, standard", [("gcc", "c99"), ("clang", "c99"), ("g++", "c++11"), ("clang++", "c++20")])
class TestNames:
    @pytest.mark.parametrize("name", ['"editor/key"', '"editor/" "key"', f'"{"n" * 4095}"'], ids=["one", "two", "longest"])
    def test_a_literal_is_a_name(self, compiler, standard, name, tmp_path):
        assert compiles(compiler, standard, f"TEL_INC({name}); TEL_ADD({name}, 3);", tmp_path)

    @pytest.mark.parametrize("name", ["variable", "NULL", '""', f'"{"n" * 4097}"', 'L"wide"', "3"], ids=[
        "variable", "null", "empty", "too-long", "wide", "number"])
    def test_anything_else_is_none(self, compiler, standard, name, tmp_path):
        assert not compiles(compiler, standard, f"TEL_INC({name});", tmp_path)
        assert not compiles(compiler, standard, f"TEL_ADD({name}, 3);", tmp_path)
