"""Every file that libtel touches, replaced by everything that a file system can
have under a name. The host opens, counts, rotates, reports and visits, the
command looks: in bounded time, following nothing, hurting nothing, with a
sentence where something is refused.
"""

import os
import shutil
import socket
import stat
import subprocess
import time

import pytest

from ABI import scene
from ABI.scene import MONDAY, NAME, TOOL
from Harness import c, counterfile
from Harness.driver import Driver, environment, folder as make_folder, instant, once, opening
from Harness.privilege import NOBODY, PublicFolder, as_user, do

TEL = c.ROOT / "build" / "bin" / "tel"
OLD = {**TOOL, "program": "example.com/old"}
STAGED = "local/tel.1.2026-11-20.report"
FILES = {
    "mode": "mode", "weekends": "local/weekends", "counter file": f"local/{NAME}", "expired counter file": "local/expired-2026-11-09.v1.count",
    "lock": "local/tel.lock", "state": "local/tel.state", "staged report": STAGED, "report": "local/local.2026-11-20.json", "begin": "local/2026-11-20.begin",
    "local": "local", "upload": "upload", "lock of the quarantine": "quarantine/.lock", "quarantine": "quarantine",
    "quota": "quota",
}
# More than any of these takes, even where ten others work; a hang is minutes.
SECONDS = 30


class Place:
    """A directory with everything in it, and things elsewhere that must stay as they are."""

    def __init__(self, tmp_path):
        self.home = tmp_path
        self.folder = make_folder(tmp_path / "telemetry")
        once(tmp_path, opening(directory=self.folder, clock=instant("2026-11-16", hours=9), **OLD), ["count", "old/a", 3])
        once(tmp_path, opening(directory=self.folder, clock=instant("2026-11-20", hours=1), **OLD), ["flush", 0])
        once(tmp_path, opening(directory=self.folder, clock=MONDAY, **TOOL), ["count", "tool/before", 5], ["setmode", 1])
        (self.folder / "local" / "expired-2026-11-09.v1.count").write_bytes(
            scene.counter_file([scene.record(scene.first_record(begin="2026-11-09", end="2026-11-13"), b"x", 1)], begin="2026-11-09", end="2026-11-13"))
        shutil.copy(self.folder / "local" / "local.2026-11-20.json", self.folder / STAGED)
        (self.folder / "quota").write_text("8\n")
        (self.folder / "upload").mkdir()
        (self.folder / "quarantine").mkdir()
        (self.folder / "quarantine" / ".lock").touch()
        self.elsewhere = tmp_path / "elsewhere"
        self.elsewhere.mkdir()
        self.victim = self.elsewhere / "victim"
        self.victim.write_bytes(scene.counter_file([scene.record(scene.first_record(), b"victim", 7)]))
        os.utime(self.victim, (1, 1))
        (self.elsewhere / "folder").mkdir()
        (self.elsewhere / "folder" / "precious").write_text("precious")
        self.before = self.snapshot()

    def snapshot(self):
        return {path: (path.read_bytes() if path.is_file() else None, path.stat().st_mtime_ns) for path in sorted(self.elsewhere.rglob("*"))}

    def replace(self, file, kind):
        path = self.folder / FILES[file]
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        KINDS[kind](self, path)
        return path

    def use(self, **more):
        """What a host does: each answer has its sentence."""
        orders = [
            opening(flags=0, directory=self.folder, clock=MONDAY, **{**TOOL, **more}), ["count", "tool/a", 2], ["add", "tool/b", 1], ["rotate"],
            ["flush", 0], ["setmode", 1], ["visit", "", "wpcs", 0, 0], ["read", "tool/a"], ["close"],
        ]
        begin = time.monotonic()
        answers = once(self.home, *orders)
        assert len(answers) == len(orders), "the host ended early"
        assert time.monotonic() - begin < SECONDS
        for order, answer in zip(orders, answers):
            assert answer.status == "TEL_OK" or answer.message, f"{order}: {answer.status} without a sentence"
        return answers

    def look(self):
        for command in (
                ["status"], ["env"], ["dump"], ["csv"], ["diff", "2026-11-20", "2026-11-27"], ["top", "-c", "1"], ["report", "--as-of", "2026-11-28"],
                ["inc", "--program", "example.com/shell", "shell/a"], ["fsck"], ["doctor"], ["clean", "--dry-run"], ["clean"]):
            done = subprocess.run(
                [TEL, *command, "--dir", self.folder], env=environment(self.home), cwd=self.home, capture_output=True, timeout=SECONDS)
            assert done.returncode >= 0, f"tel {command[0]} was ended by signal {-done.returncode}: {done.stderr}"
            if done.returncode and command[0] not in ("fsck", "doctor"):  # their findings are their output
                assert done.stderr.startswith(b"tel: ") or b"Error: " in done.stderr, done.stderr

    def nothing_elsewhere_has_changed(self):
        assert self.snapshot() == self.before


def fifo(place, path):
    os.mkfifo(path)


def full_folder(place, path):
    path.mkdir()
    (path / "precious").write_text("precious")


def device(place, path):
    do("mknod", path, "c", "1", "7")  # /dev/full: reads as zeros for ever, and takes nothing


def a_socket(place, path):
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path has 107 bytes at most
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


def sparse(place, path):
    with path.open("wb") as file:
        file.truncate(10 << 30)


def bytes_of(content):
    return lambda place, path: path.write_bytes(content)


KINDS = {
    "a link to a file": lambda place, path: path.symlink_to(place.victim),
    "a link to a folder": lambda place, path: path.symlink_to(place.elsewhere / "folder"),
    "a link to nowhere": lambda place, path: path.symlink_to(place.elsewhere / "made"),
    "a link to itself": lambda place, path: path.symlink_to(path),
    "a fifo": fifo,
    "a folder": full_folder,
    "a device": device,
    "a socket": a_socket,
    "10 GB of nothing": sparse,
    "an empty file": bytes_of(b""),
    "garbage": bytes_of(bytes(range(256)) * 80),
    "zeros": bytes_of(bytes(40000)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", FILES)
def test_nothing_is_followed_and_nobody_is_hurt(file, kind, tmp_path):
    place = Place(tmp_path)
    path = place.replace(file, kind)
    if "quarantine" in file:  # something to set aside
        (place.folder / "local" / NAME).write_bytes(b"garbage" * 9000)
    kept = os.lstat(path)
    place.use()
    place.look()
    place.nothing_elsewhere_has_changed()
    # What is no regular file was not made by telemetry: it is where it was, or was set aside whole.
    if not stat.S_ISREG(kept.st_mode):
        assert any(os.lstat(other).st_ino == kept.st_ino for other in [path, *(place.folder / "quarantine").glob("*")] if os.path.lexists(other)), \
            f"{kind} at {path} is gone"
    if kind == "a folder":
        assert [precious.read_text() for precious in place.folder.rglob("precious")] == ["precious"]


@pytest.mark.parametrize("kind", ["a link to a file", "a link to nowhere", "a folder", "a fifo", "a device"])
def test_the_sentence_names_what_is_in_the_way(kind, tmp_path):
    place = Place(tmp_path)
    path = place.replace("counter file", kind)
    opened = place.use()[0]
    assert opened.status == "TEL_E_IO" and str(path) in opened.message, opened


@pytest.mark.parametrize("file", [file for file in FILES if file not in ("local", "upload", "quarantine")])
@pytest.mark.parametrize("mode", [0o000, 0o600])
def test_files_of_another_user(file, mode):
    """The directory is the host's, and one file in it is root's."""
    public = PublicFolder()
    try:
        home = public.folder("home", NOBODY)
        made = Place(public.folder("made", os.geteuid()))
        shutil.copytree(made.folder, home / "telemetry", symlinks=True)
        do("chown", "-R", f"{NOBODY}:{NOBODY}", home)
        path = home / "telemetry" / FILES[file]
        do("chown", "0:0", path)
        path.chmod(mode)
        content = path.read_bytes()
        driver = Driver(home, prefix=as_user(NOBODY), program=public.program)
        answers = [
            driver.open(flags=0, directory=home / "telemetry", clock=MONDAY, **TOOL), driver.count("tool/a", 2), driver.rotate(), driver.flush(),
            driver.set_mode("local")]
        for answer in answers:
            assert answer.status == "TEL_OK" or answer.message, answer
        driver.end()
        if path.exists():
            assert path.read_bytes() == content or file == "mode" and path.stat().st_uid == NOBODY
    finally:
        public.remove()


def test_names_that_are_odd(tmp_path):
    """Line feeds, controls, invalid UTF-8, 255 bytes, and all that looks like telemetry's own."""
    place = Place(tmp_path)
    local = os.fsencode(place.folder / "local")
    odd = [
        b"a\nb-2026-11-09.v1.count", b"\x1b[31mred-2026-11-09.v1.count", b"\xff\xfe-2026-11-09.v1.count", b"x" * 246 + b".v1.count", b".v1.count",
        b"-2026-13-45.v1.count", b"tel.18446744073709551615.2026-11-20.report", b"tel.01.2026-11-20.report", b"tel.1.2026-02-30.report", b"local.\n.json",
        b"local.9999-99-99.json", b"2026-11-2\xff.begin", b".tmp-", b"tel.state.bak", b"\xe2\x80\xae.json",
    ]
    for name in odd:
        with open(local + b"/" + name, "wb") as file:
            file.write(b"junk")
    place.use()
    assert counterfile.read(place.folder / "local" / NAME).counts[b"tool/a"] == 2
    place.look()
    listing = os.listdir(local)
    # A staged report of a generation that was never committed is no part of history.
    uncommitted = b"tel.18446744073709551615.2026-11-20.report"
    assert [name for name in odd if name not in listing] in ([], [uncommitted])


def test_a_directory_with_a_hundred_thousand_files(tmp_path):
    """Junk is listed, and nothing else: no system call for each."""
    place = Place(tmp_path)
    (place.folder / STAGED).unlink()
    for number in range(int(os.environ.get("HOSTILE_FILES") or 20000)):
        (place.folder / "local" / f"junk-{number}").touch()
    trace = tmp_path / "trace"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-c", "-o", trace, TEL, "report", "--as-of", "2026-11-28", "--dir", place.folder], env=environment(tmp_path),
        capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    calls = int(trace.read_text().splitlines()[-1].split()[2])
    assert calls < 2500, f"{calls} system calls"
    place.use()


def test_a_hundred_megabytes_of_junk_are_not_read(tmp_path):
    place = Place(tmp_path)
    (place.folder / STAGED).unlink()
    for number in range(10):
        with (place.folder / "local" / f"junk-{number}").open("wb") as file:
            file.write(os.urandom(1 << 20) * 10)
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=openat", "-o", trace, TEL, "report", "--as-of", "2026-11-28", "--dir", place.folder], env=environment(tmp_path),
        check=True, capture_output=True, timeout=60)
    assert "junk" not in trace.read_text()
    place.use()
