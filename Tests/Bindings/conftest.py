import pytest

from Harness import go


@pytest.fixture(scope="session")
def toolchain():
    """The Go toolchain, and the reference built with it; a failure that says what to do without."""
    try:
        go.peer()
    except go.Missing as missing:
        pytest.fail(str(missing), pytrace=False)
