import pytest

from Packaging import packing


@pytest.fixture(scope="session")
def debs():
    """Name -> .deb, of what `make` left in build/."""
    return packing.debs(packing.BUILD)


@pytest.fixture(scope="session")
def tarball(tmp_path_factory):
    return packing.dist(packing.ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def elsewhere(tarball, tmp_path_factory):
    """The sources unpacked in another folder, where no git is, and built."""
    return packing.unpacked_and_built(tarball, tmp_path_factory.mktemp("elsewhere") / "deeper")
