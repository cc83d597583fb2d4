"""Functions that are made and freed while others are called; and no memory that
is written to where it is executed."""

from pathlib import Path

from Harness import c

HERE = Path(__file__).parent / "c"
TURNS = 1280


def calls(turns):
    """In each turn, every place up to the turn's own is called."""
    return sum(min(turn % 64, turn) + 1 for turn in range(turns))


def run(tmp_path, *flags, prefix=(), turns=TURNS):
    program = c.build(HERE / "memory.c", flags=("-Wno-cast-function-type", *flags))
    done = c.run(program, turns, directory=tmp_path, env={"TEL_DIR": tmp_path / "T"}, prefix=prefix, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr
    return c.counts(tmp_path / "T")


def test_eight_threads_make_call_and_free_and_no_count_is_lost(tmp_path):
    counts = run(tmp_path)
    # In the first 64 turns, places that are still empty are not called: turn and place are the same.
    assert counts["odd"] == counts["even"] == 4 * calls(TURNS)


def test_no_page_is_writable_and_executable_at_any_time(tmp_path):
    """As the system was asked, too: what is there for a moment is in no list."""
    trace = tmp_path / "trace"
    run(tmp_path, prefix=["strace", "-f", "-o", trace, "-e", "trace=mmap,mprotect,pkey_mprotect,mremap"], turns=128)
    asked = trace.read_text()
    assert "PROT_READ|PROT_EXEC" in asked
    assert not [line for line in asked.splitlines() if "PROT_WRITE" in line and "PROT_EXEC" in line]


def test_where_files_in_memory_may_not_be_executed_stubs_are_made_otherwise(tmp_path):
    counts = run(tmp_path, prefix=["strace", "-f", "-o", "/dev/null", "-e", "trace=memfd_create", "-e", "inject=memfd_create:error=EPERM"], turns=128)
    assert counts["odd"] == 4 * calls(128)
