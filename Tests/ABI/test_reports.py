"""The weekly report: which files become one, its bytes, and what is left."""

import fcntl
import json
import os
import re
import shutil

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, SAMPLES, TOOL
from Harness import counterfile, document
from Harness import driver as drivers
from Harness.driver import DAY, day, instant, reports

OVER = FRIDAY + 1
WEEK = "2026-11-27"


def names(folder):
    return sorted(path.name for path in (folder / "local").iterdir())


def expect(folder, tmp_path, driver, week=WEEK, at=OVER, last_week=""):
    """Keeps the counter files, makes the reports, and compares the bytes."""
    kept = tmp_path / "kept"
    shutil.copytree(folder / "local", kept)
    driver.clock(at)
    answer = driver.flush()
    assert answer.status == "TEL_OK", answer
    path = reports(folder)[week]
    files = [path for path in kept.glob("*.v1.count") if counterfile.read(path).metadata["TimeEnd"].startswith(week)]
    expected = document.go_json(document.report(week, files, document.x_of(path), last_week))
    assert path.read_bytes() == expected
    return path


def put(folder, name, records=(), id=b"", size=16384, **changes):
    """A file that nobody has open; `id`: one that libtel has made."""
    at, made = scene.first_record(**changes), []
    for text, value in records:
        made.append(scene.record(at, text, value))
        at += -(-(16 + len(text)) // 32) * 32
    path = folder / "local" / name
    path.write_bytes(scene.counter_file(made, id=id, size=size, **changes))
    return path


def own(number):
    return number.to_bytes(16, "big")


# ---- Bytes


def test_a_report_of_one_program(tool, folder, tmp_path):
    driver = tool()
    driver.count("tool/start", 3)
    driver.count("tool/mode:fast")
    expect(folder, tmp_path, driver)


def test_a_report_of_no_more_than_the_format_knows(tool, folder):
    driver = tool()
    driver.count("tool/start", 3)
    driver.clock(OVER)
    driver.flush()
    text = re.sub(r'"X": [0-9.e-]+', '"X": ?', reports(folder)[WEEK].read_text())
    assert text == """{
 "Week": "2026-11-27",
 "LastWeek": "",
 "X": ?,
 "Programs": [
  {
   "Program": "example.com/cmd/tool",
   "Version": "v1.2.3",
   "GoVersion": "gcc12.2",
   "GOOS": "linux",
   "GOARCH": "amd64",
   "Counters": {
    "tool/start": 3
   },
   "Stacks": {}
  }
 ],
 "Config": "v0.0.0-0"
}"""


def test_programs_stand_in_the_order_of_their_files_names(tool, folder, tmp_path):
    for number, (program, version) in enumerate([("x/zeta", "v1"), ("y/alpha", "v2"), ("y/alpha", "v10"), ("b/Beta", "v1"), ("a/mid", "v1")]):
        tool(program=program, version=version).count("a", 1 + number)
    path = expect(folder, tmp_path, tool())
    listed = [(program["Program"], program["Version"]) for program in json.loads(path.read_text())["Programs"]]
    # The last program has counted nothing, and has its empty entry.
    assert listed == [("b/Beta", "v1"), ("y/alpha", "v10"), ("y/alpha", "v2"), ("a/mid", "v1"), (TOOL["program"], "v1.2.3"), ("x/zeta", "v1")]


def test_the_files_of_a_weeks_days_are_one_report(tool, folder, tmp_path):
    for begin in range(4):
        tool(clock=MONDAY + begin * DAY).count("a", 10**begin)
    path = expect(folder, tmp_path, tool(program="other"))
    assert counterfile.report_counts(path)[("example.com/cmd/tool", "v1.2.3", "gcc12.2", "linux", "amd64"), "a"] == 1111


def test_names_of_every_kind_are_written_as_the_reference_does(tool, folder, tmp_path):
    driver = tool(max_names=100_000)
    texts = [b'quote"', b"back\\slash", b"a<b>&c", b"\x7f", b"\x00", b"\x01\x1f\b\f\r\t", "é".encode(), "日本語".encode(), "\U00010000".encode(),
             "\uff5e".encode(), "\u2028\u2029".encode(), "\ufeff".encode(), b"a/", b"a:", b"a", b"B", b"x" * 4096]
    for number, text in enumerate(texts):
        driver.raw(text, 1 + number)
    expect(folder, tmp_path, driver)


def test_names_that_differ_only_in_malformed_bytes_are_summed(tool, folder, tmp_path):
    driver = tool()
    for text, n in [(b"bad/\xff", 1), (b"bad/\xfe", 10), (b"bad/\xc3", 100), (b"bad/\xef\xbf\xbd", 1000), (b"bad/\xed\xa0\x80", 7), (b"bad/\xff\xff\xff", 20)]:
        driver.raw(text, n)
    path = expect(folder, tmp_path, driver)
    counts = {name: value for (_, name), value in counterfile.report_counts(path).items()}
    assert counts == {"bad/\ufffd": 1111, "bad/\ufffd\ufffd\ufffd": 27}


@pytest.mark.parametrize("values, sum", [
    ([(1 << 63) - 1], (1 << 63) - 1), ([1 << 63], (1 << 63) - 1), ([(1 << 64) - 1], (1 << 63) - 1),
    ([(1 << 63) - 1, 1], (1 << 63) - 1), ([1 << 63, 1 << 63], (1 << 63) - 1), ([(1 << 64) - 1] * 3, (1 << 63) - 1), ([1 << 62, 5], (1 << 62) + 5),
])
def test_values_saturate_and_never_turn_negative(driver, folder, values, sum):
    for number, value in enumerate(values):
        put(folder, f"tool{number}.v1.count", [(b"a", value)], own(1 + number))
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    assert process.flush().status == "TEL_OK"
    assert list(counterfile.report_counts(reports(folder)[WEEK]).values()) == [sum]


def test_stacks_are_decoded_and_stand_apart(driver, folder, tmp_path):
    put(folder, "tool.v1.count", [(b'crash\nmain.f:+1,+0x2\n".g:+3,+0x4', 2), (b"plain", 1)], own(1))
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    path = expect(folder, tmp_path, process)
    (program,) = json.loads(path.read_text())["Programs"]
    assert program["Stacks"] == {"crash\nmain.f:+1,+0x2\nmain.g:+3,+0x4": 2} and program["Counters"] == {"plain": 1}


def test_last_week_is_the_greatest_upload_before_today(driver, folder, tmp_path):
    (folder / "upload").mkdir()
    for name in ("2026-11-13.json", "2026-11-20.json", "2027-01-01.txt"):
        (folder / "upload" / name).write_text("{}")
    put(folder, "tool.v1.count", [(b"a", 1)], own(1))
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    expect(folder, tmp_path, process, last_week="2026-11-20")


def test_each_report_has_an_x_of_its_own(driver, folder):
    for week in range(3):
        begin, end = (f"2026-11-{number:02}" for number in (2 + 7 * week, 6 + 7 * week))
        put(folder, f"tool{week}.v1.count", [(b"a", 1)], own(1 + week), begin=begin, end=end)
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    process.flush()
    assert sorted(reports(folder)) == ["2026-11-06", "2026-11-13", "2026-11-20"]
    assert len({document.x_of(path) for path in reports(folder).values()}) == 3


# ---- Files


def test_a_week_that_is_not_over_is_left_untouched(tool, folder):
    driver = tool()
    driver.add("a", 5)
    path = scene.only_file(folder)
    before, content = path.stat(), path.read_bytes()
    for clock in (MONDAY, FRIDAY - 1, FRIDAY):  # the end itself is not after the end
        driver.clock(clock)
        assert driver.flush().status == "TEL_OK"
    assert path.read_bytes() == content and path.stat().st_mtime_ns == before.st_mtime_ns
    assert reports(folder) == {}


def test_afterwards_the_counter_file_is_gone_and_nothing_is_left_over(tool, folder):
    first = tool()
    first.add("a", 5)
    first.end()
    other = tool(clock=OVER, program="other")
    assert other.flush().status == "TEL_OK"
    other.end()
    assert names(folder) == ["2026-11-27.begin", "local.2026-11-27.json", "other@v1.2.3-gcc12.2-linux-amd64-2026-11-27.v1.count",
                             "tel.lock", "tel.state", "weekends"]


def test_a_second_run_changes_nothing(tool, folder):
    driver = tool()
    driver.add("a", 5)
    driver.clock(OVER)
    driver.flush()
    before = {name: (folder / "local" / name).read_bytes() for name in names(folder)}
    for _ in range(3):
        assert driver.flush().status == "TEL_OK"
    assert {name: (folder / "local" / name).read_bytes() for name in names(folder)} == before


def test_a_group_without_counters_is_cleaned_up_without_a_report(driver, folder):
    put(folder, "empty1.v1.count", id=own(1))
    put(folder, "empty2.v1.count", id=own(2))
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    assert process.flush().status == "TEL_OK"
    assert reports(folder) == {}
    assert [name for name in names(folder) if name.startswith("empty")] == []


def test_a_counter_that_was_only_looked_up_is_reported_as_0(tool, folder, tmp_path):
    """As the reference does: its value is as true as any other."""
    driver = tool()
    driver.ask("named", "looked/up")
    path = expect(folder, tmp_path, driver)
    assert list(counterfile.report_counts(path).values()) == [0]


def test_a_date_in_the_directorys_name_means_nothing(driver, tmp_path):
    folder = drivers.folder(tmp_path / "backup-2026-11-27" / "local.2026-11-27.json" / "t")
    put(folder, "tool.v1.count", [(b"a", 5)], own(1))
    process = driver()
    process.open(directory=folder, clock=OVER, **TOOL)
    process.flush()
    assert list(counterfile.report_counts(reports(folder)[WEEK]).values()) == [5]


def test_begin_says_since_when_each_program_counted(tool, folder):
    tool(clock=MONDAY + DAY).count("a")
    tool(clock=MONDAY).count("a")
    tool(clock=MONDAY + 2 * DAY, program="z/later").count("a")
    driver = tool(clock=OVER, program="reporter")
    driver.flush()
    begin = json.loads((folder / "local" / "2026-11-27.begin").read_bytes())
    assert begin == {"Week": WEEK, "Programs": [
        {"Program": program, "Version": "v1.2.3", "GoVersion": "gcc12.2", "GOOS": "linux", "GOARCH": "amd64", "TimeBegin": f"{date}T00:00:00Z"}
        for program, date in [("z/later", "2026-11-25"), (TOOL["program"], "2026-11-23")]]}


def test_without_opening_it_is_the_users_default_folder_by_the_real_clock(driver, tmp_path):
    folder = drivers.folder(drivers.telemetry(tmp_path))
    put(folder, "old.v1.count", [(b"a", 5)], own(1), begin="2020-01-06", end="2020-01-10")
    put(folder, "future.v1.count", [(b"a", 5)], own(2), begin="2199-01-07", end="2199-01-11")
    assert driver().flush().status == "TEL_OK"
    assert list(reports(folder)) == ["2020-01-10"]
    assert (folder / "local" / "future.v1.count").exists()


def test_without_a_folder_there_is_nothing_to_report_and_nothing_is_made(driver, tmp_path):
    assert driver().flush().status == "TEL_OK"
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_does_not_stop_the_rest(tool, folder):
    local = folder / "local"
    for sample in (SAMPLES / "crafted").glob("bad-*"):
        shutil.copyfile(sample, local / sample.name)
    (local / "directory.v1.count").mkdir()
    (local / "dangling.v1.count").symlink_to("nowhere")
    (local / "looping.v1.count").symlink_to("looping.v1.count")
    os.mkfifo(local / "fifo.v1.count")
    (local / "noise.v1.count").write_bytes(os.urandom(40_000))
    (local / ".v1.count").write_bytes(b"")
    os.truncate(put(folder, "huge.v1.count"), 1 << 40)
    put(folder, "zz-good.v1.count", [(b"a", 5)], own(1))
    driver = tool(clock=OVER)
    driver.ask("log")
    assert driver.flush().status == "TEL_OK"
    assert list(counterfile.report_counts(reports(folder)[WEEK]).values()) == [5]
    problems = driver.logged()
    for name in ("bad-cycle-plain", "directory", "dangling", "fifo", "noise", "huge"):
        assert f"{local}/{name}.v1.count" in problems
    # Nothing that may still be of use to somebody was taken away.
    assert {"directory.v1.count", "fifo.v1.count", "noise.v1.count", "huge.v1.count"} <= set(names(folder))


def test_a_busy_directory_is_said_to_be_busy(tool, folder):
    driver = tool()
    driver.add("a", 5)
    driver.clock(OVER)
    with open(folder / "local" / "tel.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = driver.flush()
        assert answer.status == "TEL_E_BUSY" and str(folder / "local") in answer.message
        assert reports(folder) == {}
    assert driver.flush().status == "TEL_OK"
    assert list(reports(folder)) == [WEEK]


def test_many_reporters_at_once_report_everything_once(tool, folder):
    reporters = [tool(clock=OVER, program="reporter") for _ in range(6)]
    expected = 0
    for round in range(15):
        for number in range(5):
            expected += 3
            name = f"{round}-{number}.v1.count"
            begin = instant("2026-09-07") + round * 7 * DAY
            put(folder, name, [(b"a", 1), (b"b", 2)], own(1 + 10 * round + number), begin=day(begin), end=day(begin + 4 * DAY))
        for reporter in reporters:
            reporter.clock(begin + 5 * DAY)
            reporter.send("flush", 0)
        answers = [reporter.receive() for reporter in reporters]
        assert {answer.status for answer in answers} <= {"TEL_OK", "TEL_E_BUSY"}
        assert sum(counterfile.accounted_by_name(folder).values()) == expected
        assert list(sum_of(folder).values()) == [5 * (round + 1), 10 * (round + 1)]


def sum_of(folder):
    sums = {}
    for path in reports(folder).values():
        for (_, name), value in counterfile.report_counts(path).items():
            sums[name] = sums.get(name, 0) + value
    return dict(sorted(sums.items()))


def test_when_time_is_up_it_says_so_and_the_next_run_goes_on(tool, folder):
    weeks, counters = 150, 150
    for number in range(weeks):
        begin = instant("2020-01-06") + number * 7 * DAY
        records = [(b"c%03d" % index, 1) for index in range(counters)]
        put(folder, f"{number:04}-linux-amd64-{day(begin)}.v1.count", records, own(1 + number), begin=day(begin), end=day(begin + 4 * DAY))
    driver = tool(clock=OVER)
    timeouts = 0
    while (answer := driver.flush(1)).status == "TEL_E_TIMEOUT":
        assert answer.message and answer.milliseconds < 1000
        if timeouts % 10 == 0:
            assert set(counterfile.accounted_by_name(folder).values()) == {weeks}
        timeouts += 1
        assert timeouts < 200, "it makes no progress"
    assert answer.status == "TEL_OK" and timeouts > 0
    assert sum_of(folder) == {f"c{index:03}": weeks for index in range(counters)}


# ---- Mode


def test_in_mode_on_reports_are_local_and_nothing_is_marked_as_uploaded(tool, folder):
    (folder / "mode").write_text("on 2026-01-01")
    driver = tool()
    driver.add("a", 5)
    driver.clock(OVER)
    assert driver.mode() == "on" and driver.flush().status == "TEL_OK"
    assert list(reports(folder)) == [WEEK]
    assert not (folder / "upload").exists()
    assert not (folder / "local" / f"{WEEK}.json").exists()


def test_in_mode_off_no_report_is_made(tool, folder):
    driver = tool()
    driver.add("a", 5)
    (folder / "mode").write_text("off 2026-11-24")
    before = names(folder)
    driver.clock(OVER)
    answer = driver.flush()
    assert answer.status == "TEL_E_OFF" and "off" in answer.message
    assert names(folder) == before


def test_the_references_own_week_becomes_the_reports_it_made(driver, tmp_path):
    """Samples/report: six files before, two reports after. What differs is what
    is wrong there: sums beyond 2^63, and the version of an upload config."""
    folder = tmp_path / "golden"
    shutil.copytree(SAMPLES / "report" / "in", folder)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (tmp_path / "before").mkdir()
    for path in (folder / "local").glob("*.v1.count"):
        shutil.copy(path, tmp_path / "before")
    uploads = {path.name: path.read_bytes() for path in (folder / "upload").iterdir()}
    reporter = driver()
    assert reporter.open(directory=folder, clock=instant("2026-12-05"), **{**TOOL, "program": "reporter"}).status == "TEL_OK"
    assert reporter.flush().status == "TEL_OK"

    golden = SAMPLES / "report" / "out" / "local"
    assert sorted(path.name for path in reports(folder).values()) == sorted(path.name for path in golden.glob("local.*.json"))
    for week, path in reports(folder).items():
        assert unlike(path, golden / path.name) == []
        files = [file for file in (tmp_path / "before").iterdir() if counterfile.read(file).metadata["TimeEnd"].startswith(week)]
        assert path.read_bytes() == document.go_json(document.report(week, files, document.x_of(path), "2026-11-20"))
    assert {path.name: path.read_bytes() for path in (folder / "upload").iterdir()} == uploads


def unlike(path, golden):
    """Lines of a report of the reference that ours does not have, but for its defects."""
    def lines(file):
        text = re.sub(rb'(?m)^ "(X|Config)": .*$', b"", file.read_bytes())
        return [line.rstrip(b",") for line in text.split(b"\n")]

    mine = set(lines(path))
    return [line for line in lines(golden) if line not in mine and b"sat/" not in line and b"\xef\xbf\xbd" not in line]


def test_reports_are_not_writable_for_others_even_without_a_umask(tool, folder):
    """As the reference's: 0644 before umask."""
    tool().add("a", 5)
    before = os.umask(0)
    try:
        process = tool(clock=OVER)
        assert process.flush().status == "TEL_OK"
    finally:
        os.umask(before)
    for name in ("local.2026-11-27.json", "2026-11-27.begin", "tel.state"):
        assert (folder / "local" / name).stat().st_mode & 0o777 == 0o644
