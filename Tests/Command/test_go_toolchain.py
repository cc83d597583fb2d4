"""Vendor go: the Go toolchain's own directory. `go telemetry` and `tel` agree
after either changes it."""

import subprocess

import pytest

from Harness import counterfile, go

from .conftest import tree


@pytest.fixture
def go_command(tel):
    """The Go toolchain, in the same home."""
    try:
        root = go.toolchain()
    except go.Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    environment = go.environment(root, tel.home)
    del environment["TEST_TELEMETRY_DIR"]

    def run(*arguments):
        done = subprocess.run([root / "bin" / "go", *arguments], env=environment, cwd=tel.home, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def directory(tel):
    return tel.home / ".config" / "go" / "telemetry"


def ours(tel):
    return tel("--vendor", "go", "status", "--json").ok.json


def write_mode(tel, content):
    directory(tel).mkdir(parents=True, exist_ok=True)
    (directory(tel) / "mode").write_text(content)


def test_both_mean_the_same_directory(tel, go_command):
    assert go_command("env", "GOTELEMETRYDIR") == ours(tel)["directory"] == str(directory(tel))


def test_both_start_local(tel, go_command):
    assert (ours(tel)["mode"], go_command("telemetry")) == ("local", "local")


@pytest.mark.parametrize("mode", ["off", "local", "on"])
def test_go_follows_ours_and_ours_follows_go(tel, go_command, mode):
    other = {"off": "on", "on": "local", "local": "off"}[mode]
    tel("--vendor", "go", other).ok
    assert go_command("telemetry") == go_command("env", "GOTELEMETRY") == other
    go_command("telemetry", mode)
    assert ours(tel)["mode"] == mode
    tel("--vendor", "go", other).ok
    assert go_command("telemetry") == other


@pytest.mark.parametrize("mode", ["off", "local", "on"])
def test_env_says_what_go_env_says(tel, go_command, mode):
    go_command("telemetry", mode)
    lines = tel("--vendor", "go", "env").ok.out.splitlines()
    assert lines[0].split()[1] == go_command("telemetry") == go_command("env", "GOTELEMETRY")
    where = go_command("env", "GOTELEMETRYDIR")
    assert lines[2:] == [f"modefile: {where}/mode", f"localdir: {where}/local", f"uploaddir: {where}/upload"]


def test_the_toolchain_counts_on_after_we_have_cleaned(tel, go_command):
    go_command("env", "GOOS")
    tel("--vendor", "go", "clean").ok
    # What a child of the go command still has open is set to zero instead.
    left = [counterfile.read(path) for path in (directory(tel) / "local").glob("*.v1.count")]
    assert not any(value for file in left for value in file.counts.values())
    go_command("env", "GOOS")
    programs = {program["program"]: program for file in tel("--vendor", "go", "dump", "--json").ok.json for program in file["programs"]}
    assert {count["name"]: count["value"] for count in programs["cmd/go"]["counts"]}["go/invocations"] == 1


@pytest.mark.parametrize("mode", ["on", "off"])
def test_both_write_the_same_bytes(tel, go_command, mode):
    tel("--vendor", "go", mode).ok
    written = (directory(tel) / "mode").read_bytes()
    (directory(tel) / "mode").unlink()
    go_command("telemetry", mode)
    assert (directory(tel) / "mode").read_bytes() == written  # but for midnight


@pytest.mark.parametrize("mode", ["on", "local", "off"])
def test_neither_touches_a_file_that_says_the_same(tel, go_command, mode):
    write_mode(tel, f"{mode} 2024-02-29")
    tel("--vendor", "go", mode).ok
    go_command("telemetry", mode)
    assert (directory(tel) / "mode").read_text() == f"{mode} 2024-02-29"
    assert ours(tel)["as_of"] == "2024-02-29"


@pytest.mark.parametrize("content", ["on 2024-02-29", " on 2024-02-29\r\n", "on", "on  2024-02-29", "off 2024-13-01", "off\n", "\u00a0off\u00a0"])
def test_both_read_the_same_mode(tel, go_command, content):
    write_mode(tel, content)
    assert ours(tel)["mode"] == go_command("telemetry")


@pytest.mark.parametrize("content", ["ON 2024-02-29", "bogus", "", "on\t2024-02-29", "on\n2024-02-29"])
def test_a_word_that_is_none_works_like_local_for_both(tel, go_command, content):
    write_mode(tel, content)
    assert ours(tel)["mode"] == "local"
    # The toolchain shows the word itself, and counts.
    assert go_command("telemetry") not in ("off", "on")


def test_off_is_off_for_both(tel, go_command):
    tel("--vendor", "go", "off").ok
    go_command("env", "GOOS")
    tel("--vendor", "go", "inc", "--program", "hello", "a").ok
    assert [str(path) for path in tree(directory(tel)) if path.name.endswith(".count")] == []


def test_on_says_who_uploads(tel):
    assert "The Go toolchain uploads" in tel("--vendor", "go", "on").ok.out


def test_dump_shows_what_the_toolchain_counted(tel, go_command):
    go_command("env", "GOOS")
    programs = {program["program"]: program for file in tel("--vendor", "go", "dump", "--json").ok.json for program in file["programs"]}
    counts = {count["name"]: count["value"] for count in programs["cmd/go"]["counts"]}
    assert counts["go/invocations"] == 1 and counts["go/subcommand:env"] == 1
    assert programs["cmd/go"]["toolchain"].startswith("go1.")
    files = ours(tel)["counter_files"]
    assert files["active"] >= 1 and files["unreadable"] == 0
