"""Calls of every shape: what a target sees and returns is the same through a stub
and through the plugin libffi. The functions are C's own, so that what calls and
what is called have nothing of libffi."""

import os
from pathlib import Path

import pytest

from Harness import c
from Probes.signatures import SHAPES, Source, random_signatures

HERE = Path(__file__).parent / "c"
# The bar is 10,000.
MOST = int(os.environ.get("TEL_TEST_SIGNATURES", "10000"))
SEED = int(os.environ.get("TEL_TEST_SEED", "1"))
BATCH = 1000
ROUNDS = 3


def program(folder, signatures, *more, flags=(), link=True):
    source = folder / "shapes.c"
    source.write_text(Source(signatures).text)
    return c.build(HERE / "same.c" if link else HERE / "same_alone.c", source, *more, link=link, flags=(f"-I{HERE}", "-O0", "-w", *flags))


def compare(program, folder, *, env=None, of):
    done = c.run(program, ROUNDS, directory=folder, env={"TEL_DIR": folder / "T", **(env or {})}, timeout=300)
    assert done.stdout == f"compared {2 * of}\n"


def test_every_shape_is_called_as_it_is_without_a_probe(tmp_path):
    compare(program(tmp_path, SHAPES), tmp_path, of=len(SHAPES))


@pytest.mark.parametrize("batch", range((MOST + BATCH - 1) // BATCH))
def test_random_signatures_are_called_as_without_a_probe(tmp_path, batch):
    signatures = random_signatures(min(BATCH, MOST - batch * BATCH), f"{SEED}/{batch}")
    compare(program(tmp_path, signatures), tmp_path, of=len(signatures))


def test_that_something_differs_is_noticed(tmp_path):
    """A target that is called with other arguments than it has."""
    source = Source(["i(id)", "d(id)"]).text
    (tmp_path / "shapes.c").write_text(source.replace('{"d(id)"', '{"d(di)"').replace('{"i(id)"', '{"i(fd)"'))
    wrong = c.build(HERE / "same.c", tmp_path / "shapes.c", flags=(f"-I{HERE}", "-O0", "-w"))
    done = c.run(wrong, ROUNDS, directory=tmp_path, env={"TEL_DIR": tmp_path / "T"}, check=False)
    assert done.returncode == 1
    assert "i(fd) differs through libffi" in done.stdout


def test_no_byte_is_touched_that_is_not_ours_and_what_is_freed_is_freed(tmp_path):
    """The C of stubs, of what is watched and of the plugin under the address and
    undefined sanitizers; what calls is sanitized, too."""
    signatures = SHAPES + random_signatures(min(300, MOST), f"{SEED}/sanitized")
    parts = [*(c.ROOT / "Sources" / "CStubs").glob("*.c"), *(c.ROOT / "Sources" / "Plugins" / "libffi").glob("*.c")]
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", f"-I{c.ROOT / 'Sources/CStubs/include'}", f"-I{c.INCLUDE}", "-fexceptions")
    built = program(tmp_path, signatures, *sorted(parts), flags=(*flags, "-Wl,--no-as-needed", "-lffi"), link=False)
    compare(built, tmp_path, of=len(signatures), env={"ASAN_OPTIONS": "detect_leaks=1:exitcode=99"})
