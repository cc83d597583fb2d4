"""Calls the scripts of packaging/, as the Makefile does."""

import os
import re
import subprocess
import sys
from pathlib import Path

from Harness import c

ROOT = c.ROOT
BUILD = ROOT / "build"
VERSION = ".".join(re.findall(r"#define TEL_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", (c.INCLUDE / "tel.h").read_text()))
TARBALL = f"tel-{VERSION}.tar.gz"


# What of the caller's would change what is made.
FOREIGN = re.compile(r"TEL_|MAKE|MFLAGS|DEB_|SOURCE_DATE_EPOCH|LC_|TZ$|PYTHON|PKG_CONFIG")


def run(*command, cwd=ROOT, **env):
    kept = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env={**kept, "LANG": "C.UTF-8", **env}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout


def dist(root, folder, **env):
    run("packaging/dist.sh", folder / TARBALL, cwd=root, **env)
    return folder / TARBALL


def debs(build, root=ROOT):
    """The packages of what is in a folder as `make` fills it."""
    run("packaging/deb.sh", build, cwd=root)
    return by_name(build / "deb")


def by_name(folder):
    return {path.name.split("_")[0]: path for path in sorted(folder.glob("*.deb"))}


def wheel(folder, library=None, root=ROOT):
    run("packaging/wheel.sh", sys.executable, library or c.library("shipped"), folder, cwd=root)
    (made,) = folder.iterdir()
    return made


def unpacked_and_built(tarball, folder):
    """The folder of the sources. Nothing is as where the others were built, but
    for the programs: another place, time zone, language and mask of modes."""
    folder.mkdir(parents=True)
    run("tar", "-xf", tarball, cwd=folder)
    (sources,) = folder.iterdir()
    run("sh", "-c", "umask 077; exec make", cwd=sources, TZ="Pacific/Kiritimati", LANG="C")
    return sources


def contents(deb):
    """Path -> the words that dpkg-deb says of it."""
    lines = [line.split(None, 5) for line in run("dpkg-deb", "--contents", deb).splitlines()]
    return {words[5].split(" -> ")[0].removeprefix("./").rstrip("/"): words for words in lines}


def field(deb, name):
    return run("dpkg-deb", "--field", deb, name).strip()
