"""The command, where programs parse what it prints: byte for byte what the
reference makes of the same files; and the reference reads what each of our
commands leaves."""

import json
import subprocess

import pytest

from Command.conftest import FRIDAY, MONDAY, SATURDAY, Tel
from Conformance import scene
from Conformance.test_modes import FILES
from Harness import client

GOOD = [
    scene.SAMPLES / entry["file"] for entry in json.loads((scene.SAMPLES / "expected.json").read_text()) if entry["ok"]]


@pytest.fixture
def tel(tmp_path):
    (tmp_path / "home").mkdir()
    return Tel(tmp_path / "home")


def peer(reference, *arguments):
    done = subprocess.run([reference.peer(), *arguments], env=client.environment("/nowhere"), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_dump_has_the_bytes_of_the_reference(tel, reference, path):
    theirs = peer(reference, "dump", path)
    assert tel("dump", "--go", path).ok.out == theirs
    assert tel("--vendor", "go", "dump", path).ok.out == theirs


@pytest.mark.parametrize("content", FILES, ids=repr)
def test_env_has_the_bytes_of_the_reference(tel, reference, content):
    directory = tel.home / ".config" / "go" / "telemetry"
    directory.mkdir(parents=True)
    (directory / "mode").write_bytes(content)
    ours = tel("--vendor", "go", "env").ok.out
    assert ours.encode("utf-8", "surrogateescape") == peer(reference, "env", "-dir", directory).encode("utf-8", "surrogateescape")


def test_env_without_a_mode_file_too(tel, reference):
    directory = tel.home / ".config" / "go" / "telemetry"
    assert tel("--vendor", "go", "env").ok.out == peer(reference, "env", "-dir", directory)


def read_by_the_reference(reference, tel):
    """name -> value over all counter files; every one of them must be readable."""
    found = {}
    for path in sorted(tel.local.glob("*.v1.count")):
        counts, problem = reference.parse(path)
        assert problem is None, (path.name, problem)
        for name, value in counts.items():
            found[name] = found.get(name, 0) + value
    return found


@pytest.mark.parametrize("command", [
    ["on"], ["local"], ["status"], ["env"], ["dump"], ["csv"], ["inc", "--program", "hello", "hello/again"], ["diff", "2026-11-27", "2026-11-27"],
    ["report", "--as-of", MONDAY], ["fsck"], ["clean", "--dry-run"],
])
def test_the_reference_reads_what_is_there_after_each_command(tel, reference, command):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "9", "--as-of", MONDAY).ok
    tel(*command).ok
    counts = read_by_the_reference(reference, tel)
    assert counts.pop(b"hello/again", None) == (1 if command[0] == "inc" else None)
    assert counts == {b"hello/start": 9}
    (mode,) = reference.run("mode", "-dir", tel.directory)
    assert mode["mode"] == ("on" if command == ["on"] else "local")


def test_the_uploader_of_the_reference_takes_over_what_we_reported(tel, reference):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "9", "--as-of", MONDAY).ok
    tel("report", "--as-of", SATURDAY).ok
    assert reference.make_reports(tel.directory, "2026-12-09T00:00:00Z") == ""
    assert json.loads((tel.local / f"local.{FRIDAY}.json").read_text())["Programs"][0]["Counters"] == {"hello/start": 9}
