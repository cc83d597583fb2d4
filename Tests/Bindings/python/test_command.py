"""`python -m tel` is the command tel, wherever that is."""

import subprocess
import sys

import pytest


@pytest.fixture
def run(scene):
    def start(*arguments, **env):
        return subprocess.run(
            [sys.executable, "-m", "tel", *arguments], cwd=scene.folder, env=scene.environment(**{"PATH": "/nowhere", **env}),
            text=True, capture_output=True)

    return start


@pytest.fixture
def command(scene):
    """A command that says its arguments and ends with 7."""
    path = scene.write('#!/bin/sh\necho "$@"\nexit 7\n', "bin/tel")
    path.chmod(0o755)
    return path


def test_the_one_of_the_path_runs_with_its_arguments_and_its_status(run, command):
    done = run("status", "--vendor", "a b", PATH=command.parent)
    assert (done.stdout, done.returncode) == ("status --vendor a b\n", 7)


def test_the_one_that_is_named_runs(run, command):
    assert run("x", TEL_COMMAND=command).returncode == 7


def test_the_one_beside_libtel_runs_before_that_of_the_path(run, command, scene):
    import tel

    library = scene.folder / "lib" / "libtel.so.1"
    library.parent.mkdir()
    library.write_bytes(open(tel._library.lib.path, "rb").read())
    other = scene.write("#!/bin/sh\nexit 8\n", "other/tel")
    other.chmod(0o755)
    assert run(TEL_LIBRARY=library, PATH=other.parent).returncode == 7


def test_without_a_command_there_is_a_sentence(run):
    done = run("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "python -m tel: there is no command tel beside libtel or on the PATH; install it, or set TEL_COMMAND to where it is\n")


def test_a_command_that_cannot_run_is_a_sentence(run, scene):
    done = run("status", TEL_COMMAND=scene.folder)
    assert done.returncode == 1 and done.stderr == f"python -m tel: {scene.folder} can't be run: Permission denied\n"
