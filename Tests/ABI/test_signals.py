"""Counting in a signal handler that interrupts anything, libtel included."""

import pytest

from Harness import c


@pytest.mark.parametrize("case", ["open", "slow", "all-states"])
def test_a_handler_counts_whatever_it_interrupts(case, tmp_path):
    done = c.run(c.build("signals.c"), case, directory=tmp_path)
    wanted = {name: int(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    assert wanted["tel/dropped:name"] >= 300, "too few signals came to prove anything"
    counts = c.counts(tmp_path / "T")
    assert {name: (counts.get(name), value) for name, value in wanted.items() if counts.get(name) != value} == {}
    assert {name for name, value in counts.items() if value} == set(wanted)
