"""In modes off and local no system call of the network is made: not by the
command, not by a program that uses libtel."""

import pytest

from Harness.driver import instant, once, opening

from .stage import PROGRAM, TODAY, TOOLCHAIN, VERSION, WEEKS

WEEK = WEEKS[1]
HOLDING_BACK = [("off", {}), ("local", {}), ("on", {"DO_NOT_TRACK": "1"}), ("on", {"CI": "true"}), ("on", {"TEL_MODE": "local"})]


@pytest.fixture
def stage(acme):
    return acme.counted(WEEK)


def strace(stage):
    return ["strace", "-f", "-qq", "-o", stage.home / "trace", "-e", "trace=%network"]


def calls(stage):
    """The calls that were made; whatever ends the trace is none."""
    return [line for line in (stage.home / "trace").read_text().splitlines() if "(" in line]


@pytest.mark.parametrize("mode, variables", HOLDING_BACK, ids=str)
@pytest.mark.parametrize("command", ["upload", "upload --background", "preview", "report", "sent", "config", "status"])
def test_of_the_command(stage, mode, variables, command):
    stage.mode(f"{mode} 2026-11-01")
    word, *arguments = command.split()
    if command == "status":
        stage("status", "--vendor", "acme", before=strace(stage), **variables)
    else:
        stage.do(word, *arguments, before=strace(stage), **variables)
    assert calls(stage) == []


def test_in_mode_on_they_would_be_seen(stage):
    stage.upload(before=strace(stage)).ok
    assert any("connect(" in call for call in calls(stage))


@pytest.mark.parametrize("mode, variables", HOLDING_BACK, ids=str)
def test_of_a_program_that_flushes(stage, collector, mode, variables):
    stage.mode(f"{mode} 2026-11-01")
    host = {"vendor": "acme", "program": PROGRAM, "version": VERSION, "toolchain": TOOLCHAIN, "destination": collector.url}
    opened, _, _ = once(stage.home, opening(clock=instant(TODAY), **host), ["count", "app/start", 1], ["flush", 5000], prefix=strace(stage), **variables)
    assert opened.status == ("TEL_OK" if mode != "off" else opened.status), opened
    assert calls(stage) == [] and collector.connections == 0 and stage.sent == {}
