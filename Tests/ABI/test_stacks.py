"""Stacks: what the shipped library sees of its caller, and how it is written."""

import re
import subprocess

import pytest

from Harness import c

LEVELS = [f"level{n}" for n in range(8, 0, -1)]
FLAGS = ("-fno-optimize-sibling-calls", "-Wno-missing-prototypes")
FRAME = re.compile(r"(.*)\.([^.]*):([=+-]\d+),\+0x([0-9a-f]+)")


def stack(tmp_path, *arguments, flags=(), value):
    """The frames of the one stack that was counted, as (path, function, line, offset)."""
    program = c.build("stacks.c", flags=(*FLAGS, *flags))
    done = c.run(program, *arguments, directory=tmp_path)
    ((name, counted),) = c.counts(tmp_path / "T").items()
    first, *lines = name.split("\n")
    assert first == "s/deep" and counted == value
    frames = []
    for line in lines:
        match = FRAME.fullmatch(line)
        assert match, f"no frame: {line!r}"
        frames.append((match[1], match[2], match[3], int(match[4], 16)))
    return program, frames, [int(address, 16) for address in done.stdout.split()]


def from_level8(truth, functions):
    """Without what is beneath: backtrace(3) may be wrapped by a sanitizer."""
    start, end = functions["level8"]
    while not start < truth[0] < end:
        truth = truth[1:]
    return truth


def extents(program):
    """Function -> (start, end), from the symbol table that strip would remove."""
    text = subprocess.run(["nm", "-S", str(program)], text=True, capture_output=True, check=True).stdout
    return {f[3]: (int(f[0], 16), int(f[0], 16) + int(f[1], 16)) for f in map(str.split, text.splitlines()) if len(f) == 4}


def test_a_caller_eight_frames_deep_gets_its_eight_frames(tmp_path):
    """Of a program that exports its functions, by name and offset."""
    program, frames, truth = stack(tmp_path, "levels", 8, flags=["-rdynamic"], value=2)
    assert [function for _, function, _, _ in frames] == LEVELS
    assert {path for path, _, _, _ in frames} == {program.name}
    functions = extents(program)
    # Its innermost frame is one call further in the same function.
    for (_, name, _, offset), address in list(zip(frames, from_level8(truth, functions)))[1:]:
        assert functions[name][0] + offset == address
    start, end = functions["level8"]
    assert 0 < frames[0][3] < end - start


def build_id(program):
    notes = subprocess.run(["readelf", "-nW", str(program)], text=True, capture_output=True, check=True).stdout
    return re.search(r"Build ID: ([0-9a-f]+)", notes)[1]


def test_functions_without_a_name_are_given_by_their_place(tmp_path):
    """And by the build-id, so that whoever has the symbols can name them later."""
    program, frames, truth = stack(tmp_path, "levels", 8, flags=["-Wl,--build-id=sha1", "-s"], value=2)
    whole = c.build("stacks.c", flags=(*FLAGS, "-Wl,--build-id=sha1"))
    functions = extents(whole)
    places = [int(function, 16) for _, function, _, _ in frames]
    for place, level in zip(places, LEVELS):
        start, end = functions[level]
        assert start < place < end
    assert places[1:] == from_level8(truth, functions)[1:8]
    assert {path for path, _, _, _ in frames} == {f"{program.name}@{build_id(program)[:12]}"}
    assert {(line, offset) for _, _, line, offset in frames} == {("=0", 0)}


def test_frames_of_libtel_are_left_out(tmp_path):
    _, frames, _ = stack(tmp_path, "levels", 64, flags=["-rdynamic"], value=2)
    assert [function for _, function, _, _ in frames][:9] == [*LEVELS, "main"]
    assert not any("libtel" in path or function.startswith("tel_") for path, function, _, _ in frames)


@pytest.mark.parametrize("asked, got", [(1, 1), (3, 3), (0, 16), (16, 16), (17, 17), (64, 64), (65, 64), (2**32 - 1, 64)])
def test_depth(tmp_path, asked, got):
    _, frames, _ = stack(tmp_path, "deep", asked, flags=["-rdynamic"], value=1)
    assert [function for _, function, _, _ in frames] == ["recurse"] * got


# ---- Frames that a binding walked itself

NULL = "\2"


def encoded(name, frames):
    """The name as the format has it: what a frame's path shares with the one
    before is a ditto."""
    lines, previous = [name], ""
    for scope, function, line, offset, flags in frames:
        symbol = f"{scope}.{function}" if scope not in ("", NULL) else function
        path, dot, rest = symbol.rpartition(".")
        where = f"={line}" if flags else f"{line:+d}"
        shown = '"' if path and path == previous else path
        lines.append(f"{shown}.{rest}:{where},+{offset:#x}")
        previous = path
    return "\n".join(lines)


def given(tmp_path, name, frames):
    """(raw name in the file, decoded name from tel_report_visit), as text."""
    lines = "".join("\t".join(str(part).replace("\n", "\1") for part in frame) + "\n" for frame in frames)
    done = c.run(c.build("frames.c"), name.replace("\n", "\1"), directory=tmp_path, input=lines)
    raw = c.raw_names(tmp_path / "T")
    if not done.stdout:
        return raw, None
    value, shown = done.stdout.split()
    ((name, counted),) = raw.items()
    assert counted == int(value) == 2
    return name.decode("utf-8", "surrogateescape"), bytes.fromhex(shown).decode("utf-8", "surrogateescape")


GO = [
    ("main", "inlined", 29, 0x39, 1), ("main", "b", 6, 0x34, 0), ("main", "b", 2, 0x1A, 0), ("main", "a", 1, 0x12, 0),
    ("main", "stacks", 3, 0x2B, 0), ("main", "main", 83, 0x2D5, 0), ("runtime", "main", 149, 0x426, 0), ("runtime", "goexit", 0, 0, 0),
]


def test_frames_are_written_as_the_format_says(tmp_path):
    """The example of the format's description."""
    raw, shown = given(tmp_path, "sample/stack", GO)
    assert raw == (
        'sample/stack\nmain.inlined:=29,+0x39\n".b:+6,+0x34\n".b:+2,+0x1a\n".a:+1,+0x12\n".stacks:+3,+0x2b\n'
        '".main:+83,+0x2d5\nruntime.main:+149,+0x426\n".goexit:+0,+0x0')
    assert shown == raw.replace('\n".goexit', "\nruntime.goexit").replace('\n".', "\nmain.")


CASES = {
    "negative lines": [("a", "f", -3, 1, 0), ("a", "g", -(2**63), 2**64 - 1, 0), ("a", "h", 2**63 - 1, 0, 0)],
    "dots in a function": [("pkg", "(*T).M", 1, 1, 0), ("pkg.(*T)", "N", 2, 2, 0), ("a.b/c.d", "main.f.func1", 1, 1, 0)],
    "a path that comes again later": [("a", "f", 1, 1, 0), ("b", "f", 1, 1, 0), ("a", "f", 1, 1, 0)],
    "other scripts": [("пакет", "функция", 1, 1, 0), ("пакет", "関数", 1, 1, 0)],
    "one frame": [("a", "f", 1, 1, 0)],
    "recursion": [("a", "f", 1, 1, 0)] * 60,
}


@pytest.mark.parametrize("what", CASES)
def test_encoding(tmp_path, what):
    raw, shown = given(tmp_path, "e/x", CASES[what])
    assert raw == encoded("e/x", CASES[what])
    assert shown.split("\n")[1:] == [encoded("", [frame])[1:] for frame in CASES[what]]


def test_a_function_without_a_scope(tmp_path):
    """A reader must not take it for one of the scope before."""
    raw, shown = given(tmp_path, "e/x", [("a", "f", 1, 1, 0), (NULL, "g", 2, 2, 0), ("", "h", 3, 3, 0)])
    assert [line.removeprefix(".") for line in shown.split("\n")] == ["e/x", "a.f:+1,+0x1", "g:+2,+0x2", "h:+3,+0x3"]


def test_null_texts(tmp_path):
    raw, shown = given(tmp_path, "e/x", [(NULL, NULL, 0, 0, 0), ("a", NULL, 1, 1, 0)])
    assert len(shown.split("\n")) == 3


def test_line_feeds_cannot_fake_frames(tmp_path):
    evil = [("a\nb.c:+1,+0x1", "f\ng.h:+2,+0x2", 1, 1, 0), ("z", "z", 1, 1, 0)]
    raw, shown = given(tmp_path, "e/x", evil)
    assert len(raw.split("\n")) == len(shown.split("\n")) == 3


def test_a_name_with_a_line_feed_is_dropped(tmp_path):
    raw, shown = given(tmp_path, "e\nfake.f:+1,+0x1", [("a", "f", 1, 1, 0)])
    assert shown is None and raw == {b"tel/dropped:name": 2}


@pytest.mark.parametrize("length", [1, 60, 200, 3000, 5000])
def test_a_long_stack_is_cut_and_says_so(tmp_path, length):
    frames = [(f"scope{n}", "f" * length, n, n, 0) for n in range(1500)]
    raw, shown = given(tmp_path, "e/x", frames)
    whole = encoded("e/x", frames)
    assert len(raw.encode()) <= 4096
    assert raw.endswith("\ntruncated\n")
    assert whole.startswith(raw.removesuffix("\ntruncated\n"))
    if length < 3000:
        assert len(raw) > 4096 - 11 - length - 40, "more frames would have fitted"


def test_what_just_fits_is_not_cut(tmp_path):
    frame = ("s", "f", 1, 1, 0)
    rest = 4096 - len(encoded("e/x", [frame, ("t", "", 1, 1, 0)]))
    frames = [frame, ("t", "g" * rest, 1, 1, 0)]
    raw, _ = given(tmp_path, "e/x", frames)
    assert raw == encoded("e/x", frames) and len(raw) == 4096


# ---- Callbacks


@pytest.mark.parametrize("callback", ["visitor", "clock", "logger"])
def test_an_unwinder_in_a_callback_sees_main(tmp_path, callback):
    c.run(c.build("callbacks.c", flags=[*FLAGS, "-rdynamic"]), callback, directory=tmp_path)
