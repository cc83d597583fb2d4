"""Go programs that use bindings/go, built offline by the Go toolchain that pip
installed. The library and the header are those under test; build products go
to build/, as the reference's do."""

import hashlib
import os
import subprocess
from pathlib import Path

from Harness import c, counterfile, go, headers

ROOT = c.ROOT
BINDING = ROOT / "bindings" / "go"
MODULE = "tel.example/telemetry"
REFERENCE = "golang.org/x/telemetry"


def pkg_config():
    """A folder with a tel.pc for the tree as it was built, and what pkg-config
    would say of an installed one."""
    folder = c.BUILT / "pkg-config"
    folder.mkdir(parents=True, exist_ok=True)
    library = c.library("shipped")
    include = headers.installed()
    text = f"""Name: libtel
Description: as built
Version: 1
Libs: -L{library.parent} -l:{library.name} -Wl,-rpath,{library.parent}
Cflags: -I{include}
"""
    path = folder / "tel.pc"
    if not path.exists() or path.read_text() != text:
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(text)
        os.replace(new, path)
    return folder


def environment(home, cgo=True, **more):
    """For the go command. Its cache knows flags, but neither headers elsewhere nor
    what pkg-config says of the linker: so a flag names the content of both."""
    headers = [c.INCLUDE / "tel.h", c.INCLUDE / "tel" / "plugin.h", ROOT / "bindings" / "c" / "prompt.h"]
    header = hashlib.sha256(b"".join(path.read_bytes() for path in headers) + bytes(c.library("shipped"))).hexdigest()[:16]
    return {
        **go.environment(go.toolchain(), home),
        "GOFLAGS": "-mod=readonly",
        "CGO_ENABLED": "1" if cgo else "0",
        "CGO_CFLAGS": f"-O2 -Wall -Wextra -Werror=implicit -Wno-unused-parameter -DTEL_H_IS_{header}",
        "PKG_CONFIG_PATH": str(pkg_config()),
        "TMPDIR": str(home),
        **{name: str(value) for name, value in more.items()},
    }


def command(*arguments, folder=BINDING, home, cgo=True, env=None, check=True, timeout=600):
    """The go command in a module's folder. With `check`, a status other than 0
    fails the test with all that was printed."""
    done = subprocess.run(
        [go.toolchain() / "bin" / "go", *map(str, arguments)], cwd=folder, env=environment(home, cgo, **(env or {})),
        text=True, capture_output=True, timeout=timeout)
    if check:
        assert done.returncode == 0, f"go {' '.join(map(str, arguments))} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def module(folder, path, sources, against=MODULE):
    """A module in `folder` with these files: name -> text, in which imports are
    the reference's. `against` says which library they get: the path is all that
    is changed."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"module {path}", "", "go 1.25", ""]
    if against == MODULE:
        lines += [f"require {MODULE} v0.0.0", f"replace {MODULE} => {BINDING}"]
    else:
        modules = go.peer().parent
        lines += [f"require {REFERENCE} v0.0.0", f"replace {REFERENCE} => {modules}/module"]
        for name in go.DEPENDENCIES:
            lines += [f"require golang.org/x/{name} v0.0.0", f"replace golang.org/x/{name} => {modules}/{name}"]
    (folder / "go.mod").write_text("\n".join(lines) + "\n")
    for name, text in sources.items():
        (folder / name).write_text(text.replace(f'"{REFERENCE}', f'"{against}'))
    return folder


def build(folder, home, *flags, cgo=True, output="program"):
    """The program of a module's main package."""
    command("build", "-buildvcs=false", "-trimpath", *flags, "-o", output, ".", folder=folder, home=home, cgo=cgo)
    return Path(folder) / output


# ---- What programs do


def run(program, *arguments, folder, check=True, timeout=60, **env):
    """Runs it with a home of its own."""
    home = Path(folder) / "home"
    home.mkdir(exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(folder), **{name: str(value) for name, value in env.items()}}
    done = subprocess.run([program, *map(str, arguments)], env=environment, cwd=folder, text=True, capture_output=True, timeout=timeout)
    if check:
        assert done.returncode == 0, f"{program} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def week(folder, name):
    """A telemetry directory whose weeks end on Wednesday."""
    local = Path(folder) / name / "local"
    local.mkdir(parents=True)
    (local / "weekends").write_text("3\n")
    return local.parent


def counted(directory):
    """The one counter file: its name, its metadata, raw name -> value."""
    (path,) = c.files(directory)
    file = counterfile.read(path)
    assert counterfile.violations(file) == []
    return path.name, file.metadata, {record.name: record.value for record in file.records}
