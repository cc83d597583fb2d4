"""Weekly reports, byte for byte those of the reference."""

import json
import random
import shutil
from collections import Counter

import pytest

from Conformance import scene
from Conformance.scene import SAMPLES
from Conformance.test_written_files import frames_of, names_of
from Harness import counterfile

GOLDEN_DAY = "2026-12-05T00:00:00Z"
GREATEST = 2**63 - 1


@pytest.fixture
def report_with_libtel(libtel):
    """Makes the reports that are due at a time; the answer is the status."""

    def report(directory, now):
        with libtel() as process:
            identity = {**scene.libtel_identity(directory, now=now), "program": "example.com/tel/reporter"}
            opened = process.ask("open", **identity)
            assert opened["status"] == "TEL_OK", opened["message"]
            return process.ask("flush")

    return report


def without_wrapping(report, directory):
    """A report of the reference with the sums that overflowed put right: they
    wrap around there, and stop at the greatest number here."""
    document = json.loads(report)
    true = Counter()
    for file in map(counterfile.read, scene.counter_files(directory)):
        if file.metadata["TimeEnd"].startswith(document["Week"]):
            for name, value in file.counts.items():
                true[file.identity, counterfile.shown(name)] += value
    for program in document["Programs"]:
        identity = tuple(program[key] for key in counterfile.IDENTITY)
        for name, value in program["Counters"].items():
            if true[identity, name] > GREATEST:
                line = f"    {json.dumps(name)}: ".encode()
                assert report.count(line + b"%d" % value) == 1
                report = report.replace(line + b"%d" % value, line + b"%d" % GREATEST)
    return report


def test_the_sample_weeks_become_the_reports_that_the_reference_made(report_with_libtel, tmp_path):
    """Those were made in mode on: but for the config they are the local ones."""
    place = shutil.copytree(SAMPLES / "report" / "in", tmp_path / "telemetry")
    assert report_with_libtel(place, GOLDEN_DAY)["status"] == "TEL_OK"
    ours, theirs = scene.reports(place), scene.reports(SAMPLES / "report" / "out")
    assert list(ours) == list(theirs) == ["local.2026-11-27.json", "local.2026-12-04.json"]
    for name in theirs:
        expected = theirs[name].replace(b'"Config": "v0.77.0"', b'"Config": "v0.0.0-0"')
        expected = without_wrapping(expected, SAMPLES / "report" / "in")
        assert scene.without_x(ours[name]) == scene.without_x(expected)


def test_nothing_of_the_sample_weeks_is_marked_as_uploaded(report_with_libtel, tmp_path):
    place = shutil.copytree(SAMPLES / "report" / "in", tmp_path / "telemetry")
    report_with_libtel(place, GOLDEN_DAY)
    assert [path.name for path in (place / "upload").iterdir()] == ["2026-11-20.json"]
    assert not list((place / "local").glob("20*.json"))


@pytest.fixture
def compare(reference, report_with_libtel, tmp_path):
    """Reports one directory with both sides and compares what they made."""

    def compare(directory, now):
        """The reports' bytes by file name, once they are known to be equal."""
        theirs, ours = (shutil.copytree(directory, tmp_path / side) for side in ("theirs", "ours"))
        assert reference.make_reports(theirs, now) == ""
        status = report_with_libtel(ours, now)
        assert status["status"] == "TEL_OK", status["message"]
        expected = {name: scene.without_x(report) for name, report in scene.reports(theirs).items()}
        got = {name: scene.without_x(report) for name, report in scene.reports(ours).items()}
        assert got == expected
        return got

    return compare


def test_the_sample_weeks_in_mode_local(reference, report_with_libtel, tmp_path):
    theirs, ours = (shutil.copytree(SAMPLES / "report" / "in", tmp_path / side) for side in ("theirs", "ours"))
    for place in (theirs, ours):
        (place / "mode").write_text("local 2026-11-01")
    assert reference.make_reports(theirs, GOLDEN_DAY) == ""
    assert report_with_libtel(ours, GOLDEN_DAY)["status"] == "TEL_OK"
    assert {name: scene.without_x(report) for name, report in scene.reports(ours).items()} == {
        name: scene.without_x(without_wrapping(report, SAMPLES / "report" / "in")) for name, report in scene.reports(theirs).items()}


def count_a_week(start, directory, program, names, value=lambda name: 1, **identity):
    with start(program=program, **identity) as process:
        for name in names:
            process.ask("add", name=name, n=value(name))
    return process.opened["file"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["UTF-8", "any bytes"])
def test_generated_weeks_of_several_programs(compare, open_libtel, open_go, directory, seed, kind):
    """Generated names, no two of which look alike in a report; stacks; both
    sides' files; values up to the greatest."""
    chance = random.Random(seed)
    names = list({counterfile.shown(name): name for name in names_of(seed, 300, utf8=kind == "UTF-8")}.values())
    chance.shuffle(names)
    value = lambda name: chance.choice([1, 2, 10, 2**31, 2**40])
    count_a_week(open_libtel, directory, "example.com/tel/b", names[:120], value)
    count_a_week(open_libtel, directory, "example.com/tel/a", names[80:160], value, version="", toolchain="gcc12.2")
    count_a_week(open_libtel, directory, "example.com/<tel>&\"z\"", names[100:140], value)
    count_a_week(open_go, directory, "example.com/tel/b", names[60:200], lambda name: chance.randrange(1, 2**33))
    count_a_week(open_go, directory, "example.com/tel/c", names[200:], version="v0.9.0-rc.1")
    count_a_week(open_libtel, directory, "example.com/tel/b", names[:10], value, now=scene.seconds("2026-11-25T08:00:00Z"))
    with open_libtel(program="example.com/tel/crashes") as process:
        for number in range(20):
            process.ask("stack", name=f"crash/kind-{number % 3}", frames=frames_of(chance))
        process.ask("add", name="greatest", n=GREATEST)
    made = compare(directory, scene.LONG_AFTER)
    assert list(made) == [f"local.{scene.WEEK_END}.json"]


def test_keys_are_in_the_order_of_the_names_in_the_file(compare, open_libtel, directory):
    """Not of how they look: a byte that is not UTF-8 shows as EF BF BD."""
    count_a_week(open_libtel, directory, scene.PROGRAM, [b"\x80", b"\xc3b", "é".encode(), "\u4e2d".encode(), "\U0001f600".encode(), b"\xffc"])
    compare(directory, scene.LONG_AFTER)


def test_names_that_look_alike_in_a_report_are_added_up(report_with_libtel, open_libtel, directory):
    """Where the reference would write one key twice."""
    count_a_week(open_libtel, directory, "example.com/tel/p", [b"a\xff", b"a\xfe", "a\ufffd".encode(), b"a\xffb"], lambda name: 10)
    report_with_libtel(directory, scene.LONG_AFTER)
    assert counterfile.accounted_by_name(directory) == {"a\ufffd": 30, "a\ufffdb": 10}


def test_several_weeks_at_once(compare, open_libtel, directory):
    for day in ("2026-11-02", "2026-11-05", "2026-11-06", "2026-11-12", "2026-11-23", "2026-11-24"):
        count_a_week(open_libtel, directory, scene.PROGRAM, [f"day/{day}", "every"], now=scene.seconds(f"{day}T09:00:00Z"))
    made = compare(directory, scene.LONG_AFTER)
    assert list(made) == [f"local.2026-11-{day}.json" for day in ("06", "13", "27")]


@pytest.mark.parametrize("now, reports", [
    ("2026-11-26T23:59:59Z", 0),
    ("2026-11-27T00:00:00Z", 0),  # the very end is not yet after it
    ("2026-11-27T00:00:01Z", 1),
])
def test_a_week_is_reported_after_its_end(compare, open_libtel, directory, now, reports):
    count_a_week(open_libtel, directory, scene.PROGRAM, ["x"])
    assert len(compare(directory, now)) == reports


@pytest.mark.parametrize("uploaded, last_week", [
    ([], ""),
    (["2026-11-20.json"], "2026-11-20"),
    (["2026-11-13.json", "2026-11-20.json", "2026-11-06.json", "notes.txt"], "2026-11-20"),
    (["2026-11-20.json", "2026-12-25.json"], ""),
    (["2026-11-20.json", "2026-12-09.json"], ""),
    (["zzz.json"], ""),
    (["1.json"], "1"),
    (["2026-11-20.json.lock"], ""),
])
def test_the_last_week_is_the_latest_that_was_uploaded(compare, open_libtel, directory, uploaded, last_week):
    (directory / "upload").mkdir()
    for name in uploaded:
        (directory / "upload" / name).write_text("{}")
    count_a_week(open_libtel, directory, scene.PROGRAM, ["x"])
    (report,) = compare(directory, scene.LONG_AFTER).values()
    assert f' "LastWeek": "{last_week}",'.encode() in report


def test_a_program_that_counted_nothing_is_named_beside_others(compare, open_libtel, directory):
    count_a_week(open_libtel, directory, "example.com/tel/busy", ["x"])
    count_a_week(open_libtel, directory, "example.com/tel/idle", [])
    (report,) = compare(directory, scene.LONG_AFTER).values()
    assert b'"example.com/tel/idle"' in report


def test_a_week_in_which_nobody_counted_has_no_report(compare, open_libtel, directory):
    count_a_week(open_libtel, directory, scene.PROGRAM, [])
    assert compare(directory, scene.LONG_AFTER) == {}


@pytest.mark.parametrize("mode", ["local", "local 2026-11-01", "", "unheard-of 2026-11-01", "OFF"])
def test_every_mode_but_off_makes_the_local_report(compare, open_libtel, directory, mode):
    (directory / "mode").write_text(mode)
    count_a_week(open_libtel, directory, scene.PROGRAM, ["x"])
    assert len(compare(directory, scene.LONG_AFTER)) == 1


def test_mode_on_makes_the_same_local_report(reference, report_with_libtel, open_libtel, directory, tmp_path):
    """The reference with an upload config that wants nothing of it."""
    (directory / "mode").write_text("on 2026-11-01")
    (tmp_path / "config.json").write_text('{"SampleRate": 1}')
    count_a_week(open_libtel, directory, scene.PROGRAM, ["x", "y"])
    theirs, ours = (shutil.copytree(directory, tmp_path / side) for side in ("theirs", "ours"))
    assert reference.make_reports(theirs, scene.LONG_AFTER, tmp_path / "config.json", "v0.77.0") == ""
    assert report_with_libtel(ours, scene.LONG_AFTER)["status"] == "TEL_OK"
    ((name, expected),) = scene.reports(theirs).items()
    expected = scene.without_x(expected).replace(b'"v0.77.0"', b'"v0.0.0-0"')
    assert {name: scene.without_x(report) for name, report in scene.reports(ours).items()} == {name: expected}


def test_a_file_that_stops_the_reference_does_not_stop_libtel(report_with_libtel, open_libtel, directory):
    count_a_week(open_libtel, directory, scene.PROGRAM, ["x"])
    for sample in (SAMPLES / "crafted").glob("*"):
        if not sample.name.startswith("ok-"):
            shutil.copy(sample, directory / "local")
    assert report_with_libtel(directory, scene.LONG_AFTER)["status"] == "TEL_OK"
    (report,) = scene.reports(directory).values()
    assert json.loads(report)["Programs"][-1]["Counters"] == {"x": 1}


def test_the_reports_of_libtel_are_read_back_by_libtel(libtel, report_with_libtel, tmp_path):
    place = shutil.copytree(SAMPLES / "report" / "in", tmp_path / "telemetry")
    report_with_libtel(place, GOLDEN_DAY)
    process = libtel()
    for path in (place / "local").glob("local.*.json"):
        answer = process.ask("visit", path=str(path))
        assert answer["status"] == "TEL_OK", answer["message"]
        expected = [
            {"identity": [program[key] for key in counterfile.IDENTITY], **{
                table.lower(): sorted([name.encode().split(b"\0")[0].hex(), str(value)] for name, value in program[table].items())
                for table in ("Counters", "Stacks")}}
            for program in json.loads(path.read_text())["Programs"]]
        assert answer["weeks"] == [["", path.name[6:16]]]
        assert [{**program, "counters": sorted(program["counters"]), "stacks": sorted(program["stacks"])} for program in answer["programs"]] == expected
