"""tel_report_export: the same as tel export writes, whatever the caller's
function answers."""

import json

import pytest

from ABI import scene
from ABI.scene import FRIDAY
from Command.conftest import Tel
from Harness import exports
from Harness.driver import reports
from Plugins.conftest import made  # noqa: F401

OVER = FRIDAY + 1


@pytest.fixture
def counted(tool):
    driver = tool()
    driver.count("tool/start", 3)
    driver.count("tool/wait:<10ms", 2)
    driver.count("tool/wait:<inf", 1)
    return driver


def text(answer):
    assert answer.status == "TEL_OK", answer
    return b"".join(answer.bytes).decode()


@pytest.mark.parametrize("format", exports.FORMATS)
def test_without_a_path_it_is_the_processs_own_file(counted, format):
    written = text(counted.export(format=format))
    assert exports.total(format, written) == 6
    if format == "json":
        assert json.loads(written)["begin"] == "2026-11-23"
        assert written == text(counted.export(counted.file, format)), "so far it is the same by its name"


@pytest.mark.parametrize("format", exports.FORMATS)
def test_a_report_is_written_as_the_command_writes_it(counted, folder, tmp_path, format):
    counted.clock(OVER)
    counted.flush()
    path = reports(folder)["2026-11-27"]
    command = Tel(tmp_path)("--dir", folder, "export", "--format", format).ok.out
    for known in ['"vendor": "tel"', '2026-11-27,tel,', 'vendor="tel",']:
        command = command.replace(known, known.replace("tel,", ",").replace('"tel"', '""').replace('vendor="",', ""))
    if format == "otlp":
        assert exports.OTLP(command).total == 6 == exports.OTLP(text(counted.export(path, format))).total
    else:
        assert text(counted.export(path, format)) == command


@pytest.mark.parametrize("answer", [1, 42, 2**31 - 1])
@pytest.mark.parametrize("format", exports.FORMATS)
def test_a_status_of_the_callers_own_ends_it_and_is_returned(counted, format, answer):
    given = counted.export(format=format, stop=1, answer=answer)
    assert given.status == str(answer) and len(given.bytes) == 1, given


def test_a_failure_of_the_callers_is_returned_as_it_is(counted):
    given = counted.export(stop=1, answer=-3)
    assert given.status == "TEL_E_IO" and len(given.bytes) == 1


@pytest.mark.parametrize("path, format, stop, status, sentence", [
    ("", "", 0, "TEL_E_INVALID", "not NULL"),
    ("", "json", -1, "TEL_E_INVALID", "not NULL"),
    ("", "xml", 0, "TEL_E_UNSUPPORTED", '"xml"'),
    ("", "JSON", 0, "TEL_E_UNSUPPORTED", '"JSON"'),
    ("/nowhere/a.json", "xml", 0, "TEL_E_UNSUPPORTED", '"xml"'),
    ("/nowhere/a.json", "json", 0, "TEL_E_NOT_FOUND", "/nowhere/a.json"),
    ("/nowhere/a.txt", "json", 0, "TEL_E_INVALID", "neither a counter file"),
    ("/", "csv", 0, "TEL_E_INVALID", "neither a counter file"),
])
def test_what_cannot_be_exported_is_said_and_nothing_is_written(counted, path, format, stop, status, sentence):
    given = counted.export(path, format, stop)
    assert given.status == status and sentence in given.message and given.bytes == []


def test_damaged_files_are_said(counted, tmp_path):
    for name, content, status in [("a.json", b"{", "TEL_E_CORRUPT"), ("b.json", b"[]", "TEL_E_CORRUPT"), ("c.v1.count", b"no", "TEL_E_CORRUPT")]:
        (tmp_path / name).write_bytes(content)
        for format in exports.FORMATS:
            given = counted.export(tmp_path / name, format)
            assert given.status == status and name in given.message and given.bytes == []


def test_before_opening_there_is_no_own_file(driver):
    given = driver().export()
    assert given.status == "TEL_E_NOT_FOUND" and "no counter file" in given.message


# ---- By a plugin


def test_a_plugin_writes_its_format_piece_by_piece(counted, made):  # noqa: F811
    assert counted.plugin(made(source="words")).status == "TEL_OK"
    given = counted.export(format="words")
    assert text(given).splitlines()[2:] == ["program example.com/cmd/tool", "tool/start 3", "tool/wait:<10ms 2", "tool/wait:<inf 1", "the end"]
    assert len(given.bytes) == 7


@pytest.mark.parametrize("definitions, calls", [([], 4), (["WRONG_DEAF"], 4), (["WRONG_END=TEL_E_PLUGIN"], 4)])
def test_what_write_answers_is_returned_whatever_the_plugin_makes_of_it(counted, made, definitions, calls):  # noqa: F811
    counted.plugin(made(*definitions, source="words"))
    given = counted.export(format="words", stop=calls, answer=42)
    assert given.status == "42" and len(given.bytes) == calls


def test_a_plugin_that_fails_is_said_and_counted(counted, made):  # noqa: F811
    counted.plugin(made("WRONG_END=TEL_E_FULL", source="words"))
    given = counted.export(format="words")
    assert given.status == "TEL_E_FULL" and "plugin words failed" in given.message
    assert counted.read("tel/plugin:words-failed") == 1
    assert counted.export(format="json").status == "TEL_OK"


def test_what_would_be_sent_elsewhere_is_not_given_out(counted, made):  # noqa: F811
    url = "https://telemetry.example"
    counted.plugin(made('SAID="words sends"', f'DESTINATION="{url}"', source="words"))
    given = counted.export(format="words")
    assert given.status == "TEL_E_INVALID" and url in given.message and "tel export" in given.message and given.bytes == []
