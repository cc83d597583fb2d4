"""tel top: counters as they count."""

import datetime
import json
import os
import re
import signal
import subprocess
import time

import pytest

from Harness import client

from .test_screens import terminal  # noqa: F401


def samples(out):
    return [[re.match(r" *(\S+) +(\d+)  (\S+) (.*)", line).groups() for line in block.splitlines()[1:]] for block in out.split("\n\n")]


def test_a_pipe_gets_as_many_samples_as_were_asked_for(tel):
    tel("inc", "--program", "hello", "hello/a", "5").ok
    tel("inc", "--program", "hello", "hello/b", "7").ok
    found = samples(tel("top", "--count", "2", "--interval", "0.1").ok.out)
    assert found == [[("-", "7", "hello", "hello/b"), ("-", "5", "hello", "hello/a")]] * 2


def test_rates_are_those_of_a_second_and_the_busiest_is_first(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="hello")
    for name in [b"hello/slow", b"hello/fast", b"hello/still"]:
        process.ask("add", name=name, n=1000)
    watching = tel.start("top", "--json", "--count", "2", "--interval", "1")
    time.sleep(0.4)
    process.ask("add", name=b"hello/fast", n=500)
    process.ask("add", name=b"hello/slow", n=20)
    out, err = watching.communicate(timeout=30)
    assert err == b""
    first, second = json_documents(out)
    assert {count["name"]: count["rate"] for count in first["counts"]} == {"hello/slow": 0, "hello/fast": 0, "hello/still": 0}
    assert [count["name"] for count in second["counts"]] == ["hello/fast", "hello/slow", "hello/still"]
    assert [count["value"] for count in second["counts"]] == [1500, 1020, 1000]
    fast, slow, still = (count["rate"] for count in second["counts"])
    assert 300 < fast <= 510 and abs(fast / slow - 25) < 0.5 and still == 0


def json_documents(text):
    decoder, text, found = json.JSONDecoder(), text.decode().strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    return found


def test_new_counters_new_files_and_growing_files_are_seen(tel, libtel):
    (tel.local).mkdir(parents=True)
    watching = tel.start("top", "--json", "--count", "8", "--interval", "0.3")
    time.sleep(0.5)
    process = libtel(tel.home)
    process.ask("open", program="hello")
    process.ask("add", name=b"hello/first", n=1)
    time.sleep(0.5)
    for number in range(900):
        process.ask("add", name=b"hello/%05d" % number, n=1)
    documents = json_documents(watching.communicate(timeout=30)[0])
    assert documents[0] == {"files": 0, "counts": []}
    last = documents[-1]
    assert last["files"] == 1 and len(last["counts"]) == 901


def test_programs_are_told_apart_and_files_of_one_are_added_up(tel):
    for version in ["v1", "v2"]:
        tel("inc", "--program", "hello", "--program-version", version, "shared/a", "2").ok
    tel("inc", "--program", "other", "shared/a", "9").ok
    (found,) = samples(tel("top", "-c", "1").ok.out)
    assert found == [("-", "9", "other", "shared/a"), ("-", "4", "hello", "shared/a")]


def test_all_vendors_and_damaged_files(tel):
    tel("inc", "--vendor", "acme", "--program", "p", "p/a").ok
    tel("inc", "--program", "q", "q/a").ok
    (tel.local / "broken.v1.count").write_bytes(b"# telemetry/counter file v1\n" + b"\xff" * 20000)
    (found,) = samples(tel("top", "--all", "-c", "1").ok.out)
    assert {line[3] for line in found} == {"p/a", "q/a"}


@pytest.mark.parametrize("arguments", [["--interval", "0"], ["--interval", "nan"], ["-i=-1"], ["--count", "0"], ["--count", "x"], ["extra"]])
def test_what_makes_no_sense_is_an_error_of_usage(tel, arguments):
    done = tel("top", *arguments)
    assert done.code == 64 and done.out == "" and arguments[-1].split("=")[-1] in done.err


def test_a_pipe_that_nobody_reads_ends_it(tel):
    tel("inc", "--program", "hello", "hello/a").ok
    watching = tel.start("top", "--interval", "0.1")
    watching.stdout.readline()
    watching.stdout.close()
    assert watching.wait(timeout=10) != 0 and watching.stderr.read() == b""


# ---- On a terminal


@pytest.fixture
def counting(tel, libtel):
    process = libtel(tel.home)
    process.ask("open", program="hello")
    process.ask("add", name=b"hello/a", n=5)
    process.ask("add", name=b"hello/esc\x1b[31m", n=3)
    return process


def test_it_redraws_in_place(counting, terminal):
    window = terminal("top", "-i", "0.3", columns=70, rows=8)
    assert window.wait("hello/a").splitlines() == [
        "tel top  2 counters, files: 1, - per second. q quits.",
        "",
        "  per second                 total  program counter",
        "           -                     5  hello hello/a",
        "           -                     3  hello hello/esc\\x1b[31m",
    ]
    counting.ask("add", name=b"hello/a", n=100)
    screen = window.wait(" 105 ")
    assert screen.count("hello/a") == 1 and screen.splitlines()[0].startswith("tel top")


def test_lines_are_cut_to_the_window_and_follow_its_size(counting, terminal):
    window = terminal("top", columns=46, rows=4)
    screen = window.wait("hello hell")
    assert "hello/esc" not in screen and max(map(len, screen.splitlines())) <= 46
    window.resize(70, 8)
    window.wait("hello/esc")


@pytest.mark.parametrize("keys", [["q"], ["Q"], ["C-c"], ["C-d"]])
def test_q_and_the_like_end_it_and_the_screen_is_as_before(counting, terminal, keys):
    window = terminal("top", "-i", "5", columns=70, rows=8)
    window.wait("hello/a")
    window.keys(*keys)
    assert window.wait("status").splitlines() == ["status 0"]  # nothing of it is left
    window.keys("abc")
    window.wait("abc")  # what is typed is shown again


def test_a_signal_ends_it_too(tel, counting, terminal):
    window = terminal("top", "-i", "30", columns=70, rows=8)
    window.wait("hello/a")
    found = subprocess.run(["pgrep", "-f", f"{tel.path} top -i 30"], capture_output=True, text=True).stdout.split()
    for process in found:
        environment = open(f"/proc/{process}/environ", "rb").read()
        if os.fsencode(f"HOME={tel.home}") in environment.split(b"\0"):
            os.kill(int(process), signal.SIGTERM)
    assert window.wait("status").splitlines()[-1] == "status 0"


def test_it_ends_after_its_samples(counting, terminal):
    assert terminal("top", "-i", "0.1", "-c", "3", rows=8).wait("status").splitlines() == ["status 0"]


def test_last_weeks_are_beside_the_names_once_there_is_a_finished_week(counting, tel, terminal):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for ago, value in [(1, 40), (8, 5), (30, 80)]:
        week = str(today - datetime.timedelta(days=ago))
        document = {"Week": week, "LastWeek": "", "X": 0.5, "Config": "", "Programs": [
            {"Program": "hello", "Version": "v1", "GoVersion": "go1.26", "GOOS": "linux", "GOARCH": "amd64", "Counters": {"hello/a": value}, "Stacks": {}}]}
        (tel.local / f"local.{week}.json").write_text(json.dumps(document))
    window = terminal("top", "-i", "0.3", columns=90, rows=8, variables={"LANG": "C.UTF-8"})
    screen = window.wait("weeks").splitlines()
    assert screen[2] == "  per second                 total         weeks  program counter"
    # Thirty days ago, eight, one, and what counter files have.
    assert screen[3] == "           -                     5        █  ▂▅▂  hello hello/a"
    narrow = terminal("top", "-i", "0.3", columns=70, rows=8)
    assert "weeks" not in narrow.wait("hello/a")
