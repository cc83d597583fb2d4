"""tel inc: one counter, many lines, many processes."""

import subprocess
import time

import pytest

from Harness import client, counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, is_sentence, tree

LARGEST = 2**64 - 1


def test_a_count_is_in_the_dump(tel):
    tel("inc", "--program", "hello", "hello/start").ok
    tel("inc", "--program", "hello", "hello/start").ok
    tel("inc", "--program", "hello", "hello/open:config", "40").ok
    assert tel.counts() == {"hello/start": 2, "hello/open:config": 40}


def test_an_independent_reader_sees_it_and_who_counted(tel):
    tel("inc", "--program", "example.com/hello", "--program-version", "v1.2", "--toolchain", "bash5.2", "hello/start", "7").ok
    (path,) = tel.local.glob("*.v1.count")
    file = counterfile.read(path)
    assert file.identity[:3] == ("example.com/hello", "v1.2", "bash5.2")
    assert file.counts == {b"hello/start": 7}
    assert path.name.startswith("hello@v1.2-bash5.2-")


def test_version_and_toolchain_have_defaults(tel):
    tel("inc", "--program", "hello", "a").ok
    (file,) = tel("dump", "--json").ok.json
    assert [file["programs"][0][key] for key in ("program", "version", "toolchain")] == ["hello", "devel", "shell"]


@pytest.mark.parametrize("toolchain, recorded", [("go1.27.3", "go1.27.3"), ("go1.27-devel", "devel"), ("gopher", "devel"), ("bash5.2", "bash5.2")])
def test_what_begins_with_go_must_be_a_release(tel, toolchain, recorded):
    tel("inc", "--program", "hello", "--toolchain", toolchain, "a").ok
    (path,) = tel.local.glob("*.v1.count")
    assert counterfile.read(path).metadata["GoVersion"] == recorded


@pytest.mark.parametrize("options", [
    [], ["--program-version", "v1.2"], ["--program-version=v1.2", "--toolchain=bash5.2"], ["--toolchain", "go1.27.3", "--vendor=acme"], ["--dir", "{home}/T"]])
def test_the_short_way_and_the_parser_do_the_same(tel, options):
    """A count as scripts write it does not wait for the parser; behind "--",
    which only the parser knows, stands the same."""
    options = [option.format(home=tel.home) for option in options]
    for number, before in enumerate([[], ["--"]]):
        tel("inc", "--program", f"hello{number}", *options, *before, "hello/start", "2").ok
    place = options if "--dir" in options else ["--vendor=acme"] if "--vendor=acme" in options else []
    both = [program for file in tel("dump", "--json", *place).ok.json for program in file["programs"]]
    assert len(both) == 2
    (one, other) = ({key: value for key, value in program.items() if key != "program"} for program in both)
    assert one == other


def test_the_program_may_be_in_a_variable(tel):
    tel("inc", "hello/start", TEL_PROGRAM="hello").ok
    tel("inc", "--program", "other", "other/start", TEL_PROGRAM="hello").ok
    assert (tel.counts("hello"), tel.counts("other")) == ({"hello/start": 1}, {"other/start": 1})


@pytest.mark.parametrize("variables", [{}, {"TEL_PROGRAM": ""}])
def test_nobody_counts_without_a_program(tel, variables):
    done = tel("inc", "hello/start", **variables)
    assert done.code == 64 and is_sentence(done.err, "--program", "TEL_PROGRAM")
    assert tree(tel.home) == {}


@pytest.mark.parametrize("name, why", [
    ("", "empty"),
    ("two words", "white space"),
    ("line\nfeed", "white space"),
    ("a:b:c", "more than one colon"),
    ("x" * 4097, "longer than 4096"),
    (b"a\xff", "not UTF-8"),
    (b"\xc0\xaf", "not UTF-8"),
    ("esc\x1b[31m", "control character"),
    ("csi\u009b31m", "control character"),
])
def test_a_bad_name_is_refused_and_not_counted(tel, name, why):
    done = tel("inc", "--program", "hello", name)
    assert done.code == 64 and is_sentence(done.err, why)
    assert "\x1b" not in done.err and "\x9b" not in done.err
    assert tree(tel.home) == {}


@pytest.mark.parametrize("name", ["x" * 4096, "é/ü:日本語", "a", "-", "\U0010fffd", "a:<10ms"])
def test_good_names_are_counted_as_they_are(tel, name):
    if name == "-":  # standard input, here with that line
        tel("inc", "--program", "hello", "-", input=b"-\n").ok
    else:
        tel("inc", "--program", "hello", name).ok
    assert tel.counts() == {name: 1}


@pytest.mark.parametrize("n", ["abc", "1.5", "1e3", "0x10", "+1", "", str(LARGEST + 1)])
def test_a_bad_number_is_refused_and_not_counted(tel, n):
    done = tel("inc", "--program", "hello", "a", n)
    assert done.code == 64 and is_sentence(done.err, f'"{n}"')
    assert tree(tel.home) == {}


def test_a_negative_number_is_refused(tel):
    assert tel("inc", "--program", "hello", "a", "-1").code == 64
    assert tel("inc", "--program", "hello", "a", "--", "-1").code == 64
    assert tree(tel.home) == {}


def test_the_largest_number_saturates(tel):
    tel("inc", "--program", "hello", "a", str(LARGEST)).ok
    tel("inc", "--program", "hello", "a").ok
    assert tel.counts() == {"a": LARGEST}


@pytest.mark.parametrize("option, value, word", [
    ("--program", "", "--program"),
    ("--program", "a\nb", "control character"),
    ("--program", b"a\xff", "not UTF-8"),
    ("--program", "hello/", "last path element"),
    ("--program", "x" * 600, "too long"),
    ("--program-version", "v1/2", "slash"),
    ("--toolchain", "a/b", "slash"),
    ("--toolchain", "", "empty"),
])
def test_an_identity_that_cannot_be_is_refused(tel, option, value, word):
    identity = {"--program": "hello", option: value}
    done = tel("inc", *[part for pair in identity.items() for part in pair], "a")
    assert done.code == 64 and is_sentence(done.err, word)
    assert tree(tel.home) == {}


def test_fifty_processes_lose_nothing(tel):
    """All of them at once in a fresh home, each with a name of its own too."""
    started = [tel.start("inc", "--program", "hello", "-") for _ in range(50)]
    for number, process in enumerate(started):
        process.stdin.write(b"shared 3\n" * 20 + f"own:{number} {number + 1}\n".encode())
        process.stdin.close()
    for process in started:
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""
    assert len(list(tel.local.glob("*.v1.count"))) == 1
    assert tel.counts() == {"shared": 3000, **{f"own:{number}": number + 1 for number in range(50)}}


# ---- Standard input


def test_lines_are_counted(tel):
    tel("inc", "--program", "hello", input=b"a\nb 5\n\n  \nb 2\n\tc \t 3 \r\na 0\nlast 4").ok
    assert tel.counts() == {"a": 1, "b": 7, "c": 3, "last": 4}


def test_an_empty_input_is_fine(tel):
    tel("inc", "--program", "hello", input=b"").ok
    assert tel.counts() == {}


def test_bad_lines_are_reported_by_number_and_the_others_count(tel):
    done = tel("inc", "--program", "hello", "-", input=(
        b"good 1\n" b"a:b:c 2\n" b"good x\n" b"good -1\n" b"\n" b"good 1 2\n" b"b\xffd 1\n" + b"x" * 100_000 + b" 1\n" b"good 18446744073709551616\n" b"good 2"))
    assert done.code == 1 and done.out == ""
    lines = done.err.splitlines()
    expected = [
        (2, "more than one colon"), (3, '"x" is no number'), (4, '"-1" is no number'), (6, "more than a name and a number"),
        (7, "not UTF-8"), (8, "longer than 8192 bytes"), (9, '"18446744073709551616" is no number')]
    assert len(lines) == len(expected)
    for line, (number, why) in zip(lines, expected):
        assert line.startswith(f"tel: standard input, line {number}: ") and why in line
    assert tel.counts() == {"good": 3}


def test_a_line_counts_when_it_comes_not_at_the_end(tel):
    process = tel.start("inc", "--program", "hello")
    process.stdin.write(b"a 5\nb")
    process.stdin.flush()
    deadline = time.monotonic() + 20
    while tel.counts() != {"a": 5} and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tel.counts() == {"a": 5} and process.poll() is None
    process.kill()
    process.communicate()
    assert tel.counts() == {"a": 5}


def test_a_number_needs_its_name(tel):
    done = tel("inc", "--program", "hello", "-", "5", input=b"a\n")
    assert done.code == 64 and is_sentence(done.err, "standard input")


def test_what_does_not_fit_into_the_file_is_said(tel):
    lines = b"".join(b"name:%d\n" % number for number in range(1005))
    done = tel("inc", "--program", "hello", input=lines)
    assert done.code == 1
    assert done.err.splitlines()[0].startswith("tel: standard input, line 1001: ") and "1000 names" in done.err
    assert len(done.err.splitlines()) == 5
    counts = tel.counts()
    assert len(counts) == 1001 and counts["tel/dropped:full"] == 5


# ---- Weeks


def test_the_day_chooses_the_file(tel):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "a", "--as-of", MONDAY).ok
    tel("inc", "--program", "hello", "a", "2", "--as-of", "2026-11-24").ok
    tel("inc", "--program", "hello", "a", "4", "--as-of", "2026-11-24").ok
    files = [counterfile.read(path) for path in sorted(tel.local.glob("*.v1.count"))]
    assert [(file.metadata["TimeBegin"], file.metadata["TimeEnd"], file.counts[b"a"]) for file in files] == [
        (f"{MONDAY}T00:00:00Z", f"{FRIDAY}T00:00:00Z", 1), ("2026-11-24T00:00:00Z", f"{FRIDAY}T00:00:00Z", 6)]


def test_counting_makes_the_reports_that_are_due(tel):
    """Only as far as a moment's time reaches, once a day: a busy machine may need another day."""
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "a", "3", "--as-of", MONDAY).ok
    assert not list(tel.local.glob("local.*.json"))
    report = tel.local / f"local.{FRIDAY}.json"
    days = [SATURDAY, "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]
    for day in days:
        tel("inc", "--program", "hello", "b", "--as-of", day).ok
        if report.exists():
            break
    assert {name: value for (_, name), value in counterfile.report_counts(report).items()} == {"a": 3}
    assert tel.counts() == {"b": days.index(day) + 1}


# ---- With the library


def test_a_program_that_uses_the_library_shares_the_file(tel, libtel):
    process = libtel(tel.home)
    assert process.ask("open", program="hello", version="v1", toolchain="gcc12.2")["status"] == "TEL_OK"
    process.ask("inc", name="both", n=2)
    tel("inc", "--program", "hello", "--program-version", "v1", "--toolchain", "gcc12.2", "both", "5").ok
    tel("inc", "--program", "hello", "--program-version", "v1", "--toolchain", "gcc12.2", "shell/only").ok
    assert process.ask("read", name="both")["value"] == 7
    assert process.ask("read", name="shell/only")["value"] == 1
    assert len(list(tel.local.glob("*.v1.count"))) == 1
    assert tel.counts() == {"both": 7, "shell/only": 1}


def test_another_version_has_another_file(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="hello", version="v2", toolchain="shell")
    process.ask("inc", name="a")
    tel("inc", "--program", "hello", "a").ok
    assert len(list(tel.local.glob("*.v1.count"))) == 2


# ---- Off


@pytest.mark.parametrize("variables", [{}, {"TEL_MODE": "off"}])
@pytest.mark.parametrize("arguments, lines", [(["a"], b""), ([], b"a 1\nb 2\n")])
def test_off_counts_nothing_and_is_no_failure(tel, variables, arguments, lines):
    if not variables:
        tel("off").ok
    before = tree(tel.home)
    done = tel("inc", "--program", "hello", *arguments, input=lines, **variables)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert tree(tel.home) == before


def written(trace):
    """Calls that write, make, rename or remove a name, out of strace's lines."""
    verbs = ("mkdir", "unlink", "rename", "link", "symlink", "creat", "mknod", "chmod", "chown", "truncate", "utime", "fallocate")
    found = []
    for line in trace.splitlines():
        call = line.split("(")[0].split()[-1] if "(" in line else ""
        opens = call.startswith("open") and any(flag in line for flag in ("O_WRONLY", "O_RDWR", "O_CREAT"))
        if opens and "/dev/" not in line or any(verb in call for verb in verbs) and call != "readlink":
            found.append(line)
    return found


def strace(tel, tmp_path, *arguments, **variables):
    trace = tmp_path / "trace"
    # The trace must be able to see the process; output is a pipe, not a file.
    tel(*arguments, before=["strace", "-f", "-o", trace, "-e", "trace=%file,%desc"], **variables)
    return trace.read_text(errors="replace")


@pytest.mark.parametrize("arguments", [["inc", "--program", "hello", "a"], ["inc", "--program", "hello"], ["report"], ["status"], ["dump"]])
def test_no_system_call_writes_while_off(tel, tmp_path, arguments):
    tel("off").ok
    assert written(strace(tel, tmp_path, *arguments)) == []


def test_no_system_call_of_status_writes(tel, tmp_path):
    assert written(strace(tel, tmp_path, "status")) == []
    tel("inc", "--program", "hello", "a").ok
    assert written(strace(tel, tmp_path, "status")) == []
    assert written(strace(tel, tmp_path, "dump")) == []


def test_the_trace_sees_what_counting_writes(tel, tmp_path):
    """Else the tests above would prove nothing."""
    assert written(strace(tel, tmp_path, "inc", "--program", "hello", "a"))


# ---- From a shell, as the manual shows it


def test_a_shell_script_counts(tel):
    script = f"""set -e
TEL_PROGRAM=script; export TEL_PROGRAM
tel() {{ '{tel.path}' "$@"; }}
tel inc script/start
for step in one two two; do echo "script/step:$step"; done | tel inc
"""
    done = subprocess.run(["/bin/sh", "-c", script], env=client.environment(tel.home), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert tel.counts("script") == {"script/start": 1, "script/step:one": 1, "script/step:two": 2}
