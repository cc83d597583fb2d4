"""tel export and tel import: a machine without a network, and what is carried."""

import hashlib
import json
from pathlib import Path

import pytest

from Upload.stage import CONFIG, LATER, PROGRAM, TODAY, WANTED, WEEKS, Stage, programs

WEEK = WEEKS[1]
VERSION = "v1.4.0"


@pytest.fixture
def stick(tmp_path):
    """A folder that is carried about, with the collector's config."""
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / f"{VERSION}.json").write_text(json.dumps(CONFIG))
    return folder


@pytest.fixture
def stage(tmp_path):
    """Mode on, a collector that cannot be reached, a week that is over."""
    home = tmp_path / "home"
    home.mkdir()
    return Stage(home).prepare("https://telemetry.invalid").counted(WEEK)


@pytest.fixture
def configured(stage, stick):
    assert VERSION in stage.do("import", stick / f"{VERSION}.json").ok.out
    return stage


def export(stage, *arguments, **more):
    return stage.do("export", WEEK, *arguments, **more)


def receipt(folder, document, week=WEEK, **more):
    path = folder / "receipt.json"
    path.write_text(json.dumps({"week": week, "sha256": hashlib.sha256(document).hexdigest(), "received": TODAY, **more}))
    return path


def test_what_is_exported_is_what_is_previewed_and_what_was_approved(configured):
    configured.mode("local")
    shown = configured.do("preview").out
    configured.mode("on 2026-11-01")
    done = export(configured)
    assert (done.code, done.err) == (0, "") and done.out == shown
    assert programs(done.out) == {PROGRAM: WANTED} and json.loads(done.out)["Config"] == VERSION
    assert export(configured).out == done.out, "again, the same"


def test_it_counts_as_sent_only_when_the_receipt_has_come(configured, stick):
    document = export(configured).ok.out.encode()
    assert configured.sent == {} and configured.waiting == {WEEK: document}
    assert WEEK in configured.do("status").ok.out
    assert WEEK in configured.do("import", receipt(stick, document)).ok.out
    assert configured.sent == {WEEK: document} and configured.nothing_is_left()
    assert "received as it is here" in configured.about("sent", "--verify").ok.out
    done = export(configured)
    assert done.code == 1 and "sent already" in done.err
    assert "was sent already" in configured.do("import", stick / "receipt.json").ok.out, "twice is once"


def test_the_folder_of_a_destination_needs_no_config_of_its_own(configured, stick):
    url = f"file://{stick}"
    configured.destine(url)
    configured.do("import", stick / f"{VERSION}.json").ok
    configured.upload().ok
    (sent,) = configured.sent.values()
    assert [path.read_bytes() for path in (stick / "upload" / WEEK).iterdir()] == [sent]


def test_without_a_network_call(configured, stick, tmp_path):
    document = export(configured).out.encode()
    calls = tmp_path / "calls"
    before = ["strace", "-f", "-e", "trace=%network", "-o", calls]
    export(configured, "--output", stick / "report.json", before=before).ok
    configured.do("import", stick / f"{VERSION}.json", receipt(stick, document), before=before).ok
    assert [line for line in calls.read_text().splitlines() if "+++" not in line] == []


def test_a_file_is_new_or_is_not_written(configured, stick):
    path = stick / "report.json"
    assert str(path) in export(configured, "--output", path).ok.out
    content = path.read_bytes()
    assert programs(content) == {PROGRAM: WANTED}
    done = export(configured, "--output", path)
    assert done.code == 1 and "not overwritten" in done.err and path.read_bytes() == content
    done = export(configured, "--output", stick / "nowhere" / "report.json")
    assert done.code == 1 and "nowhere" in done.err
    assert sorted(path.name for path in stick.iterdir()) == ["report.json", f"{VERSION}.json"]


@pytest.mark.parametrize("mode", ["local", "off"])
def test_carrying_is_no_way_around_consent(configured, mode):
    configured.mode(mode)
    done = export(configured)
    assert done.code == 1 and done.out == "" and mode in done.err and configured.waiting == {}


def test_another_destination_than_was_agreed_to_gets_nothing(configured):
    (configured.directory / "destination").write_text("https://elsewhere.invalid\n")
    done = export(configured)
    assert done.code == 1 and "agreed" in done.err and configured.waiting == {}


def test_neither_a_directory_of_the_environment_nor_the_vendor_tel(configured):
    for done in [export(configured, TEL_DIR=configured.directory), configured("export", WEEK)]:
        assert done.code == 1 and done.out == ""
    assert configured.waiting == {}


def test_what_may_not_leave_is_not_exported(configured):
    done = configured.do("export", WEEK, as_of="2026-12-31")
    assert done.code == 1 and "21 days" in done.err
    done = configured.do("export", WEEKS[0])
    assert done.code == 1 and WEEKS[0] in done.err
    assert configured.waiting == {}


def test_without_a_config_it_says_how_to_get_one(stage):
    done = export(stage)
    assert done.code == 1 and "tel import" in done.err and "--fetch" in done.err


def test_an_upload_after_an_export_sends_the_same_bytes(configured, stick):
    document = export(configured).out.encode()
    configured.upload("--destination", f"file://{stick}", as_of=LATER)  # which approves nothing: its config is not here
    configured.destine(f"file://{stick}")
    configured.do("import", stick / f"{VERSION}.json", as_of=LATER).ok
    configured.upload(as_of=LATER).ok
    assert configured.sent == {WEEK: document}


# ---- What is imported


def test_a_config_is_in_force_with_what_is_new_in_it(configured, stick):
    newer = stick / "latest.json"
    newer.write_text(json.dumps({"Version": "v1.5.0", **CONFIG, "SampleRate": 0.5}))
    assert f"it was {VERSION}" in configured.do("import", newer).ok.out
    shown = configured.about("config").ok.out
    assert "v1.5.0" in shown and f"Since {VERSION}" in shown and "https://telemetry.invalid" in shown


def test_receipts_of_other_bytes_are_refused(configured, stick):
    export(configured).ok
    before = {path: path.read_bytes() for path in configured.directory.rglob("*") if path.is_file()}
    for done in [configured.do("import", receipt(stick, b"other")), configured.do("import", receipt(stick, b"", week=WEEKS[0]))]:
        assert done.code == 1 and done.out == "" and done.err.count("\n") == 1
    assert {path: path.read_bytes() for path in configured.directory.rglob("*") if path.is_file()} == before


def test_what_belongs_elsewhere_is_refused_with_where(configured, stick):
    report = stick / "report.json"
    export(configured, "--output", report).ok
    (note,) = [path for path in [configured.local / f"{WEEK}.begin"] if path.exists()]
    junk = stick / "junk"
    junk.write_bytes(bytes(100))
    for path, word in [(report, "for the collector"), (note, "stays in local/"), (junk, "neither"), (stick / "nowhere", "there is no file")]:
        done = configured.do("import", path)
        assert done.code == 1 and word in done.err and str(path) in done.err


def test_of_several_files_each_is_taken_or_refused(configured, stick):
    document = export(configured).out.encode()
    junk = stick / "junk"
    junk.write_text("{}")
    done = configured.do("import", "--json", junk, stick / f"{VERSION}.json", receipt(stick, document))
    assert done.code == 1 and str(junk) in done.err
    assert [(entry["kind"], Path(entry["file"]).name) for entry in done.json] == [("config", f"{VERSION}.json"), ("receipt", "receipt.json")]
    assert done.json[1]["marked"] and configured.sent == {WEEK: document}


def test_off_takes_nothing(stage, stick):
    stage.mode("off")
    done = stage.do("import", stick / f"{VERSION}.json")
    assert done.code == 1 and "off" in done.err and not (stage.directory / "config").exists()
