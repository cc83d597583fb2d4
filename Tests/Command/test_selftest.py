"""tel selftest --crash: programs crash, and a report has it."""

import os
import sys

import pytest

from Harness import c, golibtel

BINDING = c.ROOT / "bindings" / "python" / "src"
NO_PYTHON = "/nowhere"


@pytest.fixture
def selftest(tel, tmp_path):
    """Without a Python or a Go that happen to be there, unless a test brings one."""

    def run(*arguments, path=NO_PYTHON, **variables):
        (tmp_path / "tmp").mkdir(exist_ok=True)
        return tel("selftest", "--crash", *arguments, PATH=path, TMPDIR=tmp_path / "tmp", **variables)

    return run


def script(folder, *lines):
    path = folder / "tool.py"
    path.write_text("\n".join(["import os, signal, sys", f"sys.path.insert(0, {str(BINDING)!r})", "import tel, tel.crash", *lines]) + "\n")
    return [sys.executable, path]


def test_a_crash_arrives_in_a_report(selftest):
    done = selftest("--library", c.library()).ok
    assert "C: the program died of signal 11" in done.out and "crash/crash of selftest" in done.out and "raise" in done.out


def test_what_was_not_tried_is_said(selftest):
    done = selftest("--library", c.library()).ok
    assert "\nPython: not tried: there is no python3\n" in done.out and "\nGo: not tried. It takes " in done.out


def test_a_python_without_the_binding_is_not_tried(selftest, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    done = selftest("--library", c.library(), path=tmp_path / "bin").ok
    assert "\nPython: not tried: python3 has no libtel: ModuleNotFoundError: No module named 'tel'\n" in done.out


def test_both_crashes_of_python_arrive(selftest):
    done = selftest("--library", c.library(), "--python", sys.executable, PYTHONPATH=BINDING).ok
    assert "Python: the program ended with status 1" in done.out and "Python: the program died of signal 11" in done.out
    assert "Python: the report has crash/exception:ValueError of selftest, with 2 frames:\n  __main__.crash:+3" in done.out
    assert "Python: the report has crash/crash of selftest" in done.out


def test_a_python_that_was_named_must_have_the_binding(selftest):
    done = selftest("--library", c.library(), "--python", os.path.realpath(sys.executable))
    assert done.code == 1 and "has no libtel" in done.err and "C: the report has crash/crash" in done.out


def test_a_python_without_the_library_is_a_failure(selftest, tmp_path):
    """It says why, in the binding's words."""
    done = selftest("--library", tmp_path / "libtel.so.1", "--python", sys.executable, PYTHONPATH=BINDING)
    assert done.code == 1 and "Python: the program was to end with status 1, and ended with status 3: " in done.err and "libtel.so.1" in done.err


def test_the_crash_of_a_go_program_arrives(selftest, tmp_path):
    """Counted by its next start."""
    environment = golibtel.environment(tmp_path)
    more = {name: value for name, value in environment.items() if name not in ("HOME", "PATH", "TMPDIR")}
    done = selftest("--library", c.library(), "--go", golibtel.BINDING, path=f"{golibtel.go.toolchain() / 'bin'}:{environment['PATH']}", **more).ok
    assert "Go: the program ended with status 2" in done.out
    assert "Go: the report has crash/crash of tel.example/selftest" in done.out and "main.crash" in done.out


def test_go_must_be_there_if_it_was_asked_for(selftest, tmp_path):
    done = selftest("--library", c.library(), "--go", tmp_path)
    assert done.code == 1 and "Go: there is no go on the PATH" in done.err


# ---- A tool's own


def test_a_program_of_ones_own(selftest, tmp_path):
    tool = script(tmp_path, "tel.open('editor')", "tel.crash.watch()", "def save():", "    raise KeyError(sys.argv[1])", "save()")
    done = selftest("--", *tool, "secret", TEL_LIBRARY=c.library())
    assert done.code == 0 and "KeyError" in done.err, "what the program says is heard"
    assert "the command: the program ended with status 1.\n" in done.out
    assert "the report has crash/exception:KeyError of editor" in done.out and "__main__.save:+1" in done.out and "secret" not in done.out


def test_a_program_that_does_not_watch_is_a_failure(selftest, tmp_path):
    tool = script(tmp_path, "tel.open('editor')", "tel.inc('editor/start')", "raise KeyError")
    done = selftest("--", *tool, TEL_LIBRARY=c.library())
    assert done.code == 1 and "the command: no report has the crash" in done.err


def test_a_program_that_does_not_crash_is_a_failure(selftest, tmp_path):
    done = selftest("--", "/bin/true")
    assert done.code == 1 and "was to crash, and ended with status 0" in done.err


def test_a_program_that_is_not_there_is_a_failure(selftest, tmp_path):
    done = selftest("--", tmp_path / "nothing")
    assert done.code == 1 and "cannot start" in done.err


def test_options_do_not_go_with_a_command(selftest):
    assert selftest("--library", c.library(), "--", "/bin/true").code == 64


# ---- What it leaves


@pytest.mark.parametrize("more", [[], ["--python", sys.executable], ["--", "/bin/false"]])
def test_it_leaves_nothing(more, selftest, tel, tmp_path):
    selftest(*(["--library", c.library()] if "--" not in more else []), *more, PYTHONPATH=BINDING)
    assert list((tmp_path / "tmp").iterdir()) == [] and not (tel.home / ".config").exists()


def test_a_library_that_is_not_there_is_a_failure(selftest, tmp_path):
    done = selftest("--library", tmp_path / "libtel.so.1")
    assert done.code == 1 and "cannot load libtel" in done.err


def test_a_library_that_cannot_watch_is_a_failure(selftest):
    done = selftest("--library", c.library().parent / "libtel-noop.so")
    assert done.code == 1 and "tel_open" in done.err


def test_what_is_to_be_tried_must_be_said(tel):
    assert tel("selftest").code == 64
