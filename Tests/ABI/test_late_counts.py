"""Counts that come after their week's report: they go into the next local
report, once, and a report that was published never changes."""

import os

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, eventually
from ABI.test_reports import day, own, put
from Harness import counterfile
from Harness.driver import DAY, once, opening, reports
from Harness.privilege import NOBODY, PublicFolder, as_user, do

WEEK = 7 * DAY


def sums(folder):
    """Week -> name -> count, of the published reports."""
    found = {}
    for week, path in reports(folder).items():
        for (_, name), value in counterfile.report_counts(path).items():
            counts = found.setdefault(week, {})
            counts[name] = counts.get(name, 0) + value
    return found


def reporter(tool, clock):
    return tool(clock=clock, program="example.com/reporter")


def test_a_straggler_adds_to_its_old_file_and_the_next_report_has_it(tool, folder):
    straggler = tool()
    straggler.add("a", 1)
    report = reporter(tool, FRIDAY + 1)
    assert report.flush().status == "TEL_OK"
    assert sums(folder) == {"2026-11-27": {"a": 1}}
    first = reports(folder)["2026-11-27"].read_bytes()

    straggler.add("a", 10)  # has not rotated: its file still has its name
    report.clock(FRIDAY + WEEK + 1)
    assert report.flush().status == "TEL_OK"
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 10}}
    assert reports(folder)["2026-11-27"].read_bytes() == first


def test_late_counts_come_with_those_of_the_week_they_are_reported_in(tool, folder):
    straggler = tool()
    straggler.add("a", 1)
    straggler.add("b", 2)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    straggler.add("a", 10)
    other = tool(clock=FRIDAY + DAY)
    other.add("a", 100)
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 1, "b": 2}, "2026-12-04": {"a": 110}}


def test_until_there_is_a_week_for_them_late_counts_wait_in_their_file(tool, folder):
    straggler = tool()
    straggler.add("a", 1)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    straggler.add("a", 10)
    for hours in range(1, 150, 7):
        report.clock(FRIDAY + hours * 3600)
        assert report.flush().status == "TEL_OK"
        assert sums(folder) == {"2026-11-27": {"a": 1}}
        assert counterfile.accounted_by_name(folder) == {"a": 11}


def test_a_file_that_somebody_may_add_to_keeps_its_name(tool, folder):
    straggler = tool()
    straggler.add("a", 1)
    path = straggler.file
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    assert path.exists()
    straggler.end()
    report.flush()
    assert not path.exists()


def test_after_rotation_the_old_file_is_still_kept_for_the_process(tool, folder):
    """A thread may have loaded the old cell, and add to it at any later time."""
    process = tool()
    process.add("a", 1)
    path = process.file
    process.clock(FRIDAY + 1)
    process.rotate()
    process.flush()
    assert path.exists() and process.file != path
    process.close()
    reporter(tool, FRIDAY + 1).flush()
    assert not path.exists()


def test_a_straggler_that_was_killed_has_lost_nothing(tool, folder):
    straggler = tool()
    straggler.add("a", 1)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    straggler.add("a", 10)
    straggler.kill()
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 10}}
    assert not (folder / "local" / scene.NAME).exists()


def test_a_forked_child_that_outlives_its_parent_is_a_straggler_too(tool, folder, tmp_path):
    parent = tool()
    parent.add("a", 1)
    signal = tmp_path / "now"
    parent.ask("orphan", signal, "a", 10)
    parent.kill()
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    assert (folder / "local" / scene.NAME).exists()
    signal.touch()
    eventually(lambda: not signal.exists())
    report.clock(FRIDAY + WEEK + 1)
    eventually(lambda: report.flush() and not (folder / "local" / scene.NAME).exists())  # the child is about to end
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 10}}


def test_a_process_that_closed_all_its_descriptors_still_holds_its_file(tool, folder):
    """Daemons do: the mapping keeps the lock."""
    straggler = tool()
    straggler.add("a", 1)
    straggler.ask("closefrom", 3)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    assert (folder / "local" / scene.NAME).exists()
    straggler.add("a", 10)
    straggler.end()
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 1}, "2026-12-04": {"a": 10}}


def test_many_weeks_of_many_stragglers_add_up(tool, folder):
    stragglers = [tool(program=f"p{number}") for number in range(3)]
    added = 0
    report = reporter(tool, FRIDAY)
    published = {}
    for week in range(8):
        for number, straggler in enumerate(stragglers):
            straggler.add("a", 1 + number)
            straggler.count("b", 1)
            added += 1 + number
        report.clock(FRIDAY + week * WEEK + 1)
        assert report.flush().status == "TEL_OK"
        assert counterfile.accounted_by_name(folder) == {"a": added, "b": 3 * (week + 1)}
        contents = {date: path.read_bytes() for date, path in reports(folder).items()}
        assert published.items() <= contents.items()
        published = contents
        stragglers[week % 3].clock(FRIDAY + week * WEEK + 1)
        stragglers[week % 3].rotate()
    for straggler in stragglers:
        straggler.end()
    for _ in range(2):
        report.clock(FRIDAY + 9 * WEEK + 1)
        report.flush()
        report.clock(FRIDAY + 10 * WEEK + 1)
        report.flush()
    total = {}
    for counts in sums(folder).values():
        for name, value in counts.items():
            total[name] = total.get(name, 0) + value
    assert total == {"a": added, "b": 24}
    assert [path.name for path in scene.counter_files(folder) if path.name.startswith("p")] == []


def test_a_file_put_in_late_under_a_used_name_is_another_file(tool, folder):
    """Neither names nor inodes identify a file; ids do."""
    first = tool()
    first.add("a", 5)
    first.end()
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    again = tool()  # a clock set back: the same name, probably the same inode
    again.add("a", 5)
    again.end()
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-11-27": {"a": 5}, "2026-12-04": {"a": 5}}


def test_names_and_inodes_that_are_used_again_at_once_count_every_time(tool, folder):
    report = reporter(tool, FRIDAY)
    for week in range(25):
        again = tool()
        again.add("a", 5)
        again.end()
        report.clock(FRIDAY + week * WEEK + 1)
        assert report.flush().status == "TEL_OK"
        assert not (folder / "local" / scene.NAME).exists()
    assert [counts["a"] for counts in sums(folder).values()] == [5] * 25


def test_a_week_the_reference_has_reported_is_taken(tool, folder):
    """Its report is left as it is; what came late is in the next one."""
    theirs = folder / "local" / "local.2026-11-27.json"
    theirs.write_text('{"Week": "2026-11-27", "LastWeek": "", "X": 0.5, "Programs": null, "Config": "v0.0.0-0"}')
    straggler = tool()
    straggler.add("a", 5)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    assert counterfile.accounted_by_name(folder) == {"a": 5}
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert "Programs\": null" in theirs.read_text()
    assert sums(folder) == {"2026-12-04": {"a": 5}}


@pytest.mark.parametrize("marker", ["upload/2026-11-27.json", "local/2026-11-27.json"])
def test_a_week_that_was_or_will_be_uploaded_is_taken(tool, folder, marker):
    path = folder / marker
    path.parent.mkdir(exist_ok=True)
    path.write_text("theirs")
    tool().add("a", 5)
    report = reporter(tool, FRIDAY + 1)
    report.flush()
    assert reports(folder) == {} and counterfile.accounted_by_name(folder) == {"a": 5}
    report.clock(FRIDAY + WEEK + 1)
    report.flush()
    assert sums(folder) == {"2026-12-04": {"a": 5}}
    assert path.read_text() == "theirs"


def damage(path, how):
    if how == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "zeroed":
        path.write_bytes(bytes(path.stat().st_size))
    else:
        path.write_bytes(b"not a state at all\n")


def test_a_damaged_state_invents_nothing_and_counting_goes_on(tool, folder):
    """What was harvested of a live file is not known any more: at most the late
    counts are lost, with a sentence, and nothing counts twice."""
    report = reporter(tool, FRIDAY)
    straggler = tool()
    seen = 0
    for week, how in enumerate(["truncated", "zeroed", "other"]):
        straggler.add("a", 7)
        report.clock(FRIDAY + week * WEEK + 1)
        report.flush()
        damage(folder / "local" / "tel.state", how)
        straggler.add("a", 1)
        report.ask("log")
        assert report.flush().status == "TEL_OK"
        assert "tel.state" in report.logged()
    new = tool(clock=FRIDAY + 3 * WEEK + 2, program="new")
    new.add("b", 3)
    report.clock(FRIDAY + 4 * WEEK + 1)
    report.flush()
    total = {}
    for counts in sums(folder).values():
        for name, value in counts.items():
            total[name] = total.get(name, 0) + value
    assert total["b"] == 3
    assert 7 <= total["a"] <= 24
    assert len(scene.quarantined(folder)) == 3


def test_staged_reports_of_a_future_generation_never_were(tool, folder):
    local = folder / "local"
    (local / "tel.99.2026-11-20.report").write_text('{"Week": "2026-11-20"}')
    (local / "tel.99.2026-11-20.begin").write_text("{}")
    report = reporter(tool, FRIDAY + 1)
    assert report.flush().status == "TEL_OK"
    assert reports(folder) == {}
    assert [path.name for path in local.glob("tel.99*")] == []


def test_names_that_only_look_like_ours_are_left_alone(tool, folder):
    local = folder / "local"
    others = ["tel.1.report", "tel.x.2026-11-20.report", "tel.1.2026-13-20.report", "tel.01.2026-11-20.report", "tel.1.2026-11-20.report.bak",
              "tel.99999999999999999999999.2026-11-20.report", "notes.txt"]
    for name in others:
        (local / name).write_text("mine")
    tool().count("a")
    report = reporter(tool, FRIDAY + 1)
    assert report.flush().status == "TEL_OK"
    assert all((local / name).read_text() == "mine" for name in others)


def test_a_state_that_is_missing_invents_nothing_either(folder, driver):
    """The report's .begin says that there was one."""
    put(folder, f"x-{day(MONDAY)}.v1.count", [(b"a", 7)], own(1), toolchain="go1.27.3")
    process = driver()
    process.ask("log")
    assert process.open(directory=folder, clock=FRIDAY + 1, **TOOL).status == "TEL_OK"
    assert process.flush().status == "TEL_OK"
    (folder / "local/tel.state").unlink()
    process.clock(FRIDAY + WEEK + 1)
    assert process.flush().status == "TEL_OK"
    assert sums(folder) == {"2026-11-27": {"a": 7}}
    assert "tel.state is missing" in process.logged()


@pytest.mark.parametrize("toolchain, stays", [("go1.27.3", True), ("devel", True), ("gcc12.2", False)])
def test_files_that_go_processes_may_share_are_kept_for_eight_days(toolchain, stays, folder, driver):
    file = put(folder, f"x-{day(MONDAY)}.v1.count", [(b"a", 7)], own(1), toolchain=toolchain)
    process = driver()
    process.open(directory=folder, clock=FRIDAY + 1, **TOOL)
    for days in (0, 7):
        process.clock(FRIDAY + days * DAY + 1)
        assert process.flush().status == "TEL_OK"
        assert file.exists() == stays
    process.clock(FRIDAY + 9 * DAY)
    assert process.flush().status == "TEL_OK"
    assert not file.exists()
    assert sums(folder) == {"2026-11-27": {"a": 7}}


def test_late_counts_do_not_take_the_report_of_a_week_that_was_not_read(folder, tool, driver):
    """In passing, time is up before all files of the week that ends are read:
    that week must not be published with nothing but another's late counts."""
    straggler = tool(program="example.com/old")
    straggler.add("late", 1)
    reporter(tool, FRIDAY + 1).flush()
    straggler.add("late", 5)
    records = [(b"n/%d" % n, 1) for n in range(400)]
    for number in range(100):
        put(folder, f"p{number}-{day(FRIDAY)}.v1.count", records, own(number), size=65536, begin="2026-11-27", end="2026-12-04",
            program=f"example.com/p{number}")
    process = driver()
    process.open(directory=folder, clock=FRIDAY + WEEK + 1, flags=0, **TOOL)  # in passing
    process.close()
    process.open(directory=folder, clock=FRIDAY + WEEK + 1, **TOOL)
    assert process.flush().status == "TEL_OK"
    found = sums(folder)
    assert found["2026-12-04"] == {"late": 5, **{f"n/{n}": 100 for n in range(400)}}
    assert found.keys() == {"2026-11-27", "2026-12-04"}


@pytest.fixture
def public():
    folder = PublicFolder()
    yield folder
    folder.remove()


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_what_cannot_be_read_when_the_state_is_lost_is_not_counted_again(how, public):
    """It may be in the report of its week already."""
    home = public.folder("home", NOBODY)
    local = public.folder("home/telemetry/local", NOBODY)
    made = [put(home / "telemetry", f"{name}-{day(MONDAY)}.v1.count", [(b"a", 1)], own(n), program=f"example.com/{name}", toolchain="go1.27.3")
            for n, name in enumerate(("x", "y"))]

    def flush(clock):
        for path in (home / "telemetry", local, *made):
            do("chown", f"{NOBODY}:{NOBODY}", path)
        start = opening(directory=home / "telemetry", clock=clock, program="example.com/reporter")
        answers = once(home, start, ["flush", 0], prefix=as_user(NOBODY), program=public.program)
        assert [answer.status for answer in answers] == ["TEL_OK", "TEL_OK"]

    flush(FRIDAY + 1)
    assert sums(home / "telemetry") == {"2026-11-27": {"a": 2}}
    do("rm", local / "tel.state") if how == "missing" else do("truncate", "--size=3", local / "tel.state")
    made[1].chmod(0)
    flush(FRIDAY + 60)
    made[1].chmod(0o644)
    flush(FRIDAY + WEEK + 1)
    flush(FRIDAY + 2 * WEEK + 1)
    assert sums(home / "telemetry") == {"2026-11-27": {"a": 2}}
