"""The chapter on writing a plugin, in docs/plugins.md, is followed word for word:
in a folder of a stranger's, with libtel in a place of its own."""

import re
import shutil
import subprocess

import pytest

from Docs.markdown import ROOT

PAGE = (ROOT / "docs" / "plugins.md").read_text()
CHAPTER = PAGE.split("\n## Writing one, in ten minutes\n")[1].split("\n## ")[0]
BUILT = ROOT / "build"


@pytest.fixture
def stranger(tmp_path):
    """Runs lines of a shell; what they print."""
    prefix, work, home = tmp_path / "prefix", tmp_path / "work", tmp_path / "home"
    for folder in (prefix / "bin", work, home):
        folder.mkdir(parents=True)
    shutil.copy(BUILT / "bin" / "tel", prefix / "bin")
    (work / "examples").symlink_to(ROOT / "examples")
    environment = {
        "HOME": str(home), "PREFIX": str(prefix), "PATH": f"{prefix / 'bin'}:/usr/bin:/bin", "CPATH": str(BUILT / "include"),
        "LIBRARY_PATH": str(BUILT / "lib"), "LD_LIBRARY_PATH": str(BUILT / "lib")}

    def run(lines):
        done = subprocess.run(["/bin/sh", "-eu"], input=lines, cwd=work, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "warning" not in done.stderr, done
        return done.stdout

    run.work, run.home = work, home
    return run


def steps():
    """Of the chapter: (language, text), in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", CHAPTER, re.MULTILINE | re.DOTALL)


def test_a_stranger_who_follows_the_chapter_has_a_plugin(stranger):
    said = []
    for language, text in steps():
        if language == "c":
            (stranger.work / "loads.c").write_text(text)
        else:
            assert language == "sh"
            said.append((text, stranger(text)))
    check, listed, installed, fetched = (next(out for text, out in said if word in text) for word in ("plugins check", "tel plugins ./mine.so", "PREFIX", "--fetch"))
    assert "0 FAILED" in check and "ok         file                  manifest         mine 1.0.0" in check
    assert "state        loaded" in listed and "transport    mine" in listed
    assert "state        waiting" in installed and "mine.so" in installed
    assert "v1.0.0" in fetched
    assert any(path.read_bytes() == (ROOT / "examples" / "upload-config.json").read_bytes() for path in stranger.home.rglob("config/*.json"))


def test_the_table_names_every_suite_of_the_check(stranger):
    section = PAGE.split("\n## What `tel plugins check` tries\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    stranger("cp examples/plugins/template.c . && cc -shared -fPIC -fvisibility=hidden -o template.so template.c")
    out = stranger("tel plugins check --no-valgrind ./template.so")
    assert named == list(dict.fromkeys(re.match(r"(?:ok|note|FAILED|not tried) +(\S+)", line)[1] for line in out.split("\n\n")[0].splitlines()))
