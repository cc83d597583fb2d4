"""`tel plugins check`: its verdicts on plugins that are good, and how it says them."""

import os
import re
import shutil
import subprocess
import time

import pytest

from Command.conftest import Tel
from Harness import c
from Upload.stage import Stage

from .conftest import SHIPPED
from .test_hostile import hostile  # noqa: F401

OFFERED = {"https": "tel.transport/1", "file": "tel.transport/1", "exec": "tel.transport/1", "libunwind": "tel.stack-provider/1", "libdw": "tel.stack-provider/1",
           "framepointers": "tel.stack-provider/1", "libffi": "tel.trampoline/1"}
INTERFACES = {"tel.transport/1", "tel.exporter/1", "tel.stack-provider/1", "tel.trampoline/1"}


def check(tel, *arguments, **more):
    done = tel("plugins", "check", "--json", *arguments, **more)
    assert done.err == ""
    assert done.code == (1 if any(each["verdict"] == "failed" for each in done.json) else 0)
    return {(each["suite"], each["check"]): (each["verdict"], each["message"]) for each in done.json}


@pytest.mark.parametrize("name", OFFERED)
def test_what_ships_passes(tel, name):
    verdicts = check(tel, SHIPPED / f"{name}.so")
    assert {verdict for verdict, _ in verdicts.values()} <= {"ok", "not tried"}
    for absent in INTERFACES - {OFFERED[name]}:
        assert verdicts[absent, "interface"] == ("not tried", "it does not offer it")
    assert verdicts[OFFERED[name], "memory"] == ("ok", "valgrind finds no error and no leak")
    reasons = {message for verdict, message in verdicts.values() if verdict == "not tried"}
    assert reasons <= {"it does not offer it", "it does not walk stacks", "it does not name frames"}


def test_an_exporter_that_does_as_the_header_says_passes(tel, made):
    verdicts = check(tel, made(source="words"))
    tried = {name: verdict for (suite, name), (verdict, _) in verdicts.items() if suite == "tel.exporter/1"}
    assert tried == dict.fromkeys(["table", "report", "empty", "names", "refusals", "threads", "left behind", "memory"], "ok")


@pytest.mark.parametrize("definition, name, words", [
    ("WRONG_DEAF", "refusals", "goes on writing after write has answered TEL_E_FULL"),
    ("WRONG_END=TEL_E_IO", "report", "does not export a report: TEL_E_IO"),
    ("WRONG_COUNTER=4711", "report", "answers 4711, which is no status"),
    ('SAID="others"', "table", 'says "exporter others", and what it offers is "words"'),
    ("WRONG_NO_END", "table", "no function end"),
    ("WRONG_TYPE=NULL", "table", "its media_type is NULL"),
])
def test_what_is_wrong_with_an_exporter_is_said(tel, made, definition, name, words):
    verdict, message = check(tel, "--no-valgrind", made(definition, source="words"))["tel.exporter/1", name]
    assert verdict == "failed" and words in message


def test_an_exporter_that_sends_is_given_nothing(tel, made):
    verdicts = check(tel, "--no-valgrind", made("DESTINATION=\"mine://there\"", 'SAID="words sends"', source="words"))
    assert verdicts["tel.exporter/1", "table"] == ("ok", "words, text/plain, sent to mine://there")
    assert verdicts["tel.exporter/1", "report"] == ("not tried", "it sends what it is told, and this is only a check")


@pytest.mark.parametrize("definition, name, words", [
    ("IS_TARGET", "calls", "7 calls have called before 0 times"),
    ("TAKES_ANYTHING", "signatures", 'makes a function of "", which is no signature'),
    ("WITHOUT_FREE", "table", "no function free"),
    ("NO_MANIFEST", "table", 'no line "offers tel.trampoline/1"'),
])
def test_what_is_wrong_with_a_trampoline_is_said(tel, made, definition, name, words):
    verdict, message = check(tel, "--no-valgrind", made(definition, source="trampoline"))["tel.trampoline/1", name]
    assert verdict == "failed" and words in message


def test_the_memory_that_start_loses_is_found(tel, hostile):  # noqa: F811
    verdict, message = check(tel, hostile("leaks"))["tel.transport/1", "memory"]
    assert verdict == "failed" and re.match(r"valgrind: .*definitely lost", message)


def test_without_valgrind(tel, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert check(tel, SHIPPED / "file.so", environment={"HOME": str(tel.home), "PATH": str(folder)})["plugin", "memory"] == ("not tried", "valgrind is not installed")
    assert check(tel, "--no-valgrind", SHIPPED / "file.so")["plugin", "memory"] == ("not tried", "--no-valgrind")


def test_a_line_is_a_verdict_and_the_last_counts_them(tel):
    out = tel("plugins", "check", "--no-valgrind", SHIPPED / "file.so").ok.out
    *lines, empty, last = out.splitlines()
    assert empty == "" and all(re.match(r"(ok|note|FAILED|not tried) ", line) for line in lines)
    ok = sum(line.startswith("ok ") for line in lines)
    assert last == f"{ok} ok, 0 to note, 0 FAILED, {len(lines) - ok} not tried"


def test_what_is_worth_reading_is_no_failure(tel, hostile):  # noqa: F811
    verdict, message = check(tel, "--no-valgrind", hostile("accepts-all"))["tel.transport/1", "strange URLs"]
    assert verdict == "note" and "none of its URLs" in message


def test_after_a_gate_nothing_is_tried(tel, hostile):  # noqa: F811
    verdicts = list(check(tel, hostile("abi")).values())
    at = next(index for index, (verdict, _) in enumerate(verdicts) if verdict == "failed")
    assert at < len(verdicts) - 1 and set(verdicts[at + 1:]) == {("not tried", '"entry" of plugin is not ok')}


def test_settings_reach_start_and_a_plugin_that_refuses_them_is_not_tried(tel, tmp_path):
    template = tmp_path / "template.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{c.ROOT / 'build/include'}", "-o", template, c.ROOT / "examples/plugins/template.c"], check=True)
    assert check(tel, "--no-valgrind", "--settings", "quiet", template)["plugin", "start"] == ("ok", "with the settings that were given")
    verdicts = check(tel, "--no-valgrind", "--settings", "loud", template)
    assert verdicts["plugin", "start"] == ("not tried", "it does not start (TEL_E_INVALID)")
    assert verdicts["plugin", "threads"][0] == "not tried"


@pytest.mark.parametrize("flags, suite_check, words", [
    (["-Wl,-z,execstack"], "stack", "stacks executable"),
    (["-Wl,-rpath,lib"], "search path", 'searched in "lib"'),
    (["-Wl,-rpath,/tmp"], "search path", "everybody may put one"),
], ids=["executable stack", "a relative path", "a folder of everybody's"])
def test_how_it_was_linked(tel, made, flags, suite_check, words):
    verdict, message = check(tel, "--no-valgrind", made(flags=flags))["file", suite_check]
    assert verdict == "failed" and words in message


def test_what_others_see_of_it_is_noted(tel, tmp_path):
    template = tmp_path / "template.so"
    source = (c.ROOT / "examples/plugins/template.c").read_text().replace("static const void *query", "const void *query")
    subprocess.run(["cc", "-x", "c", "-", "-shared", "-fPIC", f"-I{c.ROOT / 'build/include'}", "-o", template], input=source, text=True, check=True)
    verdict, message = check(tel, "--no-valgrind", template)["file", "exports"]
    assert verdict == "note" and "it exports 1 names, query" in message and "-fvisibility=hidden" in message


def test_a_file_that_is_none(tel, tmp_path):
    verdicts = check(tel, tmp_path / "none.so")
    assert verdicts["file", "manifest"][0] == "failed" and "cannot be found" in verdicts["file", "manifest"][1]
    assert {verdict for place, (verdict, _) in verdicts.items() if place != ("file", "manifest")} == {"not tried"}


def test_it_leaves_nothing_behind(tel, tmp_path):
    before = set(os.listdir("/tmp"))
    check(tel, "--no-valgrind", SHIPPED / "file.so")
    assert not [name for name in set(os.listdir("/tmp")) - before if name.startswith("tel-plugins-check")]
    assert list(tel.home.iterdir()) == []


# ---- In the command


def test_an_upload_ends_though_its_transport_does_not(tmp_path, hostile):  # noqa: F811
    """A transport of the command's own folder, that spins."""
    prefix, home = tmp_path / "prefix", tmp_path / "home"
    home.mkdir()
    plugins = prefix / "lib" / "tel" / "plugins"
    plugins.mkdir(parents=True)
    (prefix / "bin").mkdir()
    shutil.copy(Tel(home).path, prefix / "bin" / "tel")
    shutil.copy(hostile("spins"), plugins / "hostile.so")
    stage = Stage(home).prepare().counted("2026-11-27")
    stage.path = prefix / "bin" / "tel"
    start = time.monotonic()
    done = stage.upload("--timeout", "1", "--destination", "hostile:/x")
    assert time.monotonic() - start < 8
    assert done.code in (1, 75) and "has not returned within 1000 ms, and is left alone" in done.err
    last = next(entry["last"] for entry in stage.about("plugins", "--json").ok.json if entry["name"] == "hostile")
    assert "is left alone" in last
