"""The templates of plugins: each builds by the command in its first lines, and
carries documents as it says; the files pass `tel plugins check`."""

import re
import shutil
import subprocess
import sys

import pytest

from Harness import c
from Harness.driver import Driver, instant
from Upload.stage import PROGRAM, TODAY, TOOLCHAIN, VERSION, Stage, config

TEMPLATES = c.ROOT / "examples" / "plugins"
INCLUDE = c.ROOT / "build" / "include"
TEL = c.ROOT / "build" / "bin" / "tel"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The path of the plugin that this source is built to, in a folder with a copy."""
    made = {}

    def build(source):
        if source not in made:
            folder = tmp_path_factory.mktemp("template")
            for path in TEMPLATES.iterdir():
                if path.is_file():
                    shutil.copy(path, folder)
            lines = re.sub(r"\\\n(//| \*)", "", (folder / source).read_text())
            (command,) = re.findall(r"^(?://| \*) +((?:cc|swiftc) .*)$", lines, re.MULTILINE)
            done = subprocess.run(
                [*command.split(), *(["-Xcc", f"-I{INCLUDE}"] if source.endswith("swift") else ["-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}"])],
                cwd=folder, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
            made[source] = folder / "template.so"
        return made[source]

    return build


@pytest.fixture(params=["template.c", "template.swift"])
def plugin(request, built):
    return built(request.param)


def test_it_passes_the_check(plugin, tmp_path):
    (tmp_path / "long").write_text("x" * 100_000)
    done = subprocess.run(
        [TEL, "plugins", "check", "--url", f"template:{tmp_path}/long", plugin], env=c.environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    verdicts = [line for line in done.stdout.split("\n\n")[0].splitlines() if not line.startswith("ok ")]
    assert [re.sub(r" +", " ", line) for line in verdicts if "valgrind is not installed" not in line] == [
        f"not tried {interface} interface it does not offer it" for interface in ("tel.exporter/1", "tel.stack-provider/1", "tel.trampoline/1")]


def test_it_needs_libc_and_nothing_else(plugin):
    needed = subprocess.run(["readelf", "-dW", plugin], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"\(NEEDED\).*\[(.*)\]", needed) == ["libc.so.6"]


@pytest.fixture
def stage(tmp_path):
    home, store = tmp_path / "home", tmp_path / "store"
    home.mkdir()
    (store / "config").mkdir(parents=True)
    (store / "config" / "latest.json").write_bytes(config(Version="v1.0.0"))
    stage = Stage(home).prepare(f"template:{store}").counted("2026-11-27")
    stage.store = store
    return stage


def test_a_program_that_loads_it_sends_by_it(plugin, stage):
    with Driver(stage.home) as host:
        host.open(vendor="acme", program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN, clock=instant(TODAY) + 1, destination=f"template:{stage.store}")
        assert host.plugin(plugin, "loud").status == "TEL_E_PLUGIN"
    with Driver(stage.home) as host:
        host.open(vendor="acme", program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN, clock=instant(TODAY) + 1, destination=f"template:{stage.store}")
        assert host.plugin(plugin).status == "TEL_OK"
        answer, figures = host.figures(10_000)
        assert (answer.status, figures) == ("TEL_OK", [1, 1, 0, 0]), answer
        assert host.read("template/exchanges") == 2
    assert (stage.store / "upload" / "2026-11-27").read_bytes() == stage.sent["2026-11-27"]


def test_the_one_in_python_carries_too(tmp_path):
    """As a program would: registered, and asked by libtel through ctypes."""
    store = tmp_path / "store"
    store.mkdir()
    script = f"""
import sys
sys.path.insert(0, {str(TEMPLATES)!r})
import template, tel.transport as t
one = template.Template()
one.start(None)
at = "template:{store}/upload/2026-11-27"
print(one.exchange(t.Request(at, None, None, 1, 1000)).code)
print(one.exchange(t.Request(at, t.Document("2026-11-27.json", "application/json", b"x"), None, 1, 1000)).code)
print(one.exchange(t.Request(at, None, None, 1, 1000)).body)
for url in ("template:relative", "https://x/y", "template:/a/../b"):
    try:
        one.exchange(t.Request(url, None, None, 1, 1000))
    except ValueError as error:
        print(error)
"""
    done = python(tmp_path, "-c", script)
    assert done.splitlines() == [
        "404", "201", "b'x'", *(f"the URL is not template:/folder: {url}" for url in ("template:relative", "https://x/y", "template:/a/../b"))]


def test_the_one_in_python_is_a_program(stage):
    """It counts, and sends what is due: nothing, in its first week."""
    home = stage.home
    (home / ".config" / "example" / "telemetry" / "local").mkdir(parents=True)
    Stage(home, "example").prepare(f"template:{stage.store}")
    assert python(home, TEMPLATES / "template.py", stage.store) == "made 0, sent 0, rejected 0, waiting 0\n"


def python(home, *words):
    env = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "TEL_LIBRARY": str(c.library()), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"),
        "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *map(str, words)], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
