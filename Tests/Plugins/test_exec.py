"""exec: a program of the user's own."""

import os
import signal
import subprocess
import time

import pytest

from Harness import c
from Plugins.conftest import SHIPPED, parse

DOCUMENT = b'{"Week": "2026-11-27"}\n'


@pytest.fixture
def program(tmp_path):
    """Makes a shell script; its path."""

    def make(text, name="carry"):
        path = tmp_path / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    return make


def test_the_document_is_on_standard_input_and_the_answer_on_standard_output(carry, program):
    path = program('echo "$TEL_METHOD $TEL_PATH"; cat')
    done = carry("exec", (f"exec:{path}#/upload/2026-11-27", DOCUMENT), (f"exec:{path}#/config/latest.json",))
    assert [(exchange.status, exchange.code) for exchange in done.exchanges] == [("TEL_OK", 200)] * 2
    assert done.exchanges[0].body == "POST /upload/2026-11-27\n" + DOCUMENT.decode()
    assert done.exchanges[1].body == "GET /config/latest.json\n"


def test_words_are_arguments_and_no_shell_sees_them(carry, program, tmp_path):
    path = program('for word in "$@"; do echo "[$word]"; done', "my prog")
    url = f"exec:{tmp_path}/my%20prog one  $(touch%20{tmp_path}/oops) a%23b ;touch {tmp_path}/oops *#/upload/2026-11-27"
    assert carry("exec", (url,)).one.body.split("\n")[:-1] == ["[one]", f"[$(touch {tmp_path}/oops)]", "[a#b]", "[;touch]", f"[{tmp_path}/oops]", "[*]"]
    assert not (tmp_path / "oops").exists()


@pytest.mark.parametrize("url", ["exec:#/upload/x", "exec:carry#/upload/x", "exec:./carry#/upload/x", "exec:/bin/cat", "exec:/bin/cat#upload", "exec:/bin/c%00at#/x", "exec:/bin/cat %4#/x",
                                 "exec:/bin/cat " + "a " * 64 + "#/x", "exec:/bin/" + "x" * 5000 + "#/x", "file:///bin/cat#/x"])
def test_what_is_no_command(carry, url):
    done = carry("exec", (url, DOCUMENT)).one
    assert done.status == "TEL_E_INVALID" and "is no command" in done.told["problem"]


@pytest.mark.parametrize("status, wanted", [(0, ("TEL_OK", 200)), (1, ("TEL_OK", 400)), (64, ("TEL_OK", 400)), (69, ("TEL_E_IO", 0)), (75, ("TEL_E_IO", 0)), (127, ("TEL_OK", 400)), (255, ("TEL_OK", 400))])
def test_the_exit_status_tells(carry, program, status, wanted):
    path = program(f"echo 'because of this' >&2; echo 'and that' >&2; exit {status}")
    done = carry("exec", (f"exec:{path}#/upload/x", DOCUMENT)).one
    assert (done.status, done.code) == wanted
    if status:
        assert "because of this" in done.told["problem"] and "and that" not in done.told["problem"]


def test_a_program_that_is_killed_is_tried_again(carry, program):
    done = carry("exec", (f"exec:{program('kill -SEGV $$')}#/upload/x", DOCUMENT)).one
    assert done.status == "TEL_E_IO" and "signal 11" in done.told["problem"]


@pytest.mark.parametrize("make, words", [
    (lambda path: None, "No such file"), (lambda path: (path.write_text("#!/bin/sh\n"), path.chmod(0o644)), "Permission denied"), (lambda path: (path.write_bytes(b"\0" * 100), path.chmod(0o755)), "Exec format"),
    (lambda path: path.mkdir(), "Permission denied")], ids=["missing", "not executable", "no program", "a folder"])
def test_what_cannot_be_run_is_tried_again_when_it_is_mended(carry, tmp_path, make, words):
    make(tmp_path / "carry")
    done = carry("exec", (f"exec:{tmp_path}/carry#/upload/x", DOCUMENT)).one
    assert done.status == "TEL_E_IO" and words in done.told["problem"]


@pytest.mark.parametrize("ignores", [{}, {"CARRY_IGNORES_CHILDREN": "1"}], ids=["", "SIGCHLD ignored"])
def test_the_host_notices_no_child(carry, program, ignores):
    """No SIGCHLD, nothing to wait for, and the exit status arrives all the same."""
    good, bad = program("cat", "good"), program("exit 3", "bad")
    done = carry("exec", (f"exec:{good}#/x", DOCUMENT), (f"exec:{bad}#/x", DOCUMENT), ("exec:/none#/x", DOCUMENT), **ignores)
    assert [exchange.code for exchange in done.exchanges] == [200, 400, 0]
    assert done.children == "0 none"


def test_input_that_is_not_read_hurts_nobody(carry, program):
    done = carry("exec", (f"exec:{program('exec true')}#/x", b"x" * 900_000))
    assert done.one.code == 200 and done.children == "0 none"


def test_an_answer_is_bounded_and_an_endless_one_ended(carry, program):
    path = program("head -c 1000 /dev/zero | tr '\\0' x")
    assert carry("exec", (f"exec:{path}#/x",), most=1000).one.body == "x" * 1000
    done = carry("exec", (f"exec:{path}#/x",), most=999).one
    assert done.status == "TEL_E_IO" and "longer than 999 bytes" in done.told["problem"]
    start = time.monotonic()
    assert carry("exec", ("exec:/usr/bin/yes#/x",), timeout=30_000).one.status == "TEL_E_IO"
    assert time.monotonic() - start < 10


def test_a_megabyte_of_complaints_does_not_block(carry, program):
    path = program("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo done")
    done = carry("exec", (f"exec:{path}#/x",)).one
    assert (done.code, done.body) == (200, "done\n")


def alive(marker):
    return subprocess.run(["pgrep", "-f", marker], capture_output=True).returncode == 0


def test_when_the_time_is_up_all_of_it_is_ended(carry, program):
    path = program("sleep 4321.5 & sleep 4321.5")
    start = time.monotonic()
    done = carry("exec", (f"exec:{path}#/x", DOCUMENT), timeout=500)
    assert time.monotonic() - start < 5
    assert done.one.status == "TEL_E_TIMEOUT" and "500 ms" in done.one.told["problem"] and done.children == "0 none"
    assert not alive("sleep 4321.5")


def test_what_it_leaves_behind_is_ended_and_not_waited_for(carry, program):
    path = program("sleep 4322.5 & echo done")
    start = time.monotonic()
    assert carry("exec", (f"exec:{path}#/x", DOCUMENT), timeout=20_000).one.body == "done\n"
    assert time.monotonic() - start < 5
    assert not alive("sleep 4322.5")


def test_it_ends_when_the_host_dies(driver, program, tmp_path):
    path = program("sleep 4323.5")
    host = subprocess.Popen([driver, SHIPPED / "exec.so", "60000", "1000", f"exec:{path}#/x"], env=c.environment(tmp_path), stdout=subprocess.DEVNULL)
    end = time.monotonic() + 10
    while not alive("sleep 4323.5") and time.monotonic() < end:
        time.sleep(0.02)
    host.send_signal(signal.SIGKILL)
    host.wait()
    while alive("sleep 4323.5") and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive("sleep 4323.5")


def test_it_has_three_streams_a_session_of_its_own_and_no_signal_is_blocked(driver, program, tmp_path):
    path = program("ls /proc/self/fd | tr '\\n' ' '; pwd; grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -s '\\t\\n' '  '; echo; cut -d' ' -f6 /proc/$$/stat; echo $$")
    read, write = os.pipe()
    os.set_inheritable(write, True)
    done = subprocess.run(
        [driver, SHIPPED / "exec.so", "5000", "1000", f"exec:{path}#/x"], env=c.environment(tmp_path), capture_output=True, text=True, pass_fds=[write],
        preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
    lines = parse(done.stdout).one.body.splitlines()
    assert lines[0] == "0 1 2 3 /"  # 3 is what ls itself has open
    assert lines[1].split() == ["SigBlk:", "0" * 16, "SigIgn:", "0" * 16]
    assert lines[2] == lines[3]
    os.close(read)
    os.close(write)


def test_the_hosts_own_variables_of_these_names_are_replaced(carry, program):
    path = program("env | grep ^TEL_ | sort | sed s/^/-/")
    done = carry("exec", (f"exec:{path}#/x",), TEL_METHOD="DELETE", TEL_PATH="/etc/passwd")
    assert done.one.body == "-TEL_METHOD=GET\n-TEL_PATH=/x\n"
