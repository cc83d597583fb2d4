"""docs/tutorial.md: the same small tool in each language. As it is printed it
runs, counts what the page says, and stops when it is told to."""

import os
import subprocess
import sys

import pytest

from Docs.markdown import ROOT, blocks
from Harness import c, counterfile, golibtel, headers

PAGE = ROOT / "docs" / "tutorial.md"
COMMAND = ROOT / "build" / "bin"
COUNTED = {"tidy/flag:v": 1, "tidy/run:ok": 1}


def program(language, begins=""):
    (text,) = [text for _, text in blocks(PAGE, language) if text.startswith(begins)]
    return text


def of_c(folder):
    source = folder / "tidy.c"
    source.write_text(program("c"))
    return [c.build(source, include=headers.installed(), flags=("-std=gnu99",))]


def of_cpp(folder):
    source = folder / "tidy.cpp"
    source.write_text(program("c"))
    return [c.build(source, include=headers.installed())]


def of_python(folder):
    (folder / "tidy.py").write_text(program("python"))
    return [sys.executable, folder / "tidy.py"]


def of_go(folder):
    module = golibtel.module(folder / "module", "example.com/tidy", {"main.go": program("go")})
    return [golibtel.build(module, folder)]


def of_shell(folder):
    text = program("sh", "#!/bin/sh")
    assert "\n. /usr/local/share/tel/tel.sh\n" in text
    (folder / "tidy").write_text(text.replace("/usr/local/share/tel/", f"{ROOT}/bindings/shell/"))
    return ["sh", folder / "tidy"]


LANGUAGES = {"c": of_c, "c++": of_cpp, "python": of_python, "go": of_go, "shell": of_shell}


@pytest.fixture(params=LANGUAGES)
def tidy(request, tmp_path):
    """Runs the tool of a language."""
    command = LANGUAGES[request.param](tmp_path)

    def run(*arguments):
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, text=True, capture_output=True, timeout=60,
            env={"PATH": f"{COMMAND}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "bindings" / "python" / "src")})
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def test_the_tool_counts_for_its_vendor_and_stops_when_told_to(tidy, tmp_path):
    telemetry = tmp_path / ".config" / "example" / "telemetry"
    assert tidy("-v") == "tidied\n"
    assert c.counts(telemetry) == COUNTED
    (path,) = c.files(telemetry)
    assert counterfile.read(path).identity[0] == "example.com/tidy"
    assert os.listdir(tmp_path / ".config") == ["example"]

    tidy("--telemetry=off")
    assert (telemetry / "mode").read_text().startswith("off ")
    before = {path: path.read_bytes() for path in c.files(telemetry)}
    assert tidy("-v") == "tidied\n"
    assert {path: path.read_bytes() for path in c.files(telemetry)} == before


def test_the_page_shows_what_is_counted():
    text = PAGE.read_text()
    assert all(f"`{name}`" in text for name in COUNTED)
