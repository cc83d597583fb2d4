"""The examples build without a warning and do what their comments say."""

import os
import re
import signal
import shutil
import subprocess
import sys

import pytest

from Harness import c, counterfile, go, headers

EXAMPLES = c.ROOT / "examples"
C_EXAMPLES = sorted(path.stem for path in (EXAMPLES / "c").glob("*.c"))
COMMAND = c.ROOT / "build" / "bin"


@pytest.fixture
def telemetry(tmp_path):
    return tmp_path / "telemetry"


@pytest.fixture
def run(tmp_path, telemetry):
    """Runs a C example that counts into `telemetry`; its output."""

    def start(name, *arguments):
        program = c.build(EXAMPLES / "c" / f"{name}.c", include=headers.installed(), flags=("-std=c99", *headers.STRICT))
        program = shutil.copy(program, tmp_path / name)  # its name is what it counts as
        return c.run(program, *arguments, directory=tmp_path, env={"TEL_DIR": telemetry}).stdout

    return start


def programs(telemetry):
    return {counterfile.read(path).metadata["Program"] for path in c.files(telemetry)}


# ---- In general


@pytest.mark.parametrize("name", C_EXAMPLES)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c17"])
def test_a_c_example_compiles_without_a_warning(name, compiler, standard):
    made = subprocess.run(
        [compiler, f"-std={standard}", "-O2", *c.WARNINGS, *headers.STRICT, f"-I{headers.installed()}", "-fsyntax-only",
         EXAMPLES / "c" / f"{name}.c"],
        text=True, capture_output=True)
    assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("name", C_EXAMPLES)
def test_a_c_example_says_how_to_build_it(name):
    source = (EXAMPLES / "c" / f"{name}.c").read_text()
    assert source.startswith(f"/* {name}.c - ")
    assert re.search(rf"^ \*     cc -o \w+ {name}\.c \$\(pkg-config --cflags --libs tel\)$", source, re.MULTILINE)


def test_the_reading_order_names_every_example():
    page = (EXAMPLES / "README.md").read_text()
    named = set(re.findall(r"\]\(([\w./-]+)\)", page))
    there = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*") if path.suffix in (".c", ".cpp", ".py", ".sh", ".go", ".swift")}
    there |= {str(path.relative_to(EXAMPLES)) for path in (EXAMPLES / "collector").glob("[!v]*.txt")}
    there -= {"go/build.py", "build_go.py"}  # for the tests and the demo
    assert named == there


# ---- C


def test_hello_counts_each_greeting(run, telemetry):
    assert run("hello") == run("hello") == "Hello, world\n"
    assert c.counts(telemetry) == {"hello/greeting:world": 2}
    assert programs(telemetry) == {"hello"}


def test_hello_says_hello_where_telemetry_cannot_work(run, telemetry):
    telemetry.write_text("not a directory")
    assert run("hello") == "Hello, world\n"


def test_getopt_counts_options_and_nothing_that_users_write(run, telemetry):
    run("getopt", "--format=svg", "--out=secret-name.svg", "-v", "-v")
    assert c.counts(telemetry) == {
        "plot/flag:format": 1, "plot/flag:output": 1, "plot/flag:verbose": 1, "plot/flag/format:svg": 1}
    (path,) = c.files(telemetry)
    assert b"secret" not in path.read_bytes()


def test_latency_counts_each_query_in_one_bucket_of_each_chart(run, telemetry):
    output = run("latency")
    assert len(output.splitlines()) == 5
    counts = c.counts(telemetry)
    latency = {name: value for name, value in counts.items() if name.startswith("search/query/latency:<")}
    results = {name: value for name, value in counts.items() if name.startswith("search/query/results:<") and value}
    assert sum(latency.values()) == 5
    # 15 and 120 ms of sleep; a busy machine may make them longer, never shorter.
    assert latency.get("search/query/latency:<10ms", 0) <= 3
    assert results == {f"search/query/results:<{bound}": 1 for bound in ("1", "10", "100", "1000", "inf")}


def test_keys_counts_every_key(run, telemetry):
    text = run("keys")
    assert c.counts(telemetry) == {
        "editor/key": len(text), "editor/key/line": text.count("\n"), "editor/saved/bytes": len(text)}


def test_the_unit_test_passes_and_leaves_nothing(run, tmp_path, telemetry):
    assert run("test_counts") == "ok\n"
    assert not telemetry.exists()
    assert not list(tmp_path.glob("tel-testing-*"))


def test_the_unit_test_fails_if_the_program_counts_otherwise(tmp_path):
    source = (EXAMPLES / "c" / "test_counts.c").read_text()
    changed = source.replace('{".md", "editor/open:markdown"}', '{".md", "editor/open:text"}')
    assert changed != source
    (tmp_path / "test_counts.c").write_text(changed)
    done = c.run(c.build(tmp_path / "test_counts.c", include=headers.installed()), directory=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "FAILED\n")
    assert '"editor/open:markdown" is 0, but 1 was expected' in done.stderr


def test_counts_prints_a_line_for_each_counter(run, telemetry):
    run("hello")
    run("getopt", "-v")
    toolchain = counterfile.read(c.files(telemetry)[0]).metadata["GoVersion"]
    lines = run("counts", *c.files(telemetry)).splitlines()
    assert sorted(lines) == sorted([
        f"hello\tdevel\t{toolchain}\thello/greeting:world\t1",
        f"example.com/plot\t1.4.0\t{toolchain}\tplot/flag:verbose\t1"])


def test_counts_reads_reports_with_their_stacks(run):
    report = c.ROOT / "Tests" / "Samples" / "report" / "out" / "local" / "local.2026-12-04.json"
    lines = [line.split("\t") for line in run("counts", report).split("\n")[:-1]]
    # The reference writes large counts as negative numbers; they are 64 bits without a sign.
    expected = [
        [*identity[:3], re.sub(r"[\x01-\x1f\x7f]", "?", name.split("\n")[0].split("\0")[0]), str(value % 2**64)]
        for (identity, name), value in counterfile.report_counts(report).items()]
    assert any("\n" in name for _, name in counterfile.report_counts(report))
    assert sorted(lines) == sorted(expected)


def test_counts_names_what_it_cannot_read(run, tmp_path):
    program = tmp_path / "counts"
    run("counts", c.ROOT / "Tests" / "Samples" / "one.v1.count")
    done = c.run(program, tmp_path / "missing.json", directory=tmp_path, check=False)
    assert done.returncode == 1 and "missing.json" in done.stderr
    assert c.run(program, directory=tmp_path, check=False).returncode == 1


# ---- Shell


def backup(tmp_path, telemetry, *arguments, path=f"{COMMAND}:/usr/bin:/bin"):
    return subprocess.run(
        [EXAMPLES / "shell" / "count.sh", *arguments], cwd=tmp_path, text=True, capture_output=True,
        env={"PATH": path, "HOME": str(tmp_path), "TEL_DIR": str(telemetry)})


def test_the_shell_script_counts_runs_and_kinds_of_files(tmp_path, telemetry):
    assert (COMMAND / "tel").exists(), "there is no build/bin/tel: run `make`"
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("secret.txt", "b.txt", "c.png", "d.jpg", "e.jpg", "f.pdf"):
        (documents / name).touch()
    for _ in range(2):
        assert backup(tmp_path, telemetry, "documents").stdout == "backed up documents\n"
    assert c.counts(telemetry) == {"backup/run": 2, "backup/file:text": 4, "backup/file:image": 6}
    assert programs(telemetry) == {"example.com/backup"}
    assert backup(tmp_path, telemetry, "missing").returncode == 1
    assert c.counts(telemetry)["backup/error:no-folder"] == 1


def test_the_shell_script_works_where_tel_is_missing_or_fails(tmp_path, telemetry):
    done = backup(tmp_path, telemetry, ".", path="/usr/bin:/bin")
    assert (done.returncode, done.stdout, done.stderr) == (0, "backed up .\n", "")
    telemetry.write_text("not a directory")
    done = backup(tmp_path, telemetry, ".")
    assert (done.returncode, done.stdout, done.stderr) == (0, "backed up .\n", "")


def flags(tmp_path, telemetry, *arguments, **env):
    return subprocess.run(
        [EXAMPLES / "shell" / "flags.sh", *arguments], cwd=tmp_path, text=True, capture_output=True,
        env={"PATH": f"{COMMAND}:/usr/bin:/bin", "HOME": str(tmp_path), "TEL_DIR": str(telemetry), **env})


def test_the_script_with_options_counts_them_and_nothing_that_users_write(tmp_path, telemetry):
    installed = {"TEL_SH": str(c.ROOT / "bindings" / "shell" / "tel.sh")}
    done = flags(tmp_path, telemetry, "-v", "-o", "secret.tar", "one", "two", **installed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 folders into secret.tar\n", "")
    assert flags(tmp_path, telemetry, "-x", **installed).returncode == 2
    assert c.counts(telemetry) == {
        "archive/flag:v": 1, "archive/flag:o": 1, "archive/run:real": 1, "archive/folder": 2, "archive/error:usage": 1}
    assert programs(telemetry) == {"example.com/archive"}
    (path,) = c.files(telemetry)
    assert b"secret" not in path.read_bytes()


def test_the_script_with_options_works_where_tel_sh_is_missing(tmp_path, telemetry):
    done = flags(tmp_path, telemetry, "-v", TEL_SH="/nowhere/tel.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 folders into archive.tar\n", "")
    assert not telemetry.exists()


# ---- One tool in four languages: examples/parts


IDENTITY = ("example.com/paint", "devel", f"go{go.VERSION}")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Language -> command; each adds 1000 strokes."""
    folder = tmp_path_factory.mktemp("parts")
    built = subprocess.run(
        [sys.executable, EXAMPLES / "build_go.py", EXAMPLES / "parts" / "go", folder / "paint-go"], text=True, capture_output=True)
    assert (built.returncode, built.stderr) == (0, "")
    in_c = c.build(EXAMPLES / "parts" / "paint.c", include=headers.installed(), flags=("-std=c99", *headers.STRICT))
    return {
        "go": [folder / "paint-go"], "c": [in_c, *IDENTITY],
        "python": [sys.executable, EXAMPLES / "parts" / "paint.py", *IDENTITY],
        "shell": [EXAMPLES / "parts" / "paint.sh", *IDENTITY],
    }


def test_four_languages_at_once_count_into_one_file_without_loss(parts, tmp_path, telemetry):
    env = {
        "PATH": f"{COMMAND}:/usr/bin:/bin", "HOME": str(tmp_path), "TEL_DIR": str(telemetry),
        "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"), "TEL_SH": str(c.ROOT / "bindings" / "shell" / "tel.sh")}
    rounds = 3
    running = [
        subprocess.Popen(command, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for command in parts.values() for _ in range(rounds)]
    for process in running:
        assert (process.communicate(timeout=60)[0], process.returncode) == ("", 0)
    (path,) = c.files(telemetry)
    assert counterfile.read(path).identity[:3] == IDENTITY
    assert c.counts(telemetry) == {"paint/stroke": 4 * rounds * 1000, **{f"paint/part:{part}": rounds for part in parts}}


# ---- Go


def test_the_go_program_and_the_toolchain_count_into_the_same_directory(tmp_path, telemetry, reference):
    built = subprocess.run([sys.executable, EXAMPLES / "go" / "build.py", tmp_path / "greet", telemetry], text=True, capture_output=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run(
        [tmp_path / "greet", "-loud", "world", "moon"], text=True, capture_output=True,
        env={"HOME": str(tmp_path), "TEL_DIR": str(telemetry)})
    assert (done.returncode, done.stdout) == (0, "HELLO, world!\nHELLO, moon!\n")
    counts = c.counts(telemetry)
    assert (counts["greet/greeting"], counts["greet/flag:loud"], counts["go/subcommand:build"]) == (2, 1, 1)
    assert {"example.com/greet", "cmd/go"} <= programs(telemetry)


# ---- The demo; slow the first time, when Go's library is compiled


def demo(tmp_path, **env):
    (tmp_path / "tmp").mkdir()
    return subprocess.run(
        [EXAMPLES / "demo.sh"], text=True, capture_output=True, timeout=300,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), **env})


def test_the_demo_shows_every_count_and_leaves_nothing(tmp_path, reference):
    (tmp_path / "home").mkdir()
    done = demo(tmp_path, TEL_MODE="off", DO_NOT_TRACK="1", XDG_CONFIG_HOME="relative", TEL_DIR="/nowhere")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\033" not in done.stdout  # no colour where there is no terminal
    assert "Every count is in the report, and what was sent is what was shown." in done.stdout
    for who in ("hello", "example.com/plot", "example.com/search", "example.com/hello", "example.com/archive", "example.com/backup", "example.com/greet", "cmd/go"):
        assert re.search(rf"^ +{who} ", done.stdout, re.MULTILINE), who
    assert "tel report --as-of" in done.stdout and '"Week":' in done.stdout
    assert re.search(r"\n +example.com/paint devel \(go.+\)\n( +paint/part:(c|go|python|shell) +1\n){4} +paint/stroke +4000\n", done.stdout)
    assert os.listdir(tmp_path / "tmp") == [] and os.listdir(tmp_path / "home") == []


def test_the_demo_fails_if_a_count_is_missing(tmp_path, reference):
    """A compiler that takes another hello.c: one that counts something else."""
    hello = (EXAMPLES / "c" / "hello.c").read_text()
    (tmp_path / "other.c").write_text(hello.replace("greeting:world", "greeting:moon"))
    compiler = tmp_path / "cc"
    compiler.write_text(
        "#!/bin/bash\n"
        'for argument; do case $argument in */hello.c) argument=%s ;; esac; new+=("$argument"); done\n'
        'exec cc "${new[@]}"\n' % (tmp_path / "other.c"))
    compiler.chmod(0o755)
    done = demo(tmp_path, CC=str(compiler))
    assert done.returncode == 1
    assert done.stderr == "WRONG: hello counted hello/greeting:world 0 times, not 2\n"
    assert "Every count" not in done.stdout
    assert os.listdir(tmp_path / "tmp") == []


def test_the_demo_keeps_its_folder_when_asked(tmp_path, reference):
    done = demo(tmp_path, KEEP="1")
    assert done.returncode == 0, done.stdout + done.stderr
    (kept,) = (tmp_path / "tmp").iterdir()
    assert done.stdout.endswith(f"Kept: {kept}\n")
    process = int(re.search(r"^The collector goes on until: kill (\d+)$", done.stdout, re.M)[1])
    os.kill(process, signal.SIGTERM)
    assert list((kept / "telemetry" / "local").glob("local.*.json"))
