"""tel_report_visit: what it tells of a counter file and of a report, in which
order, and what it says of files that it cannot tell."""

import json
import os

import pytest

from ABI import scene
from ABI.scene import FRIDAY, SAMPLES
from Harness import counterfile
from Harness.driver import reports

WHO = ["example.com/cmd/tool", "v1.2.3", "gcc12.2", "linux", "amd64", "1"]


def told(answer):
    """The calls that the visitor got: ("week", begin, end), ..."""
    lengths = {"week": 3, "program": 7, "counter": 3, "stack": 3}
    calls, words = [], list(answer.bytes)
    while words:
        length = lengths[words[0].decode()]
        calls.append(tuple([words[0].decode(), *words[1:length]]))
        del words[:length]
    return calls


@pytest.fixture
def counted(tool):
    driver = tool()
    for name, n in (("b", 2), ("a/z", 3), ("a:1", 1 << 63), ("B", (1 << 64) - 1)):
        driver.raw(name, n)
    return driver


def test_a_counter_file_is_told_in_order(counted):
    answer = counted.visit(counted.file)
    assert answer.status == "TEL_OK"
    assert told(answer) == [
        ("week", b"2026-11-23", b"2026-11-27"), ("program", *(word.encode() for word in WHO)),
        ("counter", b"B", b"18446744073709551615"), ("counter", b"a/z", b"3"), ("counter", b"a:1", b"9223372036854775808"), ("counter", b"b", b"2")]


def test_without_a_path_it_is_the_processs_own_file(counted):
    assert told(counted.visit()) == told(counted.visit(counted.file))


def test_stacks_come_after_counters_decoded(driver):
    answer = driver().visit(SAMPLES / "stack.v1.count")
    assert answer.status == "TEL_OK"
    calls = told(answer)
    kinds = [call[0] for call in calls]
    assert kinds == sorted(kinds, key=["week", "program", "counter", "stack"].index) and kinds.count("stack") > 0
    expected = counterfile.read(SAMPLES / "stack.v1.count").counts
    assert {call[1]: int(call[2]) for call in calls[2:]} == expected
    for kind in ("counter", "stack"):
        names = [call[1] for call in calls if call[0] == kind]
        assert names == sorted(names)


def test_a_report_has_no_begin_and_each_program_its_counters(tool, folder):
    one, two = tool(), tool(program="a/first")
    one.count("x", 5)
    two.count("y", 6)
    one.clock(FRIDAY + 1)
    one.flush()
    answer = one.visit(reports(folder)["2026-11-27"])
    assert [call[:2] for call in told(answer)] == [
        ("week", b""), ("program", b"a/first"), ("counter", b"y"), ("program", b"example.com/cmd/tool"), ("counter", b"x")]
    assert told(answer)[0] == ("week", b"", b"2026-11-27")


def test_the_real_report_of_a_developer_is_told(driver):
    answer = driver().visit(SAMPLES / "article" / "local.2024-07-19.json")
    assert answer.status == "TEL_OK", answer
    counts = counterfile.report_counts(SAMPLES / "article" / "local.2024-07-19.json")
    assert sum(int(call[2]) for call in told(answer) if call[0] in ("counter", "stack")) == sum(counts.values())


@pytest.mark.parametrize("members", ["", "w", "p", "c", "s", "wp", "cs"])
def test_members_that_are_null_are_skipped(counted, members):
    answer = counted.visit(members=members)
    assert answer.status == "TEL_OK"
    kinds = {"w": "week", "p": "program", "c": "counter", "s": "stack"}
    everything = told(counted.visit())
    assert told(answer) == [call for call in everything if call[0] in [kinds[member] for member in members]]


@pytest.mark.parametrize("stop", [1, 2, 3, 6])
@pytest.mark.parametrize("status", [42, -3, 2147483647, -2147483648])
def test_a_non_zero_answer_ends_the_visit_and_is_returned(counted, stop, status):
    everything = told(counted.visit())
    answer = counted.visit(stop=stop, answer=status)
    assert told(answer) == everything[:stop]
    names = {-3: "TEL_E_IO", -2147483648: "TEL_E_?"}
    assert answer.status == names.get(status, str(status))


def test_no_visitor_and_a_visitor_of_another_size_are_refused(counted):
    for members, word in (("N", "NULL"), ("wpcs+", "tel_visitor"), ("0", "tel_visitor.size")):
        answer = counted.visit(members=members)
        assert answer.status == "TEL_E_INVALID" and word in answer.message and answer.results == []


def test_a_newer_visitor_that_asks_for_nothing_new_is_served(counted):
    assert told(counted.visit(members="wpcs=")) == told(counted.visit())


@pytest.mark.parametrize("name, content, status", [
    ("missing.v1.count", None, "TEL_E_NOT_FOUND"),
    ("missing.json", None, "TEL_E_NOT_FOUND"),
    ("report.txt", b"{}", "TEL_E_INVALID"),
    ("count", b"", "TEL_E_INVALID"),
    ("x.count.bak", b"", "TEL_E_INVALID"),
    ("short.v1.count", b"x", "TEL_E_CORRUPT"),
    ("empty.v1.count", b"", "TEL_E_CORRUPT"),
    ("zeros.v1.count", bytes(16384), "TEL_E_CORRUPT"),
    ("empty.json", b"", "TEL_E_CORRUPT"),
    ("cut.json", b'{"Week": "2026-11-27", "Programs": [', "TEL_E_CORRUPT"),
    ("list.json", b"[]", "TEL_E_CORRUPT"),
    ("deep.json", b"[" * 100_000, "TEL_E_CORRUPT"),
    ("float.json", b'{"Week": "2026-11-27", "Programs": [{"Counters": {"a": 1.5}}]}', "TEL_E_CORRUPT"),
    ("large.json", b'{"Week": "2026-11-27", "Programs": [{"Counters": {"a": 9223372036854775808}}]}', "TEL_E_CORRUPT"),
    ("twice.json", b'{"Week": "2026-11-27", "Programs": []} {}', "TEL_E_CORRUPT"),
    ("notweek.json", b'{"Week": 5, "Programs": []}', "TEL_E_CORRUPT"),
])
def test_what_cannot_be_told_is_refused_with_the_path(driver, tmp_path, name, content, status):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    answer = driver().visit(path)
    assert answer.status == status and str(path) in answer.message
    assert answer.results == []  # nobody was called


VERDICTS = {entry["file"]: entry for entry in json.loads((SAMPLES / "expected-crafted.json").read_text())}


@pytest.mark.parametrize("sample", sorted(path.name for path in (SAMPLES / "crafted").glob("*.count")))
def test_every_crafted_file_is_told_or_refused_and_nothing_crashes(driver, sample):
    path = SAMPLES / "crafted" / sample
    answer = driver().visit(path)
    if VERDICTS[sample]["ok"]:
        assert answer.status == "TEL_OK", answer
        # For C a string ends at its first NUL.
        expected = {(bytes.fromhex(count["name_hex"]).split(b"\0")[0], int(count["value"])) for count in VERDICTS[sample]["counts"]}
        assert {(call[1], int(call[2])) for call in told(answer) if call[0] in ("counter", "stack")} == expected
    else:
        assert answer.status == "TEL_E_CORRUPT" and str(path) in answer.message


@pytest.mark.parametrize("kind", ["directory", "fifo", "link"])
def test_what_is_no_file_is_refused(driver, tmp_path, kind):
    path = tmp_path / "x.v1.count"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(path)
    answer = driver().visit(path)
    assert answer.status == "TEL_E_IO" and str(path) in answer.message


def test_a_process_without_a_file_has_nothing_of_its_own_to_tell(driver):
    answer = driver().visit()
    assert answer.status == "TEL_E_NOT_FOUND" and answer.message


def test_a_file_with_an_absurd_size_is_refused_without_reading_it(driver, tmp_path):
    path = tmp_path / "huge.v1.count"
    path.write_bytes(scene.counter_file())
    os.truncate(path, 1 << 42)
    answer = driver().visit(path)
    assert answer.status in ("TEL_E_CORRUPT", "TEL_E_IO") and str(path) in answer.message


def test_a_visit_does_not_disturb_the_process(counted):
    counted.visit(SAMPLES / "one.v1.count")
    counted.count("b", 1)
    assert counted.read("b") == 3
    assert counted.file.name == scene.NAME
