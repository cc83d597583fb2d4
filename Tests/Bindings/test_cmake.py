"""find_package(tel): the target tel::tel from an installed tree."""

import re
import shutil
import subprocess

import pytest

from Harness import c, counterfile, installed

EXAMPLE = c.ROOT / "examples" / "cpp"


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return installed.tree(tmp_path_factory.mktemp("installed") / "usr")


def cmake(tmp_path, *arguments):
    return subprocess.run(["cmake", *arguments], cwd=tmp_path, env=c.environment(tmp_path), text=True, capture_output=True)


def configured(tmp_path, prefix, text):
    """A project of these lines, without a language: what it says, and whether it could be configured."""
    (tmp_path / "project").mkdir(exist_ok=True)
    (tmp_path / "project" / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.19)\nproject(use LANGUAGES NONE)\n{text}\n")
    done = cmake(tmp_path, "-S", "project", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}")
    return done.stdout + done.stderr, done.returncode == 0


def counts_of_the_example(tmp_path, prefix):
    for step in (["-S", EXAMPLE, "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}"], ["--build", "out"]):
        done = cmake(tmp_path, *step)
        assert done.returncode == 0, done.stdout + done.stderr
    output = c.run(tmp_path / "out" / "notes", directory=tmp_path, env={"TEL_DIR": tmp_path / "telemetry"}).stdout
    assert output == "saved milk\nsaved bread\nthere is nothing to save\n"
    (path,) = c.files(tmp_path / "telemetry")
    assert counterfile.read(path).identity[:2] == ("example.com/notes", "0.3.0")
    return c.counts(tmp_path / "telemetry")


def test_the_example_is_built_and_counts(tmp_path, prefix):
    counts = counts_of_the_example(tmp_path, prefix)
    assert (counts["notes/save:ok"], counts["notes/save:empty"]) == (2, 1)
    assert sum(value for name, value in counts.items() if name.startswith("notes/save/latency:<")) == 3


def test_an_installed_tree_may_be_moved_and_linked_to(tmp_path, prefix):
    shutil.copytree(prefix, tmp_path / "moved here", symlinks=True)
    (tmp_path / "link").symlink_to("moved here")
    assert counts_of_the_example(tmp_path, tmp_path / "link")["notes/save:ok"] == 2


WORDS = {
    "": True, "1": True, "1.0": True, "1.0.0 EXACT": True, "1.0...1.9": True, "1.0...<2": True,
    "2": False, "0.9": False, "1.1": False, "1.0.1": False, "1.1 EXACT": False, "1.1...<2": False, "0.1...2": False,
}


def test_versions(tmp_path, prefix):
    header = (c.INCLUDE / "tel.h").read_text()
    assert re.findall(r"#define TEL_VERSION_\w+ (\d+)$", header, re.MULTILINE) == ["1", "0", "0"], "WORDS is about 1.0.0"
    lines = [
        f'find_package(tel {words} QUIET CONFIG)\nmessage(STATUS "[{words}] ${{tel_FOUND}}")\nunset(tel_DIR CACHE)\nunset(tel_FOUND)'
        for words in WORDS]
    output, _ = configured(tmp_path, prefix, "\n".join(lines))
    answers = {words: found not in ("0", "FALSE", "") for words, found in re.findall(r"^-- \[(.*)\] (.*)$", output, re.MULTILINE)}
    assert answers == WORDS
    output, _ = configured(tmp_path, prefix, 'find_package(tel)\nmessage(STATUS "version ${tel_VERSION}")')
    assert "-- version 1.0.0\n" in output


def test_finding_it_twice_is_harmless(tmp_path, prefix):
    output, is_good = configured(tmp_path, prefix, "find_package(tel REQUIRED)\nfind_package(tel REQUIRED)")
    assert is_good, output


@pytest.mark.parametrize("missing", ["lib/libtel.so.1", "include/tel.h"])
def test_a_tree_that_is_not_whole_is_named(missing, tmp_path, prefix):
    shutil.copytree(prefix, tmp_path / "usr", symlinks=True)
    (tmp_path / "usr" / missing).unlink()
    output, is_good = configured(tmp_path, tmp_path / "usr", "find_package(tel REQUIRED)")
    assert not is_good and f"there is no {tmp_path}/usr/{missing}" in " ".join(output.split())
