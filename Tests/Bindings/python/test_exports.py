"""Reports in the formats of other systems, and exporters in Python."""

import csv
import io
import json

import pytest
import tel
import tel.exporter
from Harness import c

SAMPLES = c.ROOT / "Tests" / "Samples"
REPORT = SAMPLES / "report" / "out" / "local" / "local.2026-12-04.json"


def total(report):
    return sum(sum({**program.counters, **program.stacks}.values()) for program in report.programs)


def test_a_report_in_the_formats_of_libtel():
    expected = total(tel.read_report(REPORT))
    known = json.loads(tel.export_report(str(REPORT)))
    assert sum(count["value"] for program in known["programs"] for count in program["counts"]) == expected
    rows = csv.DictReader(io.StringIO(tel.export_report(REPORT, "csv").decode(), newline=""))
    assert sum(int(row["value"]) for row in rows) == expected
    assert tel.export_report(REPORT, "prometheus").startswith(b"# HELP tel_")
    assert json.loads(tel.export_report(REPORT, "otlp"))["resourceMetrics"]


def test_the_own_file_needs_no_path(tel_counts):
    tel.inc("a/b", 3)
    assert b"\ntel_a_b_total{" in tel.export_report(format="prometheus")


def test_what_cannot_be_exported_is_raised():
    with pytest.raises(tel.UnsupportedError, match="xml"):
        tel.export_report(REPORT, "xml")
    with pytest.raises(tel.NotFoundError):
        tel.export_report("/nowhere/a.json")
    for arguments in [("a\0.json",), (7,), (REPORT, None), (REPORT, "a\0")]:
        with pytest.raises(tel.InvalidError):
            tel.export_report(*arguments)


class Lines(tel.exporter.Exporter):
    """Writes lines."""

    format = name = "lines"

    def write(self, report):
        yield f"week {report.end}\n".encode()
        for program in report.programs:
            for name, value in sorted(program.counters.items()):
                yield f"{value} {name}\n".encode()


def test_an_exporter_in_python_is_told_a_whole_report():
    assert tel.plugins.register(Lines()) is None
    report = tel.read_report(REPORT)
    expected = [f"{value} {name}" for program in report.programs for name, value in sorted(program.counters.items())]
    text = tel.export_report(REPORT, "lines").decode("utf-8", "surrogateescape")
    assert text.split("\n")[0] == f"week {report.end}" and len(text.splitlines()) >= len(expected) > 0


@pytest.mark.parametrize("error", [ValueError("no"), OSError("disk"), KeyboardInterrupt()])
def test_what_an_exporter_raises_comes_out(error):
    kind = type(error).__name__.lower()

    class Broken(tel.exporter.Exporter):
        format = name = f"broken-{kind}"

        def write(self, report):
            raise error

    tel.plugins.register(Broken())
    with pytest.raises(type(error)):
        tel.export_report(REPORT, f"broken-{kind}")
    assert tel.export_report(REPORT, "csv")


@pytest.mark.parametrize("change", [{"format": "csv"}, {"format": "No"}, {"format": ""}, {"suffix": "a\nb"}])
def test_a_wrong_exporter_is_refused(change):
    with pytest.raises(tel.Error):
        tel.plugins.register(type("Wrong", (Lines,), {"name": "wrong", **change})())
