"""The wheel says for which glibc it is, and auditwheel agrees."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from Harness import c
from Packaging import packing


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return packing.wheel(tmp_path_factory.mktemp("wheel"))


def audit(wheel):
    auditwheel = Path(sys.executable).with_name("auditwheel")
    return " ".join(packing.run(auditwheel, "show", wheel).split())


def tag(wheel):
    return re.fullmatch(rf"tel-{re.escape(packing.VERSION)}-py3-none-(\w+)\.whl", wheel.name)[1]


def test_auditwheel_says_what_the_name_says(wheel):
    verdict = audit(wheel)
    assert f'is consistent with the following platform tag: "{tag(wheel)}"' in verdict
    assert "libc.so.6 with versions" in verdict and re.findall(r"\w+\.so[.\d]* with versions", verdict) == ["libc.so.6 with versions"]


def test_a_name_that_promises_too_much_would_be_noticed(wheel, tmp_path):
    older = tmp_path / wheel.name.replace(tag(wheel), "manylinux_2_17_" + tag(wheel).split("_", 3)[3])
    older.write_bytes(wheel.read_bytes())
    with pytest.raises(AssertionError, match="consistent with"):
        test_auditwheel_says_what_the_name_says(older)


def test_the_library_asks_for_no_symbol_that_is_newer_than_the_name(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("tel/libtel.so.1", tmp_path)
    glibc = tuple(map(int, re.match(r"manylinux_(\d+)_(\d+)_", tag(wheel)).groups()))
    needed = re.findall(r"\(GLIBC_([\d.]+)\)|GLIBC_([\d.]+)", packing.run("objdump", "-T", tmp_path / "tel/libtel.so.1"))
    versions = {tuple(map(int, (one or other).split(".")[:2])) for one, other in needed}
    assert max(versions) == glibc


def test_it_is_installed_alone_and_counts(wheel, tmp_path):
    packing.run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    packing.run(python, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", wheel)
    packing.run(
        python, "-c", "import tel; tel.open('example.com/editor', strict=True); tel.inc('editor/start')", cwd=tmp_path,
        HOME=str(tmp_path), TEL_DIR=str(tmp_path / "telemetry"))
    assert c.counts(tmp_path / "telemetry") == {"editor/start": 1}
    dumped = subprocess.run([packing.BUILD / "bin/tel", "--dir", tmp_path / "telemetry", "dump"], text=True, capture_output=True).stdout
    assert re.search(r"^ +1  editor/start$", dumped, re.MULTILINE)
