"""`tel view` itself: what it is given, and what it needs."""

import shutil
import signal
import socket
import subprocess

import pytest

from . import data
from .conftest import Viewer


def tel(*words, command=data.TEL):
    return subprocess.run([command, "view", *words], text=True, capture_output=True, timeout=30, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})


@pytest.mark.parametrize("words", [("--dir", "/tmp", "/tmp"), ("--all", "/tmp"), ("--all", "--vendor", "go"), ("--port", "x"), ("--port", "70000"), ("--vendor", "a/b"), ("",)])
def test_a_wrong_command_line(words):
    done = tel(*words)
    assert done.returncode == 64 and done.stdout == "", done


def test_without_the_viewer_it_says_what_is_missing(tmp_path):
    command = tmp_path / "bin" / "tel"
    command.parent.mkdir()
    shutil.copy(data.TEL, command)
    done = tel("/tmp", command=command)
    assert done.returncode == 1 and "tel-view is not here" in done.stderr


def test_the_viewer_is_found_in_libexec(tmp_path):
    for folder, name in (("bin", "tel"), ("libexec", "tel-view")):
        (tmp_path / folder).mkdir()
        shutil.copy(data.TEL.parent / name, tmp_path / folder / name)
    process = subprocess.Popen([tmp_path / "bin" / "tel", "view", "--port", "0", "/tmp"], text=True, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
    finally:
        process.kill()
        process.wait()


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tel("--port", str(port), "/tmp")
    assert done.returncode == 1 and done.stderr == f"tel: port {port} is taken; --port names another\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_to(tmp_path, ending):
    viewer = Viewer(tmp_path)
    viewer.ask("/")
    viewer.process.send_signal(ending)
    assert viewer.process.wait(10) == 0 and viewer.process.stderr.read() == ""


def test_a_directory_whose_name_is_no_text(tmp_path):
    folder = bytes(tmp_path) + b"/\xff'\"<b>"
    viewer = Viewer(folder)
    try:
        assert "\\xff" in viewer.ask("/").text and "<b>" not in viewer.ask("/").text.split("<footer>")[1]
    finally:
        viewer.end()
