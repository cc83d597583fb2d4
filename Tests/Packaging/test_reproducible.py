"""Two builds, equal bytes: one in the checkout, one in another folder, from the
tarball, with another time zone, language and mask of modes."""

import shutil

import pytest

from Packaging import packing


# Two instructions of Hummingbird's code have a number that follows from how long
# the path of the folder is in which it is compiled; and the build-id is a hash.
NOT_QUITE = ("bin/tel-view", "bin/tel-collector")
DIFFERENT_BYTES = 40


def same(one, other):
    return one.read_bytes() == other.read_bytes()


def differences(one, other):
    one, other = one.read_bytes(), other.read_bytes()
    return sum(a != b for a, b in zip(one, other)) + abs(len(one) - len(other))


@pytest.mark.parametrize("product", ["lib/libtel.so.1", "bin/tel", "share/completions/tel.bash", "include/tel.h", *(f"lib/tel/plugins/{name}.so" for name in ("https", "file", "exec", "libunwind", "libdw", "framepointers", "libffi"))])
def test_what_is_built(product, elsewhere):
    assert same(packing.BUILD / product, elsewhere / "build" / product)


@pytest.mark.parametrize("product", NOT_QUITE)
def test_programs_with_a_server_differ_in_a_handful_of_bytes(product, elsewhere):
    assert differences(packing.BUILD / product, elsewhere / "build" / product) <= DIFFERENT_BYTES


def test_no_product_has_a_path_of_its_machine_in_it(elsewhere):
    for product in ("lib/libtel.so.1", "bin/tel", *NOT_QUITE, "lib/tel/plugins/https.so"):
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
    having_those = {"tel", "tel-collector"}
    assert {name for name in debs if not same(debs[name], there[name])} <= having_those
    for name in having_those:
        one, other = packing.contents(debs[name]), packing.contents(there[name])
        assert {path: words[:3] for path, words in one.items()} == {path: words[:3] for path, words in other.items()}


def test_the_tarball_from_git_and_from_the_tarball(tarball, elsewhere, tmp_path):
    assert same(tarball, packing.dist(elsewhere, tmp_path))
