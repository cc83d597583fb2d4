"""tel dump: counter files and reports in readable form."""

import json

import pytest

from Harness import client, counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY

SAMPLES = client.ROOT / "Tests" / "Samples"
ALL = [(SAMPLES / entry["file"], entry) for entry in json.loads((SAMPLES / "expected.json").read_text())] + [
    (SAMPLES / "crafted" / entry["file"], entry) for entry in json.loads((SAMPLES / "expected-crafted.json").read_text())]
GOOD = [(path, entry) for path, entry in ALL if entry["ok"]]
BAD = [(path, entry) for path, entry in ALL if not entry["ok"]]


@pytest.mark.parametrize("path, expected", GOOD, ids=[entry["file"] for _, entry in GOOD])
def test_the_json_of_a_sample_is_what_the_reference_reads(tel, path, expected):
    (file,) = tel("dump", "--json", path).ok.json
    (program,) = file["programs"]
    shown = sorted((entry["name"] + "".join("\n" + frame for frame in entry.get("frames", [])), entry["value"]) for entry in program["counts"])
    assert shown == sorted((counterfile.shown(bytes.fromhex(entry["name_hex"])), int(entry["value"])) for entry in expected["counts"])
    meta = expected.get("meta") or counterfile.read(path).metadata
    assert [program[key] for key in ("program", "version", "toolchain", "os", "arch")] == [
        meta.get(key, "") for key in ("Program", "Version", "GoVersion", "GOOS", "GOARCH")]


@pytest.mark.parametrize("path, expected", BAD, ids=[entry["file"] for _, entry in BAD])
def test_a_damaged_sample_gives_a_sentence(tel, path, expected):
    done = tel("dump", path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tel: ") and path.name in done.err and done.err.count("\n") == 1


def test_what_is_good_is_shown_beside_what_is_not(tel, tmp_path):
    bad = tmp_path / "bad.v1.count"
    bad.write_bytes(bytes(20000))
    done = tel("dump", SAMPLES / "one.v1.count", bad, SAMPLES / "forty.v1.count", tmp_path / "none.count")
    assert done.code == 1
    assert "     153  gophers\n" in done.out and str(SAMPLES / "forty.v1.count") in done.out
    lines = done.err.splitlines()
    assert len(lines) == 2 and "bad.v1.count" in lines[0] and "there is no file" in lines[1]
    done = tel("dump", "--json", SAMPLES / "one.v1.count", bad)
    assert done.code == 1 and [file["file"] for file in done.json] == [str(SAMPLES / "one.v1.count")]


def test_without_files_it_shows_all_counter_files(tel):
    tel("inc", "--program", "one", "one/a").ok
    tel("inc", "--program", "two", "two/b", "7").ok
    (tel.local / "broken.v1.count").write_text("nonsense")
    (tel.local / "unrelated.txt").write_text("nonsense")
    done = tel("dump")
    assert done.code == 1 and "broken.v1.count" in done.err
    assert "       1  one/a\n" in done.out and "       7  two/b\n" in done.out
    assert "one devel (shell, linux/" in done.out


def test_without_any_counter_file_it_says_so(tel):
    assert str(tel.local) in tel("dump").ok.out
    assert tel("dump", "--json").ok.json == []


def test_a_stack_has_a_line_for_each_frame(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="hello")
    process.ask("stack", name="hello/crash", frames=[["main", "inner", 8, 0x75, False], ["main", "outer", 3, 0x12, True], ["lib", "start", 1, 4, False]])
    out = tel("dump").ok.out
    assert "       1  hello/crash\n              main.inner:+8,+0x75\n              main.outer:=3,+0x12\n              lib.start:+1,+0x4\n" in out
    (file,) = tel("dump", "--json").ok.json
    assert file["programs"][0]["counts"] == [
        {"name": "hello/crash", "value": 1, "frames": ["main.inner:+8,+0x75", "main.outer:=3,+0x12", "lib.start:+1,+0x4"]}]


@pytest.mark.parametrize("name, text, json", [
    (b"esc\x1b[31m", "esc\\x1b[31m", "esc\x1b[31m"),
    (b"bad\xff\xfe", "bad\\xff\\xfe", "bad\ufffd\ufffd"),
    (b"nul\0bell\x07", "nul\\x00bell\\x07", "nul\0bell\x07"),
    (b"c1\xc2\x9b", "c1\\xc2\\x9b", "c1\x9b"),
    (b'quote"back\\slash', 'quote"back\\\\slash', 'quote"back\\slash'),
    ("é日本".encode(), "é日本", "é日本"),
])
def test_odd_names_steer_no_terminal_and_break_no_json(tel, libtel, name, text, json):
    process = libtel(tel.home)
    process.ask("open", program="hello")
    process.ask("add", name=name)
    assert f"       1  {text}\n" in tel("dump").ok.out
    assert list(tel.counts()) == [json]


def test_a_report_is_shown_too(tel):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/start", "9", "--as-of", MONDAY).ok
    tel("report", "--as-of", SATURDAY).ok
    report = tel.local / f"local.{FRIDAY}.json"
    assert tel("dump", report).ok.out.startswith(f"{report}\nreport of the week that ended on {FRIDAY}\nhello devel (shell, linux/")
    (file,) = tel("dump", "--json", report).ok.json
    assert (file["file"], file["begin"], file["end"]) == (str(report), "", FRIDAY)
    assert file["programs"][0]["counts"] == [{"name": "hello/start", "value": 9}]


@pytest.mark.parametrize("name, content, word", [
    ("report.json", "{", "report.json:1:"),
    ("report.json", "[]", "no report"),
    ("report.json", "", "report.json"),
    ("notes.txt", "text", "neither a counter file"),
])
def test_what_is_neither_is_refused(tel, tmp_path, name, content, word):
    (tmp_path / name).write_text(content)
    done = tel("dump", tmp_path / name)
    assert (done.code, done.out) == (1, "") and word in done.err


def test_the_path_of_a_file_may_have_any_bytes(tel, tmp_path):
    path = bytes(tmp_path) + b"/odd\xff\xc3\xa9 \xf4\x8f\xbf\xbf.v1.count"
    with open(path, "wb") as file:
        file.write((SAMPLES / "one.v1.count").read_bytes())
    assert "     153  gophers\n" in tel("dump", path).ok.out
    assert tel("dump", "--json", path).ok.json[0]["programs"][0]["counts"] == [{"name": "gophers", "value": 153}]
