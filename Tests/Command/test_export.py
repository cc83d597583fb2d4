"""tel export --format: a week in the formats of other systems."""

import json
import math
import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from Harness import exports
from Harness.exports import CUMULATIVE, DELTA, FORMATS, OTLP, Prometheus, promtool

from .conftest import FRIDAY, is_sentence, tree

STACK = "tool/crash\nexample.com/tool.run:+7,+0x1f\nmain.main:+2,+0x9"
# A name, and what Prometheus is to call it.
COUNTS = {
    "tool/start": 3, "tool/mode:fast": 2, "tool/mode:slow": 5,
    "tool/wait:<10ms": 4, "tool/wait:<1s": 2, "tool/wait:<24h": 1, "tool/wait:<inf": 8,
    "tool/answer:<4KiB": 6, "tool/answer:<1MiB": 1, "tool/lines:<100": 9, STACK: 2,
}
ME = {"program": "example.com/tool", "version": "v1.2.3", "toolchain": "cpython3.11", "os": "linux", "arch": "arm"}


def report(tel, *programs, week=FRIDAY):
    """A report, as it is on disk. A program is its identity and its counts."""
    tel.local.mkdir(parents=True, exist_ok=True)
    (tel.local / f"local.{week}.json").write_text(json.dumps({
        "Week": week, "LastWeek": "", "X": 0.5, "Config": "v0.0.0-0",
        "Programs": [{
            "Program": who["program"], "Version": who["version"], "GoVersion": who["toolchain"], "GOOS": who["os"], "GOARCH": who["arch"],
            "Counters": {name: value for name, value in counts.items() if "\n" not in name},
            "Stacks": {name: value for name, value in counts.items() if "\n" in name}} for who, counts in programs]}))


@pytest.fixture
def tool(tel):
    report(tel, (ME, COUNTS))
    return tel


def export(tel, format, *arguments, **more):
    return tel("export", *arguments, "--format", format, **more).ok.out


# ---- Prometheus


def test_promtool_and_the_parser_of_its_client_read_it(tool):
    text = export(tool, "prometheus", FRIDAY)
    assert promtool(text) == []
    found = Prometheus(text)
    assert {name: family.type for name, family in found.families.items()} == {
        "tel_tool_start": "counter", "tel_tool_mode": "counter", "tel_tool_crash": "counter", "tel_week_info": "gauge",
        "tel_tool_wait_seconds": "histogram", "tel_tool_answer_bytes": "histogram", "tel_tool_lines_values": "histogram"}
    assert found.of("tel_week_info") == [({"end": FRIDAY}, 1)]
    assert found.of("tel_tool_start_total") == [({"counter": "tool/start"}, 3)]
    assert found.of("tel_tool_mode_total") == [
        ({"counter": "tool/mode:fast", "bucket": "fast"}, 2), ({"counter": "tool/mode:slow", "bucket": "slow"}, 5)]


def test_histograms_are_cumulative_in_base_units(tool):
    found = Prometheus(export(tool, "prometheus"))
    assert found.histogram("tel_tool_wait_seconds", counter="tool/wait") == {"0.01": 4, "1": 6, "86400": 7, "+Inf": 15}
    assert found.of("tel_tool_wait_seconds_count") == [({"counter": "tool/wait"}, 15)]
    assert found.histogram("tel_tool_answer_bytes") == {"4096": 6, "1048576": 7, "+Inf": 7}
    assert found.histogram("tel_tool_lines_values") == {"100": 9, "+Inf": 9}


def test_a_sum_that_nobody_knows_is_no_number(tool):
    """Left out, node_exporter would make it 0, and averages with it."""
    ((labels, value),) = Prometheus(export(tool, "prometheus")).of("tel_tool_wait_seconds_sum")
    assert math.isnan(value)


def test_a_stack_is_known_by_its_innermost_frame_and_a_hash(tel):
    other = STACK.replace("+2", "+3")
    report(tel, (ME, {STACK: 2, other: 7, "tool/crash": 1}))
    found = Prometheus(export(tel, "prometheus")).of("tel_tool_crash_total")
    assert {value for _, value in found} == {1, 2, 7}
    stacks = [labels for labels, _ in found if "stack" in labels]
    assert {labels["frame"] for labels in stacks} == {"example.com/tool.run:+7,+0x1f"}
    assert {labels["counter"] for labels in stacks} == {"tool/crash"} and len({labels["stack"] for labels in stacks}) == 2


def test_names_that_look_alike_stay_apart(tel):
    report(tel, (ME, {"a/b": 1, "a-b": 2, "a.b": 3, "a/b:": 4, "a/b:x": 5, "a/b/total": 6, "a/b/bucket": 7}))
    text = export(tel, "prometheus")
    promtool(text)
    found = Prometheus(text)
    assert {labels["counter"]: value for labels, value in found.of("tel_a_b_total")} == {"a/b": 1, "a-b": 2, "a.b": 3, "a/b:": 4, "a/b:x": 5}
    assert found.total == 28


def test_no_counter_can_be_taken_for_a_metric_of_somebody_else(tel):
    report(tel, (ME, {"node/cpu": 1, "9lives": 2, "up": 3, "": 4}))
    assert all(name.startswith("tel_") for name in Prometheus(export(tel, "prometheus")).families)


@pytest.mark.parametrize("buckets", [
    ["<10ms", "<4KiB"], ["<10ms", "fast"], ["<010ms"], ["<0"], ["<10 ms"], ["<99999999999999999999"], ["<18446744073709551615h"], ["<inf"], ["<"], ["<-1"]])
def test_what_is_no_histogram_is_not_made_one(tel, buckets):
    report(tel, (ME, {f"x:{bucket}": 1 for bucket in buckets}))
    found = Prometheus(export(tel, "prometheus"))
    assert {labels["bucket"] for labels, _ in found.of("tel_x_total")} == set(buckets)


def test_a_chart_is_of_one_kind_in_all_programs(tel):
    report(tel, (ME, {"x:<10ms": 1}), ({**ME, "version": "v2"}, {"x:<inf": 2}), ({**ME, "version": "v3"}, {"x": 4}))
    found = Prometheus(export(tel, "prometheus"))
    assert found.histogram("tel_x_seconds")["+Inf"] == 2 and found.families["tel_x_seconds"].type == "histogram"
    assert found.of("tel_x_total") == [({"counter": "x"}, 4)]


def test_bounds_that_are_the_same_are_one_bucket(tel):
    report(tel, (ME, {"x:<60s": 1, "x:<1m": 2, "x:<9007199254740993ns": 4, "x:<9007199254740992ns": 8}))
    text = export(tel, "prometheus")
    promtool(text)
    assert list(Prometheus(text).histogram("tel_x_seconds").values()) == [3, 15, 15]


# ---- OTLP


def test_opentelemetry_reads_it(tool):
    found = OTLP(export(tool, "otlp"))
    (resource,) = found.resources
    assert resource == {
        "service.name": "example.com/tool", "service.namespace": "tel", "service.version": "v1.2.3", "os.type": "linux", "host.arch": "arm32",
        "process.runtime.name": "cpython", "process.runtime.version": "3.11"}
    (wait,) = found.metrics["tool/wait"]
    (point,) = wait.histogram.data_points
    assert (wait.unit, wait.histogram.aggregation_temporality) == ("s", DELTA)
    assert (list(point.explicit_bounds), list(point.bucket_counts), point.count) == ([0.01, 1, 86400], [4, 2, 1, 8], 15)
    assert found.metrics["tool/answer"][0].unit == "By" and found.metrics["tool/lines"][0].unit == "1"
    (mode,) = found.metrics["tool/mode"]
    assert {exports.attributes(point)["bucket"]: point.as_int for point in mode.sum.data_points} == {"fast": 2, "slow": 5}
    (crash,) = found.metrics["tool/crash"][0].sum.data_points
    assert exports.attributes(crash) == {"code.stacktrace": STACK.partition("\n")[2]} and crash.as_int == 2


def test_a_report_is_a_delta_of_its_week(tool):
    for _, point in OTLP(export(tool, "otlp")).points():
        assert point.time_unix_nano - point.start_time_unix_nano == 7 * 86400 * 10**9
        assert point.time_unix_nano == 1795737600 * 10**9  # the 27th


def test_the_week_that_is_not_over_is_cumulative(tel):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "tool", "tool/start", "4", "--as-of", "2026-11-24").ok
    found = OTLP(export(tel, "otlp", "this", "--as-of", "2026-11-25"))
    (metric,) = found.metrics["tool/start"]
    (point,) = metric.sum.data_points
    assert metric.sum.aggregation_temporality == CUMULATIVE and point.as_int == 4
    assert point.time_unix_nano - point.start_time_unix_nano == 86400 * 10**9 + 10**9


# ---- All formats


HOSTILE = {
    'quote"': 1, "back\\slash": 2, "line\\nbreak": 4, "brace}": 8, "comma,": 16, "hash#": 32, "kyrillisch/живот": 64, "\N{PILE OF POO}": 128,
    "=1+1": 256, "ctrl\r\t\x01": 512, "nul\0": 1024, "sep\u2028": 2048, "a{b=\"c\"} 7": 4096, "trail ": 8192, "<script>": 16384}


@pytest.mark.parametrize("format", FORMATS)
def test_no_name_breaks_a_format(tel, format):
    who = {key: f'{value} "\\,}}' for key, value in ME.items()}
    report(tel, (who, HOSTILE))
    text = export(tel, format)
    assert exports.total(format, text) == sum(HOSTILE.values())
    names = {name.replace("\0", "\ufffd") for name in HOSTILE}
    if format == "prometheus":
        promtool(text)
        assert {dict(labels).get("counter") for _, labels in Prometheus(text).samples} - {None} == names
    elif format == "otlp":
        assert set(OTLP(text).metrics) == names
    else:
        assert {name for _, name in exports.counts(format, text)} == names


@pytest.mark.parametrize("format", FORMATS)
def test_malformed_bytes_become_replacement_characters_and_are_added_up(tel, format):
    tel.local.mkdir(parents=True)
    (tel.local / f"local.{FRIDAY}.json").write_bytes(
        b'{"Week": "2026-11-27", "X": 0.5, "Programs": [{"Program": "t\xff", "Counters": {"a\xff": 1, "a\xfe": 2, "a\\ud800": 4}},'
        b'{"Program": "t\xfe", "Counters": {"a\xfd": 8}}]}')
    text = export(tel, format)
    assert exports.total(format, text) == 15
    if format == "json":
        assert exports.counts(format, text) == {(("t\ufffd", "", "", "", ""), "a\ufffd"): 15}


@pytest.mark.parametrize("format", FORMATS)
def test_values_have_64_bits(tel, format):
    report(tel, (ME, {"a": -1, "b": 2**63 - 1, "c:<1s": -1, "c:<2s": -1}))
    text = export(tel, format)
    digits = {"json": 3, "csv": 3, "prometheus": 5, "otlp": 3}
    assert text.count(str(2**64 - 1)) == digits[format], "one that OTLP's whole numbers cannot have is a floating one"
    assert str(2**63 - 1) in text


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_week_gives_the_same_bytes(tool, format):
    assert export(tool, format) == export(tool, format)
    before = tree(tool.home)
    export(tool, format)
    assert tree(tool.home) == before, "nothing is written"


NAMES = some.one_of(
    some.text(some.characters(exclude_categories=["Cs"]), max_size=12),
    some.from_regex(r"[ab]/?[ab]?(:(<[0-9]{1,20}(ns|us|ms|s|m|h|B|KiB|MiB|GiB|TiB)?|<inf|x|y)?)?", fullmatch=True),
    some.from_regex(r"[ab](:<1s)?\n[cd\n]{0,3}", fullmatch=True))
WHO = some.fixed_dictionaries({key: some.sampled_from(["", "a", "b1"]) for key in ME})
PROGRAMS = some.lists(some.tuples(WHO, some.dictionaries(NAMES, some.integers(0, 2**44), max_size=12)), max_size=4)


@settings(max_examples=int(os.environ.get("TEL_TEST_EXAMPLES", 40)), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PROGRAMS)
def test_the_total_of_all_counts_is_the_same_in_all_formats(tel, programs):
    report(tel, *programs)
    expected = sum(sum(counts.values()) for _, counts in programs)
    texts = {format: export(tel, format) for format in FORMATS}
    assert {format: exports.total(format, text) for format, text in texts.items()} == dict.fromkeys(FORMATS, expected)
    assert exports.counts("json", texts["json"]) == exports.counts("csv", texts["csv"])
    promtool(texts["prometheus"])


# ---- Which week, and where to


def test_without_a_week_it_is_the_latest_that_has_a_report(tool):
    report(tool, (ME, {"old": 1}), week="2026-11-20")
    assert {row["end"] for row in exports.rows(export(tool, "csv"))} == {FRIDAY}
    assert {row["name"] for row in exports.rows(export(tool, "csv", "2026-11-20"))} == {"old"}


def test_weeks_without_a_report(tel):
    done = tel("export", "--format", "csv")
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, "tel export this")
    report(tel, (ME, {}))
    done = tel("export", "2026-11-20", "--format", "csv")
    assert done.code == 1 and is_sentence(done.err, "2026-11-20")
    assert export(tel, "csv").count("\n") == 1


def test_this_week_has_what_is_counted_so_far_and_what_is_still_zero(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="tool")
    process.ask("add", name=b"tool/start", n=5)
    process.ask("named", name=b"tool/rare")
    found = exports.counts("csv", export(tel, "csv", "this"))
    assert {name: value for (_, name), value in found.items()} == {"tool/start": 5, "tool/rare": 0}
    process.ask("add", name=b"tool/start", n=2)
    assert Prometheus(export(tel, "prometheus", "this")).of("tel_tool_start_total") == [({"counter": "tool/start"}, 7)]


def test_a_file_is_replaced_as_a_whole_and_can_be_read_by_prometheus(tool, tmp_path):
    path = tmp_path / "tool.prom"
    path.write_text("old")
    path.chmod(0o600)
    umask = os.umask(0o077)
    try:
        tool("export", "--format", "prometheus", "--output", path).ok
    finally:
        os.umask(umask)
    assert path.read_text() == export(tool, "prometheus") and stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["tool.prom"]


def test_what_is_no_file_is_not_replaced(tool, tmp_path):
    (tmp_path / "link").symlink_to("tool.prom")
    for path in [tmp_path / "link", tmp_path, "/dev/null"]:
        done = tool("export", "--format", "prometheus", "--output", path)
        assert done.code == 1 and is_sentence(done.err, path)
    assert (tmp_path / "link").is_symlink() and not os.path.isfile("/dev/null")
    done = tool("export", "--format", "csv", "--output", tmp_path / "nowhere" / "x")
    assert done.code == 1 and is_sentence(done.err, "nowhere")


@pytest.mark.parametrize("arguments", [
    ["--format", "xml"], ["--format", "csv", "thursday"], ["--format", "csv", "--watch"], ["--watch", "--output", "x"], ["--approved"], ["this"],
    ["this", "--format", "csv", "--approved"], ["--format", "csv", "--fetch"], ["--format", "csv", "--destination", "https://a.example"],
    ["2026-11-27", "--format", "csv", "--watch", "--output", "x"], ["--format", "csv", "--watch", "--output", "x", "--interval", "0"]])
def test_what_makes_no_sense_is_an_error_of_usage(tool, arguments):
    done = tool("export", *arguments)
    assert done.code == 64 and done.out == "" and done.err
