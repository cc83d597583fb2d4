"""The ready-made question, in C, Python and Go: on a terminal, and where it
would disturb."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

from Harness import c, golibtel, headers

C = r"""
#include <stdio.h>
#include <stdlib.h>
#include <tel.h>
#include <tel/prompt.h>
int main(int argc, char **argv) {
    char line[100] = "";
    tel_config config = TEL_INIT(tel_config);
    tel_prompt prompt;
    (void)argc;
    config.vendor = "acme";
    config.program = "example.com/asker";
    prompt.program = "Example Editor";
    prompt.vendor = "acme";
    prompt.destination = argv[2];
    prompt.privacy = "https://acme.example/privacy";
    prompt.text_version = argv[3];
    prompt.seconds = atoi(argv[4]);
    tel_open(&config);
    int answer = tel_prompt_ask(&prompt);
    if (argv[5][0] == 'r' && !fgets(line, sizeof line, stdin)) line[0] = 0;
    FILE *result = fopen(argv[1], "w");
    fprintf(result, "%s %s", answer == TEL_PROMPT_YES ? "yes" : answer == TEL_PROMPT_NO ? "no" : "nobody", line);
    return fclose(result);
}
"""
PYTHON = """
import sys, tel
path, destination, text, seconds, read = sys.argv[1:]
tel.open("example.com/asker", vendor="acme")
answer = tel.consent.ask(program="Example Editor", vendor="acme", destination=destination, privacy="https://acme.example/privacy",
                         text_version=text, seconds=float(seconds))
line = sys.stdin.readline() if read == "r" else ""
with open(path, "w") as result:
    result.write({True: "yes", False: "no", None: "nobody"}[answer] + " " + line)
"""
GO = """package main

import (
	"bufio"
	"os"
	"strconv"
	"time"

	"golang.org/x/telemetry"
	"golang.org/x/telemetry/consent"
)

func main() {
	telemetry.Start(telemetry.Config{Vendor: "acme"})
	seconds, _ := strconv.Atoi(os.Args[4])
	answer := consent.Ask(consent.Question{
		Program: "Example Editor", Vendor: "acme", Destination: os.Args[2], Privacy: "https://acme.example/privacy",
		TextVersion: os.Args[3], Timeout: time.Duration(seconds) * time.Second,
	})
	line := ""
	if os.Args[5] == "r" {
		line, _ = bufio.NewReader(os.Stdin).ReadString(10)
	}
	word := map[consent.Answer]string{consent.Yes: "yes", consent.No: "no", consent.Nobody: "nobody"}[answer]
	os.WriteFile(os.Args[1], []byte(word+" "+line), 0o644)
}
"""
THERE, ELSEWHERE = "https://telemetry.acme.example/", "https://other.acme.example/"
EARLIER = "2026-01-02\n2026-01-03\n"


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prompt")
    (folder / "asker.c").write_text(C)
    (folder / "asker.py").write_text(PYTHON)
    golibtel.module(folder / "go", "example.com/asker", {"main.go": GO})
    return {
        "c": [str(c.build(folder / "asker.c", include=headers.installed(), flags=headers.STRICT))],
        "python": [sys.executable, str(folder / "asker.py")],
        "go": [str(golibtel.build(folder / "go", folder).resolve())]}


@pytest.fixture(params=["c", "python", "go"])
def asker(request, commands, tmp_path):
    return Asker(commands[request.param], tmp_path)


class Asker:
    """A program that asks, in a home of its own where it was used before."""

    def __init__(self, command, home):
        self.command, self.home = command, home
        self.folder = home / ".config" / "acme" / "telemetry"
        self.folder.mkdir(parents=True)
        (self.folder / "days").write_text(EARLIER)
        self.env = {
            **c.environment(home), "HOME": str(home), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src"),
            "TEL_LIBRARY": str(c.library("shipped")), "PYTHONDONTWRITEBYTECODE": "1"}

    def arguments(self, destination=THERE, text="1", seconds=20, read="-"):
        return [*self.command, str(self.home / "result"), destination, text, str(seconds), read]

    @property
    def result(self):
        return (self.home / "result").read_text() if (self.home / "result").exists() else None

    @property
    def said(self):
        """What was written down."""
        path = self.folder / "consent"
        return dict(line.split(" ", 1) for line in path.read_text().splitlines()) if path.exists() else None

    @property
    def mode(self):
        path = self.folder / "mode"
        return path.read_text().split()[0] if path.exists() else None

    def on_terminal(self, answer=None, ahead=b"", then=None, **more):
        """Runs it on a terminal; gives the answer when it is asked for one. What
        was shown, and how the process ended."""
        (self.home / "result").unlink(missing_ok=True)
        pid, terminal = pty.fork()
        if pid == 0:
            if ahead:  # what is no whole line cannot be waited for
                select.select([0], [], [], 20 if ahead.endswith(b"\n") else 1)
            os.chdir(self.home)
            arguments = self.arguments(**more)
            os.execve(arguments[0], arguments, self.env)
        if ahead:
            os.write(terminal, ahead)
        shown, is_asked, end = b"", False, time.monotonic() + 30
        while time.monotonic() < end:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                break
            if not is_asked and b"[y/N" in shown:
                is_asked = True
                if then:
                    then(pid, terminal)
                if answer is not None:
                    os.write(terminal, answer)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return shown.decode(), is_asked, os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("answer, word, mode", [
    (b"y\n", "yes", "on"), (b"Yes\n", "yes", "on"), (b"\n", "no", "local"), (b"n\n", "no", "local"), (b"yes please\n", "no", "local"), (b"\x04", "no", "local")])
def test_yes_is_on_and_all_else_is_no(asker, answer, word, mode):
    shown, is_asked, code = asker.on_terminal(answer)
    assert is_asked and code == 0 and asker.result == word + " "
    assert asker.mode == asker.said["mode"] == mode
    assert (asker.said["destination"], asker.said["text"], (asker.folder / "destination").read_text()) == (THERE, "1", THERE + "\n")
    for words in ("Example Editor", THERE, "https://acme.example/privacy", "tel off --vendor acme"):
        assert words in shown


def test_it_is_asked_once_and_again_for_a_new_text_or_destination(asker):
    assert asker.on_terminal(b"n\n")[1]
    assert not asker.on_terminal()[1] and asker.result == "nobody "
    assert asker.on_terminal(b"y\n", text="2")[1] and asker.mode == "on"
    assert not asker.on_terminal(text="2")[1]
    assert asker.on_terminal(b"n\n", text="2", destination=ELSEWHERE)[1] and asker.mode == "local"


def test_no_answer_in_time_is_no(asker):
    begin = time.monotonic()
    shown, is_asked, code = asker.on_terminal(b"ye", seconds=1)
    assert is_asked and code == 0 and 1 <= time.monotonic() - begin < 10
    assert "No answer: nothing is sent." in shown
    assert (asker.result, asker.mode) == ("no ", "local")


def test_ctrl_c_ends_the_program_and_nothing_is_written_down(asker):
    _, is_asked, code = asker.on_terminal(b"\x03")
    assert is_asked and code != 0
    assert (asker.result, asker.said, asker.mode) == (None, None, None)


def test_what_was_typed_ahead_is_no_answer_and_stays(asker):
    _, is_asked, _ = asker.on_terminal(ahead=b"y\n", read="r")
    assert not is_asked and (asker.result, asker.said) == ("nobody y\n", None)


def test_a_line_that_was_begun_before_the_question_does_not_answer_it(asker):
    _, is_asked, _ = asker.on_terminal(ahead=b"y")
    assert not is_asked and (asker.result, asker.said) == ("nobody ", None)


def test_piped_input_stays_whole(asker):
    done = subprocess.run(asker.arguments(read="r"), env=asker.env, cwd=asker.home, input=b"y\n", capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (asker.result, asker.said) == ("nobody y\n", None)


def test_a_job_in_the_background_neither_asks_nor_stops(asker):
    def background():
        os.setpgid(0, 0)

    pid, terminal = pty.fork()
    if pid == 0:
        done = subprocess.run(asker.arguments(), env=asker.env, cwd=asker.home, timeout=20, preexec_fn=background)
        os._exit(done.returncode)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert (asker.result, asker.said) == ("nobody ", None)


def test_a_job_that_is_sent_to_the_background_gives_up(asker):
    """The terminal is taken away while the question stands."""
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        child = subprocess.Popen(asker.arguments(), env=asker.env, cwd=asker.home, preexec_fn=lambda: os.setpgid(0, 0))
        os.tcsetpgrp(0, child.pid)
        time.sleep(2)
        os.tcsetpgrp(0, os.getpgrp())
        os._exit(child.wait(timeout=20))
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.read(terminal, 4096)
        except OSError:
            break
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert (asker.result, asker.said) == ("nobody ", None)
