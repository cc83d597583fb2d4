"""tel off: at once, and what becomes of the reports."""

import os
import pty
import select
import time

import pytest

from .conftest import MONDAY, SATURDAY, is_sentence, tree


def names(tel):
    return sorted(path.name for path in tel.local.iterdir())


@pytest.fixture
def reported(tel):
    """Last week is in a report, this week is being counted."""
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "--as-of", MONDAY).ok
    tel("report", "--as-of", SATURDAY).ok
    tel("inc", "--program", "hello", "hello/again").ok
    (tel.local / "notes.txt").write_text("mine")
    assert sorted(name.split("@")[0] for name in names(tel)) == [
        "2026-11-27.begin", "hello", "local.2026-11-27.json", "notes.txt", "tel.lock", "tel.state", "weekends"]
    return tel


KEPT = ["2026-11-27.begin", "local.2026-11-27.json", "notes.txt", "tel.lock", "tel.state", "weekends"]
CLEANED = ["notes.txt", "tel.lock", "weekends"]


def test_in_a_pipe_reports_are_kept_and_that_is_said(reported):
    done = reported("off")
    assert done.code == 0 and is_sentence(done.err, "1 report", reported.local, "--clean")
    assert "Deleted what was counted: 1 counter file. Kept 1 report." in done.out
    assert names(reported) == KEPT


def test_keep_is_quiet(reported):
    assert "Kept 1 report" in reported("off", "--keep").ok.out
    assert names(reported) == KEPT


def test_clean_deletes_reports_and_nothing_that_is_not_ours(reported):
    (reported.directory / "quarantine").mkdir()
    (reported.directory / "quarantine" / "bad.v1.count.1").write_text("x")
    (reported.directory / "quarantine" / "notes.txt").write_text("mine")
    assert "Deleted 1 report." in reported("off", "--clean").ok.out
    assert names(reported) == CLEANED
    assert [path.name for path in (reported.directory / "quarantine").iterdir()] == ["notes.txt"]
    assert (reported.directory / "mode").read_text().startswith("off ")


def test_after_clean_counting_and_reports_go_on_as_new(reported):
    reported("off", "--clean").ok
    reported("local").ok
    reported("inc", "--program", "hello", "hello/start", "--as-of", "2026-11-30").ok
    done = reported("report", "--as-of", "2026-12-05").ok
    assert "2026-12-04" in done.out and reported("report", "--as-of", "2026-12-05").ok.err == ""


def test_both_are_refused(tel):
    done = tel("off", "--keep", "--clean")
    assert done.code == 64 and tree(tel.home) == {}


def test_json_says_what_was_deleted_and_asks_nothing(reported):
    done = reported("off", "--json")
    assert done.code == 0 and is_sentence(done.err, "--clean")
    assert {key: done.json[key] for key in ("mode", "counter_files_deleted", "reports_deleted", "reports_kept")} == {
        "mode": "off", "counter_files_deleted": 1, "reports_deleted": 0, "reports_kept": 1}
    again = reported("off", "--json", "--clean").ok.json
    assert (again["changed"], again["counter_files_deleted"], again["reports_deleted"], again["reports_kept"]) == (False, 0, 1, 0)


def test_off_without_anything_says_nothing_of_it(tel):
    assert len(tel("off").ok.out.splitlines()) == 1
    assert [path.name for path in tel.directory.iterdir()] == ["mode"]


def test_off_again_deletes_what_a_killed_one_has_left(tel):
    tel("inc", "--program", "hello", "hello/start").ok
    (tel.directory / "mode").write_text("off 2026-01-02")
    assert "was already off" in tel("off").ok.out
    assert not list(tel.local.glob("*.count"))
    assert (tel.directory / "mode").read_text() == "off 2026-01-02"


def leave_waiting(tel, vendor="tel"):
    """Two uploads that wait, and what only looks like one."""
    local = tel.home / ".config" / vendor / "telemetry" / "local"
    local.mkdir(parents=True, exist_ok=True)
    for name in ("2026-11-27.json", "2026-11-20.json", "upload.next", "2026-11-27x.json", "upload.config"):
        (local / name).write_text("{}")
    return local


def left(local):
    return {path.name for path in local.iterdir()} - {"tel.lock"}


@pytest.mark.parametrize("mode", ["off", "local"])
def test_what_waits_to_be_uploaded_is_destroyed_and_that_is_said(tel, mode):
    local = leave_waiting(tel)
    assert "Destroyed 2 uploads that waited: 2026-11-20, 2026-11-27." in tel(mode).ok.out
    assert left(local) == {"2026-11-27x.json", "upload.config"}
    assert "Destroyed" not in tel(mode).ok.out
    (local / "2026-11-20.json").write_text("{}")
    assert "Destroyed 1 upload that waited: 2026-11-20." in tel(mode).ok.out


@pytest.mark.parametrize("mode", ["off", "local"])
def test_json_says_what_was_destroyed(tel, mode):
    leave_waiting(tel)
    assert tel(mode, "--json").ok.json["uploads_destroyed"] == ["2026-11-20", "2026-11-27"]
    assert tel(mode, "--json").ok.json["uploads_destroyed"] == []


def test_consent_destroys_nothing(tel):
    local = leave_waiting(tel)
    assert tel("on", "--json").ok.json["uploads_destroyed"] == []
    assert "2026-11-20.json" in left(local)


@pytest.mark.parametrize("mode", ["off", "local"])
def test_what_the_go_toolchain_would_send_stays(tel, mode):
    local = leave_waiting(tel, "go")
    assert tel(mode, "--vendor", "go", "--json").ok.json["uploads_destroyed"] == []
    assert "2026-11-20.json" in left(local)


def test_the_go_toolchains_files_stay(tel):
    tel("inc", "--vendor", "go", "--program", "hello", "hello/start").ok
    folder = tel.home / ".config" / "go" / "telemetry" / "local"
    before = tree(folder)
    tel("off", "--vendor", "go").ok
    assert tree(folder) == before and (folder.parent / "mode").read_text().startswith("off ")
    done = tel("off", "--vendor", "go", "--clean")
    assert done.code == 64 and is_sentence(done.err, "go", "--clean")


def on_terminal(tel, answer, *arguments):
    """What it shows before and after the answer."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(tel.path, ["tel", *arguments], {"HOME": str(tel.home), "TERM": "dumb"})
    shown, asked, end = b"", None, time.monotonic() + 10
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
        if asked is None and shown.endswith(b"[y/N] "):
            asked = shown
            os.write(terminal, answer)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return asked, shown.decode(), os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("answer, left", [
    (b"y\n", CLEANED), (b"YES\n", CLEANED), (b"\n", KEPT), (b"n\n", KEPT), (b"yesterday\n", KEPT), (b"\x04", KEPT)])
def test_on_a_terminal_it_is_asked_and_no_is_the_default(reported, answer, left):
    asked, shown, code = on_terminal(reported, answer, "off")
    assert asked is not None and b"Delete the 1 report of finished weeks" in asked
    assert code == 0 and names(reported) == left
    assert ("Deleted 1 report" if left == CLEANED else "Kept 1 report") in shown


@pytest.mark.parametrize("flag", ["--keep", "--clean"])
def test_on_a_terminal_a_flag_answers(reported, flag):
    asked, _, code = on_terminal(reported, b"", "off", flag)
    assert asked is None and code == 0


def test_counting_stops_before_the_question_is_answered(reported):
    """Who leaves the question open has switched off all the same."""
    asked, _, _ = on_terminal(reported, b"\x03", "off")
    assert asked is not None
    assert (reported.directory / "mode").read_text().startswith("off ") and not list(reported.local.glob("*.count"))
