"""Threads that use libtel, and the one that libtel starts when asked."""

import re

import pytest

from Harness import c, counterfile


def expected(lines):
    pairs = (line.rsplit(" ", 1) for line in lines.splitlines())
    return {name: int(value) for name, value in pairs}


@pytest.mark.parametrize("case", ["adds", "same-names-open", "same-names-before", "grows"])
def test_no_count_is_lost_or_counted_twice(case, tmp_path):
    done = c.run(c.build("threads.c"), case, directory=tmp_path)
    counts = c.counts(tmp_path / "T")
    wanted = expected(done.stdout)
    assert {name: (counts.get(name), value) for name, value in wanted.items() if counts.get(name) != value} == {}
    assert set(counts) == set(wanted)


def test_adds_go_on_over_ends_of_weeks(tmp_path):
    c.run(c.build("threads.c"), "adds", directory=tmp_path)
    files = [counterfile.read(path).counts for path in c.files(tmp_path / "T")]
    assert len(files) == 11
    # Counting did not stand still meanwhile: most files have some.
    assert sum(counts.get(b"t/name", 0) > 0 for counts in files) >= 5


def test_the_file_grew(tmp_path):
    c.run(c.build("threads.c"), "grows", directory=tmp_path)
    (path,) = c.files(tmp_path / "T")
    assert path.stat().st_size > 40 * 16384


def test_slow_calls_of_all_kinds_beside_counting(tmp_path):
    """Counts are in files and reports now; together they are what was added."""
    done = c.run(c.build("threads.c"), "mixture", directory=tmp_path)
    assert counterfile.accounted_by_name(tmp_path / "T") == expected(done.stdout)


# ---- The thread that rotates


def rotation(case, tmp_path):
    return c.run(c.build("rotation.c"), case, directory=tmp_path).stdout.splitlines()


@pytest.mark.skipif(not c.is_shipped(), reason="the sanitizers' runtime has threads of its own")
def test_there_is_no_thread_unless_asked(tmp_path):
    rotation("unasked", tmp_path)


@pytest.mark.skipif(not c.is_shipped(), reason="the sanitizers' runtime unblocks signals and enlarges stacks")
def test_the_thread_keeps_out_of_the_hosts_way(tmp_path):
    lines = rotation("manners", tmp_path)
    assert "threads 2" in lines
    blocked = int(next(line.split()[2] for line in lines if line.startswith("status SigBlk:")), 16)
    # All that can be blocked: not KILL, STOP, nor the C library's own 32 and 33.
    can_be = (1 << 64) - 1 & ~sum(1 << (signal - 1) for signal in (9, 19, 32, 33))
    assert blocked & can_be == can_be
    (call,) = [line.split() for line in lines if line.startswith("syscall ")]
    stack_pointer = int(call[-2], 16)
    for line in lines:
        if match := re.match(r"maps ([0-9a-f]+)-([0-9a-f]+) ", line):
            begin, end = (int(number, 16) for number in match.groups())
            if begin <= stack_pointer < end:
                assert stack_pointer - begin <= 256 << 10, "its stack is not small"
                break
    else:
        pytest.fail("no mapping holds the thread's stack")


def test_the_thread_starts_the_next_file_by_itself(tmp_path):
    rotation("rotates", tmp_path)
    assert sorted(counterfile.read(path).counts[b"a"] for path in c.files(tmp_path / "T")) == [1, 20]


@pytest.mark.skipif(c.variant() == "thread", reason="its runtime cannot start threads after a fork")
def test_a_forked_child_starts_its_own_thread(tmp_path):
    rotation("child-gets-its-own", tmp_path)


# ---- What libtel does without being asked

STARTS = {"clone", "clone3", "fork", "vfork", "execve", "execveat"}
SIGNALS = {"rt_sigaction", "signalfd", "signalfd4", "timer_create", "setitimer", "alarm", "sigaltstack"}
NETWORK = {"socket", "connect", "bind", "sendto", "sendmsg", "socketpair"}


@pytest.mark.skipif(not c.is_shipped(), reason="the sanitizers' runtime does all of it")
def test_libtel_starts_installs_sends_and_prints_nothing_by_itself(tmp_path):
    program = c.build("quiet.c")
    trace = tmp_path / "trace"
    done = c.run(program, directory=tmp_path, prefix=["strace", "-f", "-o", trace])
    assert done.stdout == done.stderr == ""
    calls = [line.split(None, 1)[1] for line in trace.read_text().splitlines()]
    marks = [index for index, call in enumerate(calls) if call.startswith("getppid(")]
    assert len(marks) == 2
    between = calls[marks[0] + 1 : marks[1]]
    names = {call.split("(")[0] for call in between}
    assert {"openat", "mmap", "flock"} <= names, "the trace does not show libtel at work"
    assert names & (STARTS | SIGNALS | NETWORK) == set()
    assert [call for call in between if re.match(r"p?writev?(64)?\([12],", call)] == []


@pytest.mark.skipif(not c.is_shipped(), reason="about the library that ships")
def test_loading_alone_opens_no_file(tmp_path):
    source = tmp_path / "idle.c"
    source.write_text('#include "check.h"\nint main(void) { return tel_version() == TEL_VERSION ? 0 : 1; }\n')
    trace = tmp_path / "trace"
    c.run(c.build(source), directory=tmp_path, prefix=["strace", "-f", "-o", trace])
    after = trace.read_text().rsplit("libtel.so.1", 1)[1]
    opened = re.findall(r'openat\(AT_FDCWD, "([^"]*)"', after)
    assert [path for path in opened if "/lib" not in path and "/etc/ld" not in path] == []


@pytest.mark.skipif(not c.is_shipped(), reason="about the unwind rule of what ships")
@pytest.mark.parametrize("where", ["rotate", "new-names", "visitor"])
def test_a_thread_that_is_cancelled_or_ends_within_a_call_ends_alone(where, tmp_path):
    c.run(c.build("cancelled.c"), where, directory=tmp_path)
