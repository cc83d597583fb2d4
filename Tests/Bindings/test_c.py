"""bindings/c: the headers for tests and options, in C and in C++."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from Harness import c, counterfile, headers

HERE = Path(__file__).resolve().parent
BINDING = c.ROOT / "bindings" / "c"
HEADERS = sorted(path.name for path in BINDING.glob("*.h"))
DIALECTS = ["c99", "c11", "c17", "c++11", "c++14", "c++17", "c++20"]
each_language = pytest.mark.parametrize("language, standard", [("c", "c99"), ("c++", "c++11")])


def program(name, language, standard, folder):
    return c.build(
        headers.as_language(HERE / "c" / f"{name}.c", language, folder),
        include=headers.installed(), flags=(f"-std={standard}", *headers.STRICT))


# ---- Any program may include them


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("standard", DIALECTS)
@pytest.mark.parametrize("family", ["gcc", "clang"])
def test_a_header_compiles_with_all_warnings(name, standard, family, tmp_path):
    compiler = {"gcc": ("gcc", "g++"), "clang": ("clang", "clang++")}[family]["++" in standard]
    source = tmp_path / ("use.cpp" if "++" in standard else "use.c")
    source.write_text(f"#include <tel/{name}>\n#include <tel/{name}>\nint main(void) {{ return 0; }}\n")
    made = subprocess.run(
        [compiler, f"-std={standard}", "-O2", *c.WARNINGS, *headers.STRICT, f"-I{headers.installed()}", "-fsyntax-only", source],
        text=True, capture_output=True)
    assert made.returncode == 0, made.stderr


def test_several_files_of_a_program_may_include_them(tmp_path):
    for part, body in (("one", "int main(void) { return other(); }"), ("two", "")):
        (tmp_path / f"{part}.c").write_text(
            "#include <tel/testing.h>\n#include <tel/getopt.h>\nint other(void);\n"
            + (body or "int other(void) { return 0; }") + "\n")
    both = c.build(tmp_path / "one.c", tmp_path / "two.c", include=headers.installed(), flags=("-std=c99", *headers.STRICT))
    c.run(both, directory=tmp_path)


def test_the_pkg_config_file_names_an_installed_tree(tmp_path):
    prefix = tmp_path / "usr"
    shutil.copytree(headers.installed(), prefix / "include")
    (prefix / "lib").mkdir()
    shutil.copy(c.library("shipped"), prefix / "lib" / "libtel.so.1")
    (prefix / "lib" / "libtel.so").symlink_to("libtel.so.1")
    text = (BINDING / "tel.pc.in").read_text().replace("@PREFIX@", str(prefix)).replace("@LIBDIR@", "${prefix}/lib").replace("@VERSION@", "1.2.3")
    assert "@" not in text
    variables = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    keys = dict(re.findall(r"^([A-Z]\w*): (.*)$", text, re.MULTILINE))
    assert keys["Version"] == "1.2.3" and keys["Name"] and keys["Description"]

    def expanded(value):
        while "${" in value:
            value = re.sub(r"\$\{(\w+)\}", lambda match: variables[match[1]], value)
        return value.split()

    (tmp_path / "use.c").write_text("#include <tel/testing.h>\nint main(void) { return tel_version() / 1000000 != TEL_VERSION_MAJOR; }\n")
    made = subprocess.run(
        ["cc", "-o", tmp_path / "use", tmp_path / "use.c", *expanded(keys["Cflags"]), *expanded(keys["Libs"])], text=True, capture_output=True)
    assert made.returncode == 0, made.stderr
    c.run(tmp_path / "use", directory=tmp_path, env={"LD_LIBRARY_PATH": prefix / "lib"})


# ---- tel/testing.h


@each_language
class TestTesting:
    @pytest.fixture
    def run(self, language, standard, tmp_path):
        made = program("testing", language, standard, tmp_path)
        return lambda what, **more: c.run(made, what, directory=tmp_path, check=False, **more)

    def test_right_expectations_hold(self, run):
        done = run("right")
        assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")

    def test_each_wrong_expectation_is_one_line_and_the_test_fails(self, run):
        done = run("wrong")
        assert done.returncode == 1
        first, second = done.stderr.splitlines()
        assert re.fullmatch(r'.*testing\.c\w*:\d+: "editor/open:text" is 1, but 2 was expected', first)
        assert re.fullmatch(r'.*testing\.c\w*:\d+: "editor/open:config" is 0, but 1 was expected', second)

    def test_counters_start_again_exactly_when_the_week_is_over(self, run):
        done = run("week")
        assert done.returncode == 0, done.stderr

    def test_a_second_test_of_one_process_sees_nothing_of_the_first(self, run):
        done = run("again")
        assert done.returncode == 0, done.stderr

    def test_a_program_that_opens_itself_still_counts_into_the_test(self, run):
        done = run("opened-by-the-program")
        assert done.returncode == 0, done.stderr

    def test_histograms_are_read_by_bucket(self, run):
        done = run("histogram")
        assert done.returncode == 0, done.stderr

    def test_the_directory_is_in_the_temporary_one_and_goes_away(self, run, tmp_path):
        directory, file = run("where").stdout.splitlines()
        assert Path(directory).parent == tmp_path
        assert Path(file).parent == Path(directory) / "local"
        assert not Path(directory).exists()
        assert not list(tmp_path.glob("tel-testing-*"))

    def test_nothing_is_written_to_the_home_of_the_user(self, run, tmp_path):
        run("right")
        assert list((tmp_path / "home").rglob("*")) == []

    def test_what_a_link_in_the_directory_points_to_stays(self, run, tmp_path):
        (tmp_path / "kept").write_text("here")
        done = run("link")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "kept").read_text() == "here"
        assert not list(tmp_path.glob("tel-testing-*"))

    @pytest.mark.parametrize("vendor", ["tel", "go"])
    def test_a_user_who_switched_telemetry_off_can_run_the_tests(self, run, tmp_path, vendor):
        mode = tmp_path / "home" / ".config" / vendor / "telemetry" / "mode"
        mode.parent.mkdir(parents=True)
        mode.write_text("off 2023-11-20")
        assert run("right").returncode == 0
        assert len(run("where").stdout.splitlines()[1]) > 0

    @pytest.mark.parametrize("variable", [{"TEL_MODE": "off"}, {"DO_NOT_TRACK": "1"}, {"CI": "true"}, {"TEL_DIR": "/nowhere"}])
    def test_expectations_hold_whatever_the_environment_says(self, run, variable):
        done = run("right", env=variable)
        assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")

    def test_without_a_place_for_the_directory_the_test_fails_with_a_sentence(self, run, tmp_path):
        done = run("right", env={"TMPDIR": tmp_path / "missing"})
        assert done.returncode == 1
        assert "cannot make a directory" in done.stderr and "No such file" in done.stderr


# ---- tel/getopt.h


@each_language
class TestGetopt:
    @pytest.fixture
    def counted(self, language, standard, tmp_path):
        """Runs the program with each list of options; what was counted."""
        made = program("getopt", language, standard, tmp_path)
        telemetry = tmp_path / "telemetry"

        def count(*runs, table="tables"):
            for arguments in runs:
                c.run(made, table, *arguments, directory=tmp_path, env={"TEL_DIR": telemetry})
            return c.counts(telemetry)

        return count

    def test_a_long_option_counts_under_its_name(self, counted):
        assert counted(["--output", "a.png"]) == {"plot/flag:output": 1}

    def test_its_letter_and_its_abbreviation_count_under_the_same_name(self, counted):
        assert counted(["-o", "a.png"], ["--out=b.png"], ["-oc.png"]) == {"plot/flag:output": 3}

    def test_a_letter_without_a_long_name_counts_under_the_letter(self, counted):
        assert counted(["-v", "-V"]) == {"plot/flag:v": 1, "plot/flag:V": 1}

    def test_an_option_counts_once_a_run_however_often_it_is_there(self, counted):
        assert counted(["-v", "-vv", "-o", "a", "--output=b", "--all", "--all"], ["-v"]) == {
            "plot/flag:v": 2, "plot/flag:output": 1, "plot/flag:all": 1}

    def test_an_option_that_sets_a_variable_counts_under_its_own_name(self, counted):
        assert counted(["--grid"], ["--no-grid", "--grid", "--no-grid"], ["--fill"]) == {
            "plot/flag:grid": 2, "plot/flag:no-grid": 1, "plot/flag:fill": 1}

    def test_two_spellings_of_one_option_count_under_the_first(self, counted):
        assert counted(["--colour"], ["--color"], ["-c"]) == {"plot/flag:color": 3}

    def test_mistakes_count_nothing(self, counted):
        assert counted(["--secret"], ["-x"], ["-o"], ["--gr"], ["--grid=3"], ["secret"]) == {}

    def test_values_of_the_list_count_under_their_name(self, counted):
        assert counted(["-f", "svg"], ["--format=png"], ["-fpng"]) == {
            "plot/flag:format": 3, "plot/flag/format:svg": 1, "plot/flag/format:png": 2}

    def test_other_values_count_as_other_and_are_nowhere_in_the_file(self, counted, tmp_path):
        assert counted(["-f", "secret"], ["--output=secret"], ["-f", ""], ["-f", "pn"], ["-f", "pngg"]) == {
            "plot/flag:format": 4, "plot/flag/format:other": 4, "plot/flag:output": 1}
        for path in c.files(tmp_path / "telemetry"):
            assert b"secret" not in path.read_bytes()

    def test_an_optional_value_that_is_left_out_is_not_counted(self, counted):
        assert counted(["--color"]) == {"plot/flag:color": 1}

    def test_a_program_with_short_options_only(self, counted):
        assert counted(["-v", "-o", "a", "word", "-v"], table="short") == {"plot/flag:v": 1, "plot/flag:o": 1}

    def test_a_table_of_any_length(self, counted):
        options = ["--option0", "--option0", "--option255", "--option255", "--option299"]
        assert counted(options, table="many") == {"plot/flag:option0": 1, "plot/flag:option255": 1, "plot/flag:option299": 1}


@pytest.mark.parametrize("length, expected", [(4080, True), (4096, False), (9000, False)])
def test_a_program_name_that_is_too_long_for_a_counter_is_dropped(length, expected, tmp_path):
    (tmp_path / "long.c").write_text(
        "#include <tel/getopt.h>\n"
        "int main(void) {\n"
        f"    static char program[{length} + 1];\n"
        "    memset(program, 'p', sizeof program - 1);\n"
        "    tel_options options = tel_options_of(program, NULL);\n"
        "    tel_open(NULL);\n"
        "    tel_count_option(&options, 'v', -1);\n"
        "    return 0;\n"
        "}\n")
    made = c.build(tmp_path / "long.c", include=headers.installed(), flags=headers.STRICT)
    c.run(made, directory=tmp_path, env={"TEL_DIR": tmp_path / "telemetry"})
    name = "p" * length + "/flag:v" if expected else "tel/dropped:name"
    assert c.counts(tmp_path / "telemetry") == {name: 1}


# ---- tel(3)


def test_the_manual_names_every_function_and_constant_of_the_header():
    header = re.sub(r"/\*.*?\*/", "", (c.INCLUDE / "tel.h").read_text(), flags=re.DOTALL)
    page = (c.ROOT / "docs" / "man" / "tel.3").read_text().replace("\\-", "-")
    functions = re.findall(r"^TEL_API [^;(]*?(\w+)\(", header, re.MULTILINE)
    assert len(functions) > 20
    constants = re.findall(r"\b(TEL_(?:E_|OK|MODE_|UNIT_)\w*)\s*=", header)
    missing = [name for name in functions + constants if not re.search(rf"\b{name}\b", page)]
    assert missing == []


def test_the_programs_of_the_manual_compile_and_count(tmp_path):
    page = (c.ROOT / "docs" / "man" / "tel.3").read_text()
    (example,) = re.findall(r"^\.nf\n(#include <stdio.h>.*?)^\.fi", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "hello.c").write_text(example.replace("\\e", "\\"))
    made = c.build(tmp_path / "hello.c", include=headers.installed(), flags=("-std=c99", *headers.STRICT))
    c.run(made, directory=tmp_path, env={"TEL_DIR": tmp_path / "telemetry"})
    (path,) = c.files(tmp_path / "telemetry")
    assert counterfile.read(path).counts == {b"hello/greeting:world": 1}
