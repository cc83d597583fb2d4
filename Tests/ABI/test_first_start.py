"""The first start: a hundred processes at once in a directory that isn't
there yet agree on the week's end, on one file, and lose nothing. And
`weekends`, whatever is in its place."""

import pytest

from ABI import scene
from ABI.scene import MONDAY, TOOL
from Harness import c, counterfile
from Harness.driver import instant

PROCESSES, COUNTS, ROUNDS = 100, 10, 12 if c.is_shipped() else 3


@pytest.fixture(scope="module")
def first_start():
    return c.build("first_start.c")


@pytest.mark.parametrize("programs", [1, 5])
def test_a_hundred_processes_start_at_once_and_none_loses_a_count(tmp_path, first_start, programs):
    for round in range(ROUNDS):
        telemetry = tmp_path / f"round{round}" / "deep" / "telemetry"
        c.run(first_start, telemetry, PROCESSES, programs, COUNTS, directory=tmp_path)
        local = telemetry / "local"
        assert (local / "weekends").read_bytes() in [b"%d\n" % weekday for weekday in range(7)]
        files = [counterfile.read(path) for path in scene.counter_files(telemetry)]
        assert len(files) == programs
        assert len({file.metadata["TimeEnd"] for file in files}) == 1
        assert [file.counts for file in files] == [{b"start/counted": PROCESSES // programs * COUNTS}] * programs
        assert all(counterfile.violations(file) == [] for file in files)
        # Losers of the race have cleaned up, too.
        assert len(list(local.iterdir())) == programs + 1


def test_the_weekday_is_random_and_all_are_possible(tmp_path, first_start):
    digits = set()
    for round in range(80):
        telemetry = tmp_path / str(round)
        c.run(first_start, telemetry, 1, 1, 2, directory=tmp_path)
        digits.add((telemetry / "local" / "weekends").read_text())
    # That one of seven is missing after 80 has a chance of 1 to 30,000.
    assert digits == {f"{weekday}\n" for weekday in range(7)}


@pytest.mark.parametrize("content, weekday", [
    (b"3\n", 3), (b"3", 3), (b" 3 ", 3), (b"\t\n3x", 3), (b"7", 0), (b"8", 1), (b"10", 1), (b"A", 3), (b"a", 0),
    (b"-1", 1), (b"\0", 5), (b"\xff", 4), ("３".encode(), 2), (b"\xef\xbb\xbf5", 2), (b"/", 3), (b"%", 0),
])
def test_weekends_is_read_as_the_reference_reads_it(tool, folder, content, weekday):
    """Facts: the specification's table in 5.1."""
    (folder / "local" / "weekends").write_bytes(content)
    tool().count("a")
    end = counterfile.read(scene.only_file(folder)).metadata["TimeEnd"]
    days = (instant(end[:10]) - instant("2026-11-22")) // 86400  # the 22nd is a Sunday
    assert 2 <= days <= 8 and days % 7 == weekday
    assert (folder / "local" / "weekends").read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\n", b" \t \r\n"])
def test_an_empty_weekends_is_chosen_anew(tool, folder, content):
    weekends = folder / "local" / "weekends"
    weekends.write_bytes(content)
    tool().count("a")
    tool(program="example.com/other").count("a")
    assert weekends.read_bytes() in [b"%d\n" % weekday for weekday in range(7)]
    ends = {counterfile.read(path).metadata["TimeEnd"] for path in scene.counter_files(folder)}
    assert len(ends) == 1


@pytest.mark.parametrize("kind", ["directory", "too large", "dangling link"])
def test_a_weekends_that_cannot_be_used_is_named_and_counts_wait(driver, folder, tmp_path, kind):
    weekends = folder / "local" / "weekends"
    weekends.unlink()
    if kind == "directory":
        weekends.mkdir()
    elif kind == "too large":
        weekends.write_bytes(b" " * (1 << 20))
    else:
        weekends.symlink_to(tmp_path / "nowhere")
    process = driver()
    answer = process.open(directory=folder, clock=MONDAY, **TOOL)
    process.count("a", 5)
    if answer.status == "TEL_OK":  # it was replaced by a good one
        assert weekends.read_bytes() in [b"%d\n" % weekday for weekday in range(7)] and not weekends.is_symlink()
    else:
        assert answer.status in ("TEL_E_IO", "TEL_E_CORRUPT") and str(weekends) in answer.message
        weekends.rmdir() if kind == "directory" else weekends.unlink()
        assert process.rotate().status == "TEL_OK"
    assert scene.values(scene.only_file(folder)) == {"a": 5}
    assert not (tmp_path / "nowhere").exists()
