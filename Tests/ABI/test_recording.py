"""The machine code of the functions that record: no trap, no lock, no memory
from malloc, nothing of the thread's own.

The code is what ships, disassembled; the names are in the copy that the build
keeps unstripped. From the four functions on, every call and jump is followed.
"""

import platform
import re
import subprocess

import pytest

from Harness import c

pytestmark = [
    pytest.mark.skipif(not c.is_shipped(), reason="about the library that ships"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="reads the machine code of x86-64"),
]

NAMED = c.ROOT / ".build-shipping" / "libtel.so"
# [any] [signal] in tel.h, and counting.
RECORDING = ["tel_add", "tel_counter_inc", "tel_counter_add", "tel_histogram_record"]
# What they may call while the counter has its place in the file.
FAST = {"strlen", "bcmp"}
# And when a name is met for the first time or the file grows: plain system
# calls, the copying of bytes, and where errno is. All of them are safe in signal
# handlers, and none allocates.
ONCE = FAST | {"memcpy", "memmove", "memset", "__errno_location", "clock_gettime", "open", "fstat", "close", "fallocate", "write", "getrlimit", "mmap", "munmap"}
TRAPS = ("ud1", "ud2", "int3", "int ", "hlt", "bound", "into")
# Compilers' protection of stacks against overruns: a word of the thread, read and
# compared. __stack_chk_fail ends a process whose stack was overwritten.
CANARY = "%fs:0x28"

# Telling the host's logger why a count was dropped is not counting, and only
# done when the host has set one. Each entry: a function, by a part of its name, what in it is
# allowed, and why.
ALLOWED = [
    ("3say", "ud2", "a StaticString that is one character, or NULL: all there are are literals"),
    ("entry_log", "indirect", "the call of the host's logger"),
    ("entry_log", "pthread_self", "which thread is in the logger: the address in a register, no lock"),
]


def disassembly(path):
    return subprocess.run(["objdump", "-d", "--no-show-raw-insn", str(path)], text=True, capture_output=True, check=True).stdout


def functions(listing):
    """Name -> its instructions."""
    found, current = {}, None
    for line in listing.splitlines():
        if match := re.fullmatch(r"[0-9a-f]+ <(.+)>:", line):
            current = found.setdefault(match[1], [])
        elif current is not None and (match := re.match(r"\s+[0-9a-f]+:\s+(\S.*)", line)):
            current.append(match[1].strip())
    for instructions in found.values():
        # What a linker fills the room before an aligned function with.
        last = next((at for at in reversed(range(len(instructions))) if instructions[at] != "int3"), -1)
        if last >= 0 and instructions[last].startswith(("ret", "jmp")):
            del instructions[last + 1:]
    return found


def reachable(code, roots):
    """Every function that the roots can come to by calls and jumps, and what of
    other libraries: {function: names called there}."""
    calls, waiting = {}, list(roots)
    while waiting:
        function = waiting.pop()
        if function in calls:
            continue
        calls[function] = set()
        for instruction in code[function]:
            if match := re.match(r"(?:bnd )?(?:call|j\w+)q?\s+[0-9a-f]+ <([^>+]+)", instruction):
                target = match[1]
                if target.endswith("@plt"):
                    calls[function].add(target.removesuffix("@plt"))
                elif target != function:
                    waiting.append(target)
    return calls


def indirect(instructions):
    """Calls and jumps through a register or memory, without a switch's jump
    into its own table of offsets."""
    for before, instruction in zip(["", *instructions], instructions):
        if re.match(r"(?:bnd )?(?:notrack )?(?:call|jmp)q?\s+\*", instruction):
            if not (instruction.startswith(("jmp", "notrack jmp")) and before.startswith("add")):
                yield instruction


def faults(code, roots):
    """Sentences on all that recording must not have."""
    found = []
    for function, called in sorted(reachable(code, roots).items()):
        traps = sum(instruction.startswith(TRAPS) for instruction in code[function])
        if traps:
            found.append((function, "ud2", f"{traps} trap(s)"))
        for instruction in indirect(code[function]):
            found.append((function, "indirect", instruction))
        for instruction in code[function]:
            if re.search(r"%[fg]s:", instruction) and CANARY not in instruction:
                found.append((function, "thread", instruction))
        may = FAST if function in roots else ONCE
        for name in sorted(called - may - {"__stack_chk_fail"}):
            found.append((function, name, f"calls {name}"))
    return [f"{function}: {what}" for function, kind, what in found if not any(part in function and kind == known for part, known, _ in ALLOWED)]


@pytest.fixture(scope="module")
def code():
    assert NAMED.exists(), f"there is no {NAMED}: run `make library`"
    return functions(disassembly(NAMED))


def text(path, folder):
    bytes = folder / "text"
    subprocess.run(["objcopy", "-O", "binary", "--only-section=.text", str(path), str(bytes)], check=True)
    return bytes.read_bytes()


def test_what_is_looked_at_is_what_ships(tmp_path):
    assert text(NAMED, tmp_path) == text(c.library(), tmp_path)


def test_recording_neither_traps_nor_locks_nor_allocates(code):
    assert faults(code, RECORDING) == []


def test_all_of_recording_was_followed(code):
    """Else the test above would say nothing."""
    names = reachable(code, RECORDING)
    for part in ("6settle", "6insert", "4grow", "8Registry", "6refuse", "4drop", "entry_log"):
        assert any(part in name for name in names), part
    called = set().union(*names.values())
    assert {"strlen", "bcmp", "memcpy", "open", "fallocate", "mmap"} <= called
    assert len(names) > 20


@pytest.mark.parametrize("kind, part, _", [pytest.param(kind, part, why, id=f"{part}-{kind}") for part, kind, why in ALLOWED])
def test_every_exception_is_still_needed(code, kind, part, _):
    names = reachable(code, RECORDING)
    inside = [name for name in names if part in name]
    has = {
        "ud2": any(instruction.startswith(TRAPS) for name in inside for instruction in code[name]),
        "indirect": any(True for name in inside for _ in indirect(code[name])),
    }
    assert has.get(kind, any(kind in names[name] for name in inside))


# What a build with a mistake looks like, in the function that adds and in one
# that it comes to.
MISTAKES = {
    "a trap": "ud2",
    "a breakpoint": "int3",
    "malloc": "call   1000 <malloc@plt>",
    "free, jumped to": "jmp    1000 <free@plt>",
    "a lock": "call   1000 <pthread_mutex_lock@plt>",
    "a semaphore": "call   1000 <sem_wait@plt>",
    "thread-local memory": "mov    %fs:0x0,%rax",
    "thread-local memory, far": "call   1000 <__tls_get_addr@plt>",
    "a call that cannot be followed": "call   *0x8(%rax)",
    "a jump that cannot be followed": "jmp    *%rax",
}


@pytest.mark.parametrize("where", ["tel_add", "6insert"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(code, mistake, where):
    (name,) = [name for name in reachable(code, RECORDING) if where in name]
    broken = {**code, name: code[name] + ["nop", MISTAKES[mistake]]}
    (complaint,) = faults(broken, RECORDING)
    assert complaint.startswith(name)


def test_a_function_that_is_called_anew_is_followed(code):
    broken = {**code, "tel_add": [*code["tel_add"], "call   1000 <helper>"], "helper": ["js     1000 <trapping>"], "trapping": ["ud2"]}
    assert faults(broken, RECORDING) == ["trapping: 1 trap(s)"]


def test_system_calls_are_for_the_slow_path_alone(code):
    broken = {**code, "tel_add": [*code["tel_add"], "call   1000 <mmap@plt>"]}
    assert faults(broken, RECORDING) == ["tel_add: calls mmap"]


def test_opening_would_not_pass(code):
    """That the rules find something in real code, too."""
    assert any("trap" in fault for fault in faults(code, ["tel_open"]))
    assert any("pthread_mutex_lock" in fault for fault in faults(code, ["tel_open"]))
