"""Reading counter files and reports, and making them."""

import json

import pytest
import tel
from Harness import c, counterfile

SAMPLES = c.ROOT / "Tests" / "Samples"
REPORT = SAMPLES / "report" / "out" / "local" / "local.2026-12-04.json"
FILES = sorted(SAMPLES.glob("*.v1.count"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_counter_file_is_read_as_an_independent_reader_reads_it(path):
    expected = counterfile.read(path)
    report = tel.read_report(path)
    (program,) = report.programs
    assert (program.program, program.version, program.toolchain, program.os, program.arch) == expected.identity
    assert expected.metadata["TimeBegin"].startswith(report.begin) and expected.metadata["TimeEnd"].startswith(report.end)
    # A NUL ends a name for tel_report_visit.
    names = {name.decode("utf-8", "surrogateescape").split("\0")[0]: value for name, value in expected.counts.items()}
    assert {**program.counters, **program.stacks} == names
    assert all("\n" in name for name in program.stacks) and not any("\n" in name for name in program.counters)


def test_a_report_is_read_with_all_its_programs():
    expected = counterfile.report_counts(REPORT)
    report = tel.read_report(str(REPORT))
    assert (report.begin, report.end) == ("", json.loads(REPORT.read_text())["Week"])
    found = {
        ((told.program, told.version, told.toolchain, told.os, told.arch), name): value
        for told in report.programs for name, value in {**told.counters, **told.stacks}.items()}
    assert found == {(identity, name.split("\0")[0]): value % 2**64 for (identity, name), value in expected.items()}


def test_the_own_file_is_read_without_a_path(tel_counts):
    tel.inc("a/b", 3)
    tel.stack("a/s").inc()
    report = tel.read_report()
    (program,) = report.programs
    assert report.begin == "2024-01-01" and program.program == "tel-testing"
    # Handles of this process, which other tests made, are there with 0.
    assert {name: value for name, value in program.counters.items() if value} == {"a/b": 3}
    assert [value for value in program.stacks.values() if value] == [1]


def test_a_visit_tells_in_order_and_ends_when_told():
    seen = []

    def counter(name, value):
        seen.append(name)
        return len(seen) == 2

    assert tel.visit(REPORT, counter=counter) is True
    assert len(seen) == 2
    assert tel.visit(REPORT) is False


@pytest.mark.parametrize("raised", [KeyError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("which", ["week", "program", "counter", "stack"])
def test_what_a_visitor_raises_ends_the_visit_and_is_raised(which, raised):
    calls = []

    def bad(*arguments):
        calls.append(arguments)
        raise raised("here")

    with pytest.raises(raised, match="here"):
        tel.visit(REPORT, **{which: bad})
    assert len(calls) == 1


def test_a_file_that_is_not_there_or_none_is_an_error(tmp_path):
    with pytest.raises(tel.NotFoundError, match="missing.json"):
        tel.read_report(tmp_path / "missing.json")
    (tmp_path / "bad.v1.count").write_bytes(b"nonsense" * 10_000)
    with pytest.raises(tel.CorruptError) as raised:
        tel.visit(tmp_path / "bad.v1.count")
    assert raised.value.name == "TEL_E_CORRUPT"
    for wrong in (3, "a\0b", b"a\0b", object()):
        with pytest.raises(tel.InvalidError):
            tel.read_report(wrong)


def test_finished_weeks_become_reports_when_asked(tel_counts):
    tel.inc("a/b", 3)
    tel_counts.advance(tel.testing.WEEK + 1)
    assert tel_counts["a/b"] == 0
    tel.inc("a/b", 4)
    assert (result := tel.flush()).error is None and result == tel.FlushResult(made=result.made)
    assert tel.flush(timeout=60) == tel.FlushResult()
    (path,) = (c.Path(tel_counts.directory) / "local").glob("local.*.json")
    (program,) = tel.read_report(path).programs
    assert program.counters["a/b"] == 3
    assert tel_counts["a/b"] == 4


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), 1e300, "1", 2**32])
def test_a_timeout_is_a_number_of_seconds(tel_counts, wrong):
    with pytest.raises(tel.InvalidError, match="seconds"):
        tel.flush(wrong)
