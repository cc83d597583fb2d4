"""A report that was answered is there, once, whatever happens next."""

import subprocess
import time

import pytest


def wait_for(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.01)


def check(store, kept):
    """Everything that was kept is listed, and nothing twice."""
    listed, said = store.listed()
    assert len(set(listed)) == len(listed) == said
    assert set(kept) <= set(listed)
    assert store.do("verify").stdout.startswith("(reports:")


def test_killed_again_and_again(store):
    kept = []
    for seed in range(6):
        keeper = store.keeper(seed=seed)
        wait_for(lambda: len(keeper.kept) > 300 * (seed + 1))
        keeper.kill()
        assert keeper.refused == []
        kept += keeper.kept
    check(store, kept)


@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_killed_at_a_system_call(store, call):
    kept = []
    for number in (8, 20, 33):
        keeper = store.keeper(seed=number, prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number * (40 if call == 'pwrite64' else 1)}"))
        wait_for(lambda: keeper.process.poll() is not None)
        keeper.reader.join()
        kept += keeper.kept
    check(store, kept)


@pytest.mark.parametrize(("call", "error"), [("fdatasync", "EIO"), ("pwrite64", "EIO"), ("pwrite64", "ENOSPC")])
def test_a_medium_that_fails_for_a_while(store, call, error):
    """Reports are refused with a sentence, and none that was answered is lost; afterwards they are kept again."""
    # Opening the file takes a few calls of each kind, which are not meant.
    many = 1 if call == "fdatasync" else 200
    keeper = store.keeper(seed=3, prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={30 * many}..{32 * many}"))
    wait_for(lambda: keeper.refused)
    before = len(keeper.kept)
    wait_for(lambda: len(keeper.kept) > before + 500)
    keeper.kill()
    assert all(("no space left" if error == "ENOSPC" else "cannot use") in why for _, why in keeper.refused), keeper.refused[0]
    check(store, keeper.kept)
    # A sender who was refused tries again.
    assert not set(keeper.kept) & {x for x, _ in keeper.refused}


def test_a_full_disk(store, tmp_path):
    """On a file system of 4 MiB: in the end everything is refused, and what was kept is there."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], check=True)
    try:
        store.path = small / "reports.db"
        keeper = store.keeper()
        wait_for(lambda: len(keeper.refused) > 100)
        keeper.kill()
        assert all("no space left" in why for _, why in keeper.refused), keeper.refused[0]
        assert len(keeper.kept) > 100
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        check(store, keeper.kept)
        keeper = store.keeper(seed=2)
        wait_for(lambda: len(keeper.kept) > 100)
        keeper.kill()
        check(store, keeper.kept)
    finally:
        subprocess.run(["umount", small], check=True)


def test_every_answer_is_behind_a_sync(store, tmp_path):
    """The system calls say so: between a report's last write and its answer the log is synced."""
    trace = tmp_path / "trace"
    done = store.do("add", 300, 16, prefix=("strace", "-f", "-y", "-o", trace, "-e", "trace=pwrite64,fdatasync,fsync"))
    assert '"reports": 300' in done.stdout
    calls = [line for line in trace.read_text().splitlines() if "-wal>" in line and "resumed" not in line]
    syncs = sum("sync(" in line for line in calls)
    assert 300 / 16 <= syncs <= 300
