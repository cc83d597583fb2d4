"""Homes that are not what a home should be."""

import subprocess

import pytest

from ABI.scene import MONDAY, TOOL, counter_files, total, values
from Harness import c
from Harness.driver import Driver, names, once, opening, telemetry
from Harness.injection import preloaded
from Harness.privilege import NOBODY, PublicFolder, as_root, mounted

TEL = c.ROOT / "build" / "bin" / "tel"
NETWORKS = {
    "NFS": ["6969"], "SMB": ["517b", "ff534d42", "fe534d42"], "AFS": ["5346414f", "6b414653"], "9p": ["1021997"], "Ceph": ["c36400"],
    "Lustre": ["bd00bd0"], "GPFS": ["47504653"], "Coda": ["73757245"]}
LOCAL = {"ext4": "ef53", "tmpfs": "1021994", "btrfs": "9123683e", "xfs": "58465342", "overlay": "794c7630", "zfs": "2fc12fc1", "FUSE": "65735546"}


def status(home, **variables):
    done = subprocess.run([TEL, "status"], env={**c.environment(home), "HOME": str(home), **variables}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("kind, magic", [(kind, magic) for kind, all in NETWORKS.items() for magic in all])
def test_on_a_network_file_system_counts_stay_in_memory(driver, tmp_path, kind, magic):
    process = driver(**preloaded(file_system=magic))
    answer = process.open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_UNSUPPORTED" and f"network file system, {kind}" in answer.message and "not saved" in answer.message
    process.add("a", 3)
    assert process.read("a") == 3
    assert process.rotate().status == "TEL_E_UNSUPPORTED"
    process.end()
    assert names(tmp_path) == []


@pytest.mark.skipif(not c.is_shipped(), reason="the command is no sanitized program: it cannot be told of another file system by one")
def test_status_says_that_counts_are_not_saved(tmp_path):
    code, text = status(tmp_path, **{key: str(value) for key, value in preloaded(file_system="6969").items()})
    assert code == 0 and "network file system, NFS" in text and "counts stay in memory" in text
    assert "network" not in status(tmp_path)[1] and names(tmp_path) == []


@pytest.mark.parametrize("kind", LOCAL)
def test_a_local_file_system_is_none_of_them(driver, tmp_path, kind):
    process = driver(**preloaded(file_system=LOCAL[kind]))
    assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"


def test_a_home_that_cannot_be_written_leaves_counts_in_memory(tmp_path):
    answers = once(
        tmp_path, opening(clock=MONDAY, **TOOL), ["add", "a", 3], ["read", "a"], "rotate", prefix=mounted(tmp_path, options="ro"))
    assert [answer.status for answer in answers] == ["TEL_E_IO", "TEL_OK", "TEL_OK", "TEL_E_IO"]
    assert "Read-only" in answers[0].message and answers[2].results == ["3"]


def test_a_home_that_is_full_leaves_counts_in_memory(tmp_path):
    """Room for folders, and none for a counter file."""
    answers = once(
        tmp_path, opening(clock=MONDAY, **TOOL), ["add", "a", 3], ["read", "a"],
        prefix=mounted(tmp_path, options="size=8k,nr_inodes=100"))
    assert answers[0].status in ("TEL_E_FULL", "TEL_E_IO") and "space" in answers[0].message
    assert answers[2].results == ["3"]


@pytest.mark.parametrize("variables, words", [
    ({"HOME": ""}, "neither HOME nor XDG_CONFIG_HOME"), ({"XDG_CONFIG_HOME": "relative/path"}, "not an absolute path"),
    ({"XDG_CONFIG_HOME": "."}, "not an absolute path")])
def test_without_a_home_it_is_off_and_says_so(driver, tmp_path, variables, words):
    answer = driver(**variables).open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_OFF" and words in answer.message
    code, text = status(tmp_path, **variables)
    assert code == 0 and words in text and text.startswith("mode           off")
    assert names(tmp_path) == []


def test_a_home_that_does_not_exist_is_made(driver, tmp_path):
    home = tmp_path / "not" / "yet"
    assert driver(HOME=home).open(clock=MONDAY, **TOOL).status == "TEL_OK"
    assert counter_files(telemetry(home))


def test_under_sudo_another_users_home_is_off_and_status_says_so():
    """HOME is the caller's, the process is root's: root's files do not belong there."""
    public = PublicFolder()
    try:
        home = public.folder("home", NOBODY)
        answer = once(home, opening(clock=MONDAY, **TOOL), ["getmode"], prefix=as_root(), program=public.program)[0]
        assert answer.status == "TEL_E_OFF" and f"belongs to user {NOBODY}" in answer.message and "runs as user 0" in answer.message
        code, text = status(home)
        assert code == 0 and text.startswith("mode           off") and f"belongs to user {NOBODY}" in text
        explained = subprocess.run([TEL, "status", "--explain"], env={"HOME": str(home)}, capture_output=True, text=True, timeout=60).stdout
        assert explained.splitlines()[0].startswith("place          off")
        for command in (["off"], ["on"], ["inc", "--program", "a", "b"], ["report"]):
            done = subprocess.run([TEL, *command], env={"HOME": str(home)}, capture_output=True, text=True, timeout=60)
            assert done.returncode == 1 and "belongs to user" in done.stderr
        assert names(home) == []
    finally:
        public.remove()


def test_two_containers_share_a_volume(tmp_path):
    """Namespaces of their own for mounts and processes; both have process 1, and
    the same directory under different paths."""
    volume = tmp_path / "volume"
    volume.mkdir()
    script = 'mkdir -p "$0" && mount --bind "$1" "$0" && shift && exec "$@"'
    containers = []
    for name in ("one", "two"):
        home = tmp_path / name
        prefix = [*as_root(), "unshare", "-m", "-p", "--fork", "--kill-child", "sh", "-c", script, home / ".config", volume]
        containers.append(Driver(home.parent, prefix=prefix, HOME=home))
    try:
        for process in containers:
            assert process.open(clock=MONDAY, **TOOL).status == "TEL_OK"
        for turn in range(200):
            for process in containers:
                process.add("shared", 1)
                process.count(f"name/{turn}", 2)
        one, two = containers
        assert one.read("shared") == two.read("shared") == 400
        folder = volume / "tel" / "telemetry"
        path, = counter_files(folder)
        assert values(path) == {"shared": 400, **{f"name/{turn}": 4 for turn in range(200)}}
        # A report run in one sees that the other still counts.
        one.clock(MONDAY + 8 * 86400)
        assert one.rotate().status == "TEL_OK" and one.flush().status == "TEL_OK"
        two.add("shared", 5)
        assert total(folder)["shared"] == 405
        # Off in one is off in the other.
        assert one.set_mode("off").status == "TEL_OK"
        assert counter_files(folder) == [] and two.rotate().status == "TEL_E_OFF"
    finally:
        for process in containers:
            process.kill()
