"""Completions of the collector's program, as `make install` copies them."""

import os
import subprocess

import pytest

from Harness import client, installed


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return installed.tree(tmp_path_factory.mktemp("root") / "usr")


@pytest.mark.parametrize("shell, file", [
    ("bash", "bash-completion/completions/tel-collector"), ("zsh", "zsh/site-functions/_tel-collector"), ("fish", "fish/vendor_completions.d/tel-collector.fish")])
def test_what_is_installed_is_what_the_program_says(collector, prefix, shell, file):
    said = collector("--generate-completion-script", shell).ok.out.removeprefix("#!/bin/bash\n")  # it is sourced, not run
    assert (prefix / "share" / file).read_text() == said
    assert subprocess.run([shell, "-n", prefix / "share" / file], capture_output=True, env={"PATH": os.environ["PATH"]}).returncode == 0


@pytest.mark.parametrize("typed, completed", [("tel-collector config b", "build"), ("tel-collector config check --dr", "--drift")])
def test_fish_completes(prefix, tmp_path, typed, completed):
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"set fish_complete_path $argv[1]; complete -C '{typed}'", f"{prefix}/share/fish/vendor_completions.d"],
        env=client.environment(tmp_path, PATH=f"{prefix}/bin:/usr/bin:/bin"), capture_output=True, text=True, timeout=60)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [completed]
