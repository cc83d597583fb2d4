"""tel-collector(1) has exactly the commands, options and keys that the program
has. (That it has no warnings is checked with the other pages.)"""

import json
import re

import pytest

from Harness import client

PAGE = (client.ROOT / "docs" / "man" / "tel-collector.1").read_text()
CHAPTER = (client.ROOT / "docs" / "collector.md").read_text()
KEYS = (client.ROOT / "Sources" / "ChartConfig" / "Key.swift").read_text()
EVERYWHERE = {"--help", "-h", "--version"}


SETTINGS = re.findall(r'^    Setting\("([a-z-]+)"', (client.ROOT / "Sources" / "Collector" / "Setting.swift").read_text(), re.MULTILINE)
SETTING_FLAGS = {"--settings"} | {f"--{name}" for name in SETTINGS}


def options(command):
    return {
        ("--" if name["kind"] == "long" else "-") + name["name"]
        for argument in command.get("arguments", []) if argument["shouldDisplay"] for name in argument.get("names", [])} - EVERYWHERE


@pytest.fixture
def commands(collector):
    """Each command, and its options; "SETTINGS" stands for all settings."""
    found = {}
    for command in json.loads(collector("--experimental-dump-help").ok.out)["command"]["subcommands"]:
        if command["commandName"] == "config":
            found |= {f"config {inner['commandName']}": options(inner) for inner in command["subcommands"] if inner["commandName"] != "help"}
        elif command["commandName"] != "help":
            own = options(command)
            isSet = SETTING_FLAGS <= own
            assert isSet or command["commandName"] == "triage", command["commandName"]
            found[command["commandName"]] = own - SETTING_FLAGS | {"SETTINGS"} if isSet else own
    return found


def flags(text):
    return {f"-{flag}" for flag in re.findall(r"Fl (-?[a-z][a-z-]*)", text)}


def keys():
    """The keys of a chart config, as the program has them."""
    words = re.findall(r"^  case ([a-z, ]+)$", KEYS, re.MULTILINE)
    return {word.strip() for line in words for word in line.split(",")} | set(re.findall(r'^  case \w+ = "([a-z-]+)"', KEYS, re.MULTILINE))


def test_the_synopsis_has_every_command_with_its_options_and_no_others(commands):
    synopsis = PAGE.split(".Sh SYNOPSIS\n")[1].split("\n.Sh ")[0]
    found = {}
    for lines in synopsis.split(".Nm\n")[1:]:
        first, _, rest = lines.partition("\n")
        found[first.removeprefix(".Cm ")] = flags(rest) | ({"SETTINGS"} if ".Op Ar settings" in rest else set())
    assert found == commands


def test_every_option_is_described(commands):
    described = flags("\n".join(re.findall(r"^\.It (Fl.*)", PAGE, re.MULTILINE)))
    assert described == set().union(*commands.values()) - {"SETTINGS"} | SETTING_FLAGS


def test_every_setting_is_in_the_chapter_with_its_default(collector):
    table = CHAPTER.split("| setting | default | |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", " ".join(line.split("|")[1] for line in table.splitlines()[2:]))) == set(SETTINGS)
    effective = {each["name"]: each["value"] for each in json.loads(collector("serve", "--check", "--json").ok.out)["settings"]}
    for name in ("least", "window", "settling", "retention", "rate-limit"):
        assert f"| `{name}` | {effective[name]} |" in table


def test_every_key_is_described_in_the_page_and_in_the_chapter():
    assert len(keys()) == 27
    listed = re.findall(r"^\.It Li (.*)$", PAGE, re.MULTILINE)
    assert {word for line in listed for word in line.split(" , ")} == keys()
    tables = re.findall(r"^\| (`[^|]*`) \|", CHAPTER, re.MULTILINE)
    assert {word for cell in tables for word in re.findall(r"`([a-z-]+)`", cell)} >= keys()
