"""tel service: a timer of systemd that has a vendor's reports uploaded."""

import os
import re
import shutil
import subprocess

import pytest

from Harness import client

from .conftest import is_sentence, tree

UNITS = client.ROOT / "packaging" / "systemd"
TIMER = "tel-upload@example.org.timer"

# What systemctl does for a user, as far as it is of interest: it notes down what
# it was told, and enabling makes a link, disabling removes it.
FAKE = r"""#!/bin/sh
echo "$@" >> "$HOME/told"
[ -z "$SYSTEMCTL_FAILS" ] || { echo "Failed to connect to bus" >&2; exit 1; }
units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
for last; do :; done
case "$*" in
  *" enable "*) mkdir -p "$units/timers.target.wants"; ln -sf "$units/tel-upload@.timer" "$units/timers.target.wants/$last"; echo "Created symlink" ;;
  *" disable "*) rm -f "$units/timers.target.wants/$last" ;;
  *is-active*) [ -e "$units/timers.target.wants/$last" ] ;;
esac
"""


class Machine:
    def __init__(self, tel, folder):
        self.tel, self.home = tel, tel.home
        self.path = folder / "bin"
        self.path.mkdir()
        self.units = self.home / ".config" / "systemd" / "user"

    def with_systemctl(self):
        fake = self.path / "systemctl"
        fake.write_text(FAKE)
        fake.chmod(0o755)
        for name in ("mkdir", "ln", "rm"):
            (self.path / name).symlink_to(shutil.which(name))
        return self

    def __call__(self, what, *arguments, vendor="example.org", **variables):
        return self.tel("service", what, "--vendor", vendor, *arguments, PATH=self.path, **variables)

    @property
    def told(self):
        path = self.home / "told"
        return path.read_text().splitlines() if path.exists() else []

    def files(self):
        return sorted(str(path.relative_to(self.units)) for path in self.units.rglob("*") if not path.is_dir()) if self.units.exists() else []


@pytest.fixture
def bare(tel, tmp_path):
    return Machine(tel, tmp_path)


@pytest.fixture
def machine(bare):
    return bare.with_systemctl()


def consent(machine, mode="on", destination="https://telemetry.example.org/"):
    folder = machine.home / ".config" / "example.org" / "telemetry"
    folder.mkdir(parents=True)
    (folder / "mode").write_text(f"{mode} 2026-11-23")
    if destination:
        (folder / "destination").write_text(destination + "\n")


WRITTEN = ["tel-upload@.service", "tel-upload@.timer"]


def test_install_writes_the_units_and_enables_the_timer(machine):
    consent(machine)
    done = machine("install")
    assert machine.files() == [*WRITTEN, f"timers.target.wants/{TIMER}"]
    assert machine.told == ["--user daemon-reload", f"--user enable --now {TIMER}"]
    assert str(machine.units) in done.out and f"{TIMER} is enabled" in done.out and "nothing is sent" not in done.out


def test_install_again_only_enables(machine):
    machine("install")
    before = tree(machine.units)
    (machine.home / "told").unlink()
    machine("install")
    assert machine.told == [f"--user enable --now {TIMER}"]
    assert {path: content for path, (content, _) in tree(machine.units).items()} == {path: content for path, (content, _) in before.items()}


def test_the_service_runs_this_command_for_its_instance(machine):
    machine("install")
    text = (machine.units / "tel-upload@.service").read_text()
    assert f'ExecStart="{machine.tel.path}" upload --background --vendor %i\n' in text


@pytest.mark.parametrize("name", WRITTEN)
def test_the_units_are_those_that_packages_bring(machine, name):
    machine("install")
    lines = lambda text: [line for line in text.splitlines() if line and not line.startswith("#")]
    source = UNITS / f"{name}.in"
    text = (source if source.exists() else UNITS / name).read_text().replace("@TEL@", str(machine.tel.path))
    assert lines((machine.units / name).read_text()) == lines(text)


def test_systemd_understands_them(machine, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("there is no systemd-analyze")
    machine("install")
    folder = tmp_path / "units"
    folder.mkdir()
    for name in WRITTEN:
        shutil.copy(machine.units / name, folder / name.replace("@", "@example.org"))
    command = [analyze, "verify", "--user", "--man=no", *sorted(folder.iterdir())]
    env = {"PATH": os.environ["PATH"], "HOME": str(machine.home), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, text=True, capture_output=True, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    bad = folder / "tel-upload@example.org.service"
    bad.write_text(bad.read_text().replace("[Service]\n", "[Service]\nNoSuchThing=yes\n"))
    assert "NoSuchThing" in subprocess.run(command, text=True, capture_output=True, env=env).stderr


@pytest.mark.parametrize("mode, destination, words", [
    ("local", "https://telemetry.example.org/", "says local: nothing is sent."), ("on", None, "no destination is recorded for vendor example.org: nothing is sent."),
])
def test_install_says_if_it_is_in_vain(machine, mode, destination, words):
    consent(machine, mode, destination)
    assert words in machine("install").out


def test_remove_undoes_install(machine):
    before = tree(machine.home)
    machine("install")
    done = machine("remove")
    assert done.code == 0 and f"Disabled {TIMER}" in done.out
    assert machine.files() == []
    assert machine.told[-2:] == [f"--user disable --now {TIMER}", "--user daemon-reload"]
    assert before == {}


def test_the_files_stay_while_another_vendor_needs_them(machine):
    machine("install")
    machine("install", vendor="acme")
    machine("remove")
    assert machine.files() == [*WRITTEN, "timers.target.wants/tel-upload@acme.timer"]
    machine("remove", vendor="acme")
    assert machine.files() == []


def test_units_that_somebody_wrote_himself_are_not_removed(machine):
    machine("install")
    own = machine.units / "tel-upload@.timer"
    own.write_text("[Timer]\nOnCalendar=weekly\n")
    machine("remove")
    assert machine.files() == ["tel-upload@.timer"]


def test_removing_what_is_not_there_is_harmless(machine):
    done = machine("remove").ok
    assert "nothing was removed" in done.out and machine.told == []


def test_status_says_whether_it_is_enabled(machine):
    done = machine("status")
    assert (done.code, done.out) == (1, f"{TIMER} is not enabled.\n")
    machine("install")
    done = machine("status")
    assert done.code == 0 and done.out.startswith(f"{TIMER} is enabled and active.\n")
    answer = machine("status", "--json").json
    assert answer == {"vendor": "example.org", "timer": TIMER, "installed": True, "enabled": True, "active": True}
    machine("remove")
    assert machine("status", "--json").json == {"vendor": "example.org", "timer": TIMER, "installed": False, "enabled": False, "active": False}


def test_json_says_what_was_done(machine):
    assert machine("install", "--json").json == {"vendor": "example.org", "timer": TIMER, "written": True, "enabled": True}
    assert machine("remove", "--json").json == {"vendor": "example.org", "timer": TIMER, "removed": True}
    assert machine("remove", "--json").json["removed"] is False


def test_without_systemctl_the_units_are_written_and_it_says_what_to_do(bare):
    done = bare("install")
    assert done.code == 1 and is_sentence(done.err, f"systemctl --user enable --now {TIMER}")
    assert bare.files() == WRITTEN
    (bare.units / "timers.target.wants").mkdir()
    (bare.units / "timers.target.wants" / TIMER).symlink_to(bare.units / "tel-upload@.timer")
    assert bare("status").code == 0
    assert bare("remove").code == 0
    assert bare.files() == []


def test_if_systemd_refuses_it_says_what_to_do(machine):
    done = machine("install", SYSTEMCTL_FAILS="1")
    assert done.code == 1 and "systemd has refused" in done.err and f"systemctl --user enable --now {TIMER}" in done.err
    assert machine.files() == WRITTEN


def test_units_are_where_the_users_configuration_is(machine, tmp_path):
    machine("install", XDG_CONFIG_HOME=tmp_path / "config")
    assert (tmp_path / "config" / "systemd" / "user" / "tel-upload@.timer").exists() and machine.files() == []


@pytest.mark.parametrize("vendor", ["tel", "a b", "a/b", ".hidden", "a%b", "a@b", "é", ""])
def test_a_vendor_that_cannot_be_an_instance_is_refused(machine, vendor):
    done = machine("install", vendor=vendor)
    assert done.code == 64 and is_sentence(done.err, "vendor")
    assert machine.files() == [] and machine.told == []


def test_options_may_stand_before_it(machine):
    done = machine.tel("--vendor", "example.org", "--json", "service", "status", PATH=machine.path)
    assert done.json["timer"] == TIMER


def test_a_vendor_is_needed(machine):
    done = machine.tel("service", "install")
    assert done.code == 64 and re.search(r"--vendor", done.err)
