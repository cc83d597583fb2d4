"""File names, header bytes and weeks, and what happens where they differ."""

import json

import pytest

from Conformance import scene
from Conformance.scene import SAMPLES
from Harness import counterfile

WEEKENDS = json.loads((SAMPLES / "vectors" / "weekends.json").read_text())
TOOLCHAINS = json.loads((SAMPLES / "vectors" / "proginfo.json").read_text())["goVersion"]
SPANS = json.loads((SAMPLES / "vectors" / "span.json").read_text())


@pytest.mark.parametrize("program, version, toolchain", [
    ("example.com/tel/cmd/samplegen", "v1.2.3", "go1.27.3"),
    ("example.com/tel/cmd/samplegen", "v1.2.3-pre.1", "go1.27.3"),
    ("example.com/tel/cmd/samplegen", "v1.4.0+dirty", "go1.27.3"),
    ("example.com/tel/cmd/samplegen", "v1.2.3+incompatible", "go1.27rc1"),
    ("example.com/tel/cmd/samplegen", "devel", "devel"),
    ("command-line-arguments", "", "go1.27.3"),
    ("cmd/go", "go1.27.3", "go1.27.3"),
    ("plain", "v1 of: *many* <things>", "go1"),
    ("example.com/日本/プログラム", "v1.0.0", "go1.21.0"),
    ("p/" * 100 + "long", "v1.2.3", "go1.27.3"),
])
def test_an_identity_has_one_file_name_and_one_header(open_libtel, open_go, directory, tmp_path, program, version, toolchain):
    """In directories of their own, so that neither adapts to the other."""
    elsewhere = scene.directory(tmp_path / "elsewhere")
    ours = open_libtel(program=program, version=version, toolchain=toolchain)
    theirs = open_go(directory=elsewhere, program=program, version=version, toolchain=toolchain)
    assert ours.opened["status"] == "TEL_OK", ours.opened["message"]
    assert theirs.opened["error"] == ""
    (one,), (other,) = scene.counter_files(directory), scene.counter_files(elsewhere)
    assert one.name == other.name
    assert counterfile.read(one).header == counterfile.read(other).header
    ours.ask("add", name="x")
    assert counterfile.read(one).counts == {b"x": 1}


@pytest.mark.parametrize("vector", [v for v in TOOLCHAINS if v["in"].startswith("go")], ids=lambda vector: vector["in"])
def test_a_toolchain_of_go_is_recorded_as_the_reference_does(open_libtel, open_go, vector):
    """A value that is no release becomes devel, so that both share one file."""
    theirs, ours = open_go(toolchain=vector["in"]), open_libtel(toolchain=vector["in"])
    assert counterfile.read(theirs.opened["file"]).metadata["GoVersion"] == vector["out"]
    assert ours.opened["status"] == "TEL_OK", ours.opened["message"]
    assert ours.opened["file"] == theirs.opened["file"]


def test_the_first_16_kib_differ_in_the_file_id_alone(open_libtel, open_go, directory, tmp_path):
    elsewhere = scene.directory(tmp_path / "elsewhere")
    ours, theirs = open_libtel(), open_go(directory=elsewhere)
    for process in (ours, theirs):
        process.ask("add", name="gophers", n=153)
    (one,), (other,) = ([path.read_bytes()[: counterfile.PAGE] for path in scene.counter_files(place)] for place in (directory, elsewhere))
    start = counterfile.parse(one).header_length + 2052
    assert one[start : start + 16] != bytes(16)
    assert one[:start] + bytes(16) + one[start + 16 :] == other


def test_all_49_weeks_are_those_of_the_reference(libtel, golang, tmp_path):
    """Each span opened by both in directories of their own."""
    ours = libtel()
    assert len(SPANS) == 49
    for number, span in enumerate(SPANS):
        here, there = (scene.directory(tmp_path / f"{side}-{number}", f"{span['weekends']}\n") for side in ("ours", "theirs"))
        opened = ours.ask("open", **scene.libtel_identity(here, now=span["now"]))
        assert opened["status"] == "TEL_OK", opened["message"]
        ours.ask("close")
        with golang(there, scene.PROGRAM, version=scene.VERSION, toolchain=scene.TOOLCHAIN, now=span["now"]) as theirs:
            assert theirs.ask("open")["error"] == ""
        (one,), (other,) = scene.counter_files(here), scene.counter_files(there)
        assert one.name == other.name
        header = counterfile.read(one)
        assert header.header == counterfile.read(other).header
        assert (header.metadata["TimeBegin"], header.metadata["TimeEnd"]) == (span["TimeBegin"], span["TimeEnd"])


@pytest.mark.parametrize("vector", WEEKENDS, ids=lambda vector: vector["bytes_hex"][:16] or "empty")
def test_every_weekends_file_means_the_same_to_both(open_libtel, open_go, directory, vector):
    (directory / "local" / "weekends").write_bytes(bytes.fromhex(vector["bytes_hex"]))
    theirs, ours = open_go(), open_libtel()
    assert ours.opened["status"] == "TEL_OK", ours.opened["message"]
    if vector["error"]:
        # The reference gives up; libtel chooses a day that both accept afterwards.
        assert theirs.opened["error"]
        theirs = open_go()
    assert theirs.opened["error"] == ""
    assert theirs.opened["file"] == ours.opened["file"]


@pytest.mark.parametrize("first, second", [("libtel", "Go"), ("Go", "libtel")])
def test_whoever_comes_first_chooses_the_day_for_both(open_libtel, open_go, directory, first, second):
    (directory / "local" / "weekends").unlink()
    start = {"libtel": open_libtel, "Go": open_go}
    one = start[first]()
    content = (directory / "local" / "weekends").read_bytes()
    assert content in [b"%d\n" % day for day in range(7)]
    other = start[second]()
    assert (directory / "local" / "weekends").read_bytes() == content
    assert other.opened["file"] == one.opened["file"]
    for process in (one, other):
        process.ask("add", name="both", n=1)
    assert counterfile.read(one.opened["file"]).counts == {b"both": 2}


def test_first_starts_at_the_same_time_lose_nothing_of_libtel(libtel, golang, tmp_path):
    """The reference races for the weekends file and may lose its own counts."""
    for turn in range(8):
        place = scene.directory(tmp_path / f"first-{turn}", weekends=None)
        ours = [libtel() for _ in range(3)]
        theirs = golang(place, scene.PROGRAM, version=scene.VERSION, toolchain=scene.TOOLCHAIN, now=scene.MONDAY)
        for process in ours:
            process.ask("mode")  # it has started
        theirs.send("open")
        for process in ours:
            process.send("open", **scene.libtel_identity(place))
        assert [process.receive()["status"] for process in ours] == ["TEL_OK"] * 3
        theirs.receive()
        theirs.ask("add", name="go", n=1)
        for process in ours:
            process.ask("add", name="libtel", n=1)
        files = [counterfile.read(path) for path in scene.counter_files(place)]
        assert sum(file.counts.get(b"libtel", 0) for file in files) == 3
        for process in (*ours, theirs):
            process.end()


def test_another_program_of_the_same_base_name_gets_a_file_of_its_own(reference, open_libtel, open_go):
    theirs = open_go(program="example.com/one/server")
    theirs.ask("add", name="requests", n=1)
    before = counterfile.read(theirs.opened["file"])
    ours, again = open_libtel(program="example.com/two/server"), open_libtel(program="example.com/two/server")
    for process in (ours, again):
        assert process.opened["status"] == "TEL_OK", process.opened["message"]
        process.ask("add", name="requests", n=10)
    assert ours.opened["file"] == again.opened["file"] != theirs.opened["file"]
    assert ours.opened["file"].endswith(".v1.count")
    assert reference.parse(ours.opened["file"]) == ({b"requests": 20}, None)
    assert counterfile.read(ours.opened["file"]).metadata["Program"] == "example.com/two/server"
    theirs.ask("add", name="requests", n=1)
    assert counterfile.read(theirs.opened["file"]).counts == {b"requests": 2}
    assert counterfile.read(theirs.opened["file"]).header == before.header


def test_a_week_that_another_process_ends_on_another_day_is_shared(open_libtel, open_go, directory):
    """The weekends file changed after the reference had made its file."""
    theirs = open_go()
    (directory / "local" / "weekends").write_text("3\n")
    ours = open_libtel()
    assert ours.opened["file"] == theirs.opened["file"]
    for process in (ours, theirs):
        process.ask("add", name="both", n=1)
    file = counterfile.read(ours.opened["file"])
    assert file.counts == {b"both": 2}
    assert file.metadata["TimeEnd"] == "2026-11-27T00:00:00Z"


@pytest.mark.parametrize("content", [
    bytes(16384), b"", b"# telemetry/counter file v1\n", b"junk" * 5000, b"# telemetry/counter file v2\n" + bytes(20000),
], ids=["16 KiB of zeros", "empty", "short", "junk", "version 2"])
def test_a_file_that_is_none_is_set_aside_and_both_count(reference, open_libtel, open_go, directory, content):
    path = directory / "local" / scene.file_name("2026-11-23")
    path.write_bytes(content)
    ours = open_libtel()
    assert ours.opened["status"] == "TEL_OK", ours.opened["message"]
    assert ours.opened["file"] == str(path)
    theirs = open_go()
    assert theirs.opened == {**theirs.opened, "file": str(path), "error": ""}
    for process in (ours, theirs):
        process.ask("add", name="both", n=1)
    assert reference.parse(path) == ({b"both": 2}, None)


def test_both_rotate_into_the_same_new_file(reference, open_libtel, open_go, directory):
    ours, theirs = open_libtel(), open_go()
    old = ours.opened["file"]
    for process in (ours, theirs):
        process.ask("add", name="weekly", n=1)
        process.ask("now", now=scene.seconds(scene.FRIDAY_NOON))
    new = ours.ask("rotate")["file"]
    assert theirs.ask("rotate") == {**theirs.ask("rotate"), "file": new, "error": ""}
    assert new.endswith("-2026-11-27.v1.count")
    for process in (ours, theirs):
        process.ask("add", name="weekly", n=10)
    assert reference.parse(old) == ({b"weekly": 2}, None)
    assert reference.parse(new) == ({b"weekly": 20}, None)
