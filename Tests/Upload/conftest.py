import pytest

from Harness.certificates import Authority
from Harness.collector import Collector

from .stage import Stage, config


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def collectors():
    """Makes collectors, and ends them with the test."""
    made = []

    def make(content=None, **more):
        made.append(Collector(content or config(), **more))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def collector(collectors):
    return collectors()


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def acme(home, collector):
    """Mode on since long ago, the collector as destination, nothing counted yet."""
    return Stage(home).prepare(collector.url)
