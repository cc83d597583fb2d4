"""The manual page of the command: without warnings, and with exactly the
options that the command has."""

import json
import re
import subprocess

import pytest

from Harness import client

PAGES = sorted((client.ROOT / "docs" / "man").glob("*.[13]"))
PAGE = (client.ROOT / "docs" / "man" / "tel.1").read_text()
# Known to every command, and described once.
EVERYWHERE = {"--vendor", "--dir", "--help", "-h", "--version"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("command", [
    ["man", "--warnings", "-E", "UTF-8", "-l"], ["groff", "-ww", "-mandoc", "-z", "-T", "utf8"], ["mandoc", "-T", "lint", "-W", "warning"]],
    ids=lambda command: command[0])
def test_a_page_has_no_warnings(page, command):
    done = subprocess.run([*command, page], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MANPAGER": "cat"})
    assert (done.returncode, done.stderr) == (0, "")
    if command[0] == "mandoc":
        assert done.stdout == ""


@pytest.fixture
def commands(tel):
    """name -> its options, from the parser itself; not those that it only knows to refuse."""
    described = json.loads(tel("--experimental-dump-help").ok.out)["command"]["subcommands"]

    def options(command):
        own = {
            ("--" if name["kind"] == "long" else "-") + name["name"]
            for argument in command.get("arguments", []) if argument["shouldDisplay"] for name in argument.get("names", [])}
        return own.union(*(options(each) for each in command.get("subcommands", [])))

    return {command["commandName"]: options(command) - EVERYWHERE for command in described if command["commandName"] != "help"}


def section(name):
    return PAGE.split(f"\n.Sh {name}\n")[1].split("\n.Sh ")[0]


def flags(text):
    return {f"-{flag}" for flag in re.findall(r"Fl (-?[a-z][a-z-]*)", text)}


def synopsis():
    """name -> the options that its lines show."""
    found = {}
    for lines in section("SYNOPSIS").split(".Nm\n")[1:]:
        first, _, rest = lines.partition("\n")
        for name in re.sub(r"^\.Cm ", "", first).split(" | ") if first.startswith(".Cm ") else []:
            name = name.split(" ")[0]
            found[name] = found.get(name, set()) | flags(lines)
    return found


def test_the_synopsis_has_every_command_with_its_options_and_no_others(commands):
    assert synopsis() == commands


def test_every_command_is_described(commands):
    assert set(re.findall(r"^\.It Cm (\w+)", section("COMMANDS"), re.MULTILINE)) == set(commands)


def test_every_option_is_described_and_no_other_is_named(commands):
    described = flags("\n".join(re.findall(r"^\.It (Fl.*)", PAGE, re.MULTILINE)) + section("COMMANDS"))
    known = set().union(*commands.values()) | EVERYWHERE
    assert described >= set().union(*commands.values())
    assert flags(PAGE) <= known | {"--generate-completion-script"}
