"""tel env: the mode and the paths, in the lines of gotelemetry."""

import json

import pytest

from Harness import client

from .conftest import tree


def lines(tel, **variables):
    return tel("env", **variables).ok.out.splitlines()


def test_it_says_where_things_are_and_writes_nothing(tel):
    assert lines(tel) == [
        "mode: local 0001-01-01 00:00:00 +0000 UTC", "",
        f"modefile: {tel.directory}/mode", f"localdir: {tel.directory}/local", f"uploaddir: {tel.directory}/upload"]
    assert tree(tel.home) == {}


def test_the_mode_comes_with_its_date(tel):
    tel.directory.mkdir(parents=True)
    (tel.directory / "mode").write_text("on 2024-02-29")
    assert lines(tel)[0] == "mode: on 2024-02-29 00:00:00 +0000 UTC"


@pytest.mark.parametrize("variables, mode", [({"TEL_MODE": "off"}, "off"), ({"DO_NOT_TRACK": "1"}, "local")])
def test_a_layer_that_lowers_the_mode_lowers_it_here(tel, variables, mode):
    tel("on").ok
    assert lines(tel, **variables)[0].startswith(f"mode: {mode} ")


def test_without_a_home_it_is_off_and_nowhere(tel):
    done = tel("env", environment={"PATH": "/usr/bin"}).ok
    assert done.out == "mode: off 0001-01-01 00:00:00 +0000 UTC\n\nmodefile: \nlocaldir: \nuploaddir: \n"


def test_a_path_keeps_its_bytes(tel, tmp_path):
    odd = bytes(tmp_path) + b"/odd\xff\x1b"
    assert tel("env", "--dir", odd).ok.out.encode("utf-8", "surrogateescape").splitlines()[3] == b"localdir: " + odd + b"/local"


def test_json_says_the_same(tel):
    tel("on").ok
    shown = tel("env", "--json").ok.json
    assert (shown["vendor"], shown["mode"], shown["mode_file"]) == ("tel", "on", f"{tel.directory}/mode")
    assert shown["as_of"] in (tel.directory / "mode").read_text()
    assert shown["local_directory"] == f"{tel.local}" and shown["upload_directory"] == f"{tel.directory}/upload"


def test_all_has_a_block_for_each_vendor_that_has_counted(tel):
    for vendor in ["zeta", "acme", "tel"]:
        tel("inc", "--vendor", vendor, "--program", "p", "a").ok
    (tel.home / ".config" / "other" / "telemetry").mkdir(parents=True)  # never counted
    tel("off", "--vendor", "acme").ok
    blocks = tel("env", "--all").ok.out.split("\n\nvendor: ")
    assert [block.removeprefix("vendor: ").splitlines()[:2] for block in blocks] == [
        [vendor, f"mode: {mode}"] for vendor, mode in [
            ("acme", "off " + tel("env", "--vendor", "acme", "--json").ok.json["as_of"] + " 00:00:00 +0000 UTC"),
            ("tel", "local 0001-01-01 00:00:00 +0000 UTC"), ("zeta", "local 0001-01-01 00:00:00 +0000 UTC")]]
    assert [entry["vendor"] for entry in tel("--all", "env", "--json").ok.json] == ["acme", "tel", "zeta"]


@pytest.mark.parametrize("more", [["--vendor", "tel"], ["--vendor=go"], ["--dir", "/tmp"]])
@pytest.mark.parametrize("command", ["env", "dump", "csv"])
def test_all_is_not_one(tel, command, more):
    done = tel(command, "--all", *more)
    assert (done.code, done.out) == (64, "") and "--all" in done.err


def test_all_of_none_is_said(tel):
    done = tel("env", "--all")
    assert done.code == 1 and "no vendor" in done.err
