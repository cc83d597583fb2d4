"""What a store of SQLite answers is what the one in memory answers, which is
plain enough to be right: placements, sums, reports in order, what waits,
documents, what is left when weeks are forgotten, and after it is opened again."""

import pytest


@pytest.mark.parametrize("seed", range(1, 7))
def test_random_reports(store, seed):
    assert store.do("equal", seed, 800).stdout == "equal\n"
