"""tel doctor: what keeps telemetry from working, and what to do."""

import os
import struct
import subprocess
import time

import pytest

from Harness import client
from Harness.injection import preloaded

from .conftest import FRIDAY, MONDAY, tree


def verdicts(tel, *arguments, code=None, **more):
    done = tel("doctor", "--json", *arguments, **more)
    (examination,) = done.json
    found = {}
    for check in examination["checks"]:
        found.setdefault(check["check"], []).append(check)
    is_bad = any(check["verdict"] == "bad" for check in examination["checks"])
    assert done.code == (1 if is_bad else 0) and done.err == ""
    return found


def one(tel, check, *arguments, **more):
    (found,) = verdicts(tel, *arguments, **more)[check]
    return found["verdict"], found["message"], found["hint"]


@pytest.fixture
def counted(tel):
    tel("inc", "--program", "hello", "hello/a").ok
    return tel


def test_a_healthy_directory(counted):
    before = tree(counted.home)
    out = counted("doctor").ok.out
    assert out.startswith(f"vendor tel: {counted.directory}\n")
    lines = out.splitlines()[1:]
    checks = ["directory", "owner", "mode", "permissions", "file system", "disk space", "clock", "week", "locks", "files", "size", "leftovers"]
    assert [line[6:19].strip() for line in lines] == checks
    assert {line[:6].strip() for line in lines} <= {"ok", "note"}
    assert tree(counted.home) == before


def test_before_anybody_counted(tel):
    assert one(tel, "directory")[:2] == ("ok", "not there yet: the first program that counts makes it")
    assert tree(tel.home) == {}


def test_without_a_home(tel):
    done = tel("doctor", environment={"PATH": "/usr/bin"})
    assert done.code == 1 and "bad   directory" in done.out and "set HOME" in done.out


def test_a_file_in_the_directorys_place(tel):
    tel.directory.parent.mkdir(parents=True)
    tel.directory.write_text("")
    assert one(tel, "directory")[0] == "bad"


def test_somebody_elses_directory(counted):
    for path in [counted.directory, counted.local]:
        os.chown(path, 1234, 1234)
    verdict, message, hint = one(counted, "owner")
    assert verdict == "bad" and "user 1234" in message
    assert "without sudo" in one(counted, "owner", SUDO_UID="1234")[2]


def test_a_directory_that_others_may_write(counted):
    counted.local.chmod(0o777)
    assert one(counted, "permissions")[0] == "note"


def test_a_directory_that_one_may_not_write(counted, tmp_path):
    """As another user: root may always."""
    tmp_path.chmod(0o755)
    for path in [tmp_path, *tmp_path.parents[:2], counted.home, *counted.home.rglob("*")]:
        os.chown(path, 1234, 1234) if str(path).startswith(str(counted.home)) else path.chmod(path.stat().st_mode | 0o055)
    counted.local.chmod(0o555)
    done = counted("doctor", before=["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"])
    assert done.code == 1 and f"bad   permissions  you may not write to {counted.local}\n                   -> chmod" in done.out


def test_a_mode_file_that_is_a_link(counted, tmp_path):
    (counted.directory / "mode").symlink_to(tmp_path)
    assert one(counted, "mode")[0] == "bad"


def test_a_file_system_in_memory(counted):
    script = 'mount -t tmpfs none "$0" && exec "$1" doctor --dir "$0"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, counted.directory, counted.path], env=client.environment(counted.home), capture_output=True, text=True)
    assert done.returncode == 0 and "note  file system  tmpfs: " in done.stdout, done


@pytest.mark.parametrize("magic, kind", [("6969", "NFS"), ("fe534d42", "SMB"), ("1021997", "9p")])
def test_a_network_file_system_by_what_the_library_goes_by(counted, magic, kind):
    faked = {key: str(value) for key, value in preloaded(file_system=magic).items()}
    verdict, message, hint = one(counted, "file system", **faked)
    assert (verdict, message) == ("bad", f"{kind}, a network file system: counts stay in memory and are not saved") and "TEL_DIR" in hint
    assert one(counted, "file system")[0] != "bad"


def test_a_network_file_system_before_anybody_counted(tel):
    faked = {key: str(value) for key, value in preloaded(file_system="6969").items()}
    assert one(tel, "file system", **faked)[0] == "bad"
    assert tree(tel.home) == {}


def test_a_read_only_file_system(counted):
    script = 'mount -t tmpfs -o ro none "$0" && exec "$1" doctor --dir "$0"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, counted.directory, counted.path], env=client.environment(counted.home), capture_output=True, text=True)
    assert done.returncode == 1 and "bad   file system  tmpfs, read-only\n" in done.stdout


def test_a_disk_that_is_full(counted):
    script = 'mount -t tmpfs -o size=64k none "$0" && mkdir "$0/local" && head -c 64k /dev/zero > "$0/x"; exec "$1" doctor --dir "$0"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, counted.directory, counted.path], env=client.environment(counted.home), capture_output=True, text=True)
    assert done.returncode == 1 and "bad   disk space   0 MiB are free" in done.stdout


def test_a_clock_that_went_back(counted):
    assert one(counted, "clock", "--as-of", "1970-01-02")[0] == "bad"
    future = time.time() + 30 * 86400
    (path,) = counted.local.glob("*.v1.count")
    os.utime(path, (future, future))
    verdict, message, _ = one(counted, "clock")
    assert verdict == "bad" and path.name in message


def test_consent_of_a_day_to_come(counted):
    (counted.directory / "mode").write_text("on 2100-01-01")
    assert one(counted, "clock")[0] == "bad" and "2100-01-01" in one(counted, "clock")[1]


def test_the_week(counted):
    (counted.local / "weekends").write_text("5\n")
    assert one(counted, "week", "--as-of", MONDAY)[1] == f"ends on {FRIDAY}, a Friday, at 00:00 UTC"
    (counted.local / "weekends").write_text("")
    assert one(counted, "week")[0] == "bad"


def name_of(process):
    with open(f"/proc/{process}/comm") as file:
        return file.read().strip()


def test_who_holds_the_locks(counted, libtel):
    import fcntl

    process = libtel(counted.home)
    process.ask("open", program="hello", toolchain="c")
    assert one(counted, "locks")[:2] == ("ok", f"1 counter file is in use, by {name_of(process.process.pid)} ({process.process.pid})")
    with open(counted.local / "tel.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run, use = verdicts(counted)["locks"]
        assert run["message"] == f"reports are being made by {name_of(os.getpid())} ({os.getpid()})"


def test_damaged_files(counted):
    (path,) = counted.local.glob("*.v1.count")
    with open(path, "r+b") as file:
        file.seek(28)
        file.write(struct.pack("<I", 7))
    verdict, message, hint = one(counted, "files")
    assert verdict == "bad" and path.name in message and "tel fsck" in hint


@pytest.mark.parametrize("name, age, verdict, hint", [
    ("local/.tmp-0123456789abcdef", 3600, "note", "tel report"),
    (f"local/tel.3.{FRIDAY}.report", 3600, "note", "tel report"),
    (f"upload/{FRIDAY}.json.lock", 2 * 86400, "bad", "tel clean"),
    ("quarantine/p-2026-11-23.v1.count.1795305600", 0, "note", "tel fsck"),
])
def test_leftovers(counted, name, age, verdict, hint):
    path = counted.directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    os.utime(path, (time.time() - age,) * 2)
    found = one(counted, "leftovers")
    assert found[0] == verdict and hint in found[2]


def test_a_week_that_waits_for_its_report(counted):
    assert one(counted, "leftovers")[0] == "ok"
    later = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))
    found = one(counted, "leftovers", "--as-of", later)
    assert found[0] == "bad" and "tel report" in found[2]


def test_all_vendors(counted):
    counted("inc", "--vendor", "acme", "--program", "p", "a").ok
    assert [line for line in counted("doctor", "--all").ok.out.splitlines() if line.startswith("vendor ")] == [
        f"vendor {vendor}: {counted.home}/.config/{vendor}/telemetry" for vendor in ["acme", "tel"]]
