"""Go: stacks and crashes, beside golang.org/x/telemetry where that does the same.

The reference has another process wait for the crash; here the next start counts
it. What is counted is the same, byte for byte.
"""

import json
import os
import re
import signal
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from Harness import c, counterfile, go, golibtel
from Harness.golibtel import run, week

HERE = Path(__file__).resolve().parent / "go"
OURS, REFERENCE = golibtel.MODULE, golibtel.REFERENCE
SECRETS = (b"secret", b"alice", b"hunter2")
DAY = 86400
# Both count the same stack. That of "map" is one of two, as it happens.
SAME = ["panic", "error", "fake", "fake error", "fake text", "fake again", "nil", "nil inlined", "nil function", "nil method", "nil wrapper",
        "index", "generic", "divide", "closed", "deferred", "goroutine", "method", "unlocked", "signal ABRT"]
NOWHERE = ["C", "C aborts"]
NONE = ["signal TERM", "signal KILL", "exit", "return", "recovered panic"]
STATUS = {"signal TERM": -signal.SIGTERM, "signal KILL": -signal.SIGKILL, "exit": 3, "return": 0, "recovered panic": 0}


pytestmark = pytest.mark.usefixtures("toolchain")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    made = {}

    def build(against=OURS, *flags, path="example.com/same", cgo=True, more=""):
        key = (against, flags, path, cgo, more)
        if key not in made:
            home = tmp_path_factory.mktemp("go")
            source = (HERE / "crashes.go").read_text()
            if not cgo:
                source = re.sub(r"(?m)^// (#include|static).*\n|^import \"C\"\n|^.*\bC\.\w+\(.*\n", "", source).replace('\t"runtime"\n', '\t"runtime"\n')
            folder = golibtel.module(home / "same", path, {"main.go": source + more}, against)
            made[key] = golibtel.build(folder, home, *flags, cgo=cgo)
        return made[key]

    return build


def counts(directory):
    return {record.name: record.value for path in c.files(directory) for record in counterfile.read(path).records}


def crash_files(directory):
    return sorted((Path(directory) / "crash").glob("*")) if (Path(directory) / "crash").exists() else []


def crash(program, how, directory, **env):
    return run(program, how, folder=directory.parent, check=False, DIRECTORY=directory, **env)


def restart(program, directory, **env):
    """Another start of the program, which ends well; and what was counted."""
    run(program, "return", folder=directory.parent, DIRECTORY=directory, **env)
    return counts(directory)


def of_the_reference(program, how, directory, is_counted=True):
    crash(program, how, directory)
    for _ in range(100):  # its other process is still at it
        found = counts(directory)
        if found or not is_counted:
            return found
        time.sleep(0.1)
    return found


# ---- Stacks


def test_both_libraries_name_a_stack_alike(tmp_path):
    folder = golibtel.module(tmp_path / "stacks", "example.com/stacks", {"main.go": (HERE / "stacks.go").read_text()}, REFERENCE)
    with open(folder / "go.mod", "a") as module:
        module.write(f"require {OURS} v0.0.0\nreplace {OURS} => {golibtel.BINDING}\n")
    for flags in ([], ["-gcflags=all=-l -N"]):
        program = golibtel.build(folder, tmp_path, *flags)
        reference, ours = json.loads(run(program, folder=tmp_path).stdout)
        assert ours == reference
        names = {name for each in ours for name in each}
        assert len(ours) > 200 and len(names) > 80 and sum('\n".' in name for name in names) > 40
        assert any(":=" in name for name in names) or flags


# ---- What is counted


@pytest.mark.parametrize("how", SAME + NOWHERE)
def test_a_crash_is_counted_by_the_next_start_as_by_the_reference(how, built, tmp_path):
    directory, theirs = week(tmp_path, "ours"), week(tmp_path, "reference")
    done = crash(built(), how, directory)
    assert done.returncode == 2 and counts(directory) == {}
    (path,) = crash_files(directory)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    found = restart(built(), directory)
    assert found == of_the_reference(built(REFERENCE), how, theirs)
    ((name, value),) = found.items()
    assert value == 1 and name.split(b"\n")[0] == (b"crash/no-running-goroutine" if how in NOWHERE else b"crash/crash")
    # Nothing of the text stays: what is there is the file of the latest start.
    (left,) = crash_files(directory)
    assert left != path and left.read_bytes().count(b"\n") == 1
    assert not any(secret in file.read_bytes() for file in directory.rglob("*") if file.is_file() for secret in SECRETS)


@pytest.mark.parametrize("how", NONE)
def test_other_ends_are_no_crash(how, built, tmp_path):
    directory = week(tmp_path, "t")
    assert crash(built(), how, directory).returncode == STATUS[how]
    before = crash_files(directory)
    assert restart(built(), directory) == {}
    assert len(crash_files(directory)) == len(before) == 1 and crash_files(directory) != before


def test_a_map_that_two_wrote_at_once_is_counted(built, tmp_path):
    directory = week(tmp_path, "t")
    assert crash(built(), "map", directory).returncode == 2
    (name,) = restart(built(), directory)
    assert name.startswith(b"crash/crash\nruntime.fatal:") and b"\nmain.writeForEver:" in name


def test_what_the_reference_does_not_understand(built, tmp_path):
    """A goroutine that is locked to its thread, a stack without end; and SIGQUIT
    is a question, and no crash."""
    expected = {
        "locked": (b"crash/crash\nruntime.gopanic:", {b"crash/no-running-goroutine": 1}),
        "system stack": (b'crash/crash\nmain.endless:+0,+0x28\n".endless:', {b"crash/malformed": 1})}
    for how, (ours, theirs) in expected.items():
        directory, other = week(tmp_path, f"ours-{how}"), week(tmp_path, f"reference-{how}")
        crash(built(), how, directory)
        ((name, value),) = restart(built(), directory).items()
        assert name.startswith(ours) and name.count(b"\n") <= 16 and value == 1
        assert of_the_reference(built(REFERENCE), how, other) == theirs
    directory = week(tmp_path, "quit")
    done = crash(built(), "signal QUIT", directory)
    assert done.returncode == 2 and "SIGQUIT: quit" in done.stderr
    assert restart(built(), directory) == {} and len(crash_files(directory)) == 1


@pytest.mark.parametrize("flags", [
    ["-buildmode=pie"], ["-ldflags=-s -w"], ["-ldflags=-buildid="], ["-gcflags=all=-l -N"], ["-race"]], ids=["pie", "stripped", "no-id", "plain", "race"])
def test_every_kind_of_build_is_understood(flags, built, tmp_path):
    directory = week(tmp_path, "t")
    for how in ("nil inlined", "generic", "nil inlined"):
        crash(built(OURS, *flags), how, directory)
    found = restart(built(OURS, *flags), directory)
    assert sorted(found.values()) == [1, 2] and all(name.startswith(b"crash/crash\nruntime.gopanic:") for name in found)
    assert any(b"\nmain.inlined:" in name for name in found) and any(b"\nmain.(*list[...]).at:" in name for name in found)


def test_another_build_cannot_say_where_it_was(built, tmp_path):
    directory = week(tmp_path, "t")
    crash(built(), "nil", directory)
    assert restart(built(more="\nvar another = 1\n"), directory) == {b"crash/unsymbolized": 1}
    assert restart(built(), directory) == {b"crash/unsymbolized": 1}
    assert not any(secret in path.read_bytes() for path in crash_files(directory) for secret in SECRETS)


def test_what_is_older_than_a_week_is_not_looked_at(built, tmp_path):
    directory = week(tmp_path, "t")
    crash(built(), "nil", directory)
    (path,) = crash_files(directory)
    os.utime(path, (time.time() - 7 * DAY - 60,) * 2)
    assert restart(built(), directory) == {b"crash/unsymbolized": 1} and not path.exists()


def test_another_programs_crash_is_left_to_it_for_a_week(built, tmp_path):
    directory = week(tmp_path, "t")
    other = built(path="example.com/other")
    crash(other, "nil", directory)
    (path,) = crash_files(directory)
    restart(built(), directory)
    assert path.exists() and counts(directory) == {}
    os.utime(path, (time.time() - 7 * DAY - 60,) * 2)
    restart(built(), directory)
    assert not path.exists() and counts(directory) == {}, "and is no crash of this one"


@pytest.mark.parametrize("text", [b"", b"\n", b"panic: x\n", b"libtel/go-crash/1 a b zz\nx\n", b"libtel/go-crash/2 a b 1\nx\n", b"\xff" * 5000])
def test_what_is_no_crash_file_is_malformed_and_goes(text, built, tmp_path):
    directory = week(tmp_path, "t")
    (directory / "crash").mkdir(mode=0o700)
    path = directory / "crash" / "go-1-1.crash"
    path.write_bytes(text)
    assert restart(built(), directory) == {b"crash/malformed": 1} and not path.exists()


def test_a_text_that_was_cut_or_changed_is_malformed_and_kept_nowhere(built, tmp_path):
    directory = week(tmp_path, "t")
    expected = 0
    for change in (lambda text: text[: text.index(b"[running]") + 40], lambda text: text.replace(b" +0x", b" +0x1"),
                   lambda text: text.replace(b"main.", b"mine.")):
        crash(built(), "nil", directory)
        (path,) = crash_files(directory)
        path.write_bytes(change(path.read_bytes()))
        expected += 1
        assert restart(built(), directory) == {b"crash/malformed": expected}
    assert not any(secret in path.read_bytes() for path in crash_files(directory) for secret in SECRETS)


# ---- Processes


def test_a_process_that_lives_keeps_its_file_and_has_no_child(built, tmp_path):
    directory = week(tmp_path, "t")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DIRECTORY": str(directory)}
    with subprocess.Popen([built(), "sleep"], env=env, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        (path,) = crash_files(directory)
        children = [Path(f"/proc/{process.pid}/task/{task}/children").read_text() for task in os.listdir(f"/proc/{process.pid}/task")]
        assert "".join(children) == ""
        assert restart(built(), directory) == {} and path.exists()
        process.send_signal(signal.SIGABRT)
        process.wait(30)
    (name,) = restart(built(), directory)
    assert name.partition(b"\n")[0] in (b"crash/crash", b"crash/no-running-goroutine") and not path.exists()


def test_each_crash_is_counted_once_however_many_start(built, tmp_path):
    directory = week(tmp_path, "t")
    program = built()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: crash(program, "divide", directory), range(24)))
        list(pool.map(lambda _: restart(program, directory), range(16)))
    ((name, value),) = counts(directory).items()
    assert name.startswith(b"crash/crash\n") and value == 24
    assert len(crash_files(directory)) <= 8
    restart(program, directory)
    assert len(crash_files(directory)) == 1


def text_of(done):
    """The message and the goroutine that crashed, without addresses: the others
    stand where they happen to be."""
    return re.sub(r"0x[0-9a-f]+|\bm=\d+|(?<=goroutine )\d+", "?", "\n\ngoroutine ".join(re.split(r"\n\ngoroutine ", done.stderr)[:2]))


@pytest.mark.parametrize("how", ["panic", "fake again", "nil", "goroutine", "exit", "C"])
def test_a_program_ends_as_without_but_for_the_level_of_the_traceback(how, built, tmp_path):
    watched = crash(built(), how, week(tmp_path, "a"))
    without = crash(built(), how, week(tmp_path, "b"), UNWATCHED="1", GOTRACEBACK="system")
    assert (watched.returncode, watched.stdout, text_of(watched)) == (without.returncode, without.stdout, text_of(without))
    assert crash_files(tmp_path / "b") == []


def test_a_deadlock_is_seen_in_a_build_without_cgo(built, tmp_path):
    done = crash(built(cgo=False), "wait", week(tmp_path, "t"), timeout=10)
    assert "fatal error: all goroutines are asleep - deadlock!" in done.stderr


# ---- Where nothing is to be written


@pytest.mark.parametrize("env", [{"TEL_MODE": "off"}, {"GOTRACEBACK": "none"}, {"UNWATCHED": "1"}], ids=["off", "no traceback", "not asked"])
def test_nothing_is_written_where_nobody_asks(env, built, tmp_path):
    directory = tmp_path / "t"
    done = crash(built(), "panic", directory, **env)
    assert done.returncode == 2 and done.stderr.startswith("panic: secret") and crash_files(directory) == []
    assert directory.exists() == ("TEL_MODE" not in env)


def test_a_folder_of_somebody_else_is_not_used(built, tmp_path):
    directory = week(tmp_path, "t")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "go-1-1.crash").write_text("x\n")
    (directory / "crash").symlink_to(elsewhere)
    assert restart(built(), directory) == {}
    (directory / "crash").unlink()
    (directory / "crash").mkdir()
    (directory / "crash").chmod(0o777)
    (directory / "crash" / "go-1-1.crash").write_text("x\n")
    assert restart(built(), directory) == {}
    assert [path.name for path in crash_files(directory)] == ["go-1-1.crash"] == os.listdir(elsewhere)


def test_a_link_in_the_folder_is_not_followed(built, tmp_path):
    directory = week(tmp_path, "t")
    (directory / "crash").mkdir(mode=0o700)
    (tmp_path / "mine").write_text("x\n")
    (directory / "crash" / "go-1-1.crash").symlink_to(tmp_path / "mine")
    os.mkfifo(directory / "crash" / "go-1-2.crash")
    assert restart(built(), directory) == {}
    assert (tmp_path / "mine").read_text() == "x\n"


# ---- The example


def test_the_examples_crash_arrives(tmp_path):
    folder = c.ROOT / "examples" / "go-libtel"
    golibtel.command("build", "-buildvcs=false", "-trimpath", "-o", tmp_path / "average", "./crash", folder=folder, home=tmp_path)
    directory = week(tmp_path, "t")
    done = run(tmp_path / "average", folder=tmp_path, check=False, TEL_DIR=directory)
    assert done.returncode == 2 and done.stderr.startswith("panic: runtime error: integer divide by zero\n")
    assert run(tmp_path / "average", 3, 4, folder=tmp_path, TEL_DIR=directory).stdout == "3\n"
    ((name, value),) = counts(directory).items()
    assert value == 1 and re.match(rb'crash/crash\nruntime\.gopanic:\S+\n"\.panicdivide:\S+\nmain\.(average|main):', name), name
