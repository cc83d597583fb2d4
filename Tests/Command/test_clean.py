"""tel clean: telemetry's own files go, and nothing else; who counts is not disturbed."""

import fcntl
import json
import os
import pty
import subprocess
import time

import pytest

from Harness import c, client, counterfile

from .conftest import FRIDAY, MONDAY, SATURDAY, is_sentence, tree

BEGIN = 1795000000 // 86400 * 86400  # 2026-11-18: that week ends on the 20th


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


OWN = [
    f"local/local.{FRIDAY}.json", f"local/{FRIDAY}.begin", f"local/{FRIDAY}.json", f"upload/{FRIDAY}.json", f"local/tel.9.{FRIDAY}.report",
    f"local/tel.9.{FRIDAY}.begin", f"local/p@v1-go1.27-linux-amd64-{MONDAY}.v1.count", f"quarantine/p@v1-x-linux-amd64-{MONDAY}.v1.count.1795305600",
    "quarantine/tel.state.1795305600", "crash/4000000-5.record", "crash/go-7-123.crash", "crash/go-8-123.new", f"upload/{FRIDAY}.receipt", f"rejected/{FRIDAY}.json", f"rejected/{FRIDAY}.answer", "local/upload.plugins",
]
NOT_OWN = [
    "mode", "destination", "notes.txt", "local/weekends", "local/upload.token", "local/notes.json", "local/my.v1.count", "local/local.2026-13-01.json",
    f"local/local.{FRIDAY}.json.bak", f"local/x{FRIDAY}.json", "local/.tmp-notes", "upload/notes.json", "upload/README", "quarantine/.lock",
    "quarantine/notes.v1.count", "debug/sidecar.log", "local/upload.config", "local/upload.next", f"config/{'0' * 64}.json", "config/notes.json",
    "crash/notes.record", "crash/7.record", "crash/core", "crash/go.crash", f"upload/{FRIDAY}.receipts", "upload/notes.receipt", f"rejected/{FRIDAY}.txt", "rejected/notes.json", f"rejected/{FRIDAY}.receipt",
]


@pytest.fixture
def full(tel):
    for name in OWN + NOT_OWN:
        path = tel.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"5\n")
        if path.suffix == ".new":
            os.utime(path, (1, 1))  # else its program is just beginning
    old = tel.local / ".tmp-0123456789abcdef"
    old.write_bytes(b"")
    os.utime(old, (1, 1))
    lock = tel.directory / "upload" / f"{FRIDAY}.json.lock"
    lock.write_bytes(b"")
    os.utime(lock, (1, 1))
    return tel


LEFTOVERS = ["local/.tmp-0123456789abcdef", f"upload/{FRIDAY}.json.lock"]


def test_it_removes_what_has_a_name_of_telemetry_and_nothing_else(full):
    done = full("clean").ok
    assert done.out == f"Removed {len(OWN) + len(LEFTOVERS)} files.\n"
    assert names(full.directory) == set(NOT_OWN) | {"local/tel.lock"}


def test_a_dry_run_lists_and_touches_nothing(full):
    before = tree(full.home)
    lines = full("clean", "--dry-run").ok.out.splitlines()
    assert {line.removeprefix("remove       ") for line in lines} == {str(full.directory / name) for name in OWN + LEFTOVERS}
    shown = full("clean", "-n", "--json").ok.json
    assert (len(shown["removed"]), shown["zeroed"], shown["dry_run"]) == (len(lines), [], True)
    assert tree(full.home) == before


def test_folders_and_links_with_such_names_stay(tel, tmp_path):
    tel.weeks_end_on_fridays()
    precious = tmp_path / "precious"
    precious.write_text("text")
    (tel.local / f"local.{FRIDAY}.json").symlink_to(precious)
    (tel.local / f"p-{MONDAY}.v1.count").mkdir()
    done = tel("clean")
    assert done.code == 1 and done.err.count("not a regular file") == 2
    assert precious.read_text() == "text" and (tel.local / f"p-{MONDAY}.v1.count").is_dir()


@pytest.mark.parametrize("folder", ["local", "upload", "quarantine", "crash"])
def test_a_folder_that_is_a_link_is_not_followed(tel, tmp_path, folder):
    tel.weeks_end_on_fridays()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{FRIDAY}.json").write_text("{}")
    if folder == "local":
        (tel.local / "weekends").unlink()
        tel.local.rmdir()
    (tel.directory / folder).symlink_to(elsewhere)
    done = tel("clean")
    assert done.code == 1 and is_sentence(done.err, "symbolic link")
    assert names(elsewhere) == {f"{FRIDAY}.json"}


def test_a_program_that_is_watched_is_watched_on(tel, tmp_path):
    """What crashed and is not counted goes; its own record stays, and a crash after that is counted."""
    program = c.build("crashes.c", flags=("-fno-builtin-malloc",))
    environment = c.environment(tmp_path, HOME=tel.home)
    subprocess.run([program, tel.directory, "segv"], env=environment, cwd=tmp_path)
    with subprocess.Popen([program, tel.directory, "asked"], env=environment, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watched:
        watched.stdout.readline()
        assert len(names(tel.directory / "crash")) == 2
        assert tel("clean").code == 0
        assert [name.split("-")[0] for name in names(tel.directory / "crash")] == [str(watched.pid)]
        watched.stdin.close()
    assert watched.returncode < 0
    assert tel("report", "--json").ok.json["crashes"] == 1


def test_a_go_program_that_runs_keeps_its_file(tel):
    file = tel.directory / "crash" / "go-7-123.crash"
    file.parent.mkdir(parents=True)
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert tel("clean").ok.out == "Removed 0 files.\n" and file.exists()
    assert tel("clean").ok.out == "Removed 1 file.\n" and not file.exists()


def test_where_nothing_is_nothing_is_made(tel):
    assert tel("clean").ok.out == "Removed 0 files.\n"
    assert tree(tel.home) == {}


def test_a_file_in_use_is_set_to_zero_and_its_program_counts_on(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="hello")
    process.ask("add", name=b"hello/a", n=5)
    (path,) = tel.local.glob("*.v1.count")
    inode = path.stat().st_ino
    assert tel("clean", "--dry-run").ok.out == f"set to zero  {path}\n"
    assert tel("clean").ok.out == "Removed 0 files, and set 1 in use to zero.\n"
    assert path.stat().st_ino == inode and counterfile.read(path).counts == {b"hello/a": 0}
    process.ask("add", name=b"hello/a", n=3)
    assert tel.counts() == {"hello/a": 3}
    process.end()
    assert tel("clean").ok.out == "Removed 1 file.\n"


def test_counts_after_a_zeroed_file_are_reported_in_full(tel, libtel):
    """The ledger said that 5 were reported. It must not hold that against the
    next 3."""
    tel.weeks_end_on_fridays()
    process = libtel(tel.home)
    process.ask("open", program="hello", now=BEGIN)
    process.ask("add", name=b"hello/a", n=5)
    tel("report", "--as-of", "2026-11-21").ok
    assert counterfile.read_state(tel.local / "tel.state").ledger
    tel("clean").ok
    assert counterfile.accounted(tel.directory) == {}
    process.ask("add", name=b"hello/a", n=3)
    assert tel("fsck").ok
    assert counterfile.accounted_by_name(tel.directory) == {"hello/a": 3}
    tel("report", "--as-of", SATURDAY).ok
    assert counterfile.accounted_by_name(tel.directory) == {"hello/a": 3}
    reports = {path.name: counterfile.report_counts(path) for path in tel.local.glob("local.*.json")}
    assert [sum(counts.values()) for counts in reports.values()] == [3]


def test_a_reference_process_is_not_disturbed_either(tel, golang, reference):
    process = golang(tel.directory, "example.com/hello")
    process.ask("open")
    process.ask("add", name=b"hello/a", n=5)
    (path,) = tel.local.glob("*.v1.count")
    assert tel("clean").ok.out.startswith("Removed 0 files, and set 1 in use")
    process.ask("add", name=b"hello/a", n=2)
    assert reference.parse(path) == ({b"hello/a": 2}, None)


def test_while_others_count_it_takes_what_is_there_and_no_more(tel, libtel):
    """At the end there is exactly what was added after the last one."""
    processes = [libtel(tel.home) for _ in range(2)]
    for process in processes:
        process.ask("open", program="hello")
        process.ask("add", name=b"hello/a", n=1)
    for round in range(20):
        for process in processes:
            process.send("add", name=b"hello/a", n=1)
        tel("clean").ok
        for process in processes:
            process.receive()
    tel("clean").ok
    for process in processes:
        process.ask("add", name=b"hello/a", n=10)
    assert tel.counts() == {"hello/a": 20}


def test_a_damaged_file_in_use_is_set_to_zero_as_far_as_it_goes(tel, libtel):
    """Also one whose link leads beyond an end that never comes."""
    import struct

    process = libtel(tel.home)
    process.ask("open", program="hello")
    for name in [b"hello/a", b"hello/b"]:
        process.ask("add", name=name, n=5)
    (path,) = tel.local.glob("*.v1.count")
    file = counterfile.read(path)
    first, second = file.records
    with open(path, "r+b") as raw:
        raw.seek(first.offset + 12)
        raw.write(struct.pack("<I", 1 << 20))
        raw.seek(file.header_length)
        raw.write(struct.pack("<I", 2 << 20))
    done = tel("clean")
    assert done.code == 1 and is_sentence(done.err, path, "broken")
    data = path.read_bytes()
    assert [struct.unpack_from("<Q", data, record.offset)[0] for record in (first, second)] == [0, 0]


def test_what_was_staged_is_not_published_later(tel):
    tel.weeks_end_on_fridays()
    tel("inc", "--program", "hello", "hello/a", "--as-of", MONDAY).ok
    tel("report", "--as-of", SATURDAY).ok
    report = tel.local / f"local.{FRIDAY}.json"
    report.rename(tel.local / f"tel.1.{FRIDAY}.report")  # as a killed run leaves it
    tel("clean").ok
    tel("report", "--as-of", SATURDAY).ok
    assert not list(tel.local.glob("*.json")) and not list(tel.local.glob("*.report"))


def test_a_state_that_is_damaged_goes_too(tel):
    tel.weeks_end_on_fridays()
    (tel.local / "tel.state").write_text("nonsense")
    tel("clean").ok
    assert not (tel.local / "tel.state").exists()


def test_it_waits_for_a_report_run(tel):
    import fcntl

    tel.weeks_end_on_fridays()
    with open(tel.local / "tel.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = tel.start("clean")
        time.sleep(0.3)
        assert process.poll() is None
    assert process.communicate(timeout=30)[0] == b"Removed 0 files.\n"


@pytest.mark.parametrize("call", ["unlink", "rename", "openat", "flock", "mmap"])
def test_killed_anywhere_it_is_done_by_the_next_one(tel, tmp_path, call):
    """And what is left is a directory in which reports can be made."""
    tel.weeks_end_on_fridays()
    for number in range(1, 40):
        for day in [MONDAY, "2026-11-30"]:
            tel("inc", "--program", "hello", "hello/a", "5", "--as-of", day).ok
        tel("report", "--as-of", SATURDAY).ok
        killed = tel("clean", before=["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"])
        if killed.code == 0:
            break
        assert tel("fsck").code == 0
        tel("clean").ok
        left = {name for name in names(tel.directory) if "/.tmp-" not in name}  # of a minute ago: somebody may be at it
        assert left <= {"local/weekends", "local/tel.lock", "local/tel.state"}
    assert killed.code == 0 and number > 1


def on_a_terminal(tel, answer, *arguments):
    """Runs the command on a pseudo-terminal; what it printed, and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(tel.path, [b"tel", *map(os.fsencode, arguments)], client.environment(tel.home, TERM="xterm"))
    shown = b""
    while b"]" not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, answer)
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:
        pass
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def two(tel):
    for vendor in ["acme", "tel"]:
        tel("inc", "--vendor", vendor, "--program", "p", "a").ok
    return tel


def counter_files(tel):
    return len(list(tel.home.rglob("*.v1.count")))


@pytest.mark.parametrize("answer, left, code", [
    (b"y\n", 0, 0), (b"YES\n", 0, 0), (b"n\n", 2, 1), (b"\n", 2, 1), (b"yesterday\n", 2, 1), (b"\x04", 2, 1)])
def test_all_wants_a_yes_on_the_terminal(two, answer, left, code):
    shown, status = on_a_terminal(two, answer, "clean", "--all")
    assert "Forget all counts and reports of 2 vendors (acme, tel)? [y/N]" in shown
    assert (counter_files(two), status) == (left, code)


def test_all_does_nothing_without_a_terminal(two):
    done = two("clean", "--all", input=b"y\n")
    assert done.code == 1 and is_sentence(done.err, "terminal", "--vendor") and counter_files(two) == 2


def test_all_may_be_tried_without_a_terminal(two):
    assert two("clean", "--all", "--dry-run").ok.out.count("remove ") == 2 and counter_files(two) == 2
