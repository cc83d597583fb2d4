"""The fixture tel_counts for pytest. libtel is loaded when a test asks for it."""

import pytest


@pytest.fixture
def tel_counts():
    """What the test's code counts: a mapping of names to values, in a sandbox
    of its own. See tel.testing."""
    from tel import testing

    with testing.sandbox() as counts:
        yield counts
