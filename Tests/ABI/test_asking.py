"""When a user may be asked, and what becomes of the answer."""

import os
import pty

import pytest

from ABI.scene import MONDAY, TOOL
from Harness.driver import DAY, MODES, Answer, encode, environment, opening, program

VENDOR = {"vendor": "acme"}
THERE, ELSEWHERE = "https://telemetry.acme.example/", "https://other.acme.example/"


def acme(home):
    return home / ".config" / "acme" / "telemetry"


def used_before(home, days="2026-11-01\n2026-11-02\n"):
    acme(home).mkdir(parents=True, exist_ok=True)
    (acme(home) / "days").write_text(days)


def on_terminal(home, *orders, redirect=None, **variables):
    """Answers of a driver whose input and errors are a terminal."""
    result = home / "answers"
    pid, terminal = pty.fork()
    if pid == 0:
        os.dup2(os.open(result, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), 1)
        if redirect is not None:
            os.dup2(os.open("/dev/null", os.O_RDWR), redirect)
        arguments = [str(program()), *(encode(*([order] if isinstance(order, str) else order)) for order in orders)]
        os.chdir(home)
        os.execve(arguments[0], arguments, environment(home, **variables))
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert status == 0
    return [Answer(line) for line in result.read_text().splitlines(keepends=True)]


def ask(home, destination=THERE, text="1", clock=MONDAY, config=VENDOR, flags=1 << 1, **more):
    """True, or why not."""
    answer = on_terminal(home, opening(flags=flags, clock=clock, **TOOL, **config), ["ask", destination, text], **more)[-1]
    number, message = answer.results
    return True if number == "1" else message


def test_somebody_is_asked_on_the_third_day_of_use(tmp_path):
    for day, right in enumerate([False, False, True, True]):
        for _ in range(2):
            assert (ask(tmp_path, clock=MONDAY + day * DAY) is True) == right
    assert (acme(tmp_path) / "days").read_text() == "2026-11-23\n2026-11-24\n"


@pytest.mark.parametrize("descriptor", [0, 2])
def test_nobody_is_asked_without_a_terminal(tmp_path, descriptor):
    used_before(tmp_path)
    assert "no terminal" in ask(tmp_path, redirect=descriptor)
    assert ask(tmp_path) is True


@pytest.mark.parametrize("variables, words", [
    ({"CI": "1"}, "CI service"), ({"PYTEST_VERSION": "9", "TEL_DIR": "given"}, "test runner"), ({"DO_NOT_TRACK": "1"}, "another layer"),
    ({"TEL_MODE": "local"}, "another layer"), ({"TEL_MODE": "off"}, "another layer")])
def test_nobody_is_asked_where_it_disturbs_or_is_of_no_use(tmp_path, variables, words):
    used_before(tmp_path)
    assert words in ask(tmp_path, **variables)
    assert words in ask(tmp_path, flags=1 << 1 | 1 << 2, **variables), "a CI action has nobody to ask"


def test_nobody_is_asked_who_has_set_a_mode_himself(tmp_path):
    used_before(tmp_path)
    for mode in MODES:
        (acme(tmp_path) / "mode").write_text(mode + " 2026-11-01")
        assert ("off" if mode == "off" else "set a mode himself") in ask(tmp_path)


@pytest.mark.parametrize("mode", ["local", "on"])
def test_who_has_answered_is_asked_again_only_what_is_new(tmp_path, mode):
    used_before(tmp_path)
    recorded = on_terminal(tmp_path, opening(clock=MONDAY, **TOOL, **VENDOR), ["record", MODES.index(mode), THERE, "1"])[-1]
    assert recorded.status == "TEL_OK"
    assert "has answered" in ask(tmp_path)
    assert ask(tmp_path, text="2") is True and ask(tmp_path, destination=ELSEWHERE) is True


def test_who_has_said_off_is_asked_nothing(tmp_path):
    used_before(tmp_path)
    on_terminal(tmp_path, opening(clock=MONDAY, **TOOL, **VENDOR), ["record", 0, THERE, "1"])
    assert "off" in ask(tmp_path, text="2")


@pytest.mark.parametrize("config", [{}, {"vendor": "tel"}, {"vendor": "go"}])
def test_vendors_that_belong_to_nobody_ask_nobody(tmp_path, config):
    assert "asks nobody" in ask(tmp_path, config=config)
    answer = on_terminal(tmp_path, opening(clock=MONDAY, **TOOL, **config), ["record", 2, THERE, "1"])[-1]
    assert answer.status == "TEL_E_INVALID" and not list(tmp_path.rglob("consent"))


@pytest.mark.parametrize("destination, text", [("", "1"), (THERE, ""), (THERE + "\nmode on", "1"), (THERE, "1 2"), ("x" * 1001, "1"), ("a\x1b", "1")])
def test_what_is_no_word_is_refused(driver, tmp_path, destination, text):
    process = driver()
    process.open(clock=MONDAY, **TOOL, **VENDOR)
    answer = process.record("on", destination, text)
    assert answer.status == "TEL_E_INVALID" and not list(tmp_path.rglob("consent"))


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_written_as_documented(driver, tmp_path, mode):
    process = driver()
    process.open(clock=MONDAY, **TOOL, **VENDOR)
    process.add("a", 1)
    assert process.record(mode, THERE, "2026-11").status == "TEL_OK"
    assert (acme(tmp_path) / "consent").read_text() == f"mode {mode}\ndate 2026-11-23\ndestination {THERE}\ntext 2026-11\n"
    assert (acme(tmp_path) / "destination").read_text() == THERE + "\n"
    assert (acme(tmp_path) / "mode").read_text() == f"{mode} 2026-11-23"
    assert process.mode() == process.stored_mode() == mode
    assert bool(list((acme(tmp_path) / "local").glob("*.count"))) == (mode != "off"), "off is at once"


def test_asking_writes_nothing_in_mode_off(tmp_path):
    assert "forbids" in ask(tmp_path, TEL_MODE="off")
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize("content", ["", "mode on\ndestination " + THERE, f"mode on\ndate 2026-11-01\nxdestination {THERE}\ntext 1\n"])
def test_a_damaged_answer_is_none(tmp_path, content):
    """What the user has answered is not known: he is asked."""
    used_before(tmp_path)
    (acme(tmp_path) / "mode").write_text("on 2026-11-01")
    (acme(tmp_path) / "consent").write_text(content)
    assert ask(tmp_path) is True
