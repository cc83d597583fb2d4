"""The file: whose it is, which versions are read, what is damaged, and how it shrinks."""

import fcntl
import os
import re
import sqlite3
import stat
import subprocess

import pytest

from Harness.trial import program


@pytest.fixture
def filled(store):
    store.do("add", 2000, 64)
    return store


def refused(store, order, *arguments):
    done = store.do(order, *arguments, check=False)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr.strip()


def test_nobody_else_may_read_it(filled):
    for path in filled.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_it_says_what_it_is(filled):
    with sqlite3.connect(filled.path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"telC"),)
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_one_is_refused(filled):
    with sqlite3.connect(filled.path) as db:
        db.execute("PRAGMA user_version = 99")
    for order in ("list", "verify"):
        assert f"{filled.path} is of version 99" in refused(filled, order)


def test_another_program_s_database_is_refused_and_left_alone(store):
    with sqlite3.connect(store.path) as db:
        db.execute("CREATE TABLE theirs (x)")
    before = store.path.read_bytes()
    for order in ("list", "verify"):
        assert "is a database of another program" in refused(store, order)
    assert store.path.read_bytes() == before


def test_what_is_no_database_is_refused_and_left_alone(store):
    store.path.write_bytes(b"no database at all" * 1000)
    for order in ("list", "verify"):
        assert "is damaged" in refused(store, order)
    assert store.path.read_bytes() == b"no database at all" * 1000


def test_a_damaged_page_is_found(filled):
    with sqlite3.connect(filled.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(filled.path, "r+b") as file:
        file.seek(os.path.getsize(filled.path) // 4096 // 2 * 4096)
        file.write(b"\xff" * 4096)
    assert "is damaged" in refused(filled, "verify")


def test_a_folder_that_is_not_there(store):
    store.path = store.path.parent / "missing" / "reports.db"
    assert str(store.path.parent) in refused(store, "list")


def test_a_read_only_file_system_is_refused_with_a_sentence(filled, tmp_path):
    place = tmp_path / "read-only"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    try:
        (place / "reports.db").write_bytes(filled.path.read_bytes())
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        filled.path = place / "reports.db"
        assert re.search("cannot be written: .* read-only|cannot open", refused(filled, "add", 1, 1))
    finally:
        subprocess.run(["umount", place], check=True)


def test_it_shrinks_when_weeks_are_forgotten(filled):
    before = filled.path.stat().st_size
    assert filled.do("forget", 1).stdout == "2000\n"
    with sqlite3.connect(filled.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert db.execute("SELECT count(*) FROM stack").fetchone() == (0,)
    assert filled.path.stat().st_size < before / 3
    assert filled.listed() == ([], 0)


def test_nothing_is_forgotten_that_is_young(filled):
    assert filled.do("forget", 0).stdout == "0\n"
    assert filled.listed()[1] == 2000


def test_a_backup_is_whole_and_private_while_reports_come(store, tmp_path):
    keeper = store.keeper()
    try:
        while len(keeper.kept) < 2000:
            pass
        before = list(keeper.kept)
        copy = tmp_path / "copy.db"
        store.do("backup", copy)
    finally:
        keeper.kill()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tmp")] == []
    original = set(store.listed()[0])
    store.path = copy
    assert store.do("verify").stdout.startswith("(reports:")
    restored, said = store.listed()
    assert set(before) <= set(restored) <= original and len(restored) == said


def test_another_process_that_checkpoints_is_waited_for(store):
    keeper = store.keeper()
    try:
        while len(keeper.kept) < 100:
            pass
        # https://sqlite.org/walformat.html, "Locks": WAL_CKPT_LOCK is byte 121 of the -shm file.
        with open(f"{store.path}-shm", "r+b") as shared:
            fcntl.lockf(shared, fcntl.LOCK_EX, 1, 121)
            waiting = subprocess.Popen([program(), "list", store.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            with pytest.raises(subprocess.TimeoutExpired):
                waiting.wait(1)
            fcntl.lockf(shared, fcntl.LOCK_UN, 1, 121)
            said, complaint = waiting.communicate(timeout=30)
        assert waiting.returncode == 0 and "day" in said, complaint
    finally:
        keeper.kill()


def test_a_backup_that_fails_leaves_what_was_there(filled, tmp_path):
    copy = tmp_path / "missing" / "copy.db"
    assert "missing" in refused(filled, "backup", copy)
