"""bindings/shell/tel.sh, in each shell: counts what it is told, never fails,
never says anything and leaves the script's own state alone."""

import subprocess

import pytest

from Docs.markdown import blocks
from Harness import c, counterfile

TEL_SH = c.ROOT / "bindings" / "shell" / "tel.sh"
COMMAND = c.ROOT / "build" / "bin"
SHELLS = {"dash": ["dash"], "bash": ["bash"], "bash --posix": ["bash", "--posix"], "busybox": ["busybox", "sh"]}


@pytest.fixture(params=SHELLS)
def shell(request):
    return SHELLS[request.param]


@pytest.fixture
def telemetry(tmp_path):
    return tmp_path / "telemetry"


@pytest.fixture
def script(shell, tmp_path, telemetry):
    """Runs lines after tel.sh; what they print. They fail, or say a word of
    their own on standard error: the test fails."""
    assert (COMMAND / "tel").exists(), "there is no build/bin/tel: run `make`"

    def run(lines, *arguments, path=f"{COMMAND}:/usr/bin:/bin", **env):
        (tmp_path / "script").write_text(f"set -eu\n. '{TEL_SH}'\n{lines}\n")
        done = subprocess.run(
            [*shell, "script", *arguments], cwd=tmp_path, text=True, capture_output=True, input="one\ntwo\n", timeout=60,
            env={"PATH": path, "HOME": str(tmp_path), "TEL_DIR": str(telemetry), **env})
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def identity(telemetry):
    (path,) = c.files(telemetry)
    return counterfile.read(path).identity[:3]


def test_the_script_of_the_page_runs_and_counts(script, telemetry):
    (text,) = [text for _, text in blocks(TEL_SH.parent / "README.md", "sh") if text.startswith("#!/bin/sh")]
    place = "\n. /usr/local/share/tel/tel.sh\n"
    assert place in text
    script(text.replace(place, "\n"), "-v", "-o", "secret")
    assert c.counts(telemetry) == {"backup/flag:v": 1, "backup/flag:o": 1, "backup/run": 1, "backup/file:text": 3}
    assert identity(telemetry) == ("example.com/backup", "1.2.0", "shell")


# ---- tel_open and tel_inc


def test_counts_go_to_the_program_that_opened(script, telemetry):
    script("tel_open example.com/backup 1.2.0 dash0.5\ntel_inc backup/run\ntel_inc backup/run\ntel_inc backup/file:text 3")
    assert c.counts(telemetry) == {"backup/run": 2, "backup/file:text": 3}
    assert identity(telemetry) == ("example.com/backup", "1.2.0", "dash0.5")


def test_what_is_left_out_is_as_with_the_command(script, telemetry):
    script("tel_open example.com/backup '' ''\ntel_inc backup/run\ntel inc --program example.com/backup backup/run")
    assert c.counts(telemetry) == {"backup/run": 2}
    assert identity(telemetry) == ("example.com/backup", "devel", "shell")


def test_the_program_may_be_said_by_the_variable_of_the_command(script, telemetry):
    script("tel_inc backup/run", TEL_PROGRAM="example.com/backup")
    script("TEL_PROGRAM=example.com/backup\ntel_inc backup/run")
    assert c.counts(telemetry) == {"backup/run": 2}


def test_the_vendor_has_its_own_directory(script, tmp_path):
    script("unset TEL_DIR\ntel_open example.com/backup '' '' example\ntel_inc backup/run")
    assert c.counts(tmp_path / ".config" / "example" / "telemetry") == {"backup/run": 1}


def test_a_name_may_look_like_an_option(script, telemetry):
    script("tel_open backup\ntel_inc --help\ntel_inc -v 2\ntel_inc -- 3")
    assert c.counts(telemetry) == {"--help": 1, "-v": 2, "--": 3}


def test_lines_are_counted_by_one_process(script, telemetry):
    script("tel_open backup\nprintf 'a/b 4\\nc/d\\nnot a name\\n' | tel_inc -")
    assert c.counts(telemetry) == {"a/b": 4, "c/d": 1}


def test_a_loop_over_standard_input_keeps_its_lines(script, telemetry):
    output = script('tel_open backup\nwhile read -r line; do tel_inc "backup/line:$line"; tel_inc; echo "$line"; done')
    assert output == "one\ntwo\n"
    assert c.counts(telemetry) == {"backup/line:one": 1, "backup/line:two": 1}


def test_a_command_that_reads_finds_nothing_to_read(script, tmp_path):
    (tmp_path / "tel").write_text(f"#!/bin/sh\ncat >> {tmp_path}/read\n")
    (tmp_path / "tel").chmod(0o755)
    output = script('while read -r line; do tel_inc "backup/line:$line"; echo "$line"; done', TEL_COMMAND=str(tmp_path / "tel"))
    assert output == "one\ntwo\n"
    assert (tmp_path / "read").read_text() == ""


def test_another_command_may_be_named(script, telemetry, tmp_path):
    (tmp_path / "a tel").symlink_to(COMMAND / "tel")
    script("tel_open backup\ntel_inc backup/run", path="/usr/bin:/bin", TEL_COMMAND=str(tmp_path / "a tel"))
    assert c.counts(telemetry) == {"backup/run": 1}


def test_a_function_or_alias_of_the_script_is_not_called(script, telemetry):
    script("tel() { echo mine; }\nalias tel='echo mine'\ntel_open backup\ntel_inc backup/run")
    assert c.counts(telemetry) == {"backup/run": 1}


# ---- Nothing fails

EVERYTHING = (
    "tel_inc\ntel_inc ''\ntel_inc 'not a name'\ntel_inc a/b many\ntel_inc a/b -1\ntel_inc - 3 </dev/null\n"
    "tel_open\ntel_inc a/b\ntel_open 'two\nlines'\ntel_inc a/b\n"
    "tel_count_flags\ntel_count_flags backup\ntel_count_flags backup v\ntel_count_flags backup v -x\n"
    "tel_open backup\ntel_inc a/b && tel_count_flags backup v -v && echo done")


def test_mistakes_are_nothing_to_the_script(script, telemetry):
    assert script(EVERYTHING) == "done\n"
    assert c.counts(telemetry) == {"a/b": 1, "backup/flag:v": 1}


@pytest.mark.parametrize("options", ["set -C", "set -f", "IFS=/:ab", "set -o pipefail", "set -E; trap 'echo trapped' ERR"])
def test_any_options_of_the_script(options, script, shell, telemetry):
    if shell[0] != "bash" and ("pipefail" in options or "ERR" in options):
        options = "set -C"  # the shell has neither
    assert script(f"{options}\n{EVERYTHING}") == "done\n"
    assert c.counts(telemetry) == {"a/b": 1, "backup/flag:v": 1}


def test_the_command_may_be_missing(script, telemetry):
    assert script(EVERYTHING, path="/usr/bin:/bin") == "done\n"
    assert script(EVERYTHING, TEL_COMMAND="/nowhere/tel") == "done\n"
    assert not telemetry.exists()


def test_the_directory_may_be_unusable(script, telemetry):
    telemetry.write_text("not a directory")
    assert script(EVERYTHING) == "done\n"


def test_telemetry_may_be_off(script, telemetry):
    assert script(EVERYTHING, TEL_MODE="off") == "done\n"
    assert not telemetry.exists()


# ---- tel_count_flags

LOOP = """
tel_open example.com/plot
{before}
while getopts 'f:o:vq' option; do
  case $option in f | o) echo "$option=$OPTARG" ;; *) echo "$option" ;; esac
done 2>/dev/null
{after}
shift $((OPTIND - 1))
echo "rest: $*"
"""
FLAGS = "tel_count_flags plot 'f:o:vq' \"$@\""
RUN = ["-vv", "-fsecret", "-o", "secret.png", "-v", "word", "-q"]
PRINTED = "v\nv\nf=secret\no=secret.png\nv\nrest: word -q\n"
COUNTED = {"plot/flag:v": 1, "plot/flag:f": 1, "plot/flag:o": 1}


@pytest.mark.parametrize("before, after", [(FLAGS, ""), ("", FLAGS)], ids=["before", "after"])
def test_each_option_is_counted_once_a_run_and_the_loop_sees_all(before, after, script, telemetry):
    text = LOOP.format(before=before, after=after)
    assert script(text, *RUN) == PRINTED
    assert c.counts(telemetry) == COUNTED
    script(text, "-v")
    assert c.counts(telemetry) == {**COUNTED, "plot/flag:v": 2}


def test_within_the_loop_it_does_not_lose_the_place(script, telemetry):
    text = LOOP.format(before="", after="").replace("  case", f"  {FLAGS}\n  case")
    assert script(text, *RUN) == PRINTED
    assert c.counts(telemetry) == {name: 5 for name in COUNTED}


def test_nothing_that_users_write_is_in_the_file(script, telemetry):
    script(LOOP.format(before=FLAGS, after=""), "-f", "secret", "-o", "secret", "secret")
    (path,) = c.files(telemetry)
    assert b"secret" not in path.read_bytes()


def test_what_the_script_does_not_know_is_not_counted(script, telemetry):
    script(LOOP.format(before=FLAGS, after=""), "-x", "-v", "-o")
    assert c.counts(telemetry) == {"plot/flag:v": 1}


def test_a_quiet_list_of_options_counts_the_same(script, telemetry):
    script("tel_open plot\ntel_count_flags plot ':f:v' \"$@\"", "-z", "-v", "-f")
    assert c.counts(telemetry) == {"plot/flag:v": 1}


def test_without_options_no_process_is_started(script, tmp_path, telemetry):
    (tmp_path / "tel").write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\n")
    (tmp_path / "tel").chmod(0o755)
    script("tel_open plot\n" + FLAGS, "word", TEL_COMMAND=str(tmp_path / "tel"))
    assert not (tmp_path / "calls").exists()
    script("tel_open plot\n" + FLAGS, "-v", "-q", TEL_COMMAND=str(tmp_path / "tel"))
    assert (tmp_path / "calls").read_text() == "called\n"


def test_variables_of_the_script_stay(script):
    output = script(
        "name=a n=b option=c lines=d chart=e OPTARG=f\nreadonly name n option lines chart\n" + FLAGS + "\ntel_inc x/y\n"
        'echo "$name $n $option $lines $chart $OPTARG $OPTIND $#"', "-v", "-q")
    assert output == "a b c d e f 1 2\n"
