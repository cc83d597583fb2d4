"""A process that dies of a signal leaves a record, and dies as it would have."""

import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import pytest

from Harness import c

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="sanitizers have handlers of their own")

BUILDS = {
    "O0": ("-O0",), "O2": ("-O2",), "no frame pointers": ("-O2", "-fomit-frame-pointer"), "frame pointers": ("-O2", "-fno-omit-frame-pointer"),
    "not PIE": ("-O1", "-no-pie"), "lazy": ("-O1", "-Wl,-z,lazy")}
WAYS = {
    "segv": signal.SIGSEGV, "bus": signal.SIGBUS, "ill": signal.SIGILL, "fpe": signal.SIGFPE, "abort": signal.SIGABRT, "call": signal.SIGSEGV,
    "raise11": signal.SIGSEGV, "raise8": signal.SIGFPE}


def program(*flags):
    return c.build("crashes.c", flags=("-fno-builtin-malloc", *flags))


def end(program, folder, way, *more, **env):
    """How it ended: the status as waitpid(2) has it."""
    (folder / "home").mkdir(exist_ok=True)
    words = ["sh", "-c", 'cd "$0" && ulimit -c unlimited 2>/dev/null; exec "$@"', str(folder), str(program), str(folder / "T"), way, *more]
    out = os.open(folder / "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    child = os.posix_spawn("/bin/sh", words, c.environment(folder, **env), file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
    os.close(out)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) != 9, (folder / "out").read_text()
    return status


def records(folder):
    return sorted((folder / "T" / "crash").glob("*.record"))


def count(folder, program=None):
    """The crashes that reports would have, by name."""
    c.run(program or globals()["program"](), folder / "T", "count", directory=folder)
    return {name: value for name, value in c.counts(folder / "T").items() if name.startswith("crash/")}


def only_stack(folder):
    """The functions of the one crash, innermost first."""
    counts = count(folder)
    assert len(counts) == 1 and set(counts.values()) == {1}, counts
    (name,) = counts
    chart, *lines = name.split("\n")
    assert chart == "crash/crash"
    return [re.fullmatch(r"([^.]*)\.(.+):=0,\+0x[0-9a-f]+", line)[2].removesuffix("[cold]") for line in lines]


def test_a_static_program_cannot_have_libtel(tmp_path):
    """So that no row of the matrix below is about one."""
    source = tmp_path / "static.c"
    source.write_text('#include <dlfcn.h>\nint main(int count, char **words) { (void)count; return dlopen(words[1], RTLD_NOW) ? 1 : 42; }\n')
    linked = subprocess.run(["cc", "-static-pie", "-o", tmp_path / "linked", source, c.library()], capture_output=True, text=True)
    assert linked.returncode != 0 and "libtel" in linked.stderr
    subprocess.run(["cc", "-static-pie", "-o", tmp_path / "static", source], check=True, capture_output=True)
    assert subprocess.run([tmp_path / "static", c.library()]).returncode == 42


# ---- Every signal, every build


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("build", BUILDS)
def test_the_stack_of_a_crash_is_counted(build, way, tmp_path):
    made = program(*BUILDS[build])
    status = end(made, tmp_path, way)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == WAYS[way]
    stack = only_stack(tmp_path)
    at = stack.index("fall")
    assert stack[at : at + 3] == ["fall", "tumble", "main"], stack
    assert at == {"segv": 0, "ill": 0, "fpe": 0}.get(way, at)
    assert "_start" in stack[-1:]
    assert records(tmp_path) == []


@pytest.mark.parametrize("way", [*WAYS, "kill11", "kill6", "overflow", "corrupt", "wild", "thread", "thread-overflow", "bare-thread", "bare-overflow", "64", "together", "in-handler"])
def test_the_host_ends_as_without_libtel(way, tmp_path):
    made = program()
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir(), here.mkdir()
    without, with_it = end(made, there, way, "--unwatched"), end(made, here, way)
    assert os.WIFSIGNALED(without)
    assert os.WTERMSIG(with_it) == os.WTERMSIG(without)
    assert os.WCOREDUMP(with_it) == os.WCOREDUMP(without)


@pytest.mark.parametrize("way", ["kill11", "overflow", "thread", "thread-overflow", "bare-thread", "64", "together", "in-handler", "corrupt", "wild", "later", "twice"])
def test_one_crash_is_counted_once(way, tmp_path):
    end(program(), tmp_path, way)
    counts = count(tmp_path)
    assert list(counts.values()) == [1], counts
    assert count(tmp_path) == counts


@pytest.mark.parametrize("way", ["truncated"])
def test_a_record_that_is_gone_beneath_the_handler_ends_nobody_otherwise(way, tmp_path):
    """No record is possible; and no second fault in place of the first, no loop."""
    assert os.WTERMSIG(end(program(), tmp_path, way)) == signal.SIGSEGV


def test_what_watches_is_looked_for_once_however_many_threads_ask(tmp_path):
    trace = tmp_path / "trace"
    (tmp_path / "home").mkdir()
    strace = ["strace", "-f", "-qq", "-o", trace, "-e", "trace=access,openat"]
    subprocess.run([*strace, program(), tmp_path / "T", "together"], env=c.environment(tmp_path), cwd=tmp_path, capture_output=True, timeout=60)
    assert len(records(tmp_path)) == 1
    assert [line.split("(")[0].split()[-1] for line in trace.read_text().splitlines() if "libtel-crash.so" in line] == ["access", "openat"]


def test_a_stack_overflow_says_where_it_turned(tmp_path):
    end(program("-O0"), tmp_path, "overflow")
    assert set(only_stack(tmp_path)) == {"overflow"}


def test_a_crash_within_a_handler_says_what_was_interrupted(tmp_path):
    end(program(), tmp_path, "in-handler")
    stack = only_stack(tmp_path)
    assert stack[:3] == ["fall", "tumble", "in_signal"] and "main" in stack, stack


def test_a_corrupt_stack_ends_where_it_is_corrupt(tmp_path):
    end(program("-O0", "-fno-stack-protector"), tmp_path, "corrupt")
    assert only_stack(tmp_path)[0] == "corrupt"


def test_a_call_of_what_is_no_function_says_who_called(tmp_path):
    end(program("-O0"), tmp_path, "wild")
    assert only_stack(tmp_path)[:4] == ["0x0", "fall", "tumble", "main"]


@pytest.mark.parametrize("way, names", {"uncaught": ["thrower", "main"], "noexcept": ["promised"], "unwinding": ["Crashes"], "caught": ["main"]}.items())
def test_exceptions_in_flight(way, names, tmp_path):
    end(c.build("crashing.cpp", flags=("-std=c++17", "-O0")), tmp_path, way)
    stack = only_stack(tmp_path)
    for name in names:
        assert any(name in function for function in stack), stack
    assert not any("alice" in name for name in c.counts(tmp_path / "T"))


def test_a_stripped_program_gives_modules_and_offsets(tmp_path):
    end(program("-s", "-O0"), tmp_path, "segv")
    stack = only_stack(tmp_path)
    assert all(re.fullmatch("0x[0-9a-f]+", function) for function in stack[:3]), stack
    lines = next(name for name in c.counts(tmp_path / "T") if name.startswith("crash/crash\n")).splitlines()[1:]
    assert re.fullmatch(r"\w+@[0-9a-f]{12}\.0x[0-9a-f]+:=0,\+0x0", re.sub(r"^[\w-]+@", "m@", lines[0])), lines[0]


def test_a_program_that_was_replaced_is_not_misnamed(tmp_path):
    made = tmp_path / "tool"
    shutil.copy(program("-O0"), made)
    end(made, tmp_path, "segv")
    shutil.copy(program("-O2"), tmp_path / "other")
    os.replace(tmp_path / "other", made)
    assert re.fullmatch("0x[0-9a-f]+", only_stack(tmp_path)[0])


def test_no_path_and_no_user_gets_into_a_name(tmp_path):
    end(program(), tmp_path, "abort")
    (name,) = count(tmp_path)
    assert "/" not in name.removeprefix("crash/crash") and "libc." in name


# ---- Who else is there


def test_a_forked_child_leaves_a_record_of_its_own(tmp_path):
    assert end(program(), tmp_path, "fork") == 0
    assert (tmp_path / "out").read_text() == f"{signal.SIGSEGV:d}\n"
    assert only_stack(tmp_path)[0] == "fall"


@pytest.mark.parametrize("way, most", [("fork-both", 2), ("vfork", 2)])
def test_a_childs_crash_takes_nothing_from_its_parents(way, most, tmp_path):
    assert os.WTERMSIG(end(program(), tmp_path, way)) == signal.SIGSEGV
    assert sum(count(tmp_path).values()) == most


def test_a_handler_that_was_there_is_gone_on_with(tmp_path):
    status = end(program(), tmp_path, "chain")
    assert os.WTERMSIG(status) == signal.SIGSEGV
    assert (tmp_path / "out").read_text() == "the host's handler\n"
    assert only_stack(tmp_path)[:3] == ["fall", "tumble", "main"]


def test_a_handler_that_came_later_goes_on_with_ours(tmp_path):
    assert os.WTERMSIG(end(program(), tmp_path, "later")) == signal.SIGSEGV
    assert (tmp_path / "out").read_text().startswith("the later handler\n")
    assert only_stack(tmp_path)[:3] == ["fall", "tumble", "main"]


def test_an_unknown_handler_is_refused(tmp_path):
    done = c.run(program(), tmp_path / "T", "with-handler", directory=tmp_path, check=False)
    assert done.returncode == 9 and "TEL_E_UNSUPPORTED" in done.stdout and "SIGSEGV" in done.stdout and "TEL_CRASH_CHAIN" in done.stdout
    assert records(tmp_path) == []


def test_closing_and_unloading_libtel_ends_no_watch(tmp_path):
    done = c.run(c.build("unloaded.c", flags=("-O0",), link=False), c.library(), directory=tmp_path, check=False)
    assert done.returncode == -signal.SIGSEGV, done.stderr
    assert only_stack(tmp_path)[:2] == ["fall", "main"]


def test_a_main_program_of_gos_is_refused(tmp_path):
    done = c.run(program("-DGO"), tmp_path / "T", "segv", directory=tmp_path, check=False)
    assert done.returncode == 9 and "TEL_E_UNSUPPORTED" in done.stdout and "Go" in done.stdout


PYTHON = """
import ctypes, faulthandler, os, signal, sys
tel = ctypes.CDLL(sys.argv[1])
class Config(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("directory", ctypes.c_char_p), ("program", ctypes.c_char_p), ("more", ctypes.c_char * 200)]
config = Config(64, 2, os.fsencode(sys.argv[2]), b"snake")
assert tel.tel_open(ctypes.byref(config)) == 0
if "before" in sys.argv: faulthandler.enable()
if "python" in sys.argv: signal.signal(signal.SIGSEGV, print)
status = tel.tel_crash_watch(0)
if status: sys.exit(-status)
if "after" in sys.argv: faulthandler.enable()
ctypes.string_at(0)
"""


@pytest.mark.parametrize("when", ["never", "before", "after"])
def test_pythons_faulthandler_speaks_too(when, tmp_path):
    done = c.run(sys.executable, "-c", PYTHON, c.library(), tmp_path / "T", when, directory=tmp_path, check=False)
    assert done.returncode == -signal.SIGSEGV, done.stderr
    assert ("Fatal Python error" in done.stderr) == (when != "never")
    stack = only_stack(tmp_path)
    assert "faulthandler" not in " ".join(stack) and not {"raise", "kill"} & set(stack[:4]), stack


def test_a_function_of_pythons_is_a_handler_that_nobody_knows(tmp_path):
    done = c.run(sys.executable, "-c", PYTHON, c.library(), tmp_path / "T", "python", directory=tmp_path, check=False)
    assert done.returncode == 9, done.stderr


def test_what_is_ignored_stays_ignored(tmp_path):
    assert end(program(), tmp_path, "ignored") == 0
    assert count(tmp_path) == {}


@pytest.mark.parametrize("way, says", [("early", "tel_open"), ("early-thread", "tel_crash_watch")])
def test_what_comes_too_early_is_said(way, says, tmp_path):
    done = c.run(program(), tmp_path / "T", way, directory=tmp_path, check=False)
    assert done.returncode == 9 and "TEL_E_INVALID" in done.stdout and says in done.stdout


def test_threads_give_their_stacks_back(tmp_path):
    c.run(program(), tmp_path / "T", "survive", directory=tmp_path)
    done = c.run(program(), tmp_path / "T", "many-threads", directory=tmp_path)
    assert int(done.stdout) < 200, "2,000 threads have left their stacks behind"


# ---- Nothing but crashes


@pytest.mark.parametrize("way", ["survive", "_exit", "killed", "exec"])
def test_an_ordinary_end_counts_nothing(way, tmp_path):
    end(program(), tmp_path, way)
    assert len(records(tmp_path)) == (way != "survive")
    assert count(tmp_path) == {}
    assert records(tmp_path) == []


def test_leftovers_do_not_pile_up(tmp_path):
    for _ in range(20):
        end(program(), tmp_path, "killed")
    assert len(records(tmp_path)) == 1


def test_a_living_process_keeps_its_record(tmp_path):
    made = program()
    end(made, tmp_path, "kill11")
    (record,) = records(tmp_path)
    with open("/proc/self/stat") as stat:
        start = int(stat.read().rpartition(")")[2].split()[19])
    data = bytearray(record.read_bytes())
    struct.pack_into("<iQ", data, 20, os.getpid(), 0)
    struct.pack_into("<Q", data, 24, start)
    mine = record.with_name(f"{os.getpid()}-{start}.record")
    mine.write_bytes(data)
    assert sum(count(tmp_path).values()) == 1 and mine.exists()


def test_off_leaves_nothing(tmp_path):
    end(program(), tmp_path, "segv")
    assert len(records(tmp_path)) == 1
    end(program(), tmp_path, "off")
    assert records(tmp_path) == []


def test_off_is_refused_and_writes_nothing(tmp_path):
    (tmp_path / "T").mkdir()
    (tmp_path / "T" / "mode").write_text("off 2026-01-01\n")
    done = c.run(program(), tmp_path / "T", "segv", directory=tmp_path, check=False)
    assert "TEL_E_OFF" in done.stdout
    assert not (tmp_path / "T" / "crash").exists()


def age(folder, days):
    (record,) = records(folder)
    data = bytearray(record.read_bytes())
    struct.pack_into("<q", data, 80, int(time.time()) - days * 86400)
    record.write_bytes(data)


@pytest.mark.parametrize("days, name", [(6, "crash/crash"), (8, "crash/unsymbolized"), (-1, "crash/unsymbolized")])
def test_after_a_week_nobody_knows_the_names(days, name, tmp_path):
    end(program(), tmp_path, "segv")
    age(tmp_path, days)
    counts = count(tmp_path)
    assert [found.partition("\n")[0] for found in counts] == [name] and records(tmp_path) == []


@pytest.mark.parametrize("damage", ["empty", "short", "long", "noise", "frames", "identity", "folder"])
def test_a_damaged_record_is_removed(damage, tmp_path):
    end(program(), tmp_path, "segv")
    (record,) = records(tmp_path)
    data = record.read_bytes()
    made = {
        "empty": b"", "short": data[:1000], "long": data + b"x", "noise": random.Random(1).randbytes(16384), "frames": data[:96] + b"\xff" * 8 + data[104:],
        "identity": data[:112] + b"\xff" * 912 + data[1024:]}
    if damage == "folder":
        record.unlink()
        (record.parent / "elsewhere").write_bytes(data)
        record.symlink_to("elsewhere")
    else:
        record.write_bytes(made[damage])
        os.utime(record, (0, 0))
    counts = count(tmp_path)
    assert counts == ({"crash/unsymbolized": 1} if damage == "frames" else {})
    assert records(tmp_path) == []


# ---- Its cost, and its robustness


def test_watching_takes_a_millisecond_at_most(tmp_path):
    times = []
    for _ in range(7):
        times.append(int(c.run(program(), tmp_path / "T", "survive", directory=tmp_path, env={"TIMED": 1}).stdout))
    assert sorted(times)[3] <= 1000, times


def test_without_the_library_it_is_said(tmp_path):
    installed = tmp_path / "lib"
    installed.mkdir()
    shutil.copy(c.library(), installed / "libtel.so.1")
    done = c.run(program(), tmp_path / "T", "segv", directory=tmp_path, check=False, env={"LD_LIBRARY_PATH": installed, "LD_PRELOAD": installed / "libtel.so.1"})
    assert "TEL_E_UNSUPPORTED" in done.stdout and "there is no" in done.stdout and "libtel-crash.so" in done.stdout


def test_no_random_crash_is_lost(tmp_path):
    """CRASHES: how many; 10,000 take ten minutes."""
    many = int(os.environ.get("CRASHES", 60))
    chance = random.Random(8)
    ways = ["segv", "bus", "ill", "fpe", "abort", "call", "overflow", "thread", "thread-overflow", "together", "in-handler", "raise11", "later", "fork-both"]
    wanted = 0
    for _ in range(many):
        way = chance.choice(ways)
        status = end(program(*chance.choice(list(BUILDS.values()))), tmp_path, way)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == WAYS.get(way, signal.SIGSEGV), way
        wanted += 2 if way == "fork-both" else 1
        for core in tmp_path.glob("core*"):
            core.unlink()
    assert sum(count(tmp_path).values()) == wanted
