"""What libtel takes of its host is bounded."""

import os
import tempfile
from pathlib import Path

import pytest

from Harness import c


def run(case, tmp_path):
    return c.run(c.build("bounded.c"), case, directory=tmp_path, timeout=120).stdout


@pytest.mark.parametrize("case", ["open-and-close", "rotations"])
def test_mappings_do_not_add_up(case, tmp_path):
    run(case, tmp_path)


@pytest.mark.skipif(not c.is_shipped(), reason="a sanitizer's memory is its own")
@pytest.mark.parametrize("case", ["stacks", "stacks-in-memory"])
def test_however_many_stacks_there_are_memory_stays_small_and_other_names_have_room(case, tmp_path):
    run(case, tmp_path)


@pytest.mark.skipif(not c.is_shipped(), reason="about the speed of what ships")
def test_a_name_costs_the_same_however_many_there_are(tmp_path):
    run("many-names", tmp_path)


def test_a_counter_that_was_refused_has_no_value(tmp_path):
    run("refused", tmp_path)


def test_a_host_may_change_its_environment_while_a_thread_rotates(tmp_path):
    run("environment", tmp_path)


def test_a_file_that_others_extend_is_never_taken_for_damaged(tmp_path):
    counted, names = map(int, c.run(c.build("growing.c"), "3", directory=tmp_path, timeout=120).stdout.split())
    counts = c.counts(tmp_path / "T")
    assert counts.pop("g/opened") == counted > 0
    assert counts == {name: 1 for name in counts}
    assert len(counts) == names > 0
    assert not (tmp_path / "T" / "quarantine").exists()


@pytest.mark.skipif(not c.is_shipped(), reason="a sanitizer's memory is its own")
@pytest.mark.parametrize("case", ["opens", "rotations", "forks"])
def test_nothing_adds_up_however_often(case, memory_folder):
    """ENDURANCE=1000000 makes it a million times."""
    count = int(os.environ.get("ENDURANCE") or 6000)
    print(c.run(c.build("endurance.c"), case, count, directory=memory_folder, timeout=60 + count // 100).stdout)


@pytest.fixture
def memory_folder():
    """In memory, where there is: a disk would be all that is measured."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None, prefix="tel-") as folder:
        (Path(folder) / "T" / "local").mkdir(parents=True)
        yield folder
