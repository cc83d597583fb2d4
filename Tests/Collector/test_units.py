"""The unit for the system: what systemd thinks of it."""

import os
import re
import subprocess

import pytest

from Harness import client

UNIT = client.ROOT / "packaging" / "systemd" / "system" / "tel-collector.service.in"


@pytest.fixture
def unit(tmp_path):
    path = tmp_path / "tel-collector.service"
    path.write_text(UNIT.read_text().replace("@COLLECTOR@", str(client.ROOT / "build" / "bin" / "tel-collector")))
    return path


def analyze(*words):
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})


def test_systemd_understands_it(unit):
    done = analyze("verify", "--man=no", unit)
    own = [line for line in done.stderr.splitlines() if unit.name in line]
    assert done.returncode == 0 and own == [], done.stderr


def test_it_may_do_little(unit):
    """Of 10, the exposure that systemd sees; a service without any protection has 9.6."""
    done = analyze("security", "--offline=true", "--threshold=20", unit)
    level = re.search(r"exposure level for .*: ([0-9.]+)", done.stdout)
    assert level, done.stderr
    score = float(level[1])
    assert score <= 2.0, done.stdout


def test_the_time_to_stop_is_longer_than_the_collector_takes():
    assert int(re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text())[1]) > 25
