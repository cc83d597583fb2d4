"""Two builds, equal bytes: one in the checkout, one in another folder, from the
tarball, with another time zone, language and mask of modes."""

import shutil

import pytest

from Packaging import packing


def same(one, other):
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("product", ["lib/libtel.so.1", "bin/tel", "bin/tel-view", "bin/tel-collector", "share/completions/tel.bash", "include/tel.h", *(f"lib/tel/plugins/{name}.so" for name in ("https", "file", "exec", "libunwind", "libdw", "framepointers", "libffi"))])
def test_what_is_built(product, elsewhere):
    assert same(packing.BUILD / product, elsewhere / "build" / product)


def test_no_product_has_a_path_of_its_machine_in_it(elsewhere):
    for product in ("lib/libtel.so.1", "bin/tel", "bin/tel-view", "bin/tel-collector", "lib/tel/plugins/https.so"):
        assert str(elsewhere).encode() not in (elsewhere / "build" / product).read_bytes()


def test_the_wheel(elsewhere, tmp_path):
    here = packing.wheel(tmp_path / "here", packing.BUILD / "lib/libtel.so.1")
    there = packing.wheel(tmp_path / "there", elsewhere / "build/lib/libtel.so.1", root=elsewhere)
    assert here.name == there.name and same(here, there)


def test_the_debs_also_as_debian_makes_them(elsewhere, debs):
    """Not by our script, but in the sources, with debian/ where Debian has it."""
    shutil.copytree(elsewhere / "packaging/debian", elsewhere / "debian")
    packing.run("sh", "-c", "umask 027; exec dpkg-buildpackage --build=binary --no-sign", cwd=elsewhere, TZ="America/Caracas", LANG="C")
    there = packing.by_name(elsewhere.parent)
    assert {name: path.name for name, path in debs.items()} == {name: path.name for name, path in there.items()}
    assert [name for name in debs if not same(debs[name], there[name])] == []


def test_the_tarball_from_git_and_from_the_tarball(tarball, elsewhere, tmp_path):
    assert same(tarball, packing.dist(elsewhere, tmp_path))
