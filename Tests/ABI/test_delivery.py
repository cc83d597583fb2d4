"""libtel.so asks libtel-delivery.so, beside it, for uploads and plugins: what it
asks for, and when it does not.

A stand-in says here what it was asked. What the real one does is in
Tests/Delivery and Tests/PluginHost.
"""

import os
import re
import shutil
import subprocess

import pytest

from ABI.scene import MONDAY, TOOL
from Harness import c, privilege
from Harness.driver import DAY, Driver, once, opening, reports
from Harness.driver import folder as telemetry_folder

VENDOR = "example.org"
HERE = "https://telemetry.example.org/"
OVER = MONDAY + 7 * DAY


def stand_in(path, *flags):
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["cc", "-Wall", "-Werror", "-shared", "-fPIC", f"-I{c.INCLUDE}", f"-I{c.ROOT}/Sources/CEntry/include", *flags, "-o", path, c.SOURCES / "delivery.c"],
        check=True)
    path.chmod(0o755)


@pytest.fixture
def installed(tmp_path):
    """A folder with libtel.so.1, and its library for deliveries beside it."""
    place = tmp_path / "lib"
    place.mkdir()
    shutil.copy(c.library(), place / "libtel.so.1")
    stand_in(place / "tel" / "libtel-delivery.so")
    return place


class User:
    def __init__(self, home, library):
        self.home, self.library = home, library
        home.mkdir()
        self.telemetry = telemetry_folder(home / ".config" / VENDOR / "telemetry")
        self.consent()
        self.drivers = []

    def consent(self, folder=None, mode="on", destination=HERE):
        folder = folder or self.telemetry
        (folder / "mode").write_text(f"{mode} 2026-11-01")
        (folder / "destination").write_text(f"{destination}\n")
        (folder / "consent").write_text(f"mode {mode}\ndate 2026-11-01\ndestination {destination}\ntext 1\n")

    def start(self, prefix=(), **env):
        driver = Driver(self.home, prefix=prefix, LD_LIBRARY_PATH=self.library, **env)
        self.drivers.append(driver)
        return driver

    def open(self, vendor=VENDOR, destination=HERE, clock=MONDAY, prefix=(), env=None, **more):
        driver = self.start(prefix, **(env or {}))
        texts = {**TOOL, "vendor": vendor, "clock": clock, **more}
        if destination:
            texts["destination"] = destination
        self.opened = driver.open(**texts)
        return driver

    def asked(self, folder=None):
        path = (folder or self.telemetry) / "asked"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def user(tmp_path, installed):
    made = User(tmp_path / "home", installed)
    yield made
    for driver in made.drivers:
        driver.kill()


# ---- Flush


def test_a_flush_makes_the_reports_and_then_has_them_delivered(user):
    driver = user.open()
    driver.count("a", 3)
    driver.clock(OVER)
    (user.telemetry / "answers").write_text("0 1 2 3")
    answer, figures = driver.figures()
    assert (answer.status, figures) == ("TEL_OK", [1, 1, 2, 3])
    assert user.asked() == [f"deliver {VENDOR} {TOOL['program']} {HERE} now={OVER} timeout=0 made=1 size=1 flags=0"]
    assert list(reports(user.telemetry)) == ["2026-11-27"]


def test_the_call_without_figures_does_the_same(user):
    driver = user.open()
    assert driver.flush(60000).status == "TEL_OK"
    (line,) = user.asked()
    # What the reports have taken of the time is not there any more.
    assert 50000 < int(re.search(r"timeout=(\d+)", line)[1]) <= 60000


def test_what_delivery_says_is_what_the_flush_says(user):
    driver = user.open()
    for number, name in ((-3, "TEL_E_IO"), (-8, "TEL_E_TIMEOUT")):
        (user.telemetry / "answers").write_text(f"{number} 0 0 4")
        answer, figures = driver.figures()
        assert (answer.status, figures) == (name, [0, 0, 0, 4])


@pytest.mark.parametrize("size, status, figures", [
    (7, "TEL_E_INVALID", [77] * 4), (0, "TEL_E_INVALID", [77] * 4), (5000, "TEL_E_INVALID", [77] * 4),
    (16, "TEL_OK", [0, 1, 77, 77]), (24, "TEL_OK", [0, 1, 2, 3]), (32, "TEL_OK", [0, 1, 2, 3]),
])
def test_the_size_of_the_figures_is_respected(user, size, status, figures):
    driver = user.open()
    (user.telemetry / "answers").write_text("0 1 2 3")
    answer, found = driver.figures(size=size)
    assert (answer.status, found) == (status, figures)
    assert ("tel_flush_result" in answer.message) == (status != "TEL_OK")


def refused(user, driver):
    driver.count("a", 3)
    driver.clock(OVER)
    answer, figures = driver.figures()
    assert (answer.status, figures) == ("TEL_E_INVALID", [1, 0, 0, 0])
    assert HERE in answer.message or "elsewhere" in answer.message
    assert user.asked() == []
    # The reports are made all the same.
    assert list(reports(user.telemetry)) == ["2026-11-27"]


def test_a_destination_that_the_user_did_not_consent_to_is_refused(user):
    refused(user, user.open(destination="https://elsewhere.example.org/"))


@pytest.mark.parametrize("recorded", ["", HERE + "x", HERE[:-1], HERE.upper(), HERE + " x", "x " + HERE])
def test_it_must_be_the_same_byte_for_byte(user, recorded):
    (user.telemetry / "destination").write_text(recorded)
    refused(user, user.open())


def test_what_was_answered_must_name_it_too(user):
    (user.telemetry / "consent").write_text(f"mode on\ndestination {HERE}x\ntext destination {HERE}\n")
    refused(user, user.open())


def test_a_link_in_its_place_names_nothing(user):
    (user.telemetry / "destination").rename(user.home / "moved")
    (user.telemetry / "destination").symlink_to(user.home / "moved")
    refused(user, user.open())


def test_without_an_answer_the_destination_is_enough(user):
    (user.telemetry / "consent").unlink()
    assert user.open().flush().status == "TEL_OK"
    assert len(user.asked()) == 1


def test_a_line_feed_or_none_behind_it_is_the_same(user):
    (user.telemetry / "destination").write_text(HERE)
    assert user.open().flush().status == "TEL_OK"
    assert len(user.asked()) == 1


def nothing_asked(user, driver, telemetry=None):
    driver.count("a", 3)
    driver.clock(OVER)
    answer, figures = driver.figures()
    assert (answer.status, figures) == ("TEL_OK", [1, 0, 0, 0])
    assert user.asked(telemetry) == []


def test_a_program_without_a_destination_uploads_nothing(user):
    nothing_asked(user, user.open(destination=None))


@pytest.mark.parametrize("vendor", ["tel", "go"])
def test_nothing_is_uploaded_for_vendors_that_nobody_consents_to(user, vendor):
    telemetry = telemetry_folder(user.home / ".config" / vendor / "telemetry")
    user.consent(telemetry)
    nothing_asked(user, user.open(vendor=vendor), telemetry)


def test_nothing_is_uploaded_from_a_directory_that_the_environment_names(user, tmp_path):
    telemetry = telemetry_folder(tmp_path / "T")
    user.consent(telemetry)
    nothing_asked(user, user.open(env={"TEL_DIR": telemetry}), telemetry)


def test_a_directory_that_the_program_gives_is_uploaded(user, tmp_path):
    telemetry = telemetry_folder(tmp_path / "T")
    user.consent(telemetry)
    assert user.open(directory=telemetry, env={"TEL_DIR": user.telemetry}).flush().status == "TEL_OK"
    assert len(user.asked(telemetry)) == 1 and user.asked() == []


@pytest.mark.parametrize("env", [{"DO_NOT_TRACK": 1}, {"TEL_MODE": "local"}, {"CI": "true"}])
def test_nothing_is_uploaded_if_another_layer_forbids_it(user, env):
    nothing_asked(user, user.open(env=env))


@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers have calls of their own")
@pytest.mark.parametrize("mode, loads", [("off", False), ("local", False), ("on", True)])
def test_nothing_is_loaded_and_no_network_touched_in_other_modes_than_on(user, tmp_path, mode, loads):
    user.consent(mode=mode)
    trace = tmp_path / "trace"
    driver = user.open(prefix=["strace", "-f", "-qq", "-o", trace])
    driver.flush()
    driver.rotate()
    driver.end()
    calls = trace.read_text()
    assert ("libtel-delivery" in calls) == loads
    assert not re.search(r"^\d+ +(socket|connect|sendto|clone|fork|vfork|clone3)\(", calls, re.MULTILINE)


@pytest.mark.skipif(not c.is_shipped(), reason="sanitizers take their time")
def test_a_flush_with_nothing_to_do_takes_less_than_a_millisecond(user):
    driver = user.open()
    driver.flush()
    took = sorted(driver.flush().milliseconds for _ in range(200))
    assert took[0] < 1, took[:10]


def test_a_forked_child_can_use_it_too(user, tmp_path):
    source = tmp_path / "child.c"
    source.write_text(r"""
#include "check.h"
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **arguments) {
    CHECK(count == 3);
    tel_config config = TEL_INIT(tel_config);
    config.flags = TEL_NO_REPORT;
    config.vendor = arguments[1];
    config.destination = arguments[2];
    CHECK_STATUS(tel_open(&config), TEL_OK);
    for (int turn = 0; turn < 2; turn++) {
        pid_t child = fork();
        if (child == 0) {
            CHECK_STATUS(tel_flush_report(0), TEL_OK);
            CHECK_STATUS(tel_plugin_load("some.so", NULL), TEL_OK);
            return 0;
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK_STATUS(tel_flush_report(0), TEL_OK);
    }
    return 0;
}
""")
    c.run(c.build(source), VENDOR, HERE, directory=tmp_path, env={"LD_LIBRARY_PATH": user.library})
    assert [line.split()[0] for line in user.asked()].count("deliver") == 4


def test_threads_may_flush_at_once(user, tmp_path):
    source = tmp_path / "at_once.c"
    source.write_text(r"""
#include "check.h"
#include <pthread.h>
static void *load(void *unused) {
    CHECK_STATUS(tel_plugin_load("some.so", NULL), TEL_OK);
    return unused;
}
int main(int count, char **arguments) {
    CHECK(count == 2);
    tel_config config = TEL_INIT(tel_config);
    config.flags = TEL_NO_REPORT;
    config.vendor = arguments[1];
    CHECK_STATUS(tel_open(&config), TEL_OK);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, load, NULL) == 0);
    for (int i = 0; i < 8; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    return 0;
}
""")
    c.run(c.build(source), VENDOR, directory=tmp_path, env={"LD_LIBRARY_PATH": user.library})
    assert user.asked() == ["load some.so NULL"] * 8


# ---- Plugins


def test_plugins_are_passed_on(user):
    driver = user.open()
    assert [driver.plugin("/a/b.so", "x=1").status, driver.plugin("b.so").status, driver.enlist("y").status, driver.enlist().status] == ["TEL_OK"] * 4
    assert user.asked() == ["load /a/b.so x=1", "load b.so NULL", "enlist 1 y", "enlist 1 NULL"]


def test_a_refusal_comes_back_with_its_sentence_and_may_log_and_count(user):
    driver = user.open()
    driver.ask("log")
    answer = driver.plugin("bad")
    assert (answer.status, answer.message) == ("TEL_E_PLUGIN", "bad is no plugin")
    assert driver.logged() == "bad is no plugin\n"
    assert driver.read("delivery/load:bad") == 2


def test_a_plugin_may_come_before_opening(user, tmp_path):
    driver = user.start()
    answer = driver.plugin("/a/b.so")
    assert answer.status == "TEL_OK"


# ---- The library beside libtel


def unusable(user, *words):
    driver = user.open()
    for answer in (driver.plugin("b.so"), driver.flush()):
        assert answer.status == "TEL_E_UNSUPPORTED", answer
        assert all(word in answer.message for word in words), answer.message
    assert user.asked() == []
    # It counts, and makes reports, all the same.
    driver.count("a", 2)
    driver.clock(OVER)
    assert driver.figures()[1] == [1, 0, 0, 0]


def test_without_it_the_sentence_names_its_path(user, installed):
    (installed / "tel" / "libtel-delivery.so").unlink()
    unusable(user, f"there is no {installed}/tel/libtel-delivery.so")


def test_it_is_found_though_libtel_was_loaded_by_a_relative_path(user, installed, tmp_path):
    (installed / "tel" / "libtel-delivery.so").unlink()
    driver = Driver(user.home, prefix=["sh", "-c", 'cd "$0" && exec "$@"', tmp_path], LD_LIBRARY_PATH="lib")
    user.drivers.append(driver)
    assert f"there is no {installed}/tel/libtel-delivery.so" in driver.plugin("b.so").message


@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.parametrize("mode", [0o757, 0o777, 0o775])
def test_what_others_may_write_is_not_loaded(user, installed, what, mode):
    path = installed / "tel" if what == "folder" else installed / "tel" / "libtel-delivery.so"
    path.chmod(mode)
    if mode == 0o775:  # a group that is not the owner's own
        privilege.do("chgrp", "4711", path)
    unusable(user, "libtel-delivery.so is not loaded")


def test_a_group_of_the_owners_own_may_write(user, installed):
    if os.getuid() != os.getgid():
        privilege.do("chgrp", os.getuid(), installed / "tel")
    (installed / "tel").chmod(0o775)
    assert user.open().plugin("b.so").status == "TEL_OK"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_belongs_to_somebody_else_is_not_loaded(user, installed, what):
    privilege.do("chown", privilege.NOBODY, installed / "tel" if what == "folder" else installed / "tel" / "libtel-delivery.so")
    unusable(user, "is not loaded")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_no_link_is_followed(user, installed, what):
    path = installed / "tel" if what == "folder" else installed / "tel" / "libtel-delivery.so"
    path.rename(installed / "moved")
    path.symlink_to(installed / "moved")
    unusable(user, "is not loaded")


def test_one_of_another_release_is_not_used(user, installed):
    stand_in(installed / "tel" / "libtel-delivery.so", "-DWRONG_VERSION")
    unusable(user, "another version of libtel")


def test_what_is_no_library_is_not_used(user, installed):
    (installed / "tel" / "libtel-delivery.so").write_bytes(b"nonsense" * 1000)
    unusable(user, "cannot load libtel-delivery.so", "invalid ELF header")


def test_a_library_without_the_entry_is_not_used(user, installed):
    shutil.copy("/lib/x86_64-linux-gnu/libm.so.6" if os.path.exists("/lib/x86_64-linux-gnu/libm.so.6") else c.library(), installed / "tel" / "libtel-delivery.so")
    unusable(user, "another version of libtel")


@pytest.mark.skipif(not c.is_shipped(), reason="about the library that ships")
def test_a_privileged_program_loads_nothing():
    public = privilege.PublicFolder()
    try:
        stand_in(public.path / "tel" / "libtel-delivery.so")
        privileged = public.path / "privileged"
        for command in (["cp", public.program, privileged], ["chown", "0:0", privileged], ["chmod", "u+s", privileged]):
            privilege.do(*command)
        home = public.folder("home", privilege.NOBODY)
        orders = [opening(clock=MONDAY, **TOOL), ["plugin", "b.so"], "enlist", ["flush", 0]]
        answers = once(home, *orders, prefix=privilege.as_user(privilege.NOBODY), program=privileged)
        assert [answer.status for answer in answers] == ["TEL_E_OFF"] * 4
        assert once(home, ["plugin", "b.so"], prefix=privilege.as_user(privilege.NOBODY), program=public.program)[0].status == "TEL_OK"
    finally:
        public.remove()


# ---- Revoking


def waiting(telemetry):
    """What waits, and what only looks like it."""
    local = telemetry / "local"
    for name in ("2026-11-20.json", "2026-11-13.json", "upload.next"):
        (local / name).write_text("{}")
    kept = {"local.2026-11-20.json", "2026-11-20.begin", "2026-11-20x.json", "2026-13-20.json", "notes.json", "upload.token", "upload.config"}
    for name in kept:
        (local / name).write_text("{}")
    (telemetry / "upload").mkdir(exist_ok=True)
    (telemetry / "upload" / "2026-11-13.json").write_text("{}")
    return kept


def left(telemetry):
    return {path.name for path in (telemetry / "local").iterdir() if path.suffix != ".count"} - {"weekends", "tel.lock", "tel.state"}


@pytest.mark.parametrize("mode", ["off", "local"])
@pytest.mark.parametrize("how", ["set", "record"])
def test_revoking_destroys_what_waits_and_nothing_else(user, mode, how):
    kept = waiting(user.telemetry)
    driver = user.open()
    answer = driver.set_mode(mode) if how == "set" else driver.record(mode, HERE, "1")
    assert answer.status == "TEL_OK", answer
    assert left(user.telemetry) == kept
    assert (user.telemetry / "upload" / "2026-11-13.json").exists()


def test_consent_destroys_nothing(user):
    kept = waiting(user.telemetry)
    driver = user.open()
    assert driver.set_mode("on").status == driver.record("on", HERE, "1").status == "TEL_OK"
    assert left(user.telemetry) == kept | {"2026-11-20.json", "2026-11-13.json", "upload.next"}


@pytest.mark.parametrize("mode", ["off", "local"])
def test_in_the_go_toolchains_own_directory_all_stays(user, mode):
    telemetry = telemetry_folder(user.home / ".config" / "go" / "telemetry")
    kept = waiting(telemetry)
    driver = user.open(vendor="go", destination=None)
    assert driver.set_mode(mode).status == "TEL_OK"
    assert left(telemetry) == kept | {"2026-11-20.json", "2026-11-13.json", "upload.next"}


def test_what_cannot_be_destroyed_is_said_and_the_mode_is_lower(user):
    (user.telemetry / "local" / "2026-11-20.json").mkdir()
    driver = user.open()
    answer = driver.set_mode("local")
    assert answer.status == "TEL_E_IO" and "2026-11-20.json" in answer.message
    assert driver.stored_mode() == "local"
