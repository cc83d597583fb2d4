"""Tests that need another user, a set-user-ID program or a mount of their own.
All of it is done as root: by who runs the tests, or through sudo."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from Harness import c

NOBODY = 65534


def as_root():
    return [] if os.geteuid() == 0 else ["sudo", "-n", "-E"]


def as_user(uid):
    return [*as_root(), "setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]


def do(*command):
    """A command that only root can do."""
    subprocess.run([*as_root(), *map(str, command)], check=True, capture_output=True, text=True)


class PublicFolder:
    """A folder that every user can enter, which pytest's are not, with the
    driver and the library in it; those that ship, for not every user can enter
    the folder of the sanitizers."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="libtel-test-"))
        self.path.chmod(0o755)
        shutil.copy(c.library("shipped"), self.path / "libtel.so.1")
        self.program = self.path / "driver"
        subprocess.run(
            [c.compiler("shipped"), "-std=gnu11", "-pthread", f"-I{c.INCLUDE}", "-o", str(self.program), str(c.SOURCES / "driver.c"),
             str(self.path / "libtel.so.1"), f"-Wl,-rpath,{self.path}"], check=True)
        self.program.chmod(0o755)

    def folder(self, name, owner, mode=0o755):
        path = self.path / name
        path.mkdir(parents=True)
        path.chmod(mode)
        do("chown", f"{owner}:{owner}", path)
        return path

    def remove(self):
        do("rm", "-rf", "--", self.path)


def mounted(where, kind="tmpfs", options="", then=""):
    """A prefix: the command runs in a mount namespace of its own, in which
    `where` is a new file system. `then`: shell commands after the mount."""
    script = f'mount -t {kind} {"-o " + options if options else ""} none "$0" && {then or ":"} && exec "$@"'
    return [*as_root(), "unshare", "-m", "sh", "-c", script, str(where)]


def inside(process, path):
    """A path of the process's own mount namespace, as seen from here."""
    return Path(f"/proc/{process.process.pid}/root{path}")
