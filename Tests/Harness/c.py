"""C programs against libtel: compiled once, run in an environment of their own.

    program = c.build("counters.c")
    done = c.run(program, "names", directory=tmp_path)

The library is build/lib/libtel.so.1, or what TEL_TEST_LIBRARY names. With
TEL_TEST_VARIANT=sanitized (or thread) it is an ordinary-Swift build with the
sanitizers, and the programs are compiled with them, too.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Tests" / "ABI" / "c"
INCLUDE = ROOT / "include"
BUILT = ROOT / "build" / "tests"
WARNINGS = ("-Wall", "-Wextra", "-Werror")
# Swift's sanitizer for a variant, the flags of libtel's own C files, those of
# the C programs. Swift itself checks for what is undefined in C.
UNDEFINED = ("-fsanitize=undefined", "-fno-sanitize-recover=undefined")
SANITIZERS = {
    "sanitized": ("address", UNDEFINED, ("-fsanitize=address", *UNDEFINED)),
    "thread": ("thread", (), ("-fsanitize=thread",)),
}


def variant():
    """The variant that this run of the tests is about."""
    return os.environ.get("TEL_TEST_VARIANT") or "shipped"


def is_shipped():
    return variant() == "shipped"


def library(variant=None):
    """The shared library under test; a sanitized one is built if need be."""
    variant = variant or globals()["variant"]()
    if variant != "shipped":
        return _sanitized(*SANITIZERS[variant][:2])
    path = Path(os.environ.get("TEL_TEST_LIBRARY") or ROOT / "build" / "lib" / "libtel.so.1")
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}: run `make`, or name the library in TEL_TEST_LIBRARY")
    return path.resolve()


def compiler(variant, language="c"):
    """What compiles a variant: the sanitizers' runtime must be the one that
    Swift's own compiler uses."""
    if variant == "shipped":
        return "c++" if language == "c++" else "cc"
    clang = Path(shutil.which("swiftc") or "swiftc").resolve().with_name("clang++" if language == "c++" else "clang")
    return str(clang)


def build(source, *more, variant=None, flags=(), include=INCLUDE, link=True):
    """The program made of these files (names in Tests/ABI/c, or paths), cached
    by everything that goes into it."""
    variant = variant or globals()["variant"]()
    sources = [path if (path := Path(name)).is_absolute() else SOURCES / name for name in (source, *more)]
    language = "c++" if any(path.suffix == ".cpp" for path in sources) else "c"
    arguments = [compiler(variant, language), "-g", "-O1", "-pthread", *WARNINGS]
    if language == "c":
        arguments += ["-std=gnu11"]
    if variant != "shipped":
        arguments += [*SANITIZERS[variant][2], "-fno-omit-frame-pointer", "-DSANITIZED"]
    arguments += [f"-I{include}", f"-I{SOURCES}", *flags]
    lib = library(variant) if link else None
    digest = hashlib.sha256("\0".join([variant, *map(str, arguments), str(lib)]).encode())
    beside = [path for folder in {SOURCES, *(path.parent for path in sources)} for path in folder.glob("*.h")]
    for path in [*sources, *sorted(beside), *sorted(Path(include).rglob("*.h*"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    program = BUILT / f"{sources[0].stem}-{digest.hexdigest()[:16]}"
    if program.exists():
        return program
    BUILT.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_name(f"{program.name}.{os.getpid()}")
    arguments += ["-o", unfinished, *sources]
    if link:
        arguments += [lib, f"-Wl,-rpath,{_soname_folder(lib)}"]
    arguments += ["-ldl", "-lm"]
    if variant == "thread":  # its runtime needs Swift's dispatch
        runtime = Path(arguments[0]).parents[1] / "lib" / "swift" / "linux"
        arguments += [f"-L{runtime}", "-ldispatch", "-lBlocksRuntime", f"-Wl,-rpath,{runtime}"]
    made = subprocess.run(list(map(str, arguments)), text=True, capture_output=True)
    if made.returncode:
        raise AssertionError(f"{' '.join(map(str, arguments))}\n{made.stdout}{made.stderr}")
    os.replace(unfinished, program)
    return program


def _soname_folder(lib):
    """A folder where the library has the name that programs ask for."""
    if lib.name == "libtel.so.1":
        return lib.parent
    folder = BUILT / ("library-" + hashlib.sha256(str(lib).encode()).hexdigest()[:12])
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / "libtel.so.1"
    if not name.is_symlink() or name.readlink() != lib:
        name.unlink(missing_ok=True)
        name.symlink_to(lib)
    return folder


def environment(directory, **more):
    """Nothing of the caller's: a home of its own, and what the test adds."""
    directory = Path(directory)
    made = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": str(directory / "home"), "TMPDIR": str(directory),
        # What is remembered for ever, as handles are, is no leak.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99:detect_stack_use_after_return=0",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
        "SWIFT_BACKTRACE": "enable=no",
        "TSAN_OPTIONS": f"halt_on_error=0:exitcode=98:report_signal_unsafe=0:suppressions={SOURCES / 'thread.suppressions'}",
    }
    made.update({name: str(value) for name, value in more.items()})
    return made


def run(program, *arguments, directory, env=None, timeout=60, check=True, prefix=(), input=None):
    """Runs a program in `directory`, which is also where its home is. With
    `check`, a status other than 0 fails the test with all that was printed."""
    (Path(directory) / "home").mkdir(exist_ok=True)
    command = [*map(str, prefix), str(program), *map(str, arguments)]
    if variant() == "thread":
        command = ["setarch", "-R", *command]  # its shadow memory does not go with randomised addresses
    done = subprocess.run(
        command, env=environment(directory, **(env or {})), cwd=directory, text=True, errors="surrogateescape",
        capture_output=True, timeout=timeout, input=input)
    if check:
        assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return done


# ---- Reading what was counted


def files(telemetry):
    """The counter files of a telemetry directory."""
    return sorted((Path(telemetry) / "local").glob("*.v1.count"))


def counts(telemetry):
    """Name -> count, summed over all counter files; decoded, as text."""
    from Harness import counterfile

    total = {}
    for path in files(telemetry):
        for name, value in counterfile.read(path).counts.items():
            name = name.decode("utf-8", "surrogateescape")
            total[name] = total.get(name, 0) + value
    return total


def raw_names(telemetry):
    """Name -> value as they are in the files, dittos and all."""
    from Harness import counterfile

    return {record.name: record.value for path in files(telemetry) for record in counterfile.read(path).records}


# ---- Other builds of the library


def capped(cap):
    """A folder with libtel.so.1 of which TEL_CAP was said when it was built."""
    return _built(f"capped-{cap}", (), {"TEL_CAP": cap}).parent


def _sanitized(sanitizer, c_flags):
    flags = [f"--sanitize={sanitizer}", *(word for flag in c_flags for word in ("-Xcc", flag))]
    return _built(sanitizer, flags, {})


def _built(name, flags, environment):
    """libtel in ordinary Swift, built another way; anew when sources changed."""
    folder = BUILT / name
    made, mark = folder / "libtel.so.1", folder / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(" ".join(flags).encode())
    for path in [ROOT / "Package.swift", *sorted(p for d in ("Sources", "include") for p in (ROOT / d).rglob("*") if p.is_file())]:
        if path.suffix != ".md":
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    now = digest.hexdigest()
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists() and mark.exists() and mark.read_text() == now:
            return made
        scratch = ROOT / f".build-{name}"
        (folder / "tel").mkdir(exist_ok=True)
        companions = ["tel-stacks", "tel-delivery", "tel-probes"]
        for product, to in [*((each, folder / "tel" / f"lib{each}.so") for each in companions), ("tel", made)]:
            built = subprocess.run(
                ["swift", "build", "--scratch-path", scratch, "--product", product, *flags],
                cwd=ROOT, env={**os.environ, "TEL_CORE_ONLY": "1", **environment}, text=True, capture_output=True)
            if built.returncode:
                raise AssertionError(f"libtel does not build as {name}:\n{built.stdout[-4000:]}{built.stderr[-4000:]}")
            new = to.with_suffix(".new")
            shutil.copy2(scratch / "debug" / f"lib{product}.so", new)
            os.replace(new, to)
        mark.write_text(now)
    return made
