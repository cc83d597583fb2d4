"""Off works at once: what was counted and is in no report is gone, whoever
counts into it, and nothing brings it back."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from ABI.scene import FRIDAY, MONDAY, TOOL, counter_files, eventually, total
from ABI.test_consent import WRITING
from Harness import c, counterfile, golibtel
from Harness.driver import encode, environment, names, once, opening, program, reports, telemetry
from Harness.injection import each, kill, points, sample, strace

TEL = c.ROOT / "build" / "bin" / "tel"


def counter_names(folder):
    return [path.name for path in counter_files(folder)]


def test_the_counter_files_of_all_weeks_are_gone(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 5)
    process.clock(FRIDAY + 86400)
    process.rotate()
    process.add("a", 7)
    assert len(counter_files(folder)) == 2
    assert driver().ask(*opening(directory=folder, clock=MONDAY, **TOOL)).status == "TEL_OK"
    other = driver()
    other.open(directory=folder, clock=FRIDAY + 86400, **TOOL)
    assert other.set_mode("off").status == "TEL_OK"
    assert counter_files(folder) == []
    assert names(folder / "local") == ["tel.lock", "weekends"]


def test_who_has_the_file_open_sees_zeros(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    for number in range(300):
        process.count(f"name/{number}", number + 1)
    with open(process.file, "rb") as file:
        other = driver()
        other.open(directory=folder, clock=MONDAY, **TOOL)
        other.set_mode("off")
        seen = counterfile.parse(file.read()).counts
        assert os.fstat(file.fileno()).st_nlink == 0
    assert len(seen) == 300 and not any(seen.values())
    assert process.read("name/7") == 0, "its mapping is the same file"
    process.add("name/7", 3)
    assert process.read("name/7") == 3
    assert process.rotate().status == "TEL_E_OFF"
    assert names(folder / "local") == ["tel.lock", "weekends"]


def test_finished_reports_stay(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 5)
    process.clock(FRIDAY + 1)
    assert process.rotate().status == "TEL_OK" and process.flush().status == "TEL_OK"
    process.add("a", 6)
    before = {path.name: path.read_bytes() for path in (folder / "local").iterdir() if path.suffix != ".count"}
    assert process.set_mode("off").status == "TEL_OK"
    after = {path.name: path.read_bytes() for path in (folder / "local").iterdir()}
    assert after == before and list(reports(folder)) == ["2026-11-27"]


def test_what_goes_on_after_off_starts_from_nothing(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 5)
    other = driver()
    other.open(directory=folder, clock=MONDAY, **TOOL)
    other.set_mode("off")
    process.add("a", 50)
    other.set_mode("local")
    assert process.rotate().status == "TEL_OK"
    process.add("a", 1)
    assert total(folder) == {"a": 1}


def test_a_report_that_is_being_made_does_not_bring_it_back(driver, folder):
    """Off waits for the run: one that has read counts publishes before they go,
    or not at all."""
    maker = driver()
    maker.open(directory=folder, clock=MONDAY, **TOOL)
    for number in range(2000):
        maker.count(f"name/{number}", 1)
    maker.clock(FRIDAY + 1)
    switcher = driver()
    switcher.open(directory=folder, clock=MONDAY, **TOOL)
    maker.send("flush", 0)
    assert switcher.set_mode("off").status == "TEL_OK"
    seen = names(folder / "local")
    maker.receive()
    assert counter_names(folder) == [] and not [name for name in seen if ".tmp" in name or name.startswith("tel.") and "report" in name]
    assert names(folder / "local") == seen, "nothing comes afterwards"


def test_who_holds_the_lock_for_long_makes_off_say_so(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 1)
    with open(folder / "local" / "tel.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = process.set_mode("off")
        assert answer.status == "TEL_E_BUSY" and "try again" in answer.message
        assert (process.mode(), len(counter_files(folder))) == ("off", 1)
    assert process.set_mode("off").status == "TEL_OK" and counter_files(folder) == []


def test_what_a_killed_run_has_left_goes_too(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    local = folder / "local"
    (local / "tel.7.2026-11-20.report").write_text("{}")
    (local / ".tmp-0123456789abcdef").write_text("counts")
    (local / "notes.txt").write_text("mine")
    (local / "link.v1.count").symlink_to(local / "notes.txt")
    process.set_mode("off")
    assert names(local) == ["notes.txt", "tel.lock", "weekends"] and (local / "notes.txt").read_text() == "mine"


def test_opening_at_the_same_moment_leaves_no_file(driver, folder):
    """Whoever has read the old mode, and makes its file after the look for files,
    looks again."""
    stop = threading.Event()

    def open_and_close(process):
        while not stop.is_set():
            process.open(directory=folder, clock=MONDAY, **TOOL)
            process.add("a", 1)
            process.close()

    openers = [threading.Thread(target=open_and_close, args=(driver(),)) for _ in range(3)]
    switcher = driver()
    switcher.open(directory=folder, clock=MONDAY, **TOOL)
    for opener in openers:
        opener.start()
    try:
        for _ in range(60):
            switcher.set_mode("local")
            time.sleep(0.003)
            assert switcher.set_mode("off").status == "TEL_OK"
            eventually(lambda: counter_files(folder) == [], seconds=2)
            assert counter_files(folder) == []
    finally:
        stop.set()
        for opener in openers:
            opener.join()


def test_a_killed_off_is_finished_by_the_next(tmp_path):
    folder = tmp_path / "telemetry"

    def scene_():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "local").mkdir(parents=True)
        (folder / "local" / "weekends").write_text("5\n")
        once(tmp_path, opening(directory=folder, clock=MONDAY, **TOOL), ["add", "a", 5])
        once(tmp_path, opening(directory=folder, clock=MONDAY, **{**TOOL, "version": "v2"}), ["add", "a", 5])

    orders = [opening(directory=folder, clock=MONDAY, **TOOL), ["setmode", 0]]
    command = [str(program()), *(encode(*order) for order in orders)]
    scene_()
    trace = tmp_path / "trace"
    subprocess.run([*strace(trace), *command], env=environment(tmp_path), cwd=tmp_path, check=True, capture_output=True)
    found = [point for point in points(trace) if point.call in ("openat", "rename", "unlink", "flock", "mmap", "fsync", "pwrite64")]
    assert len(found) > 8

    def killed(point):
        scene_()
        subprocess.run([*strace(trace, *kill(point)), *command], env=environment(tmp_path), cwd=tmp_path, capture_output=True)
        mode = (folder / "mode").read_text() if (folder / "mode").exists() else ""
        assert mode in ("", "off 2026-11-23")
        if not mode:
            assert total(folder) == {"a": 10}
        once(tmp_path, orders[0], orders[1])
        assert counter_files(folder) == []

    each(sample(found, "off"), killed)


def test_a_folder_of_the_go_toolchain_keeps_its_files(driver, tmp_path):
    process = driver()
    process.open(vendor="go", clock=MONDAY, **TOOL)
    process.add("a", 3)
    folder = tmp_path / ".config" / "go" / "telemetry"
    before = process.file.read_bytes()
    assert process.set_mode("off").status == "TEL_OK"
    assert (folder / "mode").read_text() == "off 2026-11-23"
    assert [path.read_bytes() for path in counter_files(folder)] == [before]


# ---- Four programs at once


GO = """package main

import (
	"time"

	"golang.org/x/telemetry/counter"
)

func main() {
	counter.OpenAndRotate()
	for n := 0; ; n++ {
		counter.Inc("four/go")
		if n%1000 == 0 { time.Sleep(time.Millisecond) }
	}
}
"""
PYTHON = """import time, tel
tel.open("example.com/four-python", rotate=True, strict=True)
n = 0
while True:
    tel.inc("four/python")
    tel.inc(f"four/python:{n % 2000}")
    n += 1
    if n % 100 == 0: time.sleep(0.001)
"""
SHELL = "while :; do \"$0\" inc --program example.com/four-shell four/shell; done"
C = r"""
#include <stdio.h>
#include <tel.h>
#include <unistd.h>
int main(void) {
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/four-c";
    if (tel_open(&config) != TEL_OK) return 1;
    for (int n = 0;; n++) {
        char name[32];
        snprintf(name, sizeof name, "four/c:%d", n % 3000);
        tel_counter_inc("four/c");
        tel_counter_inc(name);
        if (n % 100 == 0) usleep(1000);
        if (n % 5000 == 0) tel_rotate();
    }
}
"""


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """The commands of four programs that count until they are ended."""
    folder = tmp_path_factory.mktemp("four")
    (folder / "four.c").write_text(C)
    (folder / "four.py").write_text(PYTHON)
    golibtel.module(folder / "go", "example.com/four", {"main.go": GO})
    golibtel.command("build", "-o", folder / "four-go", ".", folder=folder / "go", home=folder)
    return {
        "c": [c.build(folder / "four.c")], "python": [sys.executable, folder / "four.py"], "go": [folder / "four-go"], "shell": ["sh", "-c", SHELL, TEL]}


@pytest.mark.skipif(not c.is_shipped(), reason="the bindings load what ships")
def test_four_programs_stop_writing_when_the_user_says_off(four, tmp_path):
    env = {**environment(tmp_path), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"), "TEL_LIBRARY": str(c.library("shipped")),
           "PYTHONDONTWRITEBYTECODE": "1"}
    folder = telemetry(tmp_path)
    running = {}
    try:
        for name, command in four.items():
            running[name] = subprocess.Popen(
                ["strace", "-f", "-qq", "-ttt", "-e", "trace=%file,%desc", "-o", str(tmp_path / f"{name}.trace"), *map(str, command)],
                env=env, cwd=tmp_path, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: {"four-c", "four-python", "four", "four-shell"} <= {path.name.split("@")[0] for path in counter_files(folder)}, seconds=60)
        time.sleep(0.5)
        assert sum(total(folder).values()) > 100
        done = subprocess.run([str(TEL), "off"], env=env, cwd=tmp_path, capture_output=True, text=True)
        off = time.time()
        assert (done.returncode, done.stderr) == (0, ""), done
        assert "Deleted what was counted: " in done.stdout
        held = {name: [line for line in _maps(running[name].pid) if "/telemetry/local/" in line and "(deleted)" in line] for name in ("c", "python", "go")}
        time.sleep(2)
        assert all(process.poll() is None for process in running.values()), "they go on"
        assert names(folder) == ["local", "local/tel.lock", "local/weekends", "mode"]
    finally:
        for process in running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert held["python"] and held["go"], "they still had the files mapped"
    for name in four:
        written = []
        for line in (tmp_path / f"{name}.trace").read_text(errors="replace").splitlines():
            match = re.match(r"(?:\d+ +)?(\d+\.\d+) (.*)", line)
            # What had begun before may end; what fails has done nothing.
            if match and float(match[1]) > off + 0.05 and re.search(r"\.config/tel", line) and WRITING.search(match[2]) and " = -1 " not in line:
                written.append(line)
        assert written == [], name
        assert re.search(r"\.v1\.count", (tmp_path / f"{name}.trace").read_text(errors="replace")), "the trace sees its files"


def _maps(tracer):
    """Mappings of the processes under a tracer."""
    children = open(f"/proc/{tracer}/task/{tracer}/children").read().split()
    return [line for child in children for line in open(f"/proc/{child}/maps").read().splitlines()]
