"""tel status, and that looking changes nothing."""

import os
import pty
import subprocess

import pytest

from Harness.privilege import as_root

from .conftest import FRIDAY, MONDAY, SATURDAY, tree

ON, LOCAL, OFF = 10, 11, 12


def write_mode(tel, content):
    tel.directory.mkdir(parents=True, exist_ok=True)
    (tel.directory / "mode").write_text(content)


@pytest.mark.parametrize("content, variables, code", [
    (None, {}, LOCAL),
    ("on 2026-01-02", {}, ON),
    ("local 2026-01-02", {}, LOCAL),
    ("off 2026-01-02", {}, OFF),
    ("ON 2026-01-02", {}, LOCAL),
    ("on 2026-01-02", {"DO_NOT_TRACK": "1"}, LOCAL),
    ("on 2026-01-02", {"DO_NOT_TRACK": "0"}, ON),
    ("on 2026-01-02", {"DO_NOT_TRACK": "false"}, ON),
    ("on 2026-01-02", {"DO_NOT_TRACK": ""}, ON),
    ("off 2026-01-02", {"DO_NOT_TRACK": "1"}, OFF),
    ("on 2026-01-02", {"TEL_MODE": "off"}, OFF),
    ("on 2026-01-02", {"TEL_MODE": "local"}, LOCAL),
    ("off 2026-01-02", {"TEL_MODE": "on"}, OFF),
    ("local 2026-01-02", {"TEL_MODE": "on"}, LOCAL),
    ("on 2026-01-02", {"TEL_MODE": "local", "DO_NOT_TRACK": "1"}, LOCAL),
])
def test_check_exits_with_the_mode_in_effect(tel, content, variables, code):
    if content:
        write_mode(tel, content)
    done = tel("status", "--check", **variables)
    assert (done.code, done.out, done.err) == (code, "", "")


@pytest.mark.parametrize("content, variables, reason", [
    (None, {}, "the default (no mode file {file}) says local"),
    ("on 2026-01-02", {}, "the mode file {file} says on"),
    ("on 2026-01-02", {"DO_NOT_TRACK": "1"}, "DO_NOT_TRACK says local"),
    ("on 2026-01-02", {"TEL_MODE": "off", "DO_NOT_TRACK": "1"}, "TEL_MODE says off"),
    ("off 2026-01-02", {"DO_NOT_TRACK": "1"}, "the mode file {file} says off"),
])
def test_status_says_which_layer_decided(tel, content, variables, reason):
    if content:
        write_mode(tel, content)
    reason = reason.format(file=tel.directory / "mode")
    assert tel("status", "--json", **variables).ok.json["reason"] == reason
    assert reason in tel("status", **variables).ok.out


def test_a_directory_of_tests_does_not_lift_what_the_user_said(tel, tmp_path):
    write_mode(tel, "off 2026-01-02")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mode").write_text("on 2026-01-02")
    answer = tel("status", "--json", "--dir", tmp_path / "there").ok.json
    assert (answer["mode"], answer["directory"]) == ("off", str(tmp_path / "there"))
    assert str(tel.directory / "mode") in answer["reason"]


def test_a_fresh_home_has_nothing(tel):
    answer = tel("status", "--json").ok.json
    assert answer == {
        "mode": "local", "stored_mode": "local", "reason": answer["reason"], "vendor": "tel", "directory": str(tel.directory), "network_file_system": "", "as_of": "",
        "today": answer["today"], "week_end": "", "next_report": "",
        "counter_files": {"active": 0, "expired": 0, "unreported": 0, "unreadable": 0}, "reports": []}


def test_a_week_from_its_first_count_to_its_report(tel):
    tel.weeks_end_on_fridays()
    write_mode(tel, "local 2026-01-02")

    def status(day):
        answer = tel("status", "--json", "--as-of", day).ok.json
        assert (answer["as_of"], answer["today"]) == ("2026-01-02", day)
        files = answer["counter_files"]
        return answer["week_end"], answer["next_report"], files["active"], files["expired"], files["unreported"], answer["reports"]

    assert status(MONDAY) == (FRIDAY, "", 0, 0, 0, [])
    tel("inc", "--program", "hello", "hello/start", "--as-of", MONDAY).ok
    assert status(MONDAY) == (FRIDAY, FRIDAY, 1, 0, 0, [])
    assert status("2026-11-26") == (FRIDAY, FRIDAY, 1, 0, 0, [])
    assert status(FRIDAY) == ("2026-12-04", FRIDAY, 0, 1, 1, [])
    assert "due now" in tel("status", "--as-of", SATURDAY).ok.out
    tel("report", "--as-of", SATURDAY).ok
    assert status(SATURDAY) == ("2026-12-04", "", 0, 0, 0, [FRIDAY])
    assert f"1, the last of the week that ended on {FRIDAY}" in tel("status", "--as-of", SATURDAY).ok.out


def test_no_report_is_due_while_off(tel):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "--as-of", MONDAY).ok
    write_mode(tel, "off 2026-11-24")
    answer = tel("status", "--json", "--as-of", SATURDAY).ok.json
    assert (answer["next_report"], answer["counter_files"]["unreported"]) == ("", 1)


def test_what_is_no_counter_file_is_unreadable(tel):
    tel.weeks_end_on_fridays()
    (tel.local / "short.v1.count").write_text("# telemetry")
    (tel.local / "folder.v1.count").mkdir()
    (tel.local / "zeros.v1.count").write_bytes(bytes(16384))
    (tel.local / "notes.txt").write_text("not ours")
    files = tel("status", "--json").ok.json["counter_files"]
    assert files == {"active": 0, "expired": 0, "unreported": 0, "unreadable": 3}


@pytest.mark.parametrize("is_fresh", [True, False])
def test_status_writes_nothing(tel, is_fresh):
    if not is_fresh:
        tel("inc", "--program", "hello", "hello/start").ok
    before = tree(tel.home)
    for arguments in [[], ["--json"], ["--check"], ["--as-of", "2030-01-01"], ["--vendor", "acme"]]:
        tel("status", *arguments)
    assert tree(tel.home) == before


def test_a_pipe_gets_no_colour_and_a_terminal_does(tel):
    assert "\x1b" not in tel("status").ok.out

    def on_terminal(**variables):
        primary, secondary = pty.openpty()
        pid = os.fork()
        if pid == 0:
            os.dup2(secondary, 1)
            os.execve(tel.path, ["tel", "status"], {"HOME": str(tel.home), **variables})
        os.close(secondary)
        shown = b""
        while True:
            try:
                shown += os.read(primary, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
        os.close(primary)
        assert os.waitpid(pid, 0)[1] == 0
        return shown

    assert b"\x1b[32mlocal\x1b[0m" in on_terminal(TERM="xterm")
    assert b"\x1b" not in on_terminal(TERM="xterm", NO_COLOR="1")
    assert b"\x1b" not in on_terminal(TERM="dumb")


# ---- The chain


def layers(tel, **variables):
    answer = tel("status", "--explain", "--json", **variables).ok.json
    assert [row["layer"] for row in answer["layers"] if row["decides"]] == [row["layer"] for row in answer["layers"]
            if row["mode"] == answer["mode"]][:1], "the first of the lowest decides"
    return answer, {row["layer"]: row["mode"] for row in answer["layers"]}


def test_the_chain_names_each_layer_from_the_highest(tel):
    answer, said = layers(tel)
    assert list(said) == ["build", "policy", "DO_NOT_TRACK", "TEL_MODE", "test runner", "CI", "mode file"]
    assert set(list(said.values())[:-1]) == {""} and said["mode file"] == answer["mode"] == "local"


@pytest.mark.parametrize("variables, layer, mode, source", [
    ({"DO_NOT_TRACK": "1"}, "DO_NOT_TRACK", "local", "DO_NOT_TRACK"),
    ({"TEL_MODE": "off"}, "TEL_MODE", "off", "TEL_MODE"),
    ({"JEST_WORKER_ID": "2"}, "test runner", "off", "jest (JEST_WORKER_ID)"),
    ({"GITLAB_CI": "true", "CI": "true"}, "CI", "local", "GitLab CI (GITLAB_CI)"),
    ({"CI": "1"}, "CI", "local", "of some kind (CI)"),
])
def test_the_chain_says_which_layer_decides_and_why(tel, variables, layer, mode, source):
    write_mode(tel, "on 2026-01-02")
    answer, said = layers(tel, **variables)
    assert (answer["mode"], said[layer], said["mode file"]) == (mode, mode, "on")
    deciding, = [row for row in answer["layers"] if row["decides"]]
    assert deciding["layer"] == layer and source in deciding["source"] and source in answer["reason"]
    lines = tel("status", "--explain", **variables).ok.out.splitlines()
    assert len(lines) == 8 and lines[-1].split()[:3] == ["in", "effect", mode]
    assert any(line.startswith(layer) and line[15:].split()[0] == mode for line in lines)


def test_the_chain_says_why_a_runner_has_no_say(tel, tmp_path):
    answer = tel("status", "--explain", "--json", "--dir", tmp_path / "there", VITEST="true").ok.json
    runner, = [row for row in answer["layers"] if row["layer"] == "test runner"]
    assert runner["mode"] == "" and "vitest (VITEST), but a directory is given" in runner["source"]
    write_mode(tel, "local 2026-01-02")
    both = tel("status", "--explain", "--json", "--dir", tmp_path / "there").ok.json
    assert [row["layer"] for row in both["layers"]].count("mode file") == 2


def test_where_it_is_not_safe_the_place_decides(tel):
    answer, said = layers(tel, XDG_CONFIG_HOME="relative")
    assert said == {"place": "off"} and "not an absolute path" in answer["reason"]


def test_a_mode_that_is_held_down_is_shown(tel):
    write_mode(tel, "on 2026-01-02")
    answer = tel("status", "--json", CI="1").ok.json
    assert (answer["mode"], answer["stored_mode"]) == ("local", "on")
    assert "mode file      on: held down" in tel("status", CI="1").ok.out
    assert "held down" not in tel("status").ok.out


def test_a_policy_is_in_the_chain(tel, tmp_path):
    """/etc is a copy of itself in a namespace of its own."""
    etc = tmp_path / "etc"
    subprocess.run([*as_root(), "cp", "-a", "/etc", etc], check=True)
    script = 'mkdir "$0/tel" && printf "mode local\\n" > "$0/tel/policy" && mount --bind "$0" /etc && exec "$@"'
    before = [*as_root(), "unshare", "-m", "sh", "-c", script, etc]
    write_mode(tel, "on 2026-01-02")
    answer = tel("status", "--explain", "--json", before=before).ok.json
    assert (answer["mode"], answer["reason"]) == ("local", "the machine's policy /etc/tel/policy says local")
    subprocess.run([*as_root(), "rm", "-rf", etc], check=True)


def test_counting_from_a_script_that_is_an_action(tel):
    write_mode(tel, "on 2026-01-02")
    tel("inc", "--program", "hello", "a", PYTEST_VERSION="9").ok
    assert not tel.local.exists()
    tel("inc", "--program", "hello", "--automation", "a", PYTEST_VERSION="9").ok
    assert tel.counts() == {"a": 1}
