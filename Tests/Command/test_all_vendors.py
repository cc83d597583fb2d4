"""status, local and off for every vendor at once; on is for one."""

import pytest

from .conftest import MONDAY, SATURDAY, is_sentence, tree
from .test_off import on_terminal

VENDORS = ["acme", "go", "tel"]


def folder(tel, vendor):
    return tel.home / ".config" / vendor / "telemetry"


def mode(tel, vendor):
    path = folder(tel, vendor) / "mode"
    return path.read_text().split(" ")[0] if path.exists() else None


def counter_files(tel, vendor):
    return list((folder(tel, vendor) / "local").glob("*.v1.count"))


def reports(tel, vendor):
    return [path.name for path in (folder(tel, vendor) / "local").glob("*.json")]


@pytest.fixture
def counted(tel):
    """Three vendors: two have made a report, and all count this week."""
    for vendor in VENDORS:
        (folder(tel, vendor) / "local").mkdir(parents=True)
        (folder(tel, vendor) / "local" / "weekends").write_text("5\n")
        if vendor != "go":
            tel("inc", "--vendor", vendor, "--program", "hello", "hello/a", "--as-of", MONDAY).ok
            tel("report", "--vendor", vendor, "--as-of", SATURDAY).ok
        tel("inc", "--vendor", vendor, "--program", "hello", "hello/a").ok
    return tel


def test_status_has_a_block_for_each(counted):
    before = tree(counted.home)
    blocks = counted("status", "--all").ok.out.split("\n\n")
    assert [next(line.split()[1] for line in block.splitlines() if line.startswith("vendor ")) for block in blocks] == VENDORS
    for vendor, block in zip(VENDORS, blocks):
        assert block.strip() == counted("status", "--vendor", vendor).ok.out.strip()
    assert tree(counted.home) == before


def test_status_as_json_is_an_array(counted):
    assert counted("status", "--all", "--json").ok.json == [counted("status", "--json", "--vendor", vendor).ok.json for vendor in VENDORS]


def test_explain_says_of_whom(counted):
    counted("off", "--vendor", "acme", "--keep").ok
    blocks = counted("status", "--all", "--explain").ok.out.split("\n\n")
    assert [block.split("\n")[0].split() for block in blocks] == [["vendor", vendor] for vendor in VENDORS]
    for vendor, block in zip(VENDORS, blocks):
        assert block.strip().split("\n", 1)[1] == counted("status", "--explain", "--vendor", vendor).ok.out.strip()
    answer = counted("status", "--all", "--explain", "--json").ok.json
    assert [(each["vendor"], each["mode"]) for each in answer] == [("acme", "off"), ("go", "local"), ("tel", "local")]


@pytest.mark.parametrize("modes, code", [
    (["off", "off", "off"], 12), (["off", "local", "off"], 11), (["off", "off", "on"], 10), (["on", "local", "off"], 10)])
def test_check_is_the_highest_mode(counted, modes, code):
    for vendor, word in zip(VENDORS, modes):
        (folder(counted, vendor) / "mode").write_text(f"{word} 2026-01-02")
    done = counted("status", "--all", "--check")
    assert (done.code, done.out, done.err) == (code, "", "")


@pytest.mark.parametrize("variables", [{"BATS_VERSION": "1"}, {"CI": "true"}, {"TEL_MODE": "off"}])
def test_the_layers_hold_as_for_one(counted, variables):
    assert counted("status", "--all", "--json", **variables).ok.json == [
        counted("status", "--json", "--vendor", vendor, **variables).ok.json for vendor in VENDORS]


def test_a_directory_in_the_environment_plays_no_part(counted, tmp_path):
    answer = counted("status", "--all", "--json", TEL_DIR=tmp_path / "there").ok.json
    assert [each["directory"] for each in answer] == [str(folder(counted, vendor)) for vendor in VENDORS]
    counted("off", "--all", "--keep", TEL_DIR=tmp_path / "there").ok
    assert [mode(counted, vendor) for vendor in VENDORS] == ["off"] * 3 and not (tmp_path / "there").exists()


def test_local_is_said_to_each(counted):
    counted("on", "--vendor", "acme").ok
    lines = counted("local", "--all").ok.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "Telemetry of vendor acme is now local (it was on)", "Telemetry of vendor go is local, as it is without a mode file; nothing was written.",
        "Telemetry of vendor tel is local, as it is without a mode file; nothing was written."]
    assert [mode(counted, vendor) for vendor in VENDORS] == ["local", None, None]


def test_off_is_off_everywhere_and_the_go_toolchains_files_stay(counted):
    before = tree(folder(counted, "go") / "local")
    done = counted("off", "--all")
    assert done.code == 0 and is_sentence(done.err, "2 reports of finished weeks", "2 directories", "--clean")
    assert [mode(counted, vendor) for vendor in VENDORS] == ["off"] * 3
    assert [len(counter_files(counted, vendor)) for vendor in VENDORS] == [0, 1, 0]
    assert [len(reports(counted, vendor)) for vendor in VENDORS] == [1, 0, 1]
    assert tree(folder(counted, "go") / "local") == before
    assert counted("status", "--all", "--check").code == 12


def test_off_with_clean_deletes_the_reports_of_each(counted):
    before = tree(folder(counted, "go") / "local")
    assert counted("off", "--all", "--clean").ok.out.count("Deleted 1 report.") == 2
    assert reports(counted, "acme") == reports(counted, "tel") == [] and tree(folder(counted, "go") / "local") == before


def test_off_as_json_is_an_array(counted):
    answer = counted("off", "--all", "--keep", "--json").ok.json
    assert [(each["vendor"], each["mode"], each.get("reports_kept")) for each in answer] == [("acme", "off", 1), ("go", "off", None), ("tel", "off", 1)]


@pytest.mark.parametrize("answer, left", [(b"y\n", 0), (b"\n", 1)])
def test_off_asks_once_when_all_are_off(counted, answer, left):
    asked, shown, code = on_terminal(counted, answer, "off", "--all")
    assert asked.endswith(b"Delete the 2 reports of finished weeks in 2 directories, too? [y/N] ") and shown.count("[y/N]") == 1
    assert code == 0 and [len(reports(counted, vendor)) for vendor in ["acme", "tel"]] == [left, left]


def test_one_that_cannot_be_changed_does_not_keep_the_others_on(counted):
    (folder(counted, "acme") / "mode").mkdir()
    done = counted("off", "--all", "--keep")
    assert done.code == 1 and is_sentence(done.err, "vendor acme: ", folder(counted, "acme") / "mode")
    assert mode(counted, "go") == mode(counted, "tel") == "off" and not counter_files(counted, "tel")
    assert "vendor tel is now off" in done.out and "acme" not in done.out


@pytest.mark.parametrize("arguments", [["on", "--all"], ["--all", "on"], ["on", "--all", "--vendor", "acme"]])
def test_on_is_refused_because_consent_is_to_one_vendor(counted, arguments):
    before = tree(counted.home)
    done = counted(*arguments)
    assert done.code == 64 and done.out == "" and is_sentence(done.err, "consent is to one vendor", "--vendor")
    assert tree(counted.home) == before


@pytest.mark.parametrize("command", ["status", "local", "off"])
def test_all_goes_with_no_vendor_and_no_directory(counted, command):
    before = tree(counted.home)
    for more in (["--vendor", "acme"], ["--dir", folder(counted, "acme")]):
        done = counted(command, "--all", *more)
        assert done.code == 64 and is_sentence(done.err, "--all", "--vendor")
    assert tree(counted.home) == before


@pytest.mark.parametrize("command", ["status", "local", "off"])
def test_where_nobody_has_counted_that_is_said(tel, command):
    done = tel(command, "--all")
    assert done.code == 1 and is_sentence(done.err, "no vendor has counted") and tree(tel.home) == {}
