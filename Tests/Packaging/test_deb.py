"""The Debian packages: what is in them, what lintian says of them, and that a
program can be built with them on a system that knows of libtel by them alone."""

import re
import shutil
import subprocess

import pytest

from Harness import c, go, golibtel, privilege
from Packaging import packing, test_go_module

MULTIARCH = subprocess.run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"], text=True, capture_output=True, check=True).stdout.strip()
LIB = f"usr/lib/{MULTIARCH}"
WANTED = {
    "libtel1": {f"{LIB}/libtel.so.1", f"{LIB}/tel/libtel-delivery.so", f"{LIB}/tel/libtel-stacks.so", f"{LIB}/tel/libtel-crash.so", f"{LIB}/tel/libtel-probes.so"},
    "libtel-dev": {
        "usr/include/tel.h", "usr/include/tel/count.h", f"{LIB}/libtel.so", f"{LIB}/pkgconfig/tel.pc",
        f"{LIB}/cmake/tel/telConfig.cmake", f"{LIB}/cmake/tel/telConfigVersion.cmake", "usr/share/man/man3/tel.3.gz",
    },
    "tel": {
        "usr/bin/tel", "usr/libexec/tel-view", "usr/share/tel/tel.sh", "usr/share/man/man1/tel.1.gz", "usr/share/bash-completion/completions/tel",
        "usr/share/zsh/vendor-completions/_tel", "usr/share/fish/vendor_completions.d/tel.fish",
        "usr/lib/systemd/user/tel-upload@.service", "usr/lib/systemd/user/tel-upload@.timer",
    },
    "tel-collector": {
        "usr/bin/tel-collector", "usr/share/man/man1/tel-collector.1.gz", "usr/share/bash-completion/completions/tel-collector",
        "usr/share/zsh/vendor-completions/_tel-collector", "usr/share/fish/vendor_completions.d/tel-collector.fish",
        "usr/lib/systemd/system/tel-collector.service",
    },
    "libtel-plugins": {f"{LIB}/tel/plugins/{name}.so" for name in ("https", "file", "exec", "libunwind", "libdw", "framepointers", "libffi")},
}


def test_each_package_has_its_files(debs):
    assert {name: WANTED[name] - set(packing.contents(deb)) for name, deb in debs.items()} == {name: set() for name in WANTED}


def test_no_file_is_in_two_packages(debs):
    files = [path for deb in debs.values() for path, words in packing.contents(deb).items() if not words[0].startswith("d")]
    assert len(files) == len(set(files))


def test_all_that_is_installed_is_in_a_package(debs, tmp_path):
    packing.run("make", "-s", "-o", "all", "install", f"DESTDIR={tmp_path}", "PREFIX=/usr", f"LIBDIR=/{LIB}")
    installed = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()}
    packed = {path.removesuffix(".gz").replace("vendor-completions", "site-functions") for deb in debs.values() for path in packing.contents(deb)}
    assert installed <= packed, installed - packed


def test_each_belongs_to_root_and_has_no_strange_mode(debs):
    for deb in debs.values():
        for path, words in packing.contents(deb).items():
            programs = path in ("usr/bin/tel", "usr/bin/tel-collector", "usr/libexec/tel-view") or words[0].startswith("d")
            assert words[1] == "root/root" and words[0][1:] in ("rwxr-xr-x" if programs else "rw-r--r--", "rwxrwxrwx"), (path, words)


def test_lintian_says_nothing(debs):
    said = packing.run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", *debs.values())
    assert not re.findall(r"^[EWO]: .*", said, re.MULTILINE), said


def test_lintian_would_say_something(debs, tmp_path):
    """A package of which it does not think well: without a copyright file."""
    packing.run("dpkg-deb", "--raw-extract", debs["libtel-dev"], tmp_path / "dev")
    (tmp_path / "dev/usr/share/doc/libtel-dev/copyright").unlink()
    packing.run("dpkg-deb", "--build", "--root-owner-group", tmp_path / "dev", tmp_path)
    with pytest.raises(AssertionError, match="no-copyright-file"):
        test_lintian_says_nothing(packing.by_name(tmp_path))


def test_versions_are_those_of_the_header(debs):
    for deb in debs.values():
        assert packing.field(deb, "Version").startswith(f"{packing.VERSION}-0"), "Debian's own, -1, is newer"
    assert packing.field(debs["libtel-dev"], "Depends") == f"libtel1 (= {packing.field(debs['libtel1'], 'Version')})"


def test_the_library_needs_libc_alone_and_no_newer_one_than_its_symbols(debs):
    symbols = packing.run("objdump", "-T", c.library("shipped"))
    newest = max(tuple(map(int, version)) for version in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols))
    assert packing.field(debs["libtel1"], "Depends") == f"libc6 (>= {newest[0]}.{newest[1]})"


def test_programs_learn_from_their_symbols_which_version_they_need(debs, tmp_path):
    packing.run("dpkg-deb", "--control", debs["libtel1"], tmp_path)
    listed = dict(line.split()[0].split("@") for line in (tmp_path / "symbols").read_text().splitlines() if line.startswith(" "))
    exported = re.findall(r"^\s+(tel_\w+);", (c.ROOT / "Sources/TelABI/tel.map").read_text(), re.MULTILINE)
    assert set(exported) == {name for name in listed if not name.startswith("TEL_")}
    assert re.match(r"libtel 1 libtel1 \(>= 1\.", (tmp_path / "shlibs").read_text())
    assert "activate-noawait ldconfig" in (tmp_path / "triggers").read_text()


def test_plugins_need_what_they_call(debs):
    depends = packing.field(debs["libtel-plugins"], "Depends")
    assert "libc6" in depends and "libcurl4" in depends
    assert "libcurl" not in packing.field(debs["libtel1"], "Depends") + packing.field(debs["tel"], "Depends")


def test_there_is_no_package_of_plugins_without_plugins(tmp_path):
    build = tmp_path / "build"
    for part in ("bin", "include", "lib", "share"):
        shutil.copytree(packing.BUILD / part, build / part, symlinks=True, ignore=shutil.ignore_patterns("plugins"))
    assert set(packing.debs(build)) == {"libtel1", "libtel-dev", "tel", "tel-collector"}


# ---- Installed, on a copy of this system that is thrown away

PROGRAM = '#include <tel.h>\nint main(void) { tel_open(NULL); tel_counter_inc("editor/open:config"); return 0; }\n'

# All that is written goes to memory: $1 is an empty folder, $2 has the packages.
SCENE = r"""
set -eu
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay none -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
for name in proc dev; do mount --rbind "/$name" "$1/root/$name"; done
mkdir "$1/root/tmp/debs"
cp -r "$2"/* "$1/root/tmp/debs"
exec chroot "$1/root" sh -eu /tmp/debs/scene
"""
INSIDE = r"""
export DEBIAN_FRONTEND=noninteractive HOME=/tmp/home TEL_DIR=/tmp/telemetry
files() { find /etc /usr /var -path /var/log -prune -o -path /var/cache -prune -o ! -path '/var/lib/dpkg/*-old' -print | sort; }
mkdir /tmp/home
cd /tmp
ldconfig
files >before
dpkg -i debs/*.deb
cc -Wall -Werror -o editor debs/editor.c $(pkg-config --cflags --libs tel)
ldd editor | grep libtel
./editor
./editor
(. /usr/share/tel/tel.sh)
cmake -S debs -B cmake >/dev/null
cmake --build cmake >/dev/null
cmake/editor
(cd debs/go && "$GOROOT/bin/go" build -o /tmp/go-editor)
./go-editor
bash -c '. /usr/share/bash-completion/completions/tel; complete -p tel'
tel-collector --version
tel dump
man -w tel
dpkg --purge $(cd debs; for deb in *.deb; do echo ${deb%%_*}; done)
if ldconfig -p | grep libtel; then exit 1; fi
files >after
diff before after && echo "nothing is left"
"""
CMAKE = """
cmake_minimum_required(VERSION 3.19)
project(editor LANGUAGES C)
find_package(tel REQUIRED)
add_executable(editor editor.c)
target_link_libraries(editor tel::tel)
"""


def test_a_program_is_built_with_what_they_install_and_nothing_stays_when_they_go(debs, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    for deb in debs.values():
        shutil.copy(deb, given)
    (given / "editor.c").write_text(PROGRAM)
    (given / "CMakeLists.txt").write_text(CMAKE)
    shutil.copytree(golibtel.BINDING, given / "libtel-go", ignore=shutil.ignore_patterns("*_test.go"))
    (given / "go").mkdir()
    (given / "go/go.mod").write_text(test_go_module.MODULE)
    (given / "go/main.go").write_text(test_go_module.PROGRAM)
    (given / "scene").write_text(INSIDE)
    (tmp_path / "system").mkdir()
    done = subprocess.run(
        [*privilege.as_root(), "unshare", "--mount", "sh", "-c", SCENE, "sh", tmp_path / "system", given],
        env=c.environment(tmp_path, **go.environment(go.toolchain(), tmp_path) | {"CGO_ENABLED": "1", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert f"libtel.so.1 => /lib/{MULTIARCH}/libtel.so.1" in done.stdout, done.stdout
    # The C program ran twice and CMake's once; Go's counts three times.
    assert len(re.findall(r"^ +3  editor/open:config$", done.stdout, re.MULTILINE)) == 2, done.stdout
    assert re.search(r"^complete .*_tel tel$", done.stdout, re.MULTILINE)
    assert "/usr/share/man/man1/tel.1.gz" in done.stdout and "nothing is left" in done.stdout
    assert not list((tmp_path / "system").iterdir())
