"""A full disk is a dropped count, never a SIGBUS. The file system is a small
one in a mount namespace of its own."""

import os
import re
import subprocess

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL
from Harness import counterfile
from Harness import driver as drivers
from Harness.driver import Driver, once, opening
from Harness.privilege import as_root, do, inside, mounted

PAGE = 16384


class Disk:
    """A driver on a file system of its own, which the test can fill."""

    def __init__(self, tmp_path, **mount):
        self.where = tmp_path / "disk"
        self.where.mkdir()
        self.driver = Driver(tmp_path, prefix=mounted(self.where, **mount))
        self.driver.ask("sleep", 0)  # it is there, so the mount is
        self.here = inside(self.driver, self.where)
        self.folder = self.here / "telemetry"
        if "ro" not in mount.get("then", ""):
            drivers.folder(self.folder)

    def open(self, **texts):
        return self.driver.open(directory=self.where / "telemetry", clock=MONDAY, **{**TOOL, **texts})

    def fill(self):
        with open(self.here / "filler", "ab", buffering=0) as filler:
            for size in (4096, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    pass

    def free(self):
        (self.here / "filler").unlink()


@pytest.fixture
def disk(tmp_path):
    made = []

    def make(**mount):
        made.append(Disk(tmp_path, **{"options": "size=256k", **mount}))
        return made[-1]

    yield make
    for one in made:
        one.driver.kill()


def alive(driver):
    driver.ask("sleep", 0)
    return driver.process.poll() is None


def test_full_before_opening_counts_wait_for_space(disk):
    full = disk()
    full.fill()
    answer = full.open()
    assert answer.status in ("TEL_E_IO", "TEL_E_FULL") and str(full.where / "telemetry") in answer.message and "space" in answer.message
    full.driver.count("a", 5)
    full.driver.add("b", 7)
    assert scene.counter_files(full.folder) == []
    full.free()
    assert full.driver.rotate().status == "TEL_OK"
    assert scene.values(scene.only_file(full.folder)) == {"a": 5, "b": 7}


def test_full_while_counting_what_has_a_place_goes_on_and_the_rest_is_dropped_and_counted(disk):
    full = disk()
    assert full.open(max_names=100_000).status == "TEL_OK"
    driver = full.driver
    driver.add("known/handle", 1)
    driver.count("known/name", 1)
    full.fill()
    driver.many("tool/" + "x" * 100 + "/", 1000)
    driver.add("known/handle", 10)
    driver.count("known/name", 10)
    assert alive(driver)
    full.free()
    assert driver.rotate().status == "TEL_OK"
    driver.add("new/after", 3)
    counted = scene.values(scene.only_file(full.folder))
    assert counted["known/handle"] == counted["known/name"] == 11
    assert counted["new/after"] == 3
    many = sum(value for name, value in counted.items() if name.startswith("tool/"))
    assert 0 < many < 1000
    assert many + counted["tel/dropped:space"] == 1000


def test_handles_made_on_a_full_disk_count_when_there_is_space_again(disk):
    full = disk()
    full.open(max_names=100_000)
    driver = full.driver
    full.fill()
    driver.many("t/", 1000)
    driver.add("handle/late", 5)
    full.free()
    driver.rotate()
    driver.add("handle/late", 2)
    counted = scene.values(scene.only_file(full.folder))
    assert counted["handle/late"] == 2
    many = sum(value for name, value in counted.items() if name.startswith("t/"))
    assert many + counted["tel/dropped:space"] == 1005


def test_the_first_page_of_a_fresh_file_is_not_a_hole(disk):
    """All of what was reserved can be written though nothing is left."""
    full = disk()
    full.open()
    full.fill()
    assert alive(full.driver)
    for number in range(100):
        full.driver.count(f"first/{number}", 1)
    counted = scene.values(scene.only_file(full.folder))
    assert sum(value for name, value in counted.items() if name.startswith("first/")) == 100


def test_a_sparse_file_of_the_reference_is_backed_before_it_is_counted_into(disk):
    full = disk()
    sparse = full.folder / "local" / scene.NAME
    sparse.write_bytes(scene.header())
    os.truncate(sparse, 4 * PAGE)
    full.fill()
    answer = full.open()
    full.driver.many("tool/", 500)
    assert alive(full.driver)
    assert answer.status in ("TEL_E_IO", "TEL_E_FULL") and answer.message
    full.free()
    assert full.driver.rotate().status == "TEL_OK"
    counted = scene.values(scene.only_file(full.folder))
    assert sum(value for name, value in counted.items() if name.startswith("tool/")) == 500


def test_a_report_on_a_full_disk_fails_and_loses_nothing(disk):
    full = disk()
    full.open()
    full.driver.count("a", 5)
    full.driver.clock(FRIDAY + 1)
    full.driver.rotate()
    full.fill()
    answer = full.driver.flush()
    assert answer.status != "TEL_OK" and str(full.where / "telemetry" / "local") in answer.message
    assert counterfile.accounted_by_name(full.folder) == {"a": 5}
    full.free()
    assert full.driver.flush().status == "TEL_OK"
    assert counterfile.accounted_by_name(full.folder) == {"a": 5}
    assert (full.folder / "local" / "local.2026-11-27.json").exists()
    assert not [name for name in os.listdir(full.folder / "local") if name.startswith((".tmp", "tel.1."))]


def test_the_mode_survives_a_full_disk(disk):
    full = disk()
    full.open()
    full.driver.set_mode("on")
    full.fill()
    answer = full.driver.set_mode("off")
    if answer.status != "TEL_OK":
        assert str(full.where / "telemetry") in answer.message
        assert (full.folder / "mode").read_text() == "on 2026-11-23"
    else:
        assert (full.folder / "mode").read_text() == "off 2026-11-23"


def test_rotation_on_a_full_disk_keeps_counts_for_the_next_file(disk):
    full = disk()
    full.open()
    full.driver.count("a", 1)
    full.fill()
    full.driver.clock(FRIDAY + 1)
    answer = full.driver.rotate()
    assert answer.status in ("TEL_E_IO", "TEL_E_FULL") and answer.message
    full.driver.count("a", 2)
    full.driver.add("b", 3)
    full.free()
    assert full.driver.rotate().status == "TEL_OK"
    total = scene.total(full.folder)
    assert total == {"a": 3, "b": 3}


def test_no_inodes_left(disk):
    full = disk(options="size=256k,nr_inodes=5")
    answer = full.open()
    assert answer.status == "TEL_E_IO"
    full.driver.count("a", 2)
    assert answer.message and full.driver.read("a") == 2


@pytest.mark.parametrize("kilobytes", [0, 8, 16, 32])
def test_a_limit_on_the_size_of_files_is_no_reason_to_die(driver, folder, kilobytes):
    """ulimit -f: growing beyond it is a signal, and a process's own file is not to bring it."""
    process = driver(prefix=["prlimit", f"--fsize={kilobytes * 1024}", "--"])
    answer = process.open(directory=folder, clock=MONDAY, max_names=100_000, **TOOL)
    process.many("tool/" + "x" * 100 + "/", 1000)
    process.add("handle", 2)
    process.clock(FRIDAY + 1)
    process.rotate()
    process.flush()
    assert alive(process)
    if kilobytes < 16:
        assert answer.status in ("TEL_E_IO", "TEL_E_FULL") and answer.message
        assert process.read("handle") == 2
    else:
        counted = scene.total(folder)
        accounted = sum(value for name, value in counterfile.accounted_by_name(folder).items())
        assert answer.status == "TEL_OK" and accounted == 1002
        assert counted.get("tel/dropped:space", 0) < 1000


def test_a_read_only_file_system(disk):
    full = disk(then='mount -o remount,ro "$0"')
    answer = full.open()
    assert answer.status == "TEL_E_IO" and str(full.where) in answer.message
    full.driver.count("a", 2)
    assert full.driver.read("a") == 2
    assert full.driver.set_mode("on").status == "TEL_E_IO"


def test_without_fallocate_pages_are_written_before_they_are_used(disk):
    """ramfs cannot reserve: whole pages of zeros are appended instead."""
    full = disk(kind="ramfs", options="")
    assert full.open(max_names=100_000).status == "TEL_OK"
    full.driver.add("kept", 3)
    full.driver.many("tool/" + "x" * 100 + "/", 2000)
    full.driver.add("kept", 4)
    path = scene.only_file(full.folder)
    file = counterfile.read(path)
    assert file.size >= 10 * PAGE and counterfile.violations(file) == []
    counts = scene.values(path)
    assert counts["kept"] == 7 and len(counts) == 2001 and not any(re.match("tel/dropped", name) for name in counts)
    full.driver.clock(FRIDAY + 1)
    assert full.driver.rotate().status == full.driver.flush().status == "TEL_OK"
    assert counterfile.accounted_by_name(full.folder)["kept"] == 7


def test_a_disk_that_turns_read_only_while_its_file_is_mapped(tmp_path):
    """As ext4 does after an error of the medium: here it is told that there was one."""
    image, where = tmp_path / "image", tmp_path / "disk"
    where.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True, env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
    script = 'mount -o loop,errors=remount-ro "$1" "$0" && shift && exec "$@"'
    with Driver(tmp_path, prefix=[*as_root(), "unshare", "-m", "sh", "-c", script, where, image]) as driver:
        driver.ask("sleep", 0)
        folder = drivers.folder(inside(driver, where) / "telemetry")
        assert driver.open(directory=where / "telemetry", clock=MONDAY, max_names=100_000, **TOOL).status == "TEL_OK"
        driver.add("kept", 1)
        do("nsenter", "-t", driver.process.pid, "-m", "mount", "-o", "remount,abort", where)
        driver.add("kept", 2)
        driver.count("kept", 4)
        # Beyond the file's end: dropped, and known to be.
        driver.many("tool/" + "x" * 100 + "/", 1000)
        for answer in (driver.rotate(), driver.flush(), driver.set_mode("on")):
            assert answer.status == "TEL_OK" or "Read-only" in answer.message or "space" in answer.message, answer
        driver.clock(FRIDAY + 1)
        assert driver.rotate().status == "TEL_E_IO"
        counts = scene.values(scene.only_file(folder))
        many = sum(value for name, value in counts.items() if name.startswith("tool/"))
        assert counts["kept"] == 7 and 0 < many < 1000
        assert many + counts["tel/dropped:space"] == 1000


@pytest.mark.parametrize("error", ["EDQUOT", "ENOSPC"])
def test_a_quota_that_is_used_up_is_a_dropped_count(tmp_path, folder, error):
    """Not every kernel has quotas: the call is made to fail as with one."""
    orders = [opening(directory=folder, clock=MONDAY, max_names=100_000, **TOOL), ["count", "kept", 1], ["many", "tool/" + "x" * 100 + "/", 500], ["rotate"],
              ["count", "kept", 2]]
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fallocate", "-e", f"inject=fallocate:error={error}:when=2+"]
    answers = once(tmp_path, *orders, prefix=strace)
    assert [answer.status for answer in answers] == ["TEL_OK"] * len(orders)
    counts = scene.values(scene.only_file(folder))
    many = sum(value for name, value in counts.items() if name.startswith("tool/"))
    assert counts["kept"] == 3 and 0 < many < 500 and many + counts["tel/dropped:space"] == 500


@pytest.mark.parametrize("maximum, kept", [(0, 1000), (10_000, 10_000), (100_000, 10_000)])
def test_ten_thousand_names(tmp_path, folder, maximum, kept):
    """As many as the file may have are counted, the others are counted as dropped."""
    once(tmp_path, opening(directory=folder, clock=MONDAY, max_names=maximum, **TOOL), ["many", "tool/n", 10_000])
    counts = scene.values(scene.only_file(folder))
    assert sum(name.startswith("tool/n") for name in counts) == kept
    assert counts.get("tel/dropped:full", 0) == 10_000 - kept
