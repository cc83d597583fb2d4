"""`make install` puts files where the Makefile says, they are enough, and
`make uninstall` takes them away again."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from ABI import header
from Harness import c

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="about what is installed")

PREFIX = "/usr"
PROGRAMS = ("bin/tel", "bin/tel-collector")
WANTED = {
    "lib/libtel.so.1", "lib/libtel.so", "lib/pkgconfig/tel.pc", "lib/cmake/tel/telConfig.cmake", "lib/cmake/tel/telConfigVersion.cmake",
    "include/tel.h", "include/tel/testing.h", "include/tel/getopt.h", "include/tel/count.h", "include/tel/timer.hpp", "include/tel/plugin.h", "share/tel/tel.sh",
    "lib/tel/plugins/https.so", "lib/tel/plugins/file.so", "lib/tel/plugins/exec.so",
    "lib/tel/plugins/libunwind.so", "lib/tel/plugins/libdw.so", "lib/tel/plugins/framepointers.so", "lib/tel/libtel-delivery.so", "lib/tel/libtel-stacks.so",
    "bin/tel", "libexec/tel-view", "lib/tel/libtel-noop.so", "lib/tel/libtel-crash.so", "lib/tel/libtel-probes.so", "lib/tel/plugins/libffi.so", "share/man/man1/tel.1", "share/man/man3/tel.3",
    "share/bash-completion/completions/tel", "share/zsh/site-functions/_tel", "share/fish/vendor_completions.d/tel.fish",
    "bin/tel-collector", "share/man/man1/tel-collector.1",
    "share/bash-completion/completions/tel-collector", "share/zsh/site-functions/_tel-collector", "share/fish/vendor_completions.d/tel-collector.fish",
    "lib/systemd/user/tel-upload@.service", "lib/systemd/user/tel-upload@.timer", "lib/systemd/system/tel-collector.service",
}


def make(target, destination, prefix=PREFIX):
    """What is built already is what is installed: nothing is built here."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_") and key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(
        ["make", "-s", "-o", "all", target, f"DESTDIR={destination}", f"PREFIX={prefix}"], cwd=c.ROOT, env=env, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def installed(tmp_path):
    for product in ("lib/libtel.so.1", *PROGRAMS, "bin/tel-view", "share/man"):
        if not (c.ROOT / "build" / product).exists():
            pytest.fail(f"there is no build/{product}: run `make` first", pytrace=False)
    destination = tmp_path / "root"
    destination.mkdir()
    make("install", destination)
    return destination


def test_files_are_where_they_belong(installed):
    assert files(installed / "usr") >= WANTED
    assert files(installed) == {f"usr/{name}" for name in files(installed / "usr")}
    assert (installed / "usr/lib/libtel.so").readlink() == Path("libtel.so.1")


def test_nothing_else_is_installed(installed):
    extra = files(installed / "usr") - WANTED
    assert all(re.fullmatch(r"share/man/man[13]/tel[\w-]*\.[13]|include/tel/\w+\.h(pp)?", name) for name in extra), extra


def test_units_start_the_command_where_it_is(installed):
    text = (installed / "usr/lib/systemd/user/tel-upload@.service").read_text()
    assert 'ExecStart="/usr/bin/tel" upload --background --vendor %i\n' in text and "@TEL@" not in text


def test_modes(installed):
    for name in WANTED:
        path = installed / "usr" / name
        if not path.is_symlink():
            wanted = 0o755 if name in (*PROGRAMS, "libexec/tel-view") or ".so" in name else 0o644
            assert path.stat().st_mode & 0o777 == wanted, name


def test_no_file_names_the_machine_that_built_it(installed):
    for name in WANTED - {*PROGRAMS, "lib/libtel.so"}:
        content = (installed / "usr" / name).read_bytes()
        assert str(c.ROOT).encode() not in content and str(installed).encode() not in content, name


def pkg_config(installed, *arguments):
    env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_LIBDIR": str(installed / "usr/lib/pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(installed)}
    return subprocess.run(["pkg-config", *arguments, "tel"], env=env, text=True, capture_output=True, check=True).stdout.split()


def test_pkg_config_tells_the_version(installed):
    numbers = re.findall(r"#define TEL_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header.HEADER.read_text())
    assert pkg_config(installed, "--modversion") == [".".join(numbers)]


@pytest.mark.parametrize("prefix", ["/usr", "/srv/libtel/.local"])
def test_a_program_needs_the_installed_files_alone(prefix, tmp_path):
    destination = tmp_path / "root"
    make("install", destination, prefix)
    env = {
        "PATH": "/usr/bin:/bin", "PKG_CONFIG_LIBDIR": f"{destination}{prefix}/lib/pkgconfig", "PKG_CONFIG_SYSROOT_DIR": str(destination),
        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1",
    }
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "tel"], env=env, text=True, capture_output=True, check=True).stdout.split()
    assert f"-I{destination}{prefix}/include" in flags and f"-L{destination}{prefix}/lib" in flags and "-ltel" in flags
    source = tmp_path / "hello.c"
    source.write_text('#include <tel.h>\nint main(void) { tel_open(NULL); tel_counter_inc("editor/open:config"); return 0; }\n')
    program = tmp_path / "hello"
    done = subprocess.run(["cc", "-Wall", "-Werror", "-o", str(program), str(source), *flags], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    c.run(program, directory=tmp_path, env={"LD_LIBRARY_PATH": f"{destination}{prefix}/lib", "TEL_DIR": tmp_path / "T"})
    assert c.counts(tmp_path / "T") == {"editor/open:config": 1}
    maps = subprocess.run(["ldd", str(program)], env={"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": f"{destination}{prefix}/lib"}, text=True, capture_output=True).stdout
    assert f"{destination}{prefix}/lib/libtel.so.1" in maps


def test_the_installed_command_runs(installed, tmp_path):
    done = c.run(installed / "usr/bin/tel", "status", "--json", directory=tmp_path)
    assert done.stdout.strip().startswith("{")
    assert c.run(installed / "usr/bin/tel-collector", "--version", directory=tmp_path).stdout.startswith("tel-collector ")


def test_installing_twice_is_harmless(installed):
    before = files(installed)
    make("install", installed)
    assert files(installed) == before


def test_uninstall_leaves_nothing(installed):
    stranger = installed / "usr/include/other.h"
    stranger.write_text("")
    make("uninstall", installed)
    assert files(installed) == {"usr/include/other.h"}
    assert not (installed / "usr/include/tel").exists()
    make("uninstall", installed)
