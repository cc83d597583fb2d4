"""Fixtures of the C-driven tests: a home, a telemetry folder, and drivers
that end with the test."""

import pytest

from Harness import c
from Harness import driver as drivers


@pytest.fixture
def folder(tmp_path):
    """A telemetry folder whose weeks end on Fridays."""
    return drivers.folder(tmp_path / "telemetry")


@pytest.fixture
def driver(tmp_path):
    """Starts drivers in a home of this test; those that are left end with it."""
    started = []

    def start(**more):
        started.append(drivers.Driver(more.pop("home", tmp_path), **more))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def tool(driver, folder):
    """Starts a driver and opens the tool in the folder on Monday, or when and
    as asked."""
    from ABI import scene

    def start(clock=scene.MONDAY, env=None, **texts):
        process = driver(**(env or {}))
        identity = {**scene.TOOL, **texts}
        answer = process.open(directory=folder, clock=clock, **identity)
        assert answer.status == "TEL_OK", answer
        return process

    return start
