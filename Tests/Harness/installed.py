"""What `make install` copies, in a folder of its own. Nothing is built here.

    root = installed.tree(tmp_path / "usr")
"""

import os
import subprocess
from pathlib import Path

from Harness import c


def tree(prefix):
    """Fills `prefix`, an absolute path; the path again."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_") and key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    # The prefix is in the path below DESTDIR: nothing outside of it is touched.
    destination, name = Path(prefix).parent, Path(prefix).name
    done = subprocess.run(
        ["make", "-s", "-o", "all", "install", f"DESTDIR={destination}", f"PREFIX=/{name}"], cwd=c.ROOT, env=env, text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(f"make install failed; was everything built?\n{done.stdout}{done.stderr}")
    return Path(prefix)
