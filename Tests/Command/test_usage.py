"""What every command has in common: options, help, errors, standard output."""

import os
import re
import subprocess

import pytest

from Harness import client

from .conftest import is_sentence, tree

COMMANDS = ["on", "local", "off", "status", "env", "inc", "top", "dump", "csv", "stacks", "diff", "clean", "report", "lint", "fsck", "doctor", "plugins"]


def test_the_version_is_that_of_the_header(tel):
    header = (client.ROOT / "include" / "tel.h").read_text()
    version = ".".join(re.search(rf"TEL_VERSION_{part} (\d+)", header)[1] for part in ("MAJOR", "MINOR", "PATCH"))
    assert tel("--version").ok.out == f"tel {version}\n"


def test_help_names_every_command_and_each_has_its_own(tel):
    out = tel("--help").ok.out
    assert tel().ok.out == out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", out, re.MULTILINE)
        assert f"USAGE: tel {command}" in tel(command, "--help").ok.out


@pytest.mark.parametrize("arguments, word", [
    (["nonsense"], "nonsense"),
    (["--nonsense"], "--nonsense"),
    (["--vendor"], "--vendor"),
    (["on", "--vendor"], "--vendor"),
    (["--vendor", "go"], "--vendor"),
    (["--json"], "--json"),
    (["--json", "inc", "--program", "p", "a"], "--json"),
    (["--vendor", "go", "--nonsense"], "--nonsense"),
    *[([command, "--nonsense"], "--nonsense") for command in COMMANDS if command != "diff"],
    (["diff", "a.json", "b.json", "--nonsense"], "--nonsense"),
    (["on", "extra"], "extra"),
    (["status", "extra"], "extra"),
    (["inc", "--program", "p", "a", "1", "extra"], "extra"),
])
def test_what_is_not_understood_is_an_error_of_usage(tel, arguments, word):
    done = tel(*arguments)
    assert (done.code, done.out) == (64, "") and word in done.err
    assert tree(tel.home) == {}


@pytest.mark.parametrize("date", ["", "yesterday", "2026-13-01", "2026-02-29", "2026-1-1", "2026-11-23T00:00:00Z", "20261123", "-1"])
@pytest.mark.parametrize("command", ["status", "report", "inc"])
def test_a_day_that_does_not_exist_is_an_error_of_usage(tel, command, date):
    done = tel(command, f"--as-of={date}")
    assert (done.code, done.out) == (64, "") and "--as-of" in done.err
    assert tree(tel.home) == {}


@pytest.mark.parametrize("vendor", ["", "a/b", "..", ".hidden", "two words", "a\nb", "x" * 101])
@pytest.mark.parametrize("command", [["off"], ["status"], ["status", "--check"], ["inc", "--program", "p", "a"], ["dump"], ["report"]])
def test_a_vendor_that_cannot_name_a_folder_is_an_error_of_usage(tel, command, vendor):
    done = tel(*command, "--vendor", vendor)
    assert (done.code, done.out) == (64, "") and is_sentence(done.err, "the vendor")
    assert tree(tel.home) == {}


def test_an_empty_directory_is_an_error_of_usage(tel):
    done = tel("status", "--dir", "")
    assert done.code == 64 and is_sentence(done.err, "--dir")


def test_the_place_may_stand_before_the_command_or_behind_it(tel, tmp_path):
    for number, arguments in enumerate([
        ["--vendor", "acme", "off"], ["--vendor=acme2", "off"], ["off", "--vendor", "acme3"], ["--dir", tmp_path / "t", "--vendor", "acme4", "off"]]):
        tel(*arguments).ok
    made = {path.parent.parent.name for path in (tel.home / ".config").rglob("mode")}
    assert made == {"acme", "acme2", "acme3"}
    assert (tmp_path / "t" / "mode").exists()


def test_a_pipe_that_nobody_reads_is_quiet(tel):
    tel("inc", "--program", "hello", "a").ok
    reading, writing = os.pipe()
    os.close(reading)
    for command in ["status", "dump"]:
        done = subprocess.run([tel.path, command], env=client.environment(tel.home), stdout=writing, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode != 0 and done.stderr == b""
        # The same where the caller ignores SIGPIPE.
        done = subprocess.run(
            [tel.path, command], env=client.environment(tel.home), stdout=writing, stderr=subprocess.PIPE, timeout=60, restore_signals=False)
        assert done.returncode == 1 and done.stderr == b""
    os.close(writing)


def test_a_full_disk_under_the_output_is_said(tel):
    with open("/dev/full", "w") as full:
        done = subprocess.run([tel.path, "status"], env=client.environment(tel.home), stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and is_sentence(done.stderr, "standard output")


def test_other_options_of_all_may_stand_before_the_command(tel):
    assert tel("--as-of", "2026-11-23", "--json", "status").ok.json["today"] == "2026-11-23"
    assert "USAGE: tel" in tel("--vendor", "go", "--help").ok.out


def test_the_manual_has_every_key_of_the_json(tel):
    manual = (client.ROOT / "docs" / "man" / "tel.1").read_text()
    tel("inc", "--program", "hello", "a").ok

    def keys(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    week = tel("status", "--json").ok.json["week_end"]
    for command in [["on"], ["status"], ["env"], ["dump"], ["csv"], ["stacks"], ["diff", week, week], ["top", "-c", "1"], ["doctor"], ["report"], ["report", "--as-of", "2100-01-01"], ["fsck"], ["clean"], ["plugins"], ["lint", client.ROOT / "examples"], ["lint", "--names", client.ROOT / "examples"]]:
        for key in keys(tel(*command, "--json").ok.json):
            assert re.search(rf"^\.(It )?Va {key}\b", manual, re.MULTILINE), key
