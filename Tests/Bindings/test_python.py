"""bindings/python: the wheel, and the tests in python/ with the oldest and the
newest Python that this machine has. Each test's name says which it ran with;
where there is but one, both are the one that runs these tests.

What the tests in python/ import is put into build/python/<version> at first.
"""

import fcntl
import glob
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as xml
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from Harness import c
from Upload import stage

HERE = Path(__file__).resolve().parent / "python"
PROJECT = c.ROOT / "bindings" / "python"
REQUIREMENTS = HERE / "requirements.txt"
FILES = sorted(path.stem for path in HERE.glob("test_*.py"))
ABOUT = "import ctypes, ensurepip, venv, sys; print(sys.implementation.name, *sys.version_info[:3])"


def candidates():
    yield sys.executable
    folders = os.environ.get("PATH", "").split(os.pathsep)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in [*folders, *map(str, sorted(pyenv.glob("versions/*/bin")))]:
        yield from sorted(glob.glob(os.path.join(glob.escape(folder), "python3.[0-9]*[0-9]")))
        yield from sorted(glob.glob(os.path.join(glob.escape(folder), "python3.[0-9]")))


def interpreters():
    """Version -> path, of every CPython from 3.9 that can make environments."""
    found = {}
    for path in candidates():
        try:
            done = subprocess.run([path, "-c", ABOUT], text=True, capture_output=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            continue
        name, *version = done.stdout.split() or [""]
        version = tuple(map(int, version))
        if done.returncode == 0 and name == "cpython" and version >= (3, 9) and path != sys.executable:
            found.setdefault(version, path)
    return found or {sys.version_info[:3]: sys.executable}


PYTHONS = interpreters()
CHOSEN = {".".join(map(str, version)): PYTHONS[version] for version in sorted({min(PYTHONS), max(PYTHONS)})}
each_python = pytest.mark.parametrize("version", CHOSEN)


def run(*command, env, cwd=None, check=True):
    done = subprocess.run(list(map(str, command)), env={k: str(v) for k, v in env.items()}, cwd=cwd, text=True, capture_output=True)
    if check:
        assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done


def pip(*arguments, python=sys.executable, home, check=True, **env):
    """pip as it is configured for the caller, but without the caller's libtel."""
    kept = {k: v for k, v in os.environ.items() if not re.match(r"TEL_|PYTHON", k)}
    command = [python, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", *arguments]
    return run(*command, env={**kept, "HOME": home, **env}, check=check)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, home):
    c.library()  # or say that it is missing
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder, PROJECT, home=home, TEL_LIBRARY=c.library())
    (made,) = folder.iterdir()
    return made


# ---- The wheel


def test_the_wheel_has_the_library_and_says_for_which_machines_it_is(wheel):
    machine = sysconfig.get_platform().rpartition("-")[2]
    glibc = re.fullmatch(rf"tel-[\d.]+-py3-none-manylinux_(\d+)_(\d+)_{machine}\.whl", wheel.name)
    assert glibc, wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("tel/libtel.so.1") == c.library().read_bytes()
        beside = c.library().parent / "tel"
        libraries = {"tel/tel/libtel-delivery.so", "tel/tel/libtel-stacks.so", "tel/tel/libtel-crash.so", "tel/tel/libtel-probes.so", *(f"tel/tel/plugins/{name}.so" for name in ("exec", "file", "framepointers"))}
        assert {name for name in names if name.endswith(".so")} == libraries and len(libraries) >= 4
        assert all(archive.read(name) == (beside / name.removeprefix("tel/tel/")).read_bytes() for name in libraries)
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith("/METADATA")]
    assert {"tel/py.typed", "tel/LICENSE", "pytest_tel.py"} <= names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tel", "pytest_tel.py"}
    assert not [name for name in names if "/test_" in name or name.endswith(".pyc")]
    assert "Requires-Dist" not in metadata and "Requires-Python: >=3.9" in metadata
    paths = [c.library(), *(beside / name.removeprefix("tel/tel/") for name in libraries)]
    symbols = run("objdump", "-T", *paths, env={"PATH": "/usr/bin:/bin"}).stdout
    assert max(tuple(map(int, version)) for version in re.findall(r"GLIBC_(\d+)\.(\d+)", symbols)) == tuple(map(int, glibc.groups()))


def test_making_it_leaves_nothing_in_the_sources(wheel):
    there = {path.relative_to(PROJECT).parts[0] for path in PROJECT.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert there == {"README.md", "hatch_build.py", "pyproject.toml", "src"}


def test_without_a_library_it_says_what_to_do(tmp_path, home):
    missing = tmp_path / "libtel.so.1"
    done = pip("wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, PROJECT, home=home, check=False, TEL_LIBRARY=missing)
    assert done.returncode != 0
    assert f"The wheel needs libtel, and there is no {missing}. Run `make library`" in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.whl"))


COUNT = "import tel, sys; tel.open('example.com/counted', strict=True); tel.inc('counted/run'); print(tel._library.lib.path)"


@each_python
def test_it_is_installed_in_a_clean_environment_and_counts_from_another_directory(version, wheel, tmp_path, home):
    place = tmp_path / "venv"
    run(CHOSEN[version], "-m", "venv", place, env={"PATH": "/usr/bin:/bin", "HOME": home})
    # No index, no compiler, no other folder to find anything in.
    pip("install", "--no-index", wheel, python=place / "bin" / "python", home=home, PATH=place / "bin", PIP_FIND_LINKS="")
    (tmp_path / "elsewhere").mkdir()
    done = run(
        place / "bin" / "python", "-c", COUNT, cwd=tmp_path / "elsewhere",
        env={"PATH": place / "bin", "HOME": home, "TEL_DIR": tmp_path / "telemetry"})
    assert Path(done.stdout.strip()).parent.parent.name == "site-packages" and str(place) in done.stdout
    assert c.counts(tmp_path / "telemetry") == {"counted/run": 1}
    assert os.listdir(tmp_path / "elsewhere") == []


UPLOAD = """
import sys, tel, tel.transport
class Teller(tel.transport.Transport):
    schemes = ["https"]
    def exchange(self, request):
        print(request.url)
        raise SystemExit(0)
print(tel.plugins.register(Teller()), tel.open("example.com/counted", vendor="example", destination=sys.argv[1]), tel.mode().name)
tel.flush()
"""


def test_an_installed_wheel_uploads(wheel, tmp_path, home):
    pip("install", "--no-index", "--no-deps", "--target", tmp_path / "site", wheel, home=home)
    user = stage.Stage(tmp_path, vendor="example").prepare("https://a.example.org", mode="on 2020-01-01")
    user.counted(str((datetime.now(timezone.utc) - timedelta(days=1)).date()))
    done = run(sys.executable, "-c", UPLOAD, "https://a.example.org", cwd=tmp_path, env={"PYTHONPATH": tmp_path / "site", "HOME": tmp_path})
    assert done.stdout == "None None ON\nhttps://a.example.org/config/latest.json\n"


def test_the_folder_itself_can_be_installed(tmp_path, home):
    pip("install", "--no-deps", "--no-build-isolation", "--target", tmp_path / "site", PROJECT, home=home)
    run(sys.executable, "-c", COUNT, cwd=tmp_path, env={"PYTHONPATH": tmp_path / "site", "HOME": home, "TEL_DIR": tmp_path / "telemetry"})
    assert c.counts(tmp_path / "telemetry") == {"counted/run": 1}


def test_an_editable_install_uses_the_sources_and_what_the_checkout_has_built(tmp_path, home):
    place = tmp_path / "venv"
    run(sys.executable, "-m", "venv", place, env={"PATH": "/usr/bin:/bin", "HOME": home})
    # What builds it is taken from the environment of these tests.
    pip("install", "--no-deps", "--no-build-isolation", "--editable", PROJECT, python=place / "bin" / "python", home=home,
        PYTHONPATH=sysconfig.get_path("purelib"))
    done = run(
        place / "bin" / "python", "-c", "import tel.testing, pathlib; print(tel.__file__)\n" + COUNT, cwd=tmp_path,
        env={"HOME": home, "TEL_DIR": tmp_path / "telemetry", "PYTHONDONTWRITEBYTECODE": 1})
    assert done.stdout.splitlines() == [str(PROJECT / "src" / "tel" / "__init__.py"), str(c.ROOT / "build" / "lib" / "libtel.so.1")]
    assert c.counts(tmp_path / "telemetry") == {"counted/run": 1}


# ---- Its types


USE = """
import argparse, pathlib, tel, tel.testing, tel.transport

class Intranet(tel.transport.Transport):
    schemes = ["https"]

    def exchange(self, request: tel.transport.Request) -> tel.transport.Answer:
        size: int = 0 if request.document is None else len(request.document.data)
        return tel.transport.Answer(200, [b"x"] * size, retry_after=request.timeout)

tel.plugins.register(Intranet(), "settings")
tel.plugins.load(pathlib.Path("/a.so"), strict=True)
problem: tel.Error | None = tel.open("example.com/editor", version="1", rotate=True, upload=True, uploader=pathlib.Path("/tel"))
result: tel.FlushResult = tel.flush(2.5)
problem, waiting, sent = result.error, result.waiting + 1, result.sent + 1
tel.inc("a")
tel.inc(b"a", 2)
tel.add("a", n=3)
key: tel.Counter = tel.counter("a")
total: int = key.read() + tel.read("a")
tel.histogram("a", [1, 2], unit=tel.Unit.BYTES).record(3)

bug: tel.Stack = tel.stack("a", 3)
bug.inc()
problem = tel.crash.watch(types=[ValueError, tel.OffError])
tel.crash.unwatch()

@tel.timed("a")
def twice(n: int) -> int:
    return 2 * n

@tel.timed(tel.histogram("a"))
async def later(n: int) -> str:
    with tel.timed("a", bounds=range(1, 5)):
        return str(twice(n))

tel.count_flags(argparse.ArgumentParser(), ["-v"], program="p")
values: dict[str, int] = tel.read_report("x").programs[0].counters
with tel.testing.sandbox() as counts:
    one: int = counts["a"]
"""
WRONG = {"tel.inc(3)": "arg-type", "tel.add('a')": "call-arg", "tel.counter('a').add('b')": "arg-type", "twice('a')": "arg-type",
         "tel.open(3)": "arg-type", "tel.timed(3)": "arg-type", "tel.crash.watch(types=[int])": "list-item", "tel.stack(3)": "arg-type",
         "tel.read('a').upper()": "attr-defined",
         "tel.flush('1')": "arg-type", "tel.plugins.register(3)": "arg-type", "result.sent.upper()": "attr-defined"}


def test_a_type_checker_knows_what_may_be_called(tmp_path, home):
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "wrong.py").write_text(USE + "".join(f"{line}  # type: ignore[{code}]\n" for line, code in WRONG.items()))
    # An ignored error that is none is an error, too.
    run(sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--cache-dir", tmp_path / "cache",
        PROJECT / "src" / "tel", tmp_path / "use.py", tmp_path / "wrong.py",
        env={"PATH": "/usr/bin:/bin", "HOME": home, "MYPYPATH": PROJECT / "src"}, cwd=tmp_path)


# ---- The tests in python/, with each Python


def prepared(version, home):
    """An environment with what the tests import, kept in build/."""
    place = c.ROOT / "build" / "python" / version
    place.parent.mkdir(parents=True, exist_ok=True)
    mark = place / "requirements.txt"
    with open(place.parent / f"{version}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != REQUIREMENTS.read_text():
            shutil.rmtree(place, ignore_errors=True)
            run(CHOSEN[version], "-m", "venv", place, env={"PATH": "/usr/bin:/bin", "HOME": home})
            pip("install", "--quiet", "-r", REQUIREMENTS, python=place / "bin" / "python", home=home)
            shutil.copy(REQUIREMENTS, mark)
    return place / "bin" / "python"


@pytest.fixture(scope="module", params=CHOSEN)
def tested(request, wheel, tmp_path_factory, home):
    """Runs one file of tests with a Python that has the wheel."""
    python = prepared(request.param, home)
    site = tmp_path_factory.mktemp("site")
    pip("install", "--quiet", "--no-index", "--no-deps", "--target", site, wheel, python=python, home=home)

    def start(name, folder):
        report = folder / "report.xml"
        env = {
            "PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": folder, "PYTHONPATH": site, "PYTHONDONTWRITEBYTECODE": 1,
            "TEL_TEST_PYTHON": request.param, "LC_ALL": "C.UTF-8"}
        done = run(
            python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", f"--basetemp={folder / 'tests'}",
            HERE / f"{name}.py", env=env, cwd=c.ROOT, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        (suite,) = xml.parse(report).getroot().iter("testsuite")
        return int(suite.get("tests")), int(suite.get("skipped"))

    return start


@pytest.mark.parametrize("name", FILES)
def test_python(tested, name, tmp_path):
    tests, skipped = tested(name, tmp_path)
    assert tests > 0 and skipped == 0
