"""Names of stacks: every kind of build and language, and nothing in them that is
nobody's business."""

import re
import shutil
import subprocess

import pytest

from Harness import c

from .test_stacks import FLAGS, LEVELS, extents, stack

BUILDS = {
    "not optimised": ["-O0"],
    "optimised": ["-O2"],
    "no frame pointers": ["-O2", "-fomit-frame-pointer"],
    "frame pointers": ["-O2", "-fno-omit-frame-pointer"],
    "position-independent": ["-fPIE", "-pie"],
    "at a fixed address": ["-fno-pie", "-no-pie"],
    "no debug information": ["-g0"],
    "no build-id": ["-Wl,--build-id=none"],
    "static functions": ["-DSTATIC=static"],
}


@pytest.mark.parametrize("how", BUILDS)
def test_functions_of_every_build_have_their_names(tmp_path, how):
    program, frames, truth = stack(tmp_path, "levels", 8, flags=BUILDS[how], value=2)
    assert [(path, function, line) for path, function, line, _ in frames] == [(program.name, level, "=0") for level in LEVELS]
    functions = extents(program)
    assert all(0 < offset < functions[name][1] - functions[name][0] for _, name, _, offset in frames)


def cpp(tmp_path, *arguments, **more):
    program = c.build("names.cpp", flags=["-O1"])
    c.run(program, *arguments, directory=tmp_path, env={"TEL_DIR": tmp_path / "T"}, **more)
    ((name, value),) = c.counts(tmp_path / "T").items()
    assert value == 1
    first, *frames = name.split("\n")
    assert first == "cpp/add"
    return program, [frame.removeprefix(f"{program.name}.") for frame in frames]


def functions(frames):
    return [frame.rpartition(":")[0].rpartition(".")[2] for frame in frames]


@pytest.mark.skipif(not c.is_shipped(), reason="clang, which builds for the sanitizers, calls lambdas otherwise")
def test_names_of_cpp_are_folded(tmp_path):
    _, frames = cpp(tmp_path, 32)
    found = functions(frames)
    assert found[:6] == ["innermost", "ns::List[]::add", "ns::List[]::operator()", "ns::List[]::operator<<", "ns::List[]::convert[]", "{anonymous}::hidden"]
    assert "outer::{lambda#1}::operator()" in found and "call" in found
    assert found[found.index("call") + 1:][:2] == ["outer", "main"]


def test_no_name_has_anything_of_the_machine_or_the_run(tmp_path):
    home = tmp_path / "home of somebody"
    home.mkdir()
    _, frames = cpp(tmp_path, 64)
    for frame in frames:
        assert re.fullmatch(r"[!-~]+:[=+-]\d+,\+0x[0-9a-f]+", frame), frame
        assert not re.search(r"/|secret|value|basic_string|char|\(int|root|home", frame.replace("operator()", "")), frame
        assert frame.partition(":=")[0].count(".") <= 1


def test_what_was_replaced_by_another_build_is_not_believed(tmp_path):
    """Its symbols are those of other code."""
    library = plugged(tmp_path, "libplugged.so", "one_here", "-Wl,--build-id=0x1111111111111111")
    other = plugged(tmp_path, "other.so", "two_here", "-Wl,--build-id=0x2222222222222222")
    c.run(c.build("again.c"), "replaced", library, other, directory=tmp_path)
    ((name, value),) = c.counts(tmp_path / "T").items()
    assert value == 1 and re.fullmatch(r"libplugged@1{12}\.0x[0-9a-f]+", name.split("\n")[1].partition(":")[0]), name


# ---- Stacks that come again


def counted(tmp_path, *arguments):
    program = c.build("again.c", flags=["-O1", "-fno-optimize-sibling-calls"])
    c.run(program, *arguments, directory=tmp_path)
    return c.counts(tmp_path / "T")


def test_eight_threads_lose_and_confuse_nothing(tmp_path):
    found = counted(tmp_path, "threads")
    # 2,000 turns of 64 ways each: 31 times all, and once more the first 16.
    assert sorted(found.values()) == [8 * 31] * 48 + [8 * 32] * 16


@pytest.mark.skipif(not c.is_shipped(), reason="12,000 names take minutes in ordinary Swift")
def test_more_stacks_than_are_remembered(tmp_path):
    found = counted(tmp_path, "many")
    # The file has room for 1,000 names: the others are counted as dropped.
    dropped = found.pop("tel/dropped:full")
    assert set(found.values()) == {2} and sum(found.values()) + dropped == 12000


def test_a_stack_is_the_same_before_and_after_opening(tmp_path):
    found = counted(tmp_path, "unopened")
    assert sorted(found.values()) == [3, 3]


def test_a_child_counts_its_own(tmp_path):
    assert sum(counted(tmp_path, "fork").values()) == 20


def test_the_same_stack_under_two_names(tmp_path):
    found = counted(tmp_path, "names")
    assert {name.partition("\n")[0]: value for name, value in found.items()} == {"again/even": 2, "again/odd": 2}


def test_closing_and_opening_again(tmp_path):
    found = counted(tmp_path, "reopen")
    assert sum(found.values()) == 4


def plugged(tmp_path, name, function, *flags):
    library = tmp_path / name
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", f"-DFUNCTION={function}", *flags, f"-I{c.INCLUDE}", "-o", library, c.SOURCES / "plugged.c"], check=True)
    return library


def test_a_library_in_the_place_of_one_that_was_unloaded(tmp_path):
    """The same addresses, and another function."""
    first, second = plugged(tmp_path, "libplugged_one.so", "one_here"), plugged(tmp_path, "libplugged_two.so", "two_here")
    program = c.build("again.c", flags=["-O1", "-fno-optimize-sibling-calls"])
    done = c.run(program, first, second, first, directory=tmp_path, prefix=["setarch", "-R"])
    assert len(set(done.stdout.split())) == 1, "the loader has put them at different addresses: this shows nothing"
    assert {name.split("\n")[1].partition(":")[0]: value for name, value in c.counts(tmp_path / "T").items()} == {
        "libplugged_one.one_here": 6, "libplugged_two.two_here": 3}


def test_a_library_without_symbols(tmp_path):
    library = plugged(tmp_path, "libbare.so.1.2", "one_here", "-s", "-Wl,--build-id=0xabcdef0123456789")
    counted(tmp_path, library)
    ((name, value),) = c.counts(tmp_path / "T").items()
    assert value == 3 and re.fullmatch(r"libbare@abcdef012345\.0x[0-9a-f]+:=0,\+0x0", name.split("\n")[1])


# ---- Without libtel-stacks.so


def test_without_its_library_stacks_have_places(tmp_path):
    alone = tmp_path / "lib"
    alone.mkdir()
    shutil.copy(c.library(), alone / "libtel.so.1")
    program = c.build("stacks.c", flags=FLAGS)
    c.run(program, "levels", 8, directory=tmp_path, env={"LD_LIBRARY_PATH": alone})
    assert str(alone) in subprocess.run(["ldd", program], env={"LD_LIBRARY_PATH": str(alone)}, text=True, capture_output=True).stdout
    ((name, value),) = c.counts(tmp_path / "T").items()
    frames = name.split("\n")[1:]
    assert value == 2 and len(frames) == 8
    assert all(re.fullmatch(rf"{program.name}\.0x[0-9a-f]+:=0,\+0x0", frame) for frame in frames)


def test_without_its_library_given_frames_are_the_same_to_a_reader(tmp_path):
    alone = tmp_path / "lib"
    alone.mkdir()
    shutil.copy(c.library(), alone / "libtel.so.1")
    # The program reads what it has counted by libtel-delivery.so.
    (alone / "tel").mkdir()
    shutil.copy(c.library().parent / "tel" / "libtel-delivery.so", alone / "tel")
    lines = "main\tinlined\t29\t57\t1\nmain\tb\t6\t52\t0\nruntime\tmain\t-149\t1062\t0\n"
    names = []
    for folder, variables in [("with", {}), ("without", {"LD_LIBRARY_PATH": alone})]:
        (tmp_path / folder).mkdir()
        c.run(c.build("frames.c"), "e/x", directory=tmp_path / folder, input=lines, env=variables)
        names.append(c.counts(tmp_path / folder / "T"))
    assert names[0] == names[1] == {"e/x\nmain.inlined:=29,+0x39\nmain.b:+6,+0x34\nruntime.main:-149,+0x426": 2}
