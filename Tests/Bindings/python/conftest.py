"""The tests of the Python binding as it is installed. Bindings/test_python.py
runs them in an environment that has the wheel, once for each Python; alone,
they would test whatever `tel` happens to be there."""

import os
import tempfile

import pytest

collect_ignore_glob = [] if os.environ.get("TEL_TEST_PYTHON") else ["test_*.py"]

if os.environ.get("TEL_TEST_PYTHON"):
    from hypothesis import configuration, settings

    configuration.set_hypothesis_home_dir(os.path.join(tempfile.gettempdir(), "hypothesis"))
    settings.register_profile("tel", database=None, deadline=None, derandomize=True)
    settings.load_profile("tel")


@pytest.fixture
def scene(tmp_path):
    from Bindings.python.scene import Scene

    return Scene(tmp_path)
