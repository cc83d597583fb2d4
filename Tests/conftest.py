"""Fixtures that every room of the Python tests may use."""

import signal

import pytest

from Harness import client, go

# Whoever starts the tests in the background may have made programs ignore these,
# and all that the tests start would: Ctrl-C would be waited for in vain.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(scope="session")
def reference():
    """The module that drives the reference, with its peer built. A machine
    that can't have it fails the tests: a skipped comparison proves nothing."""
    try:
        go.peer()
    except go.Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    return go


@pytest.fixture
def libtel(tmp_path):
    """Starts processes that use libtel, and ends what the test leaves."""
    try:
        client.library()
    except FileNotFoundError as missing:
        pytest.fail(str(missing), pytrace=False)
    started = []

    def start(home=tmp_path, **env):
        started.append(client.Libtel(home, **env))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def golang(tmp_path, reference):
    """Starts processes that use the reference, and ends what the test leaves."""
    started = []

    def start(directory, program, **identity):
        started.append(reference.Go(tmp_path, directory, program, **identity))
        return started[-1]

    yield start
    for process in started:
        process.kill()
