"""Consent: which mode is in effect, what off means, and that every layer can
only lower it."""

import os
import re
import subprocess
import threading
from datetime import datetime, timezone

import pytest

from ABI import scene
from ABI.scene import FRIDAY, MONDAY, TOOL, only_file, values
from Harness.driver import MODES, Driver, encode, environment, names, once, opening, program, telemetry
from Harness.privilege import NOBODY, PublicFolder, as_root, as_user, do

WRITING = re.compile(
    r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC|O_APPEND|\b(mkdir|mknod|rename|link|symlink|unlink|rmdir|truncate|ftruncate|fallocate|chmod|fchmod|utimens|setxattr)"
    r"(at|at2|2|64)?\(|\bpwrite")


@pytest.fixture(scope="module")
def public():
    made = PublicFolder()
    yield made
    made.remove()


def set_up_mode(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mode").write_bytes(content if isinstance(content, bytes) else content.encode())


def traced(home, *orders, env=None, prefix=(), program_=None, strace=()):
    """System calls between the first order's answer and the end."""
    trace = home / "trace.txt"
    arguments = [encode(*([order] if isinstance(order, str) else order)) for order in [["sleep", 0], *orders]]
    done = subprocess.run(
        [*prefix, "strace", "-f", "-qq", *strace, "-o", str(trace), str(program_ or program()), *arguments],
        env=environment(home, **(env or {})), cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = trace.read_text(errors="replace").splitlines()
    do("rm", "-f", trace)
    first = next(number for number, line in enumerate(lines) if " write(1, " in line)
    return [line for line in lines[first + 1 :] if " write(1, " not in line], done.stdout.splitlines()[1:]


# ---- The mode file


def test_without_a_mode_file_it_is_local(driver):
    process = driver()
    assert process.mode() == "local"
    assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"


TABLE = {
    b"": "local", b" \n": "local", b"on": "on", b"  on  \n": "on", b"on 2023-09-26": "on", b"on 2023-09-26\n": "on", b"off 2023-09-26\r\n": "off",
    b"off": "off", b"local 2026-11-24": "local", b"on  2023-09-26": "on", b"on 2023-9-26": "on", b"on 2023-09-26 extra": "on",
    b"on 2023-02-29": "on", b"on 2023-09-26T00:00:00Z": "on", b"on\t2023-09-26": "local", b"on\n2023-09-26": "local", b"off\t2023-09-26": "local",
    b"ON 2023-09-26": "local", b"OFF": "local", b"bogus 2023-09-26": "local", "\u00a0off\u00a0".encode(): "off", "\u2003off\u3000".encode(): "off",
    b"\xef\xbb\xbfon": "local", b"\xef\xbb\xbfoff": "local", b"off\0": "local", b"\xff\xfeon": "local", b"offf": "local", b"off off": "off",
}


@pytest.mark.parametrize("content, mode", TABLE.items())
def test_the_mode_file_is_read_as_the_reference_reads_it(driver, tmp_path, content, mode):
    """Facts: section 2 of the specification. An unknown word collects and never sends: local."""
    set_up_mode(telemetry(tmp_path), content)
    assert driver().mode() == mode


@pytest.mark.parametrize("kind", ["directory", "too large"])
def test_a_mode_that_cannot_be_read_is_local(driver, tmp_path, kind):
    path = telemetry(tmp_path) / "mode"
    path.parent.mkdir(parents=True)
    if kind == "directory":
        path.mkdir()
    else:
        path.write_bytes(b"on" + b" " * (1 << 20))
    assert driver().mode() == "local"


@pytest.mark.parametrize("word", ["off", "local", "on", None])
def test_a_link_in_place_of_the_mode_is_not_followed_and_says_off(driver, tmp_path, word):
    """It may lead to the word off, as in a folder of dot files: better nothing is counted."""
    path = telemetry(tmp_path) / "mode"
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    if word:
        (tmp_path / "elsewhere").write_text(word)
    assert driver().mode() == "off"
    answer = driver().open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_OFF" and "symbolic link" in answer.message
    assert driver().set_mode("on").status == "TEL_E_IO"
    assert not word or (tmp_path / "elsewhere").read_text() == word


@pytest.mark.parametrize("mode", MODES)
def test_setting_a_mode_writes_word_and_day_and_nothing_else(driver, folder, mode):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    assert process.set_mode(mode).status == "TEL_OK"
    assert (folder / "mode").read_bytes() == f"{mode} 2026-11-23".encode()
    assert process.mode() == mode


def test_before_opening_it_is_the_mode_of_the_users_default_folder_today(driver, tmp_path):
    process = driver()
    before = datetime.now(timezone.utc).date()
    assert process.set_mode("local").status == "TEL_OK"
    after = datetime.now(timezone.utc).date()
    assert (telemetry(tmp_path) / "mode").read_text() in (f"local {before}", f"local {after}")
    assert names(telemetry(tmp_path)) == ["mode"]


def test_setting_it_again_renews_the_day(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.set_mode("on")
    process.clock(MONDAY + 86400)
    process.set_mode("on")
    assert (folder / "mode").read_text() == "on 2026-11-24"


def test_a_reader_never_sees_a_half_written_mode(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.set_mode("local")
    seen, stop = set(), threading.Event()

    def watch():
        while not stop.is_set():
            seen.add((folder / "mode").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(300):
        assert process.set_mode(MODES[number % 3]).status == "TEL_OK"
    stop.set()
    watcher.join()
    assert seen <= {f"{mode} 2026-11-23".encode() for mode in MODES} and len(seen) > 1
    assert sorted(path.name for path in folder.iterdir()) == ["local", "mode"]


@pytest.mark.parametrize("mode", [-1, 3, 2147483647])
def test_a_mode_that_is_none_is_refused(driver, folder, mode):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    answer = process.set_mode(mode)
    assert answer.status == "TEL_E_INVALID" and str(mode) in answer.message
    assert not (folder / "mode").exists()


def test_a_mode_that_cannot_be_written_is_said(driver, tmp_path):
    (tmp_path / ".config").write_text("a file")
    answer = driver().set_mode("on")
    assert answer.status == "TEL_E_IO" and str(tmp_path / ".config") in answer.message
    assert driver().mode() != "on"


# ---- Layers


@pytest.mark.parametrize("value, mode", [("1", "local"), ("true", "local"), ("yes", "local"), (" ", "local"), ("", "on"), ("0", "on"), ("false", "on")])
def test_do_not_track_lowers_to_local(driver, tmp_path, value, mode):
    set_up_mode(telemetry(tmp_path), "on 2026-11-01")
    assert driver(DO_NOT_TRACK=value).mode() == mode


@pytest.mark.parametrize("file", MODES)
@pytest.mark.parametrize("value", ["off", "local", "on", "ON", "bogus", ""])
def test_tel_mode_lowers_and_never_raises(driver, tmp_path, file, value):
    set_up_mode(telemetry(tmp_path), f"{file} 2026-11-01")
    layers = [file] + ([value] if value in ("off", "local") else [])
    assert driver(TEL_MODE=value).mode() == min(layers, key=MODES.index)


def test_do_not_track_does_not_switch_off_nor_raise(driver, tmp_path):
    set_up_mode(telemetry(tmp_path), "off 2026-11-01")
    assert driver(DO_NOT_TRACK="1").mode() == "off"
    assert driver(DO_NOT_TRACK="0", TEL_MODE="on").mode() == "off"


@pytest.mark.parametrize("own", [*MODES, None])
@pytest.mark.parametrize("given", MODES)
@pytest.mark.parametrize("how", ["tel_config.directory", "TEL_DIR"])
def test_a_given_folder_has_the_lower_of_its_mode_and_the_users(driver, tmp_path, own, given, how):
    folder = tmp_path / "given"
    set_up_mode(folder, f"{given} 2026-11-01")
    if own:
        set_up_mode(telemetry(tmp_path), f"{own} 2026-11-01")
    process = driver(TEL_DIR=folder) if how == "TEL_DIR" else driver()
    process.open(clock=MONDAY, **TOOL, **({} if how == "TEL_DIR" else {"directory": folder}))
    assert process.mode() == min([given] + ([own] if own else []), key=MODES.index)
    assert (folder / "local").exists() == (process.mode() != "off")


def test_each_vendor_has_a_mode_of_its_own(driver, tmp_path):
    set_up_mode(tmp_path / ".config" / "acme" / "telemetry", "off 2026-11-01")
    assert driver().open(vendor="acme", clock=MONDAY, **TOOL).status == "TEL_E_OFF"
    assert driver().open(vendor="other", clock=MONDAY, **TOOL).status == "TEL_OK"
    assert only_file(tmp_path / ".config" / "other" / "telemetry")


@pytest.mark.parametrize("vendor", ["", ".", "..", ".hidden", "a/b", "/", "../x", "a b", "a\nb", "a\x7f", "a\tb", "x" * 101])
def test_a_vendor_that_cannot_name_a_folder_is_refused(driver, tmp_path, vendor):
    answer = driver().open(vendor=vendor, clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_INVALID" and "vendor" in answer.message
    assert names(tmp_path) == []


# ---- Off


def test_off_from_the_start_writes_nothing_at_all(tmp_path):
    lines, answers = traced(
        tmp_path, opening(clock=MONDAY, flags=0, **TOOL), ["count", "a", 5], ["add", "b", 5], ["many", "c", 50], "rotate", ["flush", 0], "getmode",
        ["read", "a"], "directory", "file", "close", opening(clock=MONDAY, flags=0, **TOOL), env={"TEL_MODE": "off"})
    assert [answer.split("\t")[0] for answer in answers[:1] + answers[4:6]] == ["TEL_E_OFF"] * 3
    assert [line for line in lines if WRITING.search(line)] == []
    assert names(tmp_path) == []


def test_off_in_the_mode_file_leaves_the_folder_as_it_is(tmp_path):
    folder = telemetry(tmp_path)
    set_up_mode(folder, "off 2026-11-01")
    (folder / "local").mkdir()
    (folder / "local" / "old-2026-11-02.v1.count").write_bytes(scene.counter_file(begin="2026-11-02", end="2026-11-06"))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in folder.rglob("*")}
    lines, _ = traced(tmp_path, opening(clock=FRIDAY + 1, flags=0, **TOOL), ["count", "a"], "rotate", ["flush", 0])
    assert [line for line in lines if WRITING.search(line)] == []
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in folder.rglob("*")} == before


def test_off_says_what_decided(driver, tmp_path):
    answer = driver(TEL_MODE="off").open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_OFF" and "TEL_MODE" in answer.message
    set_up_mode(telemetry(tmp_path), "off")
    answer = driver().open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_OFF" and str(telemetry(tmp_path) / "mode") in answer.message


def test_in_mode_off_what_is_counted_can_be_read_in_the_process(driver):
    process = driver(TEL_MODE="off")
    process.open(clock=MONDAY, **TOOL)
    process.count("a", 3)
    process.add("b", 4)
    assert (process.read("a"), process.read("b"), process.file) == (3, 4, None)


def test_switching_off_stops_this_process_at_once(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 1)
    process.count("b", 1)
    path = process.file
    assert process.set_mode("off").status == "TEL_OK"
    before = {found: found.read_bytes() for found in folder.rglob("*") if found.is_file()}
    process.add("a", 10)
    process.count("b", 10)
    process.many("new/", 100)
    assert process.rotate().status == "TEL_E_OFF"
    assert process.flush().status == "TEL_E_OFF"
    process.close()
    process.end()
    assert {found: found.read_bytes() for found in folder.rglob("*") if found.is_file()} == before
    # Its file is as it was, or it is gone with what the user did not want to be counted.
    assert path not in before or values(path) == {"a": 1, "b": 1}


def test_another_process_notices_off_at_its_next_rotate(driver, folder):
    one, other = driver(), driver()
    for process in (one, other):
        process.open(directory=folder, clock=MONDAY, **TOOL)
        process.add("a", 1)
    one.set_mode("off")
    assert other.rotate().status == "TEL_E_OFF"
    before = {found: found.read_bytes() for found in folder.rglob("*") if found.is_file()}
    other.add("a", 10)
    other.count("new", 10)
    assert {found: found.read_bytes() for found in folder.rglob("*") if found.is_file()} == before


def test_local_again_goes_on_without_what_was_counted_in_between(driver, folder):
    process = driver()
    process.open(directory=folder, clock=MONDAY, **TOOL)
    process.add("a", 1)
    process.count("b", 1)
    process.set_mode("off")
    process.add("a", 10)
    process.count("b", 10)
    process.count("only/off", 10)
    assert process.set_mode("local").status == "TEL_OK"
    process.add("a", 100)
    process.count("b", 100)
    process.rotate()
    total = scene.total(folder)
    assert total in ({"a": 101, "b": 101}, {"a": 100, "b": 100})
    assert process.read("only/off") == "TEL_E_NOT_FOUND"


def test_off_at_the_start_and_local_later_counts_from_then_on(driver, folder):
    set_up_mode(folder, "off 2026-11-23")
    process = driver()
    assert process.open(directory=folder, clock=MONDAY, **TOOL).status == "TEL_E_OFF"
    process.add("a", 10)
    set_up_mode(folder, "local 2026-11-23")
    assert process.rotate().status == "TEL_OK"
    process.add("a", 1)
    assert scene.total(folder) == {"a": 1}


# ---- Other people's folders, other people's privileges


def test_a_folder_of_somebody_else_is_off_and_stays_as_it_is(tmp_path):
    for place in ("itself", "parent"):
        other = tmp_path / place
        other.mkdir()
        do("chown", "65533", other)
        folder = other if place == "itself" else other / "deep" / "telemetry"
        process = Driver(tmp_path)
        answer = process.open(directory=folder, clock=MONDAY, **TOOL)
        process.count("a")
        process.kill()
        assert answer.status == "TEL_E_OFF" and str(folder) in answer.message and "65533" in answer.message
        do("chown", str(os.geteuid()), other)
        assert names(other) == []


def test_another_user_does_not_count_into_my_folder(public, tmp_path):
    folder = public.folder("mine", os.geteuid(), mode=0o777)
    answer = once(public.path, opening(directory=folder, clock=MONDAY, **TOOL), prefix=as_user(NOBODY), program=public.program)[0]
    assert answer.status == "TEL_E_OFF" and str(folder) in answer.message
    assert names(folder) == []


def test_a_user_counts_in_a_home_of_his_own(public):
    home = public.folder("home", NOBODY)
    answers = once(home, opening(clock=MONDAY, **TOOL), ["count", "a", 3], ["read", "a"], prefix=as_user(NOBODY), program=public.program)
    assert answers[0].status == "TEL_OK" and answers[2].results == ["3"]
    assert only_file(telemetry(home)).stat().st_uid == NOBODY


@pytest.mark.parametrize("bit", ["u+s", "g+s"])
def test_a_privileged_program_is_off_opens_nothing_and_reads_no_environment(public, bit):
    privileged = public.path / f"privileged-{bit[0]}"
    do("cp", public.program, privileged)
    do("chown", "0:0", privileged)
    do("chmod", bit, privileged)
    home = public.folder(f"home-{bit[0]}", NOBODY)
    target = public.folder(f"target-{bit[0]}", NOBODY, mode=0o777)
    env = {"TEL_DIR": target, "TEL_MODE": "local", "XDG_CONFIG_HOME": target}
    orders = [opening(clock=MONDAY, flags=0, **TOOL), ["count", "a", 3], "getmode", "rotate", ["flush", 0], ["setmode", 2], "directory",
              "close", opening(directory=target, clock=MONDAY, **TOOL)]
    # strace -u: the set-user-ID bit counts though the program is traced.
    lines, answers = traced(public.path, *orders, env={**env, "HOME": home}, prefix=as_root(), program_=privileged, strace=["-u", "nobody"])
    statuses = [answer.split("\t")[0] for answer in answers]
    assert statuses[0] == statuses[5] == statuses[8] == "TEL_E_OFF"
    assert "TEL_OK" not in statuses[3:6]
    assert answers[2].split("\t")[3] == "0"
    assert [line for line in lines if re.search(r"\bopen(at2?)?\(", line)] == []
    assert [line for line in lines if WRITING.search(line)] == []
    assert names(home) == names(target) == []


def test_the_privileged_test_can_fail(public):
    """The same program without the bit counts: what the test above sees is the bit."""
    home = public.folder("home-plain", NOBODY)
    answer = once(home, opening(clock=MONDAY, **TOOL), prefix=as_user(NOBODY), program=public.program)[0]
    assert answer.status == "TEL_OK" and only_file(telemetry(home))


def test_what_was_counted_while_off_is_not_written_after_a_close_either(driver, folder):
    (folder / "mode").write_text("off 2026-11-23")
    process = driver()
    assert process.open(directory=folder, clock=MONDAY, **TOOL).status == "TEL_E_OFF"
    process.add("secret", 5)
    process.close()
    (folder / "mode").write_text("local 2026-11-23")
    assert process.open(directory=folder, clock=MONDAY, **TOOL).status == "TEL_OK"
    assert values(only_file(folder)).get("secret", 0) == 0
