"""The examples in Python do what their first lines say."""

import re
import subprocess
import sys

import pytest
from Harness import c, counterfile

EXAMPLES = c.ROOT / "examples" / "python"


@pytest.fixture
def run(scene):
    def start(name, *arguments):
        done = subprocess.run(
            [sys.executable, EXAMPLES / f"{name}.py", *arguments], cwd=scene.folder, env=scene.environment(), text=True,
            capture_output=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return start


def program(scene):
    (path,) = scene.files
    return counterfile.read(path).metadata["Program"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_says_what_it_is_and_how_it_runs(path):
    text = path.read_text()
    assert text.startswith(f'"""{path.name} - ')
    assert f"\n    python examples/python/{path.name}" in text


def test_hello_counts_each_greeting(run, scene):
    assert run("hello") == run("hello") == "Hello, world\n"
    assert scene.counts == {"hello/greeting:world": 2}
    assert program(scene) == "example.com/hello"


def test_hello_says_hello_where_telemetry_cannot_work(run, scene):
    scene.telemetry.write_text("not a directory")
    assert run("hello") == "Hello, world\n"


def test_flags_counts_what_its_first_lines_say(run, scene):
    assert run("flags", "--format", "svg", "--output", "secret.svg", "-v", "-v") == "secret.svg: svg\n"
    assert scene.counts == {"plot/flag:format": 1, "plot/flag:output": 1, "plot/flag:verbose": 1, "plot/flag/format:svg": 1}
    assert b"secret" not in scene.files[0].read_bytes()


def test_timed_counts_each_query_in_one_bucket_of_each_chart(run, scene):
    run("timed")
    latency = {name: value for name, value in scene.counts.items() if name.startswith("search/query/latency:<")}
    results = {name: value for name, value in scene.counts.items() if name.startswith("search/query/results:<")}
    assert sum(latency.values()) == 5 and sum(results.values()) == 5
    assert results == {"search/query/results:<" + bound: n for bound, n in (("1", 1), ("10", 1), ("100", 2), ("inf", 1))}


def test_crash_ends_with_its_traceback_and_is_counted(scene):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "crash.py"], cwd=scene.folder, env=scene.environment(), text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (1, "") and done.stderr.endswith("ZeroDivisionError: division by zero\n")
    ((name, value),) = scene.counts.items()
    assert re.fullmatch(
        r"crash/exception:ZeroDivisionError\n__main__\.average:\+1,\+0x0\n__main__\.main:\+1,\+0x0\n__main__\.<module>:\+\d+,\+0x0", name)
    assert value == 1 and program(scene) == "example.com/crash"


# ---- The README


def python_blocks():
    return re.findall(r"```python\n(.*?)```", (c.ROOT / "bindings" / "python" / "README.md").read_text(), re.DOTALL)


def test_the_readmes_program_counts_what_it_shows(scene):
    scene.run("import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--all', action='store_true')\n"
              "def save(): pass\n"
              "import ctypes\ncompare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda a, b: 0)\n"
              + python_blocks()[0] + "\ncompare(0, 0)", "--all")
    stacks = [name for name in scene.counts if "\n" in name]
    counts = {name: value for name, value in scene.counts.items() if "\n" not in name}
    assert counts == {
        "editor/open:config": 1, "editor/key": 1, "editor/save/size:<64KiB": 1, "editor/save/latency:<10ms": 1, "editor/flag:all": 1,
        "editor/compare": 1}
    assert len(stacks) == 1 and stacks[0].startswith("editor/bug:unexpected-eof\n")


def test_the_readmes_test_passes(scene):
    scene.write("import tel\ndef open(name): tel.inc('editor/open:text')\n", "editor.py")
    (block,) = [block for block in python_blocks() if "tel_counts" in block]
    scene.write("import editor\n" + block, "test_editor.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=scene.folder, env=scene.environment(), text=True,
        capture_output=True)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


def test_the_readme_names_every_function():
    import tel

    page = (c.ROOT / "bindings" / "python" / "README.md").read_text()
    manual = (c.ROOT / "docs" / "manual.md").read_text()
    for name in tel.__all__:
        if name[0].islower():
            assert re.search(rf"\b{name}\b", page) or re.search(rf"\btel_(\w+_)?{name}\b", manual), name


def test_the_readmes_crash_is_counted(scene):
    (block,) = [block for block in python_blocks() if "crash.watch" in block]
    process = scene.start("class EditorError(Exception): pass\ntel.open()\n" + block + "raise EditorError")
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert [name.partition("\n")[0] for name in scene.counts] == ["crash/exception:EditorError"]
