"""TEL_UPLOAD: the command tel is started in the background, at most once a day,
and the host neither waits for it nor hears of it."""

import fcntl
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from Harness import c
from Harness.driver import NO_REPORT, UPLOAD, Driver, environment

VENDOR = "example.org"
HERE = "https://telemetry.example.org/"
FAILED = "tel/upload:not-started"
DAY = 86400


class Start:
    """A line of the uploader in Tests/ABI/c."""

    def __init__(self, line):
        pairs = [pair.split("=", 1) for pair in line.rstrip("\t\n").split("\t")]
        self.all = {key: [value for other, value in pairs if other == key] for key, _ in pairs}
        self.arguments = self.all["argument"]
        self.variables = dict(variable.split("=", 1) for variable in self.all["variable"])
        self.descriptors = {int(key[3:]): values[0] for key, values in self.all.items() if key.startswith("fd:")}

    def __getattr__(self, key):
        return self.all[key][0]


class Home:
    """A user who has consented, and the uploader that libtel is to start."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self.telemetry = path / ".config" / VENDOR / "telemetry"
        self.consent()
        folder = path / "installed"
        folder.mkdir()
        self.uploader = folder / "tel"
        shutil.copy(c.build("uploader.c", variant="shipped", link=False), self.uploader)
        self.token = self.telemetry / "local" / "upload.token"

    def consent(self, folder=None, mode="on", destination=HERE):
        folder = folder or self.telemetry
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mode").write_text(f"{mode} 2026-11-23")
        (folder / "destination").write_text(f"{destination}\n")
        (folder / "consent").write_text(f"mode {mode}\ndate 2026-11-23\ndestination {destination}\ntext 1\n")

    def run(self, case="plain", vendor=VENDOR, destination=HERE, uploader=None, prefix=(), expect=0, **env):
        program = c.build("host.c")
        command = [*map(str, prefix), str(program), case, vendor, destination, str(uploader if uploader is not None else self.uploader)]
        done = subprocess.run(command, env=environment(self.path, **env), cwd=self.path, capture_output=True, text=True, timeout=120)
        if expect is not None:
            assert done.returncode == expect, done.stdout + done.stderr
        return done

    def starts(self, wanted=None):
        """Of the uploader so far. With a number: once there are so many, and half a
        second later no more."""
        log = self.uploader.parent / "uploads"
        found = lambda: [Start(line) for line in log.read_text().splitlines()] if log.exists() else []
        if wanted:
            end = time.monotonic() + 20
            while len(found()) < wanted:
                assert time.monotonic() < end, "it was not started"
                time.sleep(0.01)
        if wanted is not None:
            time.sleep(0.3)
            assert len(found()) == wanted
        return found()

    def age(self, seconds):
        self.token.parent.mkdir(exist_ok=True)
        self.token.touch()
        at = time.time() - seconds
        os.utime(self.token, (at, at))

    def failures(self):
        return c.counts(self.telemetry).get(FAILED, 0)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home of somebody")


# ---- What is started


def test_it_is_told_whose_telemetry_and_where_to(home):
    home.run()
    (start,) = home.starts(1)
    assert start.arguments == [str(home.uploader), "upload", "--background", "--vendor", VENDOR, "--destination", HERE]
    assert home.failures() == 0


def test_a_directory_that_the_program_gave_is_told_too(home, tmp_path):
    folder = tmp_path / "T"
    home.consent(folder)
    with Driver(home.path) as driver:
        assert driver.open(flags=NO_REPORT | UPLOAD, vendor=VENDOR, destination=HERE, uploader=home.uploader, directory=folder).status == "TEL_OK"
    (start,) = home.starts(1)
    assert start.arguments[-2:] == ["--dir", str(folder)]
    assert (folder / "local" / "upload.token").exists() and not home.token.exists()


def test_it_has_nothing_of_the_host_but_its_variables(home):
    done = home.run("ignores", TEL_MODE="on", TEL_PROGRAM="x", https_proxy="http://proxy.example.org:3128/", EMPTY="")
    (start,) = home.starts(1)
    assert start.descriptors == {0: "/dev/null", 1: "/dev/null", 2: "/dev/null"}
    assert start.cwd == "/"
    assert "blocked" not in start.all and "not-default" not in start.all
    expected = {name: value for name, value in environment(home.path).items() if not name.startswith("TEL_")}
    assert {key: value for key, value in start.variables.items() if key != "LC_CTYPE"} == {
        **expected, "https_proxy": "http://proxy.example.org:3128/", "EMPTY": ""}
    assert done.stdout == done.stderr == ""


def test_it_is_in_a_session_of_its_own_and_belongs_to_init(home):
    home.run(UPLOADER_STAYS=1)
    (start,) = home.starts(1)
    assert int(start.session) not in (os.getsid(0), 0)
    assert int(start.parent) in inheritors()


def inheritors():
    """Process 1, and those above us that inherit orphans."""
    found, pid = [1], os.getpid()
    while pid > 1:
        found.append(pid)
        pid = int(re.search(r"^PPid:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])
    return found


@pytest.mark.parametrize("case", ["plain", "threads", "forked", "fork-handlers"])
def test_it_is_started_once_from_anywhere(home, case):
    done = home.run(case)
    home.starts(1)
    assert done.stdout in ("", "not flushed by the child")
    assert home.failures() == 0


def test_a_host_that_waits_for_its_children_sees_none(home):
    home.run("watches")
    home.starts(1)


def test_a_host_that_is_killed_leaves_it_at_work(home):
    home.run("killed", expect=-9)
    home.starts(1)


# ---- At most once a day


def test_ten_hosts_at_once_start_one(home):
    for round in range(3):
        home.age(2 * DAY)
        program = c.build("host.c")
        hosts = [
            subprocess.Popen([program, "plain", VENDOR, HERE, home.uploader], env=environment(home.path), cwd=home.path) for _ in range(10)]
        assert [host.wait(60) for host in hosts] == [0] * 10
        home.starts(round + 1)


def test_without_a_token_ten_hosts_start_one(home):
    program = c.build("host.c")
    hosts = [subprocess.Popen([program, "plain", VENDOR, HERE, home.uploader], env=environment(home.path), cwd=home.path) for _ in range(10)]
    assert [host.wait(60) for host in hosts] == [0] * 10
    home.starts(1)


@pytest.mark.parametrize("age, is_due", [(0, False), (DAY - 100, False), (DAY + 100, True), (-DAY + 100, False), (-DAY - 100, True), (10 * 365 * DAY, True)])
def test_the_time_of_the_token_decides(home, age, is_due):
    home.age(age)
    home.run()
    home.starts(1 if is_due else 0)
    if is_due:
        assert abs(home.token.stat().st_mtime - time.time()) < 60


def test_while_another_process_has_the_token_nothing_is_started(home):
    home.age(2 * DAY)
    with open(home.token) as token:
        fcntl.flock(token, fcntl.LOCK_EX)
        home.run()
        home.starts(0)
    home.run()
    home.starts(1)


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_what_is_no_file_is_no_token_and_counted(home, kind):
    home.token.parent.mkdir()
    if kind == "link":
        home.token.symlink_to(home.path / "elsewhere")
    else:
        home.token.mkdir()
    os.utime(home.token, (1, 1), follow_symlinks=False)
    home.run()
    home.starts(0)
    assert not (home.path / "elsewhere").exists()
    assert home.failures() == 1


# ---- When nothing is started


def kernel_calls(home, tmp_path, **about):
    """What a host's process, and whatever it would start, asks of the kernel."""
    trace = tmp_path / "trace"
    home.run(prefix=["strace", "-f", "-qq", "-o", trace, "-e", "trace=process,network,openat"], **about)
    return trace.read_text()


@pytest.mark.parametrize("mode", ["off", "local"])
@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers have threads and calls of their own")
def test_in_other_modes_than_on_nothing_is_started_and_no_file_looked_at(home, tmp_path, mode):
    home.consent(mode=mode)
    calls = kernel_calls(home, tmp_path, expect=None)
    assert not re.search(r"\b(clone|clone3|fork|vfork|socket|connect)\(|upload\.token|libtel-delivery", calls), calls
    assert "tel/telemetry" in calls or VENDOR in calls
    home.starts(0)


@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers have threads and calls of their own")
def test_in_mode_on_the_same_look_sees_it(home, tmp_path):
    calls = kernel_calls(home, tmp_path)
    # With no signal among the flags.
    assert len(re.findall(r"flags=CLONE_VM\|CLONE_VFORK(?!\|)", calls)) == 2 and not re.search("SIGCHLD|fork\\(", calls), calls
    assert "execve" in calls and not re.search(r"\b(socket|connect)\(", calls)
    home.starts(1)


def nothing_of(home, **about):
    home.run(**about)
    home.starts(0)
    assert home.failures() == 0 and not home.token.exists()


def test_for_another_destination_than_the_user_consented_to(home):
    nothing_of(home, destination="https://elsewhere.example.org/")


def test_for_a_destination_that_begins_or_ends_alike(home):
    nothing_of(home, destination=HERE + "x")
    nothing_of(home, destination=HERE[:-1])


def test_without_a_destination(home):
    nothing_of(home, destination="")


def test_if_none_is_recorded(home):
    (home.telemetry / "destination").unlink()
    nothing_of(home)


def test_if_what_was_answered_was_another_question(home):
    (home.telemetry / "consent").write_text("mode on\ndate 2026-11-23\ndestination https://elsewhere.example.org/\ntext 1\n")
    nothing_of(home)


def test_if_the_answer_cannot_be_read(home):
    (home.telemetry / "consent").unlink()
    (home.telemetry / "consent").mkdir()
    nothing_of(home)


def test_without_an_answer_the_destination_is_enough(home):
    """Who runs "tel on --destination" was not asked."""
    (home.telemetry / "consent").unlink()
    home.run()
    home.starts(1)


@pytest.mark.parametrize("vendor", ["tel", "go"])
def test_for_vendors_that_nobody_consents_to(home, vendor):
    home.telemetry = home.path / ".config" / vendor / "telemetry"
    home.token = home.telemetry / "local" / "upload.token"
    home.consent()
    nothing_of(home, vendor=vendor)


def test_in_a_directory_that_the_environment_names(home, tmp_path):
    folder = tmp_path / "T"
    home.consent(folder)
    home.run(TEL_DIR=folder)
    home.starts(0)
    assert not (folder / "local" / "upload.token").exists()


@pytest.mark.parametrize("lowering", [{"DO_NOT_TRACK": 1}, {"TEL_MODE": "local"}, {"CI": "true"}])
def test_if_another_layer_forbids_it(home, lowering):
    nothing_of(home, **lowering)


def test_by_a_subreaper(home):
    nothing_of(home, case="subreaper")


def test_by_process_1(home):
    can = subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True)
    if can.returncode:
        pytest.fail("process namespaces are needed: run as root", pytrace=False)
    nothing_of(home, prefix=["unshare", "--pid", "--fork"])
    # And by one that is not, in such a namespace.
    home.run(prefix=["unshare", "--pid", "--fork", "sh", "-c", '"$@"; sleep 1; exit 0', "sh"])
    home.starts(1)


def test_without_the_flag(home):
    with Driver(home.path) as driver:
        driver.open(vendor=VENDOR, destination=HERE, uploader=home.uploader)
        driver.rotate()
    home.starts(0)


# ---- What cannot be started


def test_a_missing_uploader_is_counted_and_takes_no_day_from_others(home):
    home.run(uploader=home.path / "no such file")
    assert home.failures() == 1 and not home.token.exists()
    home.run()
    home.starts(1)


def test_one_that_may_not_be_executed_is_counted(home):
    other = home.path / "text"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o644)
    home.run(uploader=other)
    assert home.failures() == 1 and not home.token.exists()


def test_one_that_is_no_program_is_counted(home):
    other = home.path / "nonsense"
    other.write_text("nonsense")
    other.chmod(0o755)
    home.run(uploader=other)
    assert home.failures() == 1
    home.run(uploader=other)
    assert home.failures() == 1, "not twice a day"


@pytest.mark.parametrize("uploader", ["tel", "./tel", "../tel"])
def test_a_relative_path_is_refused(home, uploader):
    with Driver(home.path) as driver:
        answer = driver.open(flags=NO_REPORT | UPLOAD, vendor=VENDOR, destination=HERE, uploader=uploader)
        assert (answer.status, answer.message) == ("TEL_E_INVALID", "tel_config.uploader is no absolute path")
    home.starts(0)


def test_an_older_program_knows_no_uploader(home):
    """Its tel_config ends before that member: what lies behind it is not read."""
    with Driver(home.path) as driver:
        answer = driver.open(flags=NO_REPORT, vendor=VENDOR, destination=HERE, uploader="relative", size=72)
        assert answer.status == "TEL_OK"


@pytest.mark.skipif(not c.is_shipped(), reason="about the library that ships")
def test_the_usual_one_is_where_this_libtel_will_be_installed():
    paths = re.findall(rb"[!-~]*/bin/tel(?=\0)", c.library().read_bytes())
    made = (c.ROOT / "build" / "uploader").read_text().strip()
    assert paths == [made.encode()] and made.endswith("/bin/tel")


# ---- The host's time


@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers have calls of their own")
def test_the_host_waits_for_a_few_dozen_system_calls_whatever_its_size(home, tmp_path):
    """Time says little on a machine that others use: 0.3 ms were measured, with a
    real-time priority. No page table is copied, and no handler of the host's run."""
    def calls(**about):
        trace = tmp_path / "trace"
        home.run(prefix=["strace", "-f", "-qq", "-o", trace], **about)
        lines = [line.split(None, 1) for line in trace.read_text().splitlines() if "resumed>" not in line]
        own = lines[0][0]
        until = [number for number, (pid, call) in enumerate(lines) if pid != own and call.startswith("execve")]
        return sum(pid == own for pid, _ in lines), sum(pid != own for pid, _ in lines[: until[0] if until else 0])

    without, nobody = calls(destination="")
    with_upload, others = calls()
    assert nobody == 0 and 0 < others < 90
    assert 0 < with_upload - without < 60


@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers take their time")
def test_a_large_host_waits_no_longer(home):
    """Generously: an overloaded machine takes its time, too."""
    took = []
    for _ in range(5):
        home.age(2 * DAY)
        took.append(int(home.run("large").stdout.split()[1]))
    home.starts(5)
    assert min(took) < 50_000, took
