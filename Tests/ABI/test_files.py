"""Counter files: what a fresh one is, how it grows, and who shares one."""

import os
import stat

import pytest

from ABI import scene
from ABI.scene import MONDAY, NAME, TOOL, only_file, quarantined, values
from Harness import counterfile
from Harness.driver import instant, once, opening

PAGE = 16384


# ---- A fresh file


def test_a_fresh_file_has_this_layout_to_the_byte(tool, folder):
    tool().count("tool/start", 3)
    path = only_file(folder)
    assert path.name == NAME
    data = path.read_bytes()
    head = scene.header()
    at = len(head) + 2080
    name = b"tool/start"
    expected = bytearray(scene.counter_file([scene.record(at, name, 3)]))
    # Random: the file's id. The counter that says what was dropped is not there unasked.
    id = data[len(head) + 2052 : len(head) + 2068]
    expected[len(head) + 2052 : len(head) + 2068] = id
    assert data == bytes(expected)
    assert any(id)


def test_every_file_has_an_id_of_its_own(tool, folder):
    for program in ("a", "b", "c"):
        tool(program=program)
    ids = {counterfile.read(path).id for path in scene.counter_files(folder)}
    assert len(ids) == 3 and b"" not in ids


@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_modes_are_those_of_the_reference_before_umask(tmp_path, umask, mode):
    telemetry = tmp_path / "new" / "telemetry"
    before = os.umask(umask)
    try:
        once(tmp_path, opening(directory=telemetry, clock=MONDAY, **TOOL), ["count", "a"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(only_file(telemetry).stat().st_mode) == mode
    assert stat.S_IMODE((telemetry / "local" / "weekends").stat().st_mode) == mode
    assert stat.S_IMODE((telemetry / "local").stat().st_mode) == 0o777 & ~umask


def test_the_space_of_a_file_is_reserved_not_sparse(tool, folder):
    tool().many("tool/many-", 900)
    status = only_file(folder).stat()
    assert status.st_size > PAGE
    assert status.st_blocks * 512 >= status.st_size


def test_a_file_grows_by_pages_and_no_record_reaches_a_pages_end(tool, folder):
    driver = tool(max_names=100_000)
    for round in range(12):
        driver.many(f"tool/{'x' * (40 * round)}/", 150)
    file = counterfile.read(only_file(folder))
    assert file.size >= 10 * PAGE and file.size % PAGE == 0
    assert len(file.records) == 12 * 150
    assert counterfile.violations(file) == []


def test_the_first_counts_survive_growth(tool, folder):
    driver = tool(max_names=100_000)
    driver.add("tool/first", 7)
    driver.many("tool/many-", 3000)
    driver.add("tool/first", 1)
    assert values(only_file(folder))["tool/first"] == 8


def test_no_temporary_file_is_left(tool, folder):
    tool().count("a")
    assert sorted(path.name for path in (folder / "local").iterdir()) == [NAME, "weekends"]


# ---- Who shares a file


def test_one_identity_shares_a_file_and_a_restart_goes_on_in_it(tool, folder):
    first, second = tool(), tool()
    first.count("a/b", 2)
    second.count("a/b", 3)
    first.end(), second.end()
    tool(clock=MONDAY + 3600).count("a/b", 4)
    assert values(only_file(folder)) == {"a/b": 9}


def test_two_programs_with_one_base_name_both_count_and_again_after_a_restart(tool, folder):
    other = "example.org/other/tool"
    for round in (1, 2):
        tool().count("a", 1)
        tool(program=other).count("a", 10)
        by_program = {counterfile.read(path).metadata["Program"]: values(path) for path in scene.counter_files(folder)}
        assert by_program == {TOOL["program"]: {"a": round}, other: {"a": 10 * round}}
    assert {NAME} < {path.name for path in scene.counter_files(folder)}
    assert not quarantined(folder)


def test_many_programs_with_one_base_name_all_count(tool, folder):
    programs = [f"example.com/{number}/tool" for number in range(8)]
    for program in programs:
        tool(program=program).count("a", 1 + programs.index(program))
    counted = {counterfile.read(path).metadata["Program"]: values(path)["a"] for path in scene.counter_files(folder)}
    assert counted == {program: 1 + index for index, program in enumerate(programs)}


def test_a_later_end_in_the_file_is_taken_when_weekends_has_changed(tool, folder):
    tool().count("a")
    (folder / "local" / "weekends").write_text("6\n")
    late = tool()
    late.count("a")
    assert values(only_file(folder)) == {"a": 2}
    assert counterfile.read(only_file(folder)).metadata["TimeEnd"] == "2026-11-27T00:00:00Z"
    # Its week ends when the file says, not when weekends does.
    late.clock(instant("2026-11-27", hours=1))
    assert late.rotate().status == "TEL_OK"
    assert late.file.name.endswith("2026-11-27.v1.count")
