"""`make dist`: the sources as a tarball, from which all is built elsewhere."""

import re
import subprocess
import sys
import tarfile

from Harness import c
from Packaging import packing


def test_it_has_what_git_tracks_below_one_folder(tarball):
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=packing.ROOT, text=True, capture_output=True, check=True).stdout
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
    assert {member.name for member in members} == {f"tel-{packing.VERSION}/{name}" for name in tracked.split("\0") if name}
    assert {(member.uid, member.gid, member.uname, member.mtime % 1) for member in members} == {(0, 0, "", 0)}
    assert {member.mode for member in members} == {0o644, 0o755}


def test_what_is_built_elsewhere_is_installed_and_counts(elsewhere, tmp_path):
    assert not (elsewhere / ".git").exists()
    packing.run("make", "-s", "-o", "all", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr", cwd=elsewhere)
    tel = tmp_path / "usr/bin/tel"
    packing.run(tel, "inc", "--program", "example.com/editor", "editor/start", HOME=str(tmp_path), TEL_DIR=str(tmp_path / "telemetry"))
    dumped = packing.run(tel, "dump", HOME=str(tmp_path), TEL_DIR=str(tmp_path / "telemetry"))
    assert re.search(r"^ +1  editor/start$", dumped, re.MULTILINE)
    assert c.counts(tmp_path / "telemetry") == {"editor/start": 1}


def test_its_tests_run_there(elsewhere):
    said = packing.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "Tests/ABI/test_header.py", "Tests/ModuleGraph", cwd=elsewhere)
    assert re.search(r"^\d+ passed", said, re.MULTILINE) and "failed" not in said
