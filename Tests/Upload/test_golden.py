"""The sample directory of the reference: what it sent is what we send."""

import json
import shutil

import pytest

from Conformance.scene import SAMPLES, without_x
from Conformance.test_reports import without_wrapping
from Harness import counterfile

from .stage import Stage

IN, OUT = SAMPLES / "report" / "in", SAMPLES / "report" / "out"
WEEKS = ("2026-11-27", "2026-12-04")


def requests():
    """Path -> (headers, body) that the reference's uploader sent."""
    found = {}
    for part in (OUT / "http-requests.txt").read_bytes().split(b"=== request\n")[1:]:
        head, _, body = part.partition(b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n")
        lines = head.decode().splitlines()
        length = int(next(line for line in lines if line.startswith("Content-Length:")).split()[1])
        found[lines[0].split()[1]] = lines[1:], body[:length]
    return found


@pytest.fixture
def sample(home, collectors):
    """The directory before the run, and a collector with its config."""
    collector = collectors((IN / "config.json").read_bytes(), version="v0.77.0")
    stage = Stage(home)
    shutil.copytree(IN, stage.directory)
    stage.destine(collector.url)
    return stage, collector


def test_the_sample_weeks_are_sent_as_the_reference_sent_them(sample):
    stage, collector = sample
    stage.upload().ok
    expected = requests()
    assert sorted(expected) == [f"/upload/{week}" for week in WEEKS]
    assert sorted(request.path for request in collector.uploads()) == sorted(expected)
    for request in collector.uploads():
        headers, body = expected[request.path]
        expected_body = without_x(without_wrapping(body, IN))
        assert without_x(request.body) == expected_body
        assert request.header("Content-Type") == "application/json"
        assert f"Content-Length: {len(request.body)}" in request.head.decode()


def test_afterwards_the_directory_is_as_the_reference_left_it(sample):
    """But for X, sums that overflow there, and files that are ours alone."""
    stage, _ = sample
    stage.upload().ok
    for name in ("local/local.{}.json", "upload/{}.json"):
        for path in map(name.format, WEEKS):
            expected = without_wrapping((OUT / path).read_bytes(), IN)
            assert without_x((stage.directory / path).read_bytes()) == without_x(expected), path
    assert {path.name for path in (stage.directory / "upload").glob("*.json")} == {path.name for path in (OUT / "upload").glob("*.json")}
    assert stage.waiting == {}  # files of a week ago stay a little longer: a process of the reference may have them open


def test_from_the_references_report_comes_the_references_upload(sample):
    """With the same X: byte for byte."""
    stage, collector = sample
    for path in list(stage.local.glob("*.v1.count")):
        path.unlink()
    for week in WEEKS:
        content = (OUT / "local" / f"local.{week}.json").read_bytes()
        (stage.local / f"local.{week}.json").write_bytes(content)
        (stage.local / f"{week}.begin").write_bytes(begin_of(content, week))
    assert stage.upload().code == 0
    assert collector.weeks == {week: [(OUT / "upload" / f"{week}.json").read_bytes()] for week in WEEKS}
    assert stage.sent == {path.stem: path.read_bytes() for path in (OUT / "upload").glob("*.json")}


def begin_of(report, week):
    """Since when its programs had counted: ours, the reference keeps no such file."""
    programs = [
        {**{key: program[key] for key in counterfile.IDENTITY}, "TimeBegin": f"{week[:8]}{int(week[8:]) - 3:02}T00:00:00Z"}
        for program in json.loads(report)["Programs"]]
    return json.dumps({"Week": week, "Programs": programs}, indent=1).encode()
