"""The documents are true: their code compiles, their commands exist, their
links lead somewhere, and nothing of the interface is left out."""

import os
import re
import shlex
import subprocess
import xml.dom.minidom as xml

import pytest

from Docs.markdown import ROOT, anchors, blocks, documents, links

README = ROOT / "README.md"
MANUAL = ROOT / "docs" / "manual.md"
TEL = ROOT / "build" / "bin" / "tel"
LIBRARY = ROOT / "build" / "lib"

# What a fragment may use without saying so.
PRELUDE = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel.h>
"""
FLAGS = [
    "-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-unused", f"-I{ROOT / 'include'}",
    # <tel/testing.h> and <tel/getopt.h>
    "-D_GNU_SOURCE",
]


def name(path):
    return str(path.relative_to(ROOT))


def fenced(language, *paths):
    return [
        pytest.param(path, text, id=f"{name(path)}:{line}")
        for path in paths
        for line, text in blocks(path, language)
    ]


@pytest.fixture(scope="module")
def headers(tmp_path_factory):
    """A folder that has the helpers' headers as <tel/…>."""
    folder = tmp_path_factory.mktemp("include")
    (folder / "tel").symlink_to(ROOT / "bindings" / "c")
    return folder


def compile_text(text, headers):
    return subprocess.run(
        ["cc", "-x", "c", "-fsyntax-only", *FLAGS, f"-I{headers}", "-"], input=text, capture_output=True, text=True
    )


@pytest.mark.parametrize("path, text", fenced("c", README, MANUAL))
def test_c_compiles_as_a_program_or_as_a_part_of_one(path, text, headers):
    if "int main(" in text:
        result = compile_text(text, headers)
        assert result.returncode == 0, result.stderr
        return
    at_file_level = compile_text(PRELUDE + text, headers)
    in_a_function = compile_text(PRELUDE + "void f(void);\nvoid f(void) {\n" + text + "\n}\n", headers)
    assert 0 in (at_file_level.returncode, in_a_function.returncode), in_a_function.stderr


def clean(home, **more):
    """An environment without anybody's telemetry in it."""
    keep = {key: value for key, value in os.environ.items() if not re.match(r"TEL_|XDG_|PYTEST_|CI$|DO_NOT_TRACK$", key)}
    return {**keep, "HOME": str(home), "PATH": f"{TEL.parent}:{os.environ['PATH']}", **more}


def dump(home):
    done = subprocess.run([TEL, "dump"], env=clean(home), capture_output=True, text=True, check=True)
    return dict(reversed(match) for match in re.findall(r"^ +(\d+)  (\S+)$", done.stdout, re.MULTILINE))


def build(text, program, headers):
    """Compiles and links a whole program."""
    subprocess.run(
        ["cc", "-x", "c", "-o", program, "-", f"-I{ROOT / 'include'}", f"-I{headers}", f"-L{LIBRARY}", "-ltel", f"-Wl,-rpath,{LIBRARY}"],
        input=text, text=True, check=True)
    return program


def test_the_readmes_c_program_counts(tmp_path, headers):
    (_, text), = blocks(README, "c")
    subprocess.run([build(text, tmp_path / "editor", headers)], env=clean(tmp_path), check=True)
    assert dump(tmp_path) == {"editor/open:config": "1"}


@pytest.mark.parametrize("path, text", [param for param in fenced("c", MANUAL) if "int main(" in param.values[1]])
def test_the_manuals_programs_run(path, text, tmp_path, headers):
    program = build(text, tmp_path / "program", headers)
    done = subprocess.run([program], env=clean(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_manuals_histograms_have_the_buckets_that_it_names(tmp_path, headers):
    fragment = next(text for _, text in blocks(MANUAL, "c") if "tel_histogram_named" in text)
    text = PRELUDE + "int main(void) {\n    tel_open(NULL);\n" + fragment + "\n}\n"
    subprocess.run([build(text, tmp_path / "program", headers)], env=clean(tmp_path), check=True)
    counted = dump(tmp_path)
    assert counted == {"editor/save/latency:<50ms": "1", "editor/save/size:<64KiB": "1"}
    assert all(f"`{bucket}`" in MANUAL.read_text() for bucket in counted)


def test_the_readmes_shell_lines_count(tmp_path):
    script = next(text for _, text in blocks(README, "sh") if "tel inc" in text)
    done = subprocess.run(["sh", "-eu", "-c", script], env=clean(tmp_path), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert dump(tmp_path) == {"backup/run": "1", "backup/file:text": "3"}


def test_the_readme_shows_five_lines_of_each():
    (_, c), = blocks(README, "c")
    shell = next(text for _, text in blocks(README, "sh") if "tel inc" in text)
    assert len(c.splitlines()) == 5
    assert len(shell.splitlines()) == 5


def commands():
    """Every line of a sh block that calls `tel`, as words."""
    for path in documents():
        for line, text in blocks(path, "sh"):
            for number, command in enumerate(text.splitlines(), start=line):
                words = re.split(r"\s*(?:\||>|2>|;|&&|\|\|)", command.strip())[0]
                if re.match(r"(?:\S*/)?tel\s", words):
                    yield pytest.param(shlex.split(words)[1:], id=f"{name(path)}:{number}")


def help_of(*subcommand):
    done = subprocess.run([TEL, *subcommand, "--help"], capture_output=True, text=True, check=True)
    return done.stdout


def subcommands():
    listed = help_of().split("SUBCOMMANDS:")[1].split("\n\n")[0]
    return re.findall(r"^  ([a-z-]+)(?: |$)", listed, re.MULTILINE)


@pytest.mark.parametrize("words", commands())
def test_tel_has_the_subcommand_and_its_options(words):
    while words[0] in ("--vendor", "--dir"):
        words = words[2:]
    assert words[0] in [*subcommands(), "help"]
    if words[0] == "help":
        assert words[1] in subcommands()
        return
    text = help_of(words[0])
    for option in (word.split("=")[0] for word in words if word.startswith("--")):
        assert f"{option} " in text or f"{option}\n" in text


def test_the_manual_has_every_subcommand():
    shown = {param.values[0][0] for param in commands() if param.id.startswith("docs/manual.md")}
    assert subcommands() and set(subcommands()) <= shown


def make_targets():
    """What documents tell the reader to make."""
    for path in documents():
        for line, text in blocks(path, "sh"):
            for word in re.findall(r"^(?:sudo )?make (\w+)", text, re.MULTILINE):
                yield pytest.param(word, id=f"{name(path)}:{line}:{word}")
        for word in sorted(set(re.findall(r"`make (\w+)`", path.read_text(encoding="utf-8")))):
            yield pytest.param(word, id=f"{name(path)}:{word}")


@pytest.mark.parametrize("target", make_targets())
def test_the_makefile_has_the_target(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", [pytest.param(path, id=name(path)) for path in documents()])
def test_links_lead_somewhere(path):
    for _, text, target in links(path):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        file, _, fragment = target.partition("#")
        aim = (path.parent / file).resolve() if file else path
        assert aim.exists(), f"[{text}]({target})"
        assert ROOT in aim.parents, f"[{text}]({target}) leaves the tree"
        if fragment:
            assert fragment in anchors(aim), f"[{text}]({target})"


def test_the_readme_has_pictures_that_say_what_they_show():
    pictures = [(text, target) for is_picture, text, target in links(README) if is_picture]
    assert pictures
    for text, target in pictures:
        assert len(text) > 80, "who cannot see the picture reads this"
        if target.endswith(".svg"):
            svg = xml.parse(str(ROOT / target)).documentElement
            assert svg.getElementsByTagName("title") and svg.getElementsByTagName("desc")


def functions():
    header = (ROOT / "include" / "tel.h").read_text()
    return re.findall(r"^TEL_API [\w *]*?\b(tel_\w+)\(", header, re.MULTILINE)


def constants():
    header = (ROOT / "include" / "tel.h").read_text()
    return re.findall(r"^\s+(TEL_(?:E|MODE|UNIT)_\w+|TEL_ROTATE|TEL_NO_REPORT|TEL_AUTOMATION|TEL_FRAME_INLINED|TEL_OK) +=", header, re.MULTILINE)


@pytest.mark.parametrize("word", functions() + constants())
def test_the_interface_is_described(word):
    pages = [MANUAL, *(ROOT / "docs" / "man").glob("tel.3")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert re.search(rf"\b{word}\b", text)


def test_the_header_was_understood():
    assert len(functions()) >= 20
    assert {"TEL_OK", "TEL_E_PLUGIN", "TEL_MODE_ON", "TEL_UNIT_BYTES"} <= set(constants())


@pytest.mark.parametrize("status", [word for word in constants() if word.startswith("TEL_E_")])
def test_the_manual_says_what_to_do_about_each_status(status):
    assert re.search(rf"^\| `{status}` \| .+ \| .* \|$", MANUAL.read_text(), re.MULTILINE)


def variables():
    found = set()
    for path in (ROOT / "Sources").rglob("*.swift"):
        found.update(re.findall(r'variable\("(\w+)"\)', path.read_text(encoding="utf-8")))
    return sorted(found)


@pytest.mark.parametrize("variable", variables())
def test_the_manual_lists_the_environment(variable):
    section = MANUAL.read_text().split("\n## Environment\n")[1].split("\n## ")[0]
    assert f"`{variable}`" in section


def test_the_environment_was_understood():
    assert {"TEL_DIR", "TEL_MODE", "DO_NOT_TRACK"} <= set(variables())


@pytest.mark.parametrize("reason", re.findall(r'"(tel/dropped:\w+)"', (ROOT / "Sources/Counting/Recorder.swift").read_text()))
def test_the_manual_lists_what_is_dropped(reason):
    assert f"| `{reason}` |" in MANUAL.read_text()


# A machine's own folders, and servers that packages come from.
FORBIDDEN = {
    "a folder of one machine": r"(?<![\w.~$}/])/(?:work|root|home|opt|mnt|Users)/\w",
    "a registry": r"\b(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|crates\.io|proxy\.golang\.org|sum\.golang\.org|deb\.debian\.org|localhost:\d+)",
    "an address in a private network": r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}\b",
}


def texts():
    return [*documents(), *(ROOT / "docs").rglob("*.svg"), *(ROOT / "docs" / "man").glob("*.[13]")]


@pytest.mark.parametrize("path", [pytest.param(path, id=name(path)) for path in texts()])
def test_no_machine_is_named(path):
    text = path.read_text(encoding="utf-8")
    for what, pattern in FORBIDDEN.items():
        found = re.search(pattern, text)
        assert not found, f"{what}: {found[0]}"


def test_each_decision_has_its_three_parts_and_the_next_number():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, page in enumerate(pages, start=1):
        assert page.name.startswith(f"{number:04}-")
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
