"""Plugins that walk and name stacks: the same stacks as without, and lines."""

import re

import pytest

from Harness import c

from .test_names import functions

PLUGINS = 16  # TEL_STACK_PLUGINS
SHIPPED = c.ROOT / "build" / "lib" / "tel" / "plugins"

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="plugins are beside the shipped library")


def frames(place, flags, *settings, build=("-O1",), source="names.cpp", depth=32, wrap=()):
    place.mkdir()
    program = c.build(source, flags=build)
    c.run(program, depth, flags, *settings, directory=place, env={"TEL_DIR": place / "T"}, prefix=wrap)
    ((name, value),) = c.counts(place / "T").items()
    assert value == 1
    return name.split("\n")[1:]


def test_libunwind_walks_as_the_c_library_does(tmp_path):
    """With no debug information, so that names and lines are libtel's own."""
    without, with_it = (frames(tmp_path / str(flags), flags, build=("-O1", "-g0")) for flags in (0, PLUGINS))
    # Not the address in main that tells one call from another: it is the same one here.
    assert with_it == without and len(with_it) > 8


@pytest.mark.parametrize("depth", [1, 3, 64])
def test_libunwind_gives_as_many_frames_as_are_asked_for(tmp_path, depth):
    without, with_it = (frames(tmp_path / str(flags), flags, build=("-O1", "-g0"), depth=depth) for flags in (0, PLUGINS))
    assert with_it == without and len(with_it) <= depth


def test_libdw_knows_lines_from_the_functions_first(tmp_path):
    found = frames(tmp_path / "with", PLUGINS, build=("-O0", "-g"))
    named = {function: frame for function, frame in zip(functions(found), found)}
    assert re.fullmatch(r".*\.innermost:\+1,\+0x[0-9a-f]+", named["innermost"])
    assert re.fullmatch(r".*\.\{anonymous\}::hidden:\+2,\+0x[0-9a-f]+", named["{anonymous}::hidden"])
    assert all(not re.search(r"/|\.cpp|std::string", frame) for frame in found)


def test_libdw_knows_what_was_inlined(tmp_path):
    """Its line is the one in its file, as the format says."""
    found = frames(tmp_path / "with", PLUGINS, build=("-O2", "-g"), source="inlined.c", depth=8)
    assert [re.sub(r"^[^.]*\.|,.*", "", frame) for frame in found[:3]] == ["inner:=12", "middle:=17", "outer:+1"]
    assert len({frame.rpartition(",")[2] for frame in found[:3]}) == 1


def test_frame_pointers_are_for_those_who_ask(tmp_path):
    build = ("-O1", "-g0", "-fno-omit-frame-pointer")
    without = frames(tmp_path / "without", 0, build=build, source="inlined.c", depth=3)
    with_it = frames(tmp_path / "with", 0, SHIPPED / "framepointers.so", build=build, source="inlined.c", depth=3)
    assert with_it == without and len(with_it) == 3


def test_a_program_that_does_not_ask_loads_none(tmp_path):
    trace = tmp_path / "trace"
    frames(tmp_path / "without", 0, wrap=["strace", "-f", "-o", trace, "-e", "trace=openat"])
    assert "plugins" not in trace.read_text() and "libtel-delivery" not in trace.read_text()
