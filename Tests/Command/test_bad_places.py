"""Homes and directories that cannot be used: a sentence and a status, and
nothing is written."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from Harness import client

from .conftest import Tel, is_sentence, tree

COUNT = ["inc", "--program", "hello", "a"]
NOBODY = 65534


@pytest.mark.parametrize("environment, word", [
    ({}, "HOME"),
    ({"HOME": ""}, "HOME"),
    ({"HOME": "/nowhere", "XDG_CONFIG_HOME": "relative/path"}, "XDG_CONFIG_HOME"),
])
@pytest.mark.parametrize("command", [COUNT, ["report"], ["on"], ["dump"]])
def test_without_a_home_each_command_says_so(tel, environment, word, command):
    done = tel(*command, environment=environment)
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, word)


def test_without_a_home_status_says_off_and_why(tel):
    answer = tel("status", "--json", environment={}).ok.json
    assert (answer["mode"], answer["directory"]) == ("off", "") and "HOME" in answer["reason"]
    assert "HOME" in tel("status", environment={}).ok.out
    assert tel("status", "--check", environment={}).code == 12


def test_a_relative_home_is_used_as_it_is(tel, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tel(*COUNT, environment={"HOME": "home"}).ok
    assert tel.counts() == {"a": 1}


def test_a_directory_from_the_command_line_needs_no_home(tel, tmp_path):
    tel("--dir", tmp_path / "t", *COUNT, environment={}).ok
    assert list((tmp_path / "t" / "local").glob("hello@*"))


@pytest.mark.parametrize("command", [COUNT, ["on"], ["off"]])
@pytest.mark.parametrize("what", ["the directory", "its parent", "a link to nowhere"])
def test_a_file_where_a_directory_should_be(tel, tmp_path, command, what):
    place = tmp_path / "place"
    if what == "a link to nowhere":
        place.symlink_to(tmp_path / "nowhere" / "at" / "all")
    else:
        place.write_text("in the way")
    directory = place if what != "its parent" else place / "telemetry"
    done = tel(*command, "--dir", directory)
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, place)
    assert place.is_symlink() or place.read_text() == "in the way"


def test_a_file_where_the_counter_files_should_be(tel):
    tel.directory.mkdir(parents=True)
    tel.local.write_text("in the way")
    for command in [COUNT, ["report"], ["dump"], ["status"]]:
        done = tel(*command)
        assert (done.code, done.out) == (1, "") and is_sentence(done.err, tel.local)


@pytest.fixture
def nobody():
    """A user without rights, with a home that is its own. Root becomes that
    user; anybody else is without rights already."""
    base = Path(tempfile.mkdtemp())
    base.chmod(0o755)
    home = base / "home"
    home.mkdir()
    user = Tel(home)
    if os.geteuid() == 0:
        # The build may lie where nobody else can look.
        user.path = Path(shutil.copy(user.path, base))
        os.chown(home, NOBODY, NOBODY)

        def run(*arguments, **more):
            return Tel.__call__(user, *arguments, before=["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"], **more)
    else:
        run = user
    run.home, run.directory, run.path = home, user.directory, user.path
    yield run
    subprocess.run(["chmod", "-R", "u+rwx", base])
    shutil.rmtree(base)


def own(path):
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def test_a_user_without_rights_can_count(nobody):
    """Else the tests below would prove nothing."""
    nobody(*COUNT).ok
    assert list((nobody.directory / "local").glob("hello@*"))


@pytest.mark.parametrize("command", [COUNT, ["on"]])
def test_a_home_that_is_read_only(nobody, command):
    nobody.home.chmod(0o555)
    done = nobody(*command)
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, nobody.home, "Permission denied")
    assert tree(nobody.home) == {}
    assert nobody("status", "--json").ok.json["mode"] == "local"


def test_a_counter_file_that_may_not_be_read(nobody):
    nobody(*COUNT).ok
    (path,) = (nobody.directory / "local").glob("*.v1.count")
    path.chmod(0)
    assert nobody("status", "--json").ok.json["counter_files"]["unreadable"] == 1
    done = nobody("dump")
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, path, "Permission denied")


def test_a_folder_that_may_not_be_searched(nobody):
    nobody(*COUNT).ok
    local = nobody.directory / "local"
    local.chmod(0)
    for command in [COUNT, ["report"], ["dump"], ["status"]]:
        done = nobody(*command)
        assert (done.code, done.out) == (1, "") and is_sentence(done.err, local, "Permission denied")


def test_a_place_below_a_directory_of_somebody_else(nobody):
    """It need not be there: the nearest parent that is belongs to root."""
    place = "/usr/share/there-is-no-such-directory/telemetry"
    for command in [COUNT, ["report"], ["on"]]:
        done = nobody(*command, "--dir", place)
        assert (done.code, done.out) == (1, "") and is_sentence(done.err, place, "belongs to user 0")
    assert nobody("status", "--check", "--dir", place).code == 12


@pytest.mark.parametrize("options, word", [("size=4k", "No space left on device"), ("ro", "Read-only file system")])
@pytest.mark.parametrize("command", [COUNT, ["on"]])
def test_a_disk_that_takes_nothing(tel, tmp_path, options, word, command):
    """A file system in memory, mounted for this one process."""
    home = tmp_path / "disk"
    home.mkdir()
    script = f'mount -t tmpfs -o {options} tmpfs "$HOME" && {{ [ {options} = ro ] || head -c 4096 /dev/zero > "$HOME/fill"; }} && exec "$@"'
    unshare = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", script, "sh"]
    done = tel(*command, before=unshare, environment=client.environment(home))
    assert (done.code, done.out) == (1, "") and is_sentence(done.err, word)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a directory of somebody else")
class TestADirectoryOfSomebodyElse:
    @pytest.fixture(autouse=True)
    def foreign(self, nobody):
        nobody.directory.mkdir(parents=True, mode=0o777)
        for path in [nobody.directory, *nobody.directory.parents][:3]:
            path.chmod(0o777)

    @pytest.mark.parametrize("command", [COUNT, ["report"], ["on"], ["off"]])
    def test_nothing_is_done_there(self, nobody, command):
        done = nobody(*command)
        assert (done.code, done.out) == (1, "") and is_sentence(done.err, nobody.directory, "belongs to user 0")
        assert list(nobody.directory.iterdir()) == []

    def test_status_says_off_and_why(self, nobody):
        answer = nobody("status", "--json").ok.json
        assert answer["mode"] == "off" and "belongs to user 0" in answer["reason"]
        assert nobody("status", "--check").code == 12

    def test_root_does_not_count_in_a_users_home(self, nobody, tmp_path):
        own(nobody.directory)
        done = Tel(nobody.home)(*COUNT)
        assert (done.code, done.out) == (1, "") and is_sentence(done.err, f"belongs to user {NOBODY}", "runs as user 0")
        assert list(nobody.directory.iterdir()) == []

    def test_a_privileged_command_is_off(self, nobody):
        """Set-user-ID: the environment belongs to somebody else."""
        command = nobody.path
        own(command)
        command.chmod(0o4755)
        own(nobody.directory)
        if os.statvfs(command).f_flag & os.ST_NOSUID:
            pytest.fail("the temporary directory is mounted nosuid: set TMPDIR to one that is not")

        def run(*arguments):
            return subprocess.run([command, *arguments], env=client.environment(nobody.home), capture_output=True, text=True)

        sample = client.ROOT / "Tests" / "Samples" / "one.v1.count"
        for arguments in [COUNT, ["on"], ["report"], ["dump"], ["dump", sample]]:
            done = run(*arguments)
            assert (done.returncode, done.stdout) == (1, "") and is_sentence(done.stderr, "privileges")
        assert run("status", "--check").returncode == 12
        assert list(nobody.directory.iterdir()) == []
