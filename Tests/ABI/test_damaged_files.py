"""Whatever lies under the name of a counter file, or happens to it while it is
open: counting goes on, what is damaged is set aside, and nothing is lost
without a trace."""

import json
import os
import shutil
import socket

import pytest

from ABI import scene
from ABI.scene import MONDAY, NAME, SAMPLES, TOOL, only_file, quarantined, total, values
from Harness import counterfile
from Harness.driver import instant

PAGE = 16384
CRAFTED = {"program": "example.com/tel/cmd/crafted", "version": "v1.2.3", "toolchain": "go1.27.3"}
CRAFTED_NAME = "crafted@v1.2.3-go1.27.3-linux-amd64-2026-11-16.v1.count"
CRAFTED_DAY = instant("2026-11-16", hours=10)


# ---- What may lie under the name


def place(folder, content, name=NAME):
    path = folder / "local" / name
    path.write_bytes(content)
    return path


def goes_on(driver, folder, **before):
    """The same process counts, by name and by handle, and all of it is there."""
    driver.count("tool/by-name", 2)
    driver.add("tool/by-handle", 3)
    assert driver.rotate().status == "TEL_OK"
    driver.add("tool/by-handle", 3)
    counted = total(folder)
    assert counted["tool/by-name"] == 2 and counted["tool/by-handle"] == 6
    for name, value in before.items():
        assert counted[name] == value


@pytest.mark.parametrize(
    "content",
    [bytes(PAGE), b"\xff" * PAGE, os.urandom(PAGE), b"# telemetry/counter file v1\n" + bytes(PAGE), scene.header()[:20] + b"x" * PAGE],
    ids=["zeros", "ones", "noise", "nothing after the prefix", "prefix cut"])
def test_garbage_is_set_aside_and_counting_goes_on(tool, folder, content):
    place(folder, content)
    goes_on(tool(), folder)
    (aside,) = quarantined(folder)
    assert aside.read_bytes() == content and aside.name.startswith(NAME)
    assert only_file(folder).name == NAME


@pytest.mark.parametrize("size", [0, 100, 16383])
def test_a_short_file_that_is_no_counter_file_is_set_aside(tool, folder, size):
    place(folder, b"x" * size)
    goes_on(tool(), folder)
    assert len(quarantined(folder)) == (1 if size else 0)  # an empty one is simply finished
    assert only_file(folder).name == NAME


@pytest.mark.parametrize("size", [0, 1, 28, 40, len(scene.header()), 4096, 16380, 16383])
def test_a_file_that_the_reference_has_half_made_is_finished(tool, folder, size):
    path = place(folder, scene.counter_file()[:size])
    inode = path.stat().st_ino
    goes_on(tool(), folder)
    assert not quarantined(folder)
    assert only_file(folder).stat().st_ino == inode  # its maker may have it open
    assert only_file(folder).stat().st_size == PAGE


def test_a_file_zeroed_or_truncated_between_two_runs_is_noticed(tool, folder):
    damages = [lambda path: path.write_bytes(bytes(PAGE)), lambda path: os.truncate(path, 5000)]
    for number, damage in enumerate(damages):
        first = tool(clock=MONDAY + number)
        first.count("tool/before")
        first.end()
        damage(only_file(folder))
        second = tool(clock=MONDAY + number)
        second.count("tool/after")
        second.end()
        assert values(only_file(folder)) == {"tool/after": 1}
        assert len(quarantined(folder)) == number + 1


VERDICTS = {entry["file"]: entry for entry in json.loads((SAMPLES / "expected-crafted.json").read_text())}
BAD = sorted(name for name in VERDICTS if name.startswith(("bad-", "panic-", "hang-")))
GOOD = sorted(
    name for name, verdict in VERDICTS.items()
    if verdict["ok"] and verdict.get("meta", {}).get("Program") == CRAFTED["program"])
# Their limit is not beyond their records: the reference would write over them.
UNSAFE = ["ok-limit-zero-parser-ignores.v1.count", "ok-namelen-exactly-to-eof.v1.count"]


@pytest.mark.parametrize("sample", BAD)
def test_each_bad_sample_under_the_programs_name_is_set_aside(tool, folder, sample):
    content = (SAMPLES / "crafted" / sample).read_bytes()
    place(folder, content, CRAFTED_NAME)
    goes_on(tool(clock=CRAFTED_DAY, **CRAFTED), folder)
    if content:
        (aside,) = quarantined(folder)
        assert aside.read_bytes() == content
    assert only_file(folder).name == CRAFTED_NAME


@pytest.mark.parametrize("sample", [name for name in GOOD if name not in UNSAFE])
def test_each_good_sample_under_the_programs_name_is_counted_into(tool, folder, sample):
    content = (SAMPLES / "crafted" / sample).read_bytes()
    before = {bytes.fromhex(count["name_hex"]): int(count["value"]) for count in VERDICTS[sample]["counts"]}
    inode = place(folder, content, CRAFTED_NAME).stat().st_ino
    goes_on(tool(clock=CRAFTED_DAY, **CRAFTED), folder)
    assert not quarantined(folder)
    path = next(path for path in scene.counter_files(folder) if path.stat().st_ino == inode)
    counts = counterfile.read(path).counts
    assert {name: counts.get(name) for name in before} == before


@pytest.mark.parametrize("sample", UNSAFE)
def test_a_sample_whose_limit_is_wrong_is_set_aside_or_kept_whole(tool, folder, sample):
    content = (SAMPLES / "crafted" / sample).read_bytes()
    place(folder, content, CRAFTED_NAME)
    goes_on(tool(clock=CRAFTED_DAY, **CRAFTED), folder)
    before = counterfile.parse(content).counts
    kept = [counterfile.read(path).counts for path in [*scene.counter_files(folder), *quarantined(folder)]]
    assert any(before.items() <= counts.items() for counts in kept)


@pytest.mark.parametrize("limit", [0xFFFFFFE0, 0xFFFFFFFF, 0xFFFFC000, 0x80000000, 64 << 20, (64 << 20) - 32])
def test_a_limit_near_2_32_or_beyond_what_is_mapped_does_no_harm(tool, folder, limit):
    at = scene.first_record()
    content = scene.counter_file([scene.record(at, b"tool/before", 5)], limit=limit)
    place(folder, content)
    driver = tool()
    driver.many("tool/more-", 600)
    goes_on(driver, folder)
    assert total(folder)["tool/more-599"] == 1
    # Nobody made gigabytes of it.
    assert all(path.stat().st_size <= 1 << 20 for path in scene.counter_files(folder))
    everything = [*scene.counter_files(folder), *quarantined(folder)]
    assert any(counterfile.read(path).counts.get(b"tool/before") == 5 for path in everything)


def test_cycles_of_every_length_are_found(tool, folder):
    at = scene.first_record()
    bucket = counterfile.bucket_of(b"tool/a")
    for length in (1, 2, 50):
        records = [scene.record(at + 32 * index, b"x%02d" % index, 1, at + 32 * ((index + 1) % length)) for index in range(length)]
        place(folder, scene.counter_file(records, heads={bucket: at}))
        driver = tool(clock=MONDAY + length)
        driver.count("tool/a", length)
        assert driver.read("tool/a") == length
        driver.end()
        only_file(folder).unlink()
    assert len(quarantined(folder)) == 3


def test_two_files_set_aside_in_the_same_second_are_both_kept(tool, folder):
    for content in (b"1", b"2"):
        for path in scene.counter_files(folder):
            path.unlink()
        place(folder, content * PAGE)
        tool().count("a")
    assert sorted(path.read_bytes()[:1] for path in quarantined(folder)) == [b"1", b"2"]


def test_at_most_three_files_are_kept_in_quarantine_the_newest(tool, folder):
    for round in range(6):
        for path in scene.counter_files(folder):
            path.unlink()
        path = place(folder, bytes([65 + round]) * PAGE)
        os.utime(path, (MONDAY + round, MONDAY + round))
        tool(clock=MONDAY + round).count("a")
    assert sorted(path.read_bytes()[:1] for path in quarantined(folder)) == [b"D", b"E", b"F"]


# ---- A file that changes while it is open


def corrupt(path):
    """Breaks a chain under a live mapping, in every bucket."""
    head = len(scene.header())
    with open(path, "r+b") as file:
        file.seek(head + 4)
        file.write(b"\x04\0\0\0" * 512)


def test_a_file_that_turns_corrupt_while_open_is_set_aside_by_rotate(tool, folder):
    driver = tool()
    driver.count("tool/known", 1)
    corrupt(only_file(folder))
    driver.count("tool/new", 5)  # meets the damage and waits in memory
    assert driver.rotate().status == "TEL_OK"
    driver.count("tool/new", 2)
    assert len(quarantined(folder)) == 1
    assert values(only_file(folder))["tool/new"] == 7


def test_a_live_file_that_was_unlinked_gets_a_successor_with_a_name(tool, folder):
    driver = tool()
    driver.add("a", 1)
    only_file(folder).unlink()
    driver.add("a", 2)  # into a file that nobody can see: what an unlinker takes is his
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 4)
    assert values(only_file(folder)) == {"a": 4}
    assert driver.file == only_file(folder)


def test_a_live_file_that_was_replaced_is_left_and_the_new_one_joined(tool, folder):
    driver = tool()
    driver.add("a", 1)
    replacement = folder / "replacement"
    replacement.write_bytes(scene.counter_file([scene.record(scene.first_record(), b"a", 100)]))
    os.replace(replacement, only_file(folder))
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 4)
    assert values(only_file(folder)) == {"a": 104}


def test_a_replacement_that_is_garbage_is_set_aside(tool, folder):
    driver = tool()
    driver.add("a", 1)
    path = only_file(folder)
    path.unlink()
    path.write_bytes(b"garbage" * 4000)
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 4)
    assert values(only_file(folder)) == {"a": 4}
    assert len(quarantined(folder)) == 1


@pytest.mark.parametrize("kind", ["directory", "fifo", "link"])
def test_something_else_put_in_the_place_of_a_live_file_is_refused_and_counts_wait(tool, folder, tmp_path, kind):
    driver = tool()
    driver.add("a", 1)
    path = only_file(folder)
    path.unlink()
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "nowhere")
    answer = driver.rotate()
    assert answer.status == "TEL_E_IO" and str(path) in answer.message
    driver.count("b", 5)
    path.rmdir() if kind == "directory" else path.unlink()
    assert driver.rotate().status == "TEL_OK"
    assert values(only_file(folder))["b"] == 5
    assert not (tmp_path / "nowhere").exists()


def test_a_quarantine_that_cannot_be_made_is_said_and_the_damaged_file_stays(driver, folder):
    content = bytes(PAGE)
    path = place(folder, content)
    (folder / "quarantine").write_text("a file")
    process = driver()
    answer = process.open(directory=folder, clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_IO" and str(folder / "quarantine") in answer.message
    assert path.read_bytes() == content
    process.count("a", 5)
    (folder / "quarantine").unlink()
    assert process.rotate().status == "TEL_OK"
    assert values(only_file(folder)) == {"a": 5} and len(quarantined(folder)) == 1


def test_when_the_whole_folder_is_removed_rotate_makes_it_again(tool, folder):
    driver = tool()
    driver.add("a", 1)
    shutil.rmtree(folder)
    driver.add("a", 2)
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 4)
    assert values(only_file(folder)) == {"a": 4}


def test_growth_after_unlinking_neither_crashes_nor_makes_a_zombie(tool, folder):
    driver = tool()
    driver.add("a", 1)
    only_file(folder).unlink()
    driver.many("tool/many-", 900)
    assert scene.counter_files(folder) == []  # growth by path would have made one
    assert driver.rotate().status == "TEL_OK"
    driver.add("a", 1)
    assert values(only_file(folder))["a"] == 1


# ---- What is not a file


@pytest.mark.parametrize("target", ["elsewhere", "nowhere", "/dev/null", "/dev/zero"])
def test_a_symbolic_link_under_the_name_is_not_followed(driver, folder, tmp_path, target):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(scene.counter_file())
    link = folder / "local" / NAME
    link.symlink_to(target if target.startswith("/") else tmp_path / target)
    process = driver()
    answer = process.open(directory=folder, clock=MONDAY, **TOOL)
    process.count("a", 5)
    assert elsewhere.read_bytes() == scene.counter_file()
    assert not (tmp_path / "nowhere").exists()
    assert answer.status == "TEL_E_IO" and str(link) in answer.message and "symbolic link" in answer.message
    # Counts stay in memory, and go where they belong when the link is gone.
    link.unlink()
    assert process.rotate().status == "TEL_OK"
    assert values(only_file(folder)) == {"a": 5}


@pytest.mark.parametrize("kind", ["directory", "fifo", "socket"])
def test_something_else_under_the_name_is_refused_and_counts_wait(driver, folder, kind):
    path = folder / "local" / NAME
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        here = os.getcwd()
        os.chdir(path.parent)  # the address of a socket is short
        try:
            socket.socket(socket.AF_UNIX).bind(path.name)
        finally:
            os.chdir(here)
    process = driver()
    answer = process.open(directory=folder, clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_IO" and str(path) in answer.message
    process.count("a", 5)
    assert process.read("a") == 5
    path.rmdir() if kind == "directory" else path.unlink()
    assert process.rotate().status == "TEL_OK"
    assert values(only_file(folder)) == {"a": 5}


def test_a_file_of_another_day_is_left_alone(tool, folder):
    old = folder / "local" / NAME.replace("11-23", "11-22")
    old.write_bytes(scene.counter_file(begin="2026-11-22"))
    before = old.read_bytes()
    tool().count("a")
    assert old.read_bytes() == before and not quarantined(folder)


def test_a_damaged_file_with_the_longest_name_is_set_aside_too(tool, folder):
    """Behind 255 bytes there is no room for the time at which it was."""
    version = "v" + "1" * (255 - len("tool~00000000@-gcc12.2-linux-amd64-2026-11-23.v1.count") - 1)
    name = f"tool@{version}-gcc12.2-linux-amd64-2026-11-23.v1.count"
    assert len(name) > 243
    place(folder, bytes(PAGE), name=name)
    goes_on(tool(version=version), folder)
    assert len(quarantined(folder)) == 1
