"""What each command shows on a terminal and in a pipe, kept in `screens/`.

TEL_TEST_SCREENS=write writes what is shown now; look at the difference before
it is kept."""

import os
import re
import shutil
from pathlib import Path

import pytest

from Harness import client
from Harness.terminal import Terminal

from .conftest import MONDAY, SATURDAY

SCREENS = Path(__file__).with_name("screens")


@pytest.fixture
def terminal(tel):
    started = []

    def start(*arguments, **more):
        variables = more.pop("variables", {})
        started.append(Terminal([tel.path, *arguments], client.environment(tel.home, **variables), **more))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def scene(tel):
    """Two reports and a week that is not over, and another vendor; every date is fixed, and so is
    what depends on today."""
    tel.weeks_end_on_fridays()
    for day, n in [("2026-11-16", "3"), (MONDAY, "12")]:
        for name in ["hello/start", "hello/open:config"]:
            tel("inc", "--program", "example.com/hello", name, n, "--as-of", day).ok
    tel("report", "--as-of", SATURDAY).ok
    tel("inc", "--program", "example.com/hello", "hello/start", "2", "--as-of", "2026-11-30").ok
    acme = tel.home / ".config" / "acme" / "telemetry" / "local"
    acme.mkdir(parents=True)
    (acme / "weekends").write_text("1\n")
    tel("inc", "--vendor", "acme", "--program", "editor", "editor/start", "--as-of", "2026-11-30").ok
    (tel.local / "broken-2026-11-30.v1.count").write_bytes(bytes(20000))
    sources = tel.home / "sources"
    sources.mkdir()
    (sources / "open.c").write_text('void opened(const char *kind) {\n    tel_counter_inc("hello/open:config");\n    tel_counter_inc(kind);\n}\n')
    (sources / "save.py").write_text('import tel\n\n# tel-lint: allow\ntel.inc(f"hello/save:{kind}")\ntel.inc("hello save")\n')
    (sources / "run.sh").write_text("#!/bin/sh\ntel inc hello/start\n")
    (sources / "upload.json").write_text('{"Programs": [{"Name": "example.com/hello", "Counters": [{"Name": "hello/open:{text,config}"}]}]}')
    return tel


COMMANDS = {
    "on": ["on"],
    "local": ["local"],
    "off": ["off", "--keep"],
    "off-clean": ["off", "--clean"],
    "status": ["status", "--as-of", "2026-11-30"],
    "status-explain": ["status", "--explain"],
    "status-all": ["status", "--all", "--as-of", "2026-11-30"],
    "off-all": ["off", "--all", "--keep"],
    "inc": ["inc", "--program", "example.com/hello", "hello/start"],
    "inc-nobody": ["inc", "hello/start"],
    "inc-bad-name": ["inc", "--program", "example.com/hello", "hello start"],
    "env": ["env"],
    "dump": ["dump", "{local}/local.2026-11-27.json"],
    "dump-go": ["dump", "--go", "{local}/hello@devel-shell-linux-amd64-2026-11-30.v1.count"],
    "csv": ["csv"],
    "stacks": ["stacks"],
    "diff": ["diff", "2026-11-20", "2026-11-27"],
    "diff-nothing": ["diff", "2026-11-21", "2026-11-27"],
    "clean-dry-run": ["clean", "--dry-run"],
    "lint": ["lint", "{home}/sources", "--config", "{home}/sources/upload.json"],
    "lint-names": ["lint", "--names", "{home}/sources"],
    "lint-nowhere": ["lint", "{home}/nowhere"],
    "lint-usage": ["lint", "--program", "p"],
    "fsck": ["fsck"],
    "report": ["report", "--as-of", "2026-11-30"],
    "upload-nobody": ["upload"],
    "upload-local": ["upload", "--vendor", "acme", "--destination", "file:///nowhere"],
    "preview-unknown": ["preview", "--vendor", "acme", "--destination", "file:///nowhere"],
    "sent-nothing": ["sent", "--vendor", "acme"],
    "usage": ["diff"],
    "unknown": ["frobnicate"],
    "help": ["--help"],
    **{f"help-{name}": ["help", name] for name in ["on", "local", "off", "status", "inc", "env", "top", "dump", "csv", "chart", "stacks", "diff", "clean", "report", "preview", "upload", "sent",
                                               "config", "export", "import", "service", "lint", "fsck", "doctor", "plugins"]},
}


def placeholder(text, tel):
    return text.replace(str(tel.home), "HOME")


def compare(name, shown):
    path = SCREENS / f"{name}.txt"
    if os.environ.get("TEL_TEST_SCREENS") == "write":
        path.write_text(shown)
    assert shown == path.read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_and_a_pipe_show_what_is_kept(scene, terminal, tmp_path, name):
    arguments = [argument.format(local=scene.local, home=scene.home) for argument in COMMANDS[name]]
    before = tmp_path / "before"
    shutil.copytree(scene.home, before)
    window = terminal(*arguments, columns=400 if name.startswith("lint") else 250, rows=60)
    screen = placeholder(window.wait(lambda screen: re.search(r"^status \d+$", screen, re.MULTILINE)), scene)
    # Both meet the same scene.
    shutil.rmtree(scene.home)
    shutil.copytree(before, scene.home)
    done = scene(*arguments)
    assert "\x1b" not in done.out + done.err
    # On a terminal both streams are one; and tmux knows no spaces at the ends.
    piped = placeholder(f"{done.err}{done.out}status {done.code}\n", scene)
    sides = [sorted(line.expandtabs().rstrip() for line in text.splitlines()) for text in (screen, piped)]
    # Help is as wide as its terminal.
    if "help" not in name and name not in ("usage", "unknown"):
        assert sides[0] == sides[1]
    compare(name, piped)


def test_the_question_of_off(scene, terminal):
    window = terminal("off", columns=250)
    window.wait("[y/N]")
    window.keys("y", "Enter")
    window.wait("status 0")
    compare("off-asked", placeholder(window.shown(), scene).rstrip() + "\n")


def test_colour_is_for_terminals_that_want_it(scene, terminal):
    def colours(**more):
        window = terminal("diff", "2026-11-20", "2026-11-27", **more)
        window.wait("status 0")
        return "\x1b[" in window.shown(colours=True)

    assert colours()
    assert not colours(variables={"NO_COLOR": "1"})
    assert not colours(term="dumb")
