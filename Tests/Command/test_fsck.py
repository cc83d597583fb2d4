"""tel fsck: where and how a file is damaged, and what can be saved."""

import json
import os
import struct
import subprocess

import pytest

from Harness import c, client, counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, tree
from .test_dump import ALL

TIMES = ("TimeBegin", "TimeEnd")


def check(tel, *arguments):
    done = tel("fsck", "--json", *arguments)
    assert done.err == ""
    return done.code, done.json


def of_one(tel, path):
    code, (file,) = check(tel, path)
    assert file["file"] == str(path) and (code == 1) == file["damaged"] == bool(file["damage"])
    return file


@pytest.mark.parametrize("path, expected", ALL, ids=[entry["file"] for _, entry in ALL])
def test_it_condemns_what_the_reference_refuses_and_what_has_no_week(tel, path, expected):
    try:
        has_week = all(counterfile.read(path).metadata.get(key) for key in TIMES)
    except counterfile.Corrupt:
        has_week = False
    if "crlf" in path.name:
        has_week = False  # a carriage return is no part of a time
    assert of_one(tel, path)["damaged"] != (expected["ok"] and has_week)


@pytest.fixture
def file(tel):
    """A counter file with three counters, and its bytes."""
    for name, n in [("hello/a", 5), ("hello/b", 7), ("hello/c", 9)]:
        tel("inc", "--program", "hello", name, str(n)).ok
    (path,) = tel.local.glob("*.v1.count")
    return path, bytearray(path.read_bytes()), {record.name.decode(): record for record in counterfile.read(path).records}


def test_a_sound_file_has_nothing_to_say(tel, file):
    path, _, _ = file
    assert of_one(tel, path) == {"file": str(path), "damaged": False, "damage": [], "notes": [], "saved": []}
    assert tel("fsck", path).ok.out == "1 file checked, 0 damaged.\n"


def test_a_broken_link_is_found_where_it_is_and_all_counts_are_saved(tel, file):
    path, data, records = file
    head = counterfile.read(path).header_length + 4 + 4 * records["hello/b"].bucket
    struct.pack_into("<I", data, head, 0x7FFFFFF0)
    path.write_bytes(data)
    found = of_one(tel, path)
    assert [finding["offset"] for finding in found["damage"]] == [head]
    assert {entry["name"]: entry["value"] for entry in found["saved"]} == {"hello/a": 5, "hello/b": 7, "hello/c": 9}


def test_a_destroyed_header_leaves_the_counts(tel, file):
    path, data, _ = file
    data[0:2080] = bytes(2080)
    path.write_bytes(data)
    found = of_one(tel, path)
    assert found["damage"][0]["offset"] == 0 and found["damage"][1]["offset"] == 28
    assert {entry["name"]: entry["value"] for entry in found["saved"]} == {"hello/a": 5, "hello/b": 7, "hello/c": 9}


def test_a_cycle_ends(tel, file):
    path, data, records = file
    record = records["hello/c"]
    struct.pack_into("<I", data, record.offset + 12, record.offset)
    path.write_bytes(data)
    found = of_one(tel, path)
    assert found["damage"][0]["offset"] == record.offset + 12
    out = tel("fsck", path).out
    assert f"{path}: damaged\n  byte {record.offset + 12}: " in out and "can be saved: 3 counters\n           5  hello/a\n" in out


def test_a_file_that_ends_too_soon_says_where(tel, file):
    path, data, _ = file
    path.write_bytes(data[:9000])
    assert of_one(tel, path)["damage"][0]["offset"] == 9000


def test_a_limit_that_programs_would_refuse_is_a_note(tel, file):
    path, data, _ = file
    at = counterfile.read(path).header_length
    struct.pack_into("<I", data, at, 0)
    path.write_bytes(data)
    found = of_one(tel, path)
    assert not found["damaged"] and [finding["offset"] for finding in found["notes"]] == [at]


def test_noise_neither_hangs_nor_traps(tel, tmp_path):
    import random

    noise = random.Random(5)
    for number in range(20):
        path = tmp_path / f"noise{number}.v1.count"
        head = b"# telemetry/counter file v1\n" + struct.pack("<I", noise.choice([32, 64, 2048, 16384])) if number % 2 else b""
        path.write_bytes(head + noise.randbytes(40000 + number))
    done = tel("fsck", *tmp_path.glob("*.count"))
    assert done.code == 1 and done.err == ""


@pytest.fixture
def everything(tel):
    """One of each kind of file, all sound."""
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/a", "--as-of", MONDAY).ok
    tel("on").ok
    tel("report", "--as-of", SATURDAY).ok
    tel("inc", "--program", "hello", "hello/a", "--as-of", SATURDAY).ok
    (tel.directory / "upload").mkdir()
    (tel.directory / "upload" / f"{FRIDAY}.json").write_bytes((tel.local / f"local.{FRIDAY}.json").read_bytes())
    return tel


def test_without_files_it_checks_all_and_changes_nothing(everything):
    tel = everything
    before = tree(tel.home)
    code, files = check(tel)
    assert code == 0
    assert sorted(path["file"].removeprefix(f"{tel.directory}/") for path in files) == sorted(
        ["mode", "local/weekends", "local/tel.state", f"local/local.{FRIDAY}.json", f"local/{FRIDAY}.begin", f"upload/{FRIDAY}.json",
         *(f"local/{path.name}" for path in tel.local.glob("*.v1.count"))])
    assert tree(tel.home) == before


@pytest.mark.parametrize("name, content, word", [
    ("local/tel.state", b"# libtel state v1\ngeneration x", "byte 29"),
    (f"local/local.{FRIDAY}.json", b'{\n "Week": "2026-11-27",\n oops', "line 3"),
    (f"local/local.{FRIDAY}.json", b'{"Programs": []}', "no Week"),
    (f"local/local.{FRIDAY}.json", b'{"Week": "2026-11-27", "Programs": [{"Program": "p", "Counters": {"a": 1.5}}]}', '"a"'),
    (f"local/{FRIDAY}.begin", b'{"Week": "2026-11-27", "Programs": [{"Program": "p"}]}', "TimeBegin"),
    (f"upload/{FRIDAY}.json", b"", "line 1"),
    ("local/weekends", b"\n", "empty"),
])
def test_each_kind_of_file_is_checked(everything, name, content, word):
    (everything.directory / name).write_bytes(content)
    done = everything("fsck")
    assert done.code == 1 and f"{everything.directory / name}: damaged\n" in done.out and word in done.out
    assert done.out.endswith(" 1 damaged.\n")


@pytest.fixture
def crashed(tel, tmp_path):
    """The record of a program that has died."""
    subprocess.run([c.build("crashes.c", flags=("-fno-builtin-malloc",)), tel.directory, "segv"], env=c.environment(tmp_path, HOME=tel.home), cwd=tmp_path)
    (record,) = (tel.directory / "crash").glob("*.record")
    return record


def test_a_record_of_a_crash_waits_to_be_counted(tel, crashed):
    assert of_one(tel, crashed)["notes"][0]["message"] == "a program has died of signal 11; the next report run counts it"
    assert tel("fsck").ok.out.count("signal 11") == 1


@pytest.mark.parametrize("offset, new, at, word", [
    (0, b"x", 0, "begin"), (8, b"\2", 8, "version"), (16, b"\7", 16, "state"), (20, b"\1\0\0\0", 20, "another process"),
    (96, b"\xff", 96, "crash/unsymbolized"), (104, b"\0\0", 104, "which program")])
def test_a_damaged_record_says_where(tel, crashed, offset, new, at, word):
    with crashed.open("r+b") as file:
        file.seek(offset)
        file.write(new)
    code, files = check(tel, crashed)
    assert code == 1 and files[0]["damage"][0]["offset"] == at and word in files[0]["damage"][0]["message"]


@pytest.mark.parametrize("length", [0, 100, 16383, 16385, 100_000])
def test_a_record_of_another_length_is_damaged(tel, crashed, length):
    os.truncate(crashed, length)
    os.utime(crashed, (1, 1))
    code, files = check(tel, crashed)
    assert code == 1 and files[0]["damage"]


def test_records_of_the_living_and_of_those_who_left_are_sound(tel, crashed):
    bytes_ = bytearray(crashed.read_bytes())
    start = int(open("/proc/self/stat").read().rpartition(")")[2].split()[19])
    bytes_[16:20] = bytes(4)
    crashed.write_bytes(bytes_)
    assert "without a crash" in of_one(tel, crashed)["notes"][0]["message"]
    bytes_[16] = 1
    crashed.write_bytes(bytes_)
    assert "as it wrote" in of_one(tel, crashed)["notes"][0]["message"]
    struct.pack_into("<iQ", bytes_, 20, os.getpid(), start)
    own = crashed.with_name(f"{os.getpid()}-{start}.record")
    own.write_bytes(bytes_)
    assert of_one(tel, own)["notes"] == []
    fresh = crashed.with_name("1-1.record")
    fresh.write_bytes(bytes(16384))
    assert of_one(tel, fresh)["notes"] == [] and of_one(tel, fresh)["damage"] == []


def test_what_go_has_left_is_a_note_and_foreign_files_are_not_looked_at(tel):
    folder = tel.directory / "crash"
    folder.mkdir(parents=True)
    for name in ("go-7-123.crash", "notes.txt", "x-y.record", "core"):
        (folder / name).write_text("text")
    code, files = check(tel)
    assert code == 0 and [(os.path.basename(file["file"]), len(file["notes"])) for file in files] == [("go-7-123.crash", 1)]


def test_odd_modes_and_weekdays_are_notes(everything):
    (everything.directory / "mode").write_text("maybe")
    (everything.local / "weekends").write_text("9\n")
    done = everything("fsck")
    assert done.code == 0 and '"maybe" is no mode' in done.out and '"9" is no weekday' in done.out


def test_a_ledger_beyond_its_file_is_found(tel, libtel):
    """Counts vanish where a file has less than was reported of it."""
    tel.weeks_end_on_fridays()
    process = libtel(tel.home)
    process.ask("open", program="hello", now=1795000000 // 86400 * 86400)
    process.ask("add", name=b"hello/a", n=5)
    tel("report", "--as-of", SATURDAY).ok
    (path,) = tel.local.glob("*.v1.count")
    record = counterfile.read(path).records[0]
    with open(path, "r+b") as file:
        file.seek(record.offset)
        file.write(bytes(8))
    done = tel("fsck")
    assert done.code == 1 and "tel.state: damaged" in done.out and "5 were reported" in done.out


def test_what_was_set_aside_can_be_looked_at(tel, file):
    path, data, _ = file
    aside = path.with_name(path.name + ".1795305600")
    data[28] = 1
    aside.write_bytes(data)
    assert {entry["name"] for entry in of_one(tel, aside)["saved"]} == {"hello/a", "hello/b", "hello/c"}


def test_what_is_no_file_of_telemetry_is_refused(tel, tmp_path):
    (tmp_path / "notes.txt").write_text("text")
    done = tel("fsck", tmp_path / "notes.txt", tmp_path / "none.v1.count")
    assert done.code == 1 and "notes.txt" in done.err and "there is no file" in done.err
    assert tel("fsck").ok.out == "There is nothing to check.\n"
