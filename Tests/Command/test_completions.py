"""Completions, as `make install` copies them, in the shells themselves."""

import os
import subprocess

import pytest

from Harness import client, installed
from Harness.terminal import Terminal


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return installed.tree(tmp_path_factory.mktemp("root") / "usr")


@pytest.fixture
def home(tel):
    """Vendors to complete, and a file."""
    for vendor in ["acme", "zeta"]:
        tel("inc", "--vendor", vendor, "--program", "p", "p/a").ok
    acme = tel.home / ".config" / "acme" / "telemetry"
    (acme / "upload").mkdir()
    for path in [acme / "local" / "local.2026-11-27.json", acme / "local" / "local.2025-06-06.json", acme / "upload" / "2025-06-06.json"]:
        path.write_bytes(b"{}")
    (tel.home / "precious.v1.count").write_bytes(b"")
    return tel.home


# What is typed before the key Tab, and what the line is then.
CASES = [
    ("tel doc", "tel doctor"),
    ("tel fs", "tel fsck"),
    ("tel top --int", "tel top --interval"),
    ("tel clean --dry", "tel clean --dry-run"),
    ("tel env --vendor ac", "tel env --vendor acme"),
    ("tel env --vendor zeta --js", "tel env --vendor zeta --json"),
    ("tel lint --na", "tel lint --names"),
    ("tel lint prec", "tel lint precious.v1.count"),
    ("tel fsck prec", "tel fsck precious.v1.count"),
    ("tel rep", "tel report"),
    ("tel export --vendor acme 202", "tel export --vendor acme 2026-11-27"),
    ("tel sent --vendor acme 2", "tel sent --vendor acme 2025-06-06"),
    ("tel chart --vendor acme p/", "tel chart --vendor acme p/a"),
    ("tel diff --vendor acme 2026", "tel diff --vendor acme 2026-11-27"),
    ("tel off --al", "tel off --all"),
    ("tel status --al", "tel status --all"),
]


@pytest.fixture
def shell(home, prefix):
    started = []

    def start(*arguments):
        environment = client.environment(
            home, PATH=f"{prefix}/bin:/usr/bin:/bin", XDG_DATA_DIRS=f"{prefix}/share:/usr/share", LANG="C.UTF-8")
        started.append(Terminal(arguments, environment, columns=120))
        return started[-1]

    yield start
    for each in started:
        each.close()


def completes(terminal, typed, wanted):
    terminal.keys("C-u")
    terminal.keys("-l", typed)
    terminal.wait(lambda screen: screen.rstrip().endswith(typed.rstrip()))
    terminal.keys("Tab")
    terminal.wait(lambda screen: screen.rstrip().splitlines()[-1].endswith("> " + wanted))


@pytest.mark.parametrize("typed, wanted", CASES)
def test_bash(shell, home, typed, wanted):
    (home / ".rc").write_text("PS1='> '; . /usr/share/bash-completion/bash_completion; cd; clear\n")
    terminal = shell("bash", "--noprofile", "--rcfile", home / ".rc", "-i")
    terminal.wait(lambda screen: screen.strip() == ">")
    completes(terminal, typed, wanted)


@pytest.mark.parametrize("typed, wanted", CASES)
def test_zsh(shell, home, prefix, typed, wanted):
    (home / ".zshrc").write_text(f"PS1='> '; fpath=({prefix}/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u; cd; clear\n")
    terminal = shell("zsh", "-i")
    terminal.wait(lambda screen: screen.strip() == ">")
    completes(terminal, typed, wanted)


@pytest.mark.parametrize("typed, wanted", CASES)
def test_fish(shell, home, typed, wanted):
    settings = "function fish_prompt; printf '> '; end; set -g fish_autosuggestion_enabled 0; set -g fish_greeting; cd; clear"
    terminal = shell("fish", "-C", settings)
    terminal.wait(lambda screen: screen.strip() == ">")
    completes(terminal, typed, wanted)


def test_fish_says_what_each_is_for(home, prefix):
    done = subprocess.run(
        ["fish", "--no-config", "-c", "set fish_complete_path $argv[1]; complete -C 'tel doc'", f"{prefix}/share/fish/vendor_completions.d"],
        env=client.environment(home, PATH=f"{prefix}/bin:/usr/bin:/bin"), capture_output=True, text=True, timeout=60)
    assert done.stdout == "doctor\tLook for what keeps telemetry from working, and say what to do.\n"


@pytest.mark.parametrize("shell_name, file", [
    ("bash", "bash-completion/completions/tel"), ("zsh", "zsh/site-functions/_tel"), ("fish", "fish/vendor_completions.d/tel.fish")])
def test_what_is_installed_is_what_the_command_says(tel, prefix, shell_name, file):
    said = tel("--generate-completion-script", shell_name).ok.out.removeprefix("#!/bin/bash\n")  # it is sourced, not run
    assert (prefix / "share" / file).read_text() == said
    assert subprocess.run([shell_name, "-n", prefix / "share" / file], capture_output=True, env={"PATH": os.environ["PATH"]}).returncode == 0
