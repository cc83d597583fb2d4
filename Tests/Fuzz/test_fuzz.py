"""A short run of every fuzz target, and proof that a crash is noticed."""

import os
import pathlib
import re
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import run  # noqa: E402

SECONDS = int(os.environ.get("FUZZ_SECONDS", "5"))


@pytest.fixture(scope="session", autouse=True)
def program():
    return run.build()


@pytest.mark.parametrize("target", run.targets())
def test_no_input_breaks_the_parser(target):
    status, output, crashes = run.fuzz(target, seconds=SECONDS)
    assert status == 0, f"broken by {crashes}\n{output[-3000:]}"
    assert not crashes
    executed = int(re.search(r"stat::number_of_executed_units: (\d+)", output).group(1))
    assert executed > 100 * SECONDS, "too slow to find anything"


@pytest.mark.parametrize("target", run.targets())
def test_every_target_has_seeds_that_cover_more_than_nothing(target):
    assert any((run.HERE / "corpus" / target).iterdir())


def test_a_crash_is_noticed_and_its_input_is_left(tmp_path):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "seed").write_bytes(b"boom and more")
    status, output, crashes = run.fuzz("canary", seconds=5, seeds=[seeds])
    assert status != 0 and "the canary is dead" in output
    assert [crash.read_bytes() for crash in crashes] == [b"boom and more"]
    assert run.fuzz("canary", inputs=crashes)[0] != 0, "the input breaks it again"
    crashes[0].unlink()
    quiet = tmp_path / "quiet"
    quiet.write_bytes(b"tweet")
    assert run.fuzz("canary", inputs=[quiet])[0] == 0


def test_a_crash_is_found_from_nothing(tmp_path):
    shutil.rmtree(run.FOUND / "canary", ignore_errors=True)
    status, output, crashes = run.fuzz("canary", seconds=30, seeds=[])
    assert status != 0, output[-2000:]
    assert len(crashes) == 1 and crashes[0].read_bytes().startswith(b"boom")
    crashes[0].unlink()


def test_counter_files_with_records_are_made_from_nothing():
    """Three records, one a stack's with a large value: random bytes would not
    even get past the first line of the header."""
    shutil.rmtree(run.FOUND / "canary-file", ignore_errors=True)
    status, output, crashes = run.fuzz("canary-file", seconds=60, seeds=[])
    assert status != 0 and "the canary is dead" in output, output[-2000:]
    for crash in crashes:
        crash.unlink()


def test_a_target_that_is_not_there_is_an_error(tmp_path):
    seed = tmp_path / "seed"
    seed.write_bytes(b"x")
    status, output, _ = run.fuzz("no-such-target", inputs=[seed])
    assert status != 0 and "FUZZ_TARGET must be one of" in output
