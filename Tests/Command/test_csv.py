"""tel csv: every count once, programs apart, quoted as CSV."""

import csv
import io

import pytest

from Harness import counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, is_sentence


def rows(done):
    return [tuple(row) for row in csv.reader(io.StringIO(done.ok.out, newline=""))]


def test_programs_and_versions_stay_apart(tel):
    for program, version, n in [("two", "v1", 5), ("one", "v1", 3), ("one", "v2", 4)]:
        tel("inc", "--program", program, "--program-version", version, "shared/a", str(n)).ok
    assert [row[:4] for row in rows(tel("csv"))] == [
        ("3", "shared/a", "one", "v1"), ("4", "shared/a", "one", "v2"), ("5", "shared/a", "two", "v1")]


def test_a_line_has_seven_columns_without_a_heading(tel):
    tel("inc", "--program", "hello", "hello/a", "12").ok
    assert tel("csv").ok.out.rpartition(",")[0] == '12,"hello/a",hello,devel,shell,linux'


def test_it_quotes_as_csv_does(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program='odd,"name"')
    process.ask("add", name=b'quote"comma,')
    process.ask("stack", name="hello/crash", frames=[["main", "inner", 8, 0x75, False]])
    assert {(row[1], row[2]) for row in rows(tel("csv"))} == {
        ('quote"comma,', 'odd,"name"'), ("hello/crash\nmain.inner:+8,+0x75", 'odd,"name"')}


def test_values_have_64_bits(tel):
    tel("inc", "--program", "hello", "a", str(2**64 - 1)).ok
    assert rows(tel("csv"))[0][0] == str(2**64 - 1)


def test_what_was_reported_is_there_once(tel, libtel):
    """A process keeps its file after the report: only what it adds later is new."""
    tel.weeks_end_on_fridays()
    process = libtel(tel.home)
    process.ask("open", program="hello", now=1795000000 // 86400 * 86400)  # 2026-11-18, ends on the 20th
    process.ask("add", name=b"hello/a", n=5)
    tel("report", "--as-of", SATURDAY).ok
    assert [path.name for path in tel.local.glob("local.*.json")] and list(tel.local.glob("*.v1.count"))
    assert rows(tel("csv"))[0][0] == "5"
    process.ask("add", name=b"hello/a", n=2)
    assert rows(tel("csv"))[0][0] == "7"
    assert counterfile.accounted_by_name(tel.directory) == {"hello/a": 7}


def test_json_has_the_same_rows(tel):
    tel("inc", "--program", "hello", "hello/a", "12").ok
    (row,) = tel("csv", "--json").ok.json
    assert (row["value"], row["name"], row["program"], row["version"], row["toolchain"], row["vendor"]) == (
        12, "hello/a", "hello", "devel", "shell", "tel")


def test_all_vendors_in_one_table(tel):
    tel("inc", "--vendor", "acme", "--program", "p", "p/a").ok
    tel("inc", "--program", "q", "q/a").ok
    assert [row[1] for row in rows(tel("csv", "--all"))] == ["p/a", "q/a"]
    assert [row["vendor"] for row in tel("csv", "--all", "--json").ok.json] == ["acme", "tel"]


def test_a_damaged_file_is_said_and_the_rest_is_there(tel):
    tel("inc", "--program", "hello", "hello/a").ok
    (tel.local / "broken.v1.count").write_bytes(bytes(20000))
    (tel.local / f"local.{FRIDAY}.json").write_text("{")
    done = tel("csv")
    assert done.code == 1 and '1,"hello/a"' in done.out
    assert done.err.count("\n") == 2 and "broken.v1.count" in done.err and f"local.{FRIDAY}.json" in done.err


def test_no_directory_is_a_failure(tel):
    done = tel("csv")
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, tel.local)
