import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def fast():
    """A folder in memory: thousands of states are written there."""
    where = Path(tempfile.mkdtemp(prefix="libtel-test-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    yield where
    shutil.rmtree(where)
