"""The examples of probes: functions that cannot be edited are counted."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from Harness import c, headers

EXAMPLES = c.ROOT / "examples"
PLUGINS = c.ROOT / "build" / "lib" / "tel" / "plugins"


@pytest.fixture
def run(tmp_path):
    def start(name, *arguments, libraries=(), **more):
        program = c.build(EXAMPLES / "probes" / f"{name}.c", include=headers.installed(), flags=("-std=gnu99", "-Wl,--no-as-needed", *libraries))
        program = shutil.copy(program, tmp_path / name)
        return c.run(program, *arguments, directory=tmp_path, env={"TEL_DIR": tmp_path / "T"}, **more).stdout

    return start


@pytest.fixture
def counts(tmp_path):
    return lambda: {name: value for name, value in c.counts(tmp_path / "T").items() if value}


def buckets(counts, chart):
    return {name.partition(":")[2]: value for name, value in counts.items() if name.startswith(f"{chart}:")}


def test_qsorts_comparisons_are_counted(run, counts):
    lines = [f"{n * 7919 % 1000:03}" for n in range(1000)]
    assert run("sort", input="\n".join(lines) + "\n").split() == sorted(lines)
    # Less than n log2 n, and not less than it takes.
    assert 5000 < counts()["sort/compare"] < 10000


def test_sqlites_allocator_and_files_are_counted_and_timed(run, counts, tmp_path):
    assert run("sqlite", tmp_path / "test.db", 20000, libraries=["-lsqlite3"]) == "20000 rows\n"
    with sqlite3.connect(tmp_path / "test.db") as database:
        assert database.execute("SELECT count(*), sum(n) FROM numbers").fetchone() == (20000, 200010000)
    found = counts()
    for chart in ("sqlite/malloc", "sqlite/write", "sqlite/sync", "sqlite/open", "sqlite/read"):
        timed = {name: value for name, value in buckets(found, chart).items() if name.startswith("<")}
        results = {name: value for name, value in buckets(found, chart).items() if not name.startswith("<")}
        assert sum(timed.values()) == sum(results.values()) == found[chart] > 0, chart
    assert buckets(found, "sqlite/read")["short"] >= 1  # the new file is empty
    # The pages of the database and of its journal, of 4 KiB.
    assert found["sqlite/write"] >= (tmp_path / "test.db").stat().st_size // 4096
    assert found["sqlite/free"] > 0 and found["sqlite/lock"] > 0
    assert buckets(found, "sqlite/delete") == {"ok": 2}  # a journal for each of two statements


def test_libcurls_write_callback_is_timed(run, counts, tmp_path):
    (tmp_path / "page").write_text("text\n" * 20000)
    assert run("fetch", f"file://{tmp_path}/page", libraries=["-lcurl"]) == "text\n" * 20000
    found = counts()
    assert sum(buckets(found, "fetch/keep").values()) == found["fetch/keep"] >= 1


@pytest.mark.parametrize("plugin, walked, named", [("libunwind", 10, False), ("libdw", 0, True)])
def test_a_plugins_table_is_interposed_on(run, counts, plugin, walked, named):
    run("walks", PLUGINS / f"{plugin}.so")
    found = counts()
    ((stack, value),) = [(name, value) for name, value in found.items() if "\n" in name]
    assert value == 10 and ".main:" in stack.split("\n")[1]
    assert found.get("walks/walk", 0) == walked
    assert (found.get("walks/name", 0) > 0) == named
    assert sum(buckets(found, "walks/name").values()) == found.get("walks/name", 0)


def test_the_python_example_counts_a_callback_and_a_function(counts, tmp_path):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "python" / "probe.py"], text=True, capture_output=True, check=True,
        env={"HOME": str(tmp_path), "TEL_DIR": str(tmp_path / "T"), "PYTHONPATH": str(c.ROOT / "bindings" / "python" / "src")})
    assert done.stdout == "[1, 2, 3, 4, 5]\n0 -1\n"
    found = counts()
    assert found.pop("probe/compare") >= 4
    assert found == {"probe/access": 2, "probe/access:ok": 1, "probe/access:error": 1, "probe/access/errno:ENOENT": 1}


def test_the_go_example_counts_a_callback(counts, tmp_path, reference):
    built = subprocess.run([sys.executable, EXAMPLES / "build_go.py", EXAMPLES / "go-libtel" / "probe", tmp_path / "probe"], text=True, capture_output=True)
    assert (built.returncode, built.stderr) == (0, "")
    done = subprocess.run([tmp_path / "probe"], text=True, capture_output=True, env={"HOME": str(tmp_path), "TEL_DIR": str(tmp_path / "T")})
    assert (done.returncode, done.stdout) == (0, "[1 2 3 4 5]\n"), done.stderr
    found = {name: value for name, value in counts().items() if name.startswith("sort/")}
    assert sum(buckets(found, "sort/compare").values()) == found["sort/compare"] >= 4
