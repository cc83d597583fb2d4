"""No count is lost or doubled, whatever happens. TORTURE_SECONDS says how long
(`make torture` is ten minutes), TORTURE_SEED repeats what a run decided.
"""

import os
import random
import shutil
import tempfile
from pathlib import Path

import pytest

from Torture.ordeal import Lost, Ordeal

SECONDS = float(os.environ.get("TORTURE_SECONDS") or 30)
SEED = int(os.environ.get("TORTURE_SEED") or random.SystemRandom().getrandbits(31))


@pytest.fixture
def ordeal():
    """In a folder that stays if the test fails."""
    folder = Path(tempfile.mkdtemp(prefix="tel-torture-"))
    made = Ordeal(folder, SEED)
    print(f"\n{made}")
    yield made
    made.stop()


def test_every_count_is_there_once_whatever_happens(ordeal):
    ordeal.run(SECONDS)
    total = ordeal.finish()
    print(f"{ordeal}: {ordeal.weeks} weeks, {ordeal.freezes} times stopped and counted, {sum(total.values())} counts in {len(total)} counters")
    assert ordeal.freezes >= 2 and ordeal.kills > 0 and sum(total.values()) > 10000, "nothing was tortured"
    shutil.rmtree(ordeal.folder)


def test_a_lost_count_would_be_seen(ordeal):
    ordeal.run(3)
    tally = next(path for path in ordeal.tallies.iterdir() if any(path.read_bytes()))
    words = bytearray(tally.read_bytes())
    words[0] ^= 1
    tally.write_bytes(words)
    with pytest.raises(Lost, match="torture/n0: "):
        ordeal.finish()
    shutil.rmtree(ordeal.folder)
