"""Builds a Go example that uses bindings/go, without an installed libtel and
without a network: with what `make` left in build/, and the Go toolchain that
pip installed.

    build/venv/bin/python examples/build_go.py examples/go-libtel OUTPUT
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests"))
from Harness import go, golibtel  # noqa: E402


def main(folder, output):
    with tempfile.TemporaryDirectory() as home:
        done = golibtel.command(
            "build", "-buildvcs=false", "-trimpath", "-o", Path(output).resolve(), ".", folder=folder, home=home, check=False)
    sys.stderr.write(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except go.Missing as missing:
        sys.exit(f"build_go.py: {missing}")
