"""Builds main.go without a network: with the Go toolchain that pip installed,
and the copy of golang.org/x/telemetry that this toolchain carries.

    build/venv/bin/python examples/go/build.py OUTPUT TELEMETRY_DIRECTORY

The go command counts into TELEMETRY_DIRECTORY, as it does into its own on a
developer's machine.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Tests"))
from Harness import go  # noqa: E402

GO_MOD = """module example.com/greet

go 1.25

require golang.org/x/telemetry v0.0.0
require golang.org/x/sync v0.0.0
require golang.org/x/mod v0.0.0
require golang.org/x/sys v0.0.0

replace golang.org/x/telemetry => {modules}/module
replace golang.org/x/sync => {modules}/sync
replace golang.org/x/mod => {modules}/mod
replace golang.org/x/sys => {modules}/sys
"""


def main(output, telemetry):
    root = go.toolchain()
    modules = go.peer().parent  # x/telemetry as a module, and what it needs
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copy(HERE / "main.go", folder)
        (folder / "go.mod").write_text(GO_MOD.format(modules=modules))
        environment = {**go.environment(root, folder), "TEST_TELEMETRY_DIR": str(Path(telemetry).resolve())}
        command = [root / "bin" / "go", "build", "-buildvcs=false", "-trimpath", "-o", Path(output).resolve(), "."]
        return subprocess.run(command, cwd=folder, env=environment).returncode


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except go.Missing as missing:
        sys.exit(f"build.py: {missing}")
