"""What uploads leave in a telemetry directory: status, doctor, fsck and off know it."""

import json
import re

import pytest

from Upload.stage import CONFIG, TODAY, WEEKS, Stage

WEEK, REFUSED = WEEKS[1], WEEKS[0]


@pytest.fixture
def stage(tmp_path):
    """One week was sent, one was refused, one waits, the collector is in trouble."""
    home = tmp_path / "home"
    home.mkdir()
    stick = tmp_path / "stick"
    (stick / "config").mkdir(parents=True)
    (stick / "config" / "latest.json").write_text(json.dumps({"Version": "v1.0.0", **CONFIG}))
    stage = Stage(home).prepare(f"file://{stick}").counted(WEEK)
    stage.upload().ok
    stage.counted(WEEKS[2])
    stage.do("report").ok
    (stage.directory / "rejected").mkdir()
    (stage.directory / "rejected" / f"{REFUSED}.json").write_text(json.dumps({"Week": REFUSED, "X": 0.5, "Programs": None}))
    (stage.directory / "rejected" / f"{REFUSED}.answer").write_text("400\nno such counter")
    return stage


def failed(stage, times, why="failure", next=1796500000):
    (stage.local / "upload.next").write_text(f"{next} {times} {why}\n")


def verdicts(stage, **more):
    done = stage.do("doctor", "--json", **more)
    return done.code, {check["check"]: (check["verdict"], check["message"] + check["hint"]) for check in done.json[0]["checks"]}


# ---- status


def test_status_says_what_waits_and_what_was_sent(stage):
    failed(stage, 1)
    shown = stage.do("status").ok.out
    for words in [rf"destination +file://", rf"to be sent +{WEEKS[2]}", rf"sent last +{WEEK}, on {TODAY} to file://", rf"rejected +{REFUSED}", "next try +not before 2026-12-05T"]:
        assert re.search(words, shown), shown
    upload = stage.do("status", "--json").ok.json["upload"]
    assert upload["agreed"] and upload["waiting"] == [WEEKS[2]] and upload["rejected"] == [REFUSED] and upload["last_week"] == WEEK
    assert upload["failures"] == 1 and upload["next_try"].startswith("2026-12-05T") and upload["last_destination"] == upload["destination"]


def test_in_mode_local_nothing_is_to_be_sent(stage):
    stage.mode("local")
    assert "to be sent" not in stage.do("status").ok.out
    assert stage.do("status", "--json").ok.json["upload"]["waiting"] == []


def test_status_says_if_the_destination_was_not_agreed_to(stage):
    (stage.directory / "destination").write_text("https://elsewhere.invalid\n")
    assert "not what you agreed to" in stage.do("status").ok.out
    assert stage.do("status", "--json").ok.json["upload"]["agreed"] is False


def test_status_of_who_sends_nothing(stage):
    assert "upload" not in stage("status", "--json").ok.json
    (stage.directory / "destination").unlink()
    assert re.search("destination +none is recorded", stage.do("status").ok.out)


# ---- doctor


def test_doctor_finds_uploads_well(stage):
    code, found = verdicts(stage)
    assert code == 0
    assert {check: found[check][0] for check in ["destination", "transport", "exchange", "config", "waiting"]} == dict.fromkeys(
        ["destination", "transport", "exchange", "config", "waiting"], "ok")
    assert found["rejected"][0] == "note" and REFUSED in found["rejected"][1]
    assert "file" in found["transport"][1] and WEEKS[2] in found["waiting"][1]


@pytest.mark.parametrize("times, verdict", [(1, "note"), (2, "note"), (3, "bad")])
def test_doctor_tells_of_failures_in_a_row(stage, times, verdict):
    failed(stage, times)
    assert verdicts(stage)[1]["failures"][0] == verdict


@pytest.mark.parametrize("day, verdict", [("2026-12-17", "ok"), ("2026-12-18", "bad"), ("2026-12-25", "bad"), ("2026-12-26", "ok")])
def test_doctor_tells_of_a_week_that_will_soon_be_too_old(stage, day, verdict):
    code, found = verdicts(stage, as_of=day)
    assert found["waiting"][0] == verdict and ("or never" in found["waiting"][1]) == (verdict == "bad")


@pytest.mark.parametrize("destination, verdict, words", [
    ("https://elsewhere.invalid", "bad", "agreed to"), ("ftp://elsewhere.invalid", "bad", "only https"), ("telemetry", "bad", "no URL"), (None, "note", "none is recorded")])
def test_doctor_looks_at_the_destination(stage, destination, verdict, words):
    if destination:
        (stage.directory / "destination").write_text(destination + "\n")
    else:
        (stage.directory / "destination").unlink()
    found = verdicts(stage)[1]["destination"]
    assert found[0] == verdict and words in found[1], found


def test_doctor_misses_a_plugin(stage, tmp_path):
    """The command alone, without what it is installed with."""
    alone = tmp_path / "prefix" / "bin"
    alone.mkdir(parents=True)
    (alone / "tel").write_bytes(stage.path.read_bytes())
    (alone / "tel").chmod(0o755)
    stage.path = alone / "tel"
    code, found = verdicts(stage)
    assert code == 1 and found["transport"][0] == "bad" and "no plugin" in found["transport"][1]


def test_doctor_tells_of_a_config_that_was_changed_or_is_old(stage):
    assert verdicts(stage, as_of="2027-01-20")[1]["config"][0] == "note"
    (path,) = (stage.directory / "config").iterdir()
    path.write_bytes(path.read_bytes() + b" ")
    assert verdicts(stage)[1]["config"][0] == "note"


def test_doctor_says_nothing_of_uploads_of_the_vendor_tel(stage):
    checks = {check["check"] for check in stage("doctor", "--json").json[0]["checks"]}
    assert not checks & {"destination", "transport", "config", "waiting"}


# ---- fsck


def test_fsck_finds_all_sound(stage):
    failed(stage, 1)
    checked = {entry["file"] for entry in stage.about("fsck", "--json").ok.json}
    for name in [f"upload/{WEEK}.json", f"upload/{WEEK}.receipt", f"rejected/{REFUSED}.json", f"rejected/{REFUSED}.answer", "local/upload.config", "local/upload.next"]:
        assert str(stage.directory / name) in checked
    assert any("/config/" in name for name in checked)


@pytest.mark.parametrize("name, change, word", [
    (f"upload/{WEEK}.json", lambda text: text + b" ", "other bytes"), (f"upload/{WEEK}.receipt", lambda text: b"week x\n", "no receipt"),
    (f"rejected/{REFUSED}.answer", lambda text: b"no\n", "code"), ("local/upload.config", lambda text: b"version x\n", "in force"),
    ("local/upload.next", lambda text: b"later\n", "no time"), ("config", lambda text: text + b" ", "what its name says"), ("config", lambda text: b"{", "JSON"),
])
def test_fsck_finds_what_is_damaged(stage, name, change, word):
    failed(stage, 1)
    path = stage.directory / name
    if path.is_dir():
        (path,) = path.iterdir()
    path.write_bytes(change(path.read_bytes()))
    done = stage.about("fsck")
    assert done.code == 1 and word in done.out and "1 damaged" in done.out, done


# ---- off --clean


def test_off_and_clean_leave_nothing_of_what_was_sent(stage):
    stranger = stage.directory / "upload" / "notes.json"
    stranger.write_text("{}")
    assert "Deleted" in stage.about("off", "--clean").ok.out
    assert stage.sent == stage.rejected == stage.reports == {} and stage.dated("upload", ".receipt") == stage.dated("rejected", ".answer") == {}
    assert stranger.exists() and list((stage.directory / "config").iterdir())


def test_off_and_keep_keep_the_proof(stage):
    stage.about("off", "--keep").ok
    assert list(stage.sent) == [WEEK] and list(stage.dated("upload", ".receipt")) == [WEEK] and list(stage.rejected) == [REFUSED]
