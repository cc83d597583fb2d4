"""The stage of these tests: a telemetry directory whose weeks end on Fridays,
and a program that both sides claim to be."""

import pytest

from Conformance import scene


@pytest.fixture
def directory(tmp_path):
    return scene.directory(tmp_path / "telemetry")


@pytest.fixture
def open_libtel(libtel, directory):
    """A process of libtel that has opened; the answer says which file."""

    def start(**different):
        process = libtel()
        process.opened = process.ask("open", **{**scene.libtel_identity(directory), **different})
        return process

    return start


@pytest.fixture
def open_go(golang, directory):
    """The same of the reference."""

    def start(now=scene.MONDAY, **different):
        identity = {"program": scene.PROGRAM, "version": scene.VERSION, "toolchain": scene.TOOLCHAIN, **different}
        process = golang(identity.pop("directory", directory), now=now, **identity)
        process.opened = process.ask("open")
        return process

    return start
