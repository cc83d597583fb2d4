"""tel on, local, off."""

from datetime import datetime, timezone

import pytest

from .conftest import is_sentence, tree


def today():
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


@pytest.mark.parametrize("mode", ["on", "off"])
def test_a_mode_is_written_as_the_original_writes_it(tel, mode):
    day = today()
    done = tel(mode).ok
    assert (tel.directory / "mode").read_text() in {f"{mode} {day}", f"{mode} {today()}"}
    assert f"is now {mode} (it was local)" in done.out
    assert str(tel.directory / "mode") in done.out


def test_local_in_a_fresh_home_writes_nothing(tel):
    assert "nothing was written" in tel("local").ok.out
    assert tree(tel.home) == {}


def test_each_mode_replaces_the_one_before(tel):
    for mode in ["on", "local", "off", "local", "on", "off", "on"]:
        tel(mode).ok
        assert tel("status", "--json").ok.json["mode"] == mode
        assert [path.name for path in tel.directory.iterdir()] == ["mode"]


@pytest.mark.parametrize("mode", ["on", "local", "off"])
def test_the_same_mode_again_keeps_its_date(tel, mode):
    tel.directory.mkdir(parents=True)
    (tel.directory / "mode").write_text(f"{mode} 2024-02-29")
    assert f"was already {mode}, since 2024-02-29" in tel(mode).ok.out
    assert (tel.directory / "mode").read_text() == f"{mode} 2024-02-29"


@pytest.mark.parametrize("content", ["bogus 2024-02-29", "LOCAL 2024-02-29", ""])
def test_a_word_that_only_works_like_local_is_replaced(tel, content):
    tel.directory.mkdir(parents=True)
    (tel.directory / "mode").write_text(content)
    tel("local").ok
    assert (tel.directory / "mode").read_text().startswith("local 2")


def test_on_says_that_nothing_is_uploaded_without_a_destination(tel):
    assert "Nothing is uploaded yet: no destination is recorded for vendor acme; --destination records one." in tel("on", "--vendor", "acme").ok.out


def test_on_names_the_destination_that_is_recorded(tel):
    acme = tel.home / ".config" / "acme" / "telemetry"
    acme.mkdir(parents=True)
    (acme / "destination").write_text("https://telemetry.example.org/\n")
    done = tel("on", "--vendor", "acme").ok
    assert "https://telemetry.example.org/." in done.out
    assert "Nothing is uploaded" not in done.out
    assert tel("on", "--vendor", "acme", "--json").ok.json["destination"] == "https://telemetry.example.org/"


def test_on_says_that_nothing_of_the_vendor_tel_is_ever_uploaded(tel):
    assert "Nothing is uploaded of the vendor tel" in tel("on").ok.out


def test_on_under_a_lower_layer_says_which_one_holds(tel):
    assert "But DO_NOT_TRACK says local: that holds." in tel("on", DO_NOT_TRACK="1").ok.out
    answer = tel("on", "--json", TEL_MODE="off").ok.json
    assert (answer["stored_mode"], answer["mode"], answer["reason"]) == ("on", "off", "TEL_MODE says off")


def test_json_says_what_changed(tel):
    first, second = tel("off", "--json").ok.json, tel("off", "--json").ok.json
    assert first["changed"] is True and second["changed"] is False
    assert {key: second[key] for key in ("vendor", "mode_file", "stored_mode", "mode", "destination")} == {
        "vendor": "tel", "mode_file": str(tel.directory / "mode"), "stored_mode": "off", "mode": "off", "destination": ""}
    assert second["as_of"] == today()


def test_vendors_have_modes_of_their_own(tel):
    tel("off", "--vendor", "acme").ok
    assert tel("status", "--json", "--vendor", "acme").ok.json["mode"] == "off"
    assert tel("status", "--json").ok.json["mode"] == "local"


@pytest.mark.parametrize("how", ["before", "behind", "variable"])
def test_a_directory_can_be_named(tel, tmp_path, how):
    there = tmp_path / "elsewhere"
    if how == "before":
        tel("--dir", there, "off").ok
    elif how == "behind":
        tel("off", f"--dir={there}").ok
    else:
        tel("off", TEL_DIR=str(there)).ok
    assert (there / "mode").read_text().startswith("off ")
    assert tree(tel.home) == {}


def test_a_mode_file_that_is_a_directory_is_refused(tel):
    (tel.directory / "mode").mkdir(parents=True)
    done = tel("off")
    assert done.code == 1 and is_sentence(done.err, tel.directory / "mode", "not a regular file")
    assert (tel.directory / "mode").is_dir()
