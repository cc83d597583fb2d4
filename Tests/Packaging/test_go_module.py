"""The Go module, anywhere, with an installed libtel and pkg-config: nothing of
the Makefile, no flags."""

import shutil
import subprocess

import pytest

from Harness import c, go, golibtel, installed

MODULE = f"""module example.com/editor

go 1.22

require {golibtel.MODULE} v0.0.0

replace {golibtel.MODULE} => ../libtel-go
"""
PROGRAM = f"""package main

import (
	"fmt"

	"{golibtel.MODULE}"
	"{golibtel.MODULE}/counter"
)

func main() {{
	counter.Open()
	counter.New("editor/open:config").Add(2)
	counter.Inc("editor/open:config")
	fmt.Println(telemetry.Mode())
}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with libtel in usr, the binding, and a module that uses it."""
    place = tmp_path_factory.mktemp("go")
    installed.tree(place / "usr")
    # The prefix is where it is, as if `make install PREFIX=` had been told so.
    pc = place / "usr/lib/pkgconfig/tel.pc"
    pc.write_text(pc.read_text().replace("prefix=/usr", f"prefix={place}/usr", 1))
    shutil.copytree(golibtel.BINDING, place / "libtel-go", ignore=shutil.ignore_patterns("*_test.go"))
    (place / "editor").mkdir()
    (place / "editor/go.mod").write_text(MODULE)
    (place / "editor/main.go").write_text(PROGRAM)
    return place


def build(place, program, **env):
    return subprocess.run(
        ["go", "build", "-o", place / program, "."], cwd=place / "editor", text=True, capture_output=True,
        env={**go.environment(go.toolchain(), place), "CGO_ENABLED": "1", **env})


def run(place, program, tmp_path):
    env = {"HOME": tmp_path, "LD_LIBRARY_PATH": place / "usr/lib", "TEL_DIR": tmp_path / "telemetry"}
    return subprocess.run([place / program], env={name: str(value) for name, value in env.items()}, text=True, capture_output=True, check=True).stdout


def test_it_is_built_by_pkg_config_alone_and_counts(place, tmp_path):
    done = build(place, "counts", PKG_CONFIG_PATH=str(place / "usr/lib/pkgconfig"))
    assert done.returncode == 0, done.stderr
    assert run(place, "counts", tmp_path) == "local\n"
    assert c.counts(tmp_path / "telemetry") == {"editor/open:config": 3}


def test_without_libtel_it_says_what_is_missing_and_where_to_name_it(place, tmp_path):
    # Go asks pkg-config only about what it has not built with these flags before.
    done = build(place, "none", PKG_CONFIG_LIBDIR=str(tmp_path), CGO_CFLAGS=f"-DFIRST_TIME_IN={abs(hash(str(tmp_path)))}")
    assert done.returncode != 0 and not (place / "none").exists()
    assert "tel.pc" in done.stderr and "PKG_CONFIG_PATH" in done.stderr, done.stderr


def test_without_cgo_it_needs_no_libtel_and_counts_nothing(place, tmp_path):
    done = build(place, "nocgo", CGO_ENABLED="0", PKG_CONFIG_LIBDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert run(place, "nocgo", tmp_path) == "off\n"
    assert not (tmp_path / "telemetry").exists()
