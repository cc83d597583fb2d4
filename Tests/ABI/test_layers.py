"""The layers of consent: each lowers the mode and none raises it. Every
combination of them is compared with a table that knows nothing of libtel."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ABI.scene import MONDAY, TOOL
from Harness import c
from Harness.driver import AUTOMATION, MODES, NO_REPORT, environment, once, opening, program, telemetry
from Harness.privilege import as_root

POLICY = "/etc/tel/policy"

# What each layer says, in words, and how it is brought about.
POLICIES = {
    "none": (None, "on"), "empty": ("", "on"), "on": ("mode on\n", "on"), "local": ("# by the administrator\nmode local\n", "local"),
    "off": ("mode off\n", "off"), "broken": ("mood off\n", "off"), "this program": (f"program {TOOL['program']}\n", "on"),
    "another program": ("program example.com/other\n", "off"),
}
TRACKING = {"unset": ({}, "on"), "set": ({"DO_NOT_TRACK": "1"}, "local")}
VARIABLES = {"unset": ({}, "on"), "on": ({"TEL_MODE": "on"}, "on"), "local": ({"TEL_MODE": "local"}, "local"), "off": ({"TEL_MODE": "off"}, "off")}
RUNNERS = {"none": ({}, "on"), "pytest": ({"PYTEST_CURRENT_TEST": "test_a.py::test_b (call)"}, "off")}
SERVICES = {"none": ({}, "on"), "CI": ({"CI": "true"}, "local")}
FILES = {"none": (None, "local"), "off": ("off 2026-11-01", "off"), "local": ("local 2026-11-01", "local"), "on": ("on 2026-11-01", "on")}
# A directory that is given answers for test runners; a program's flag for both.
WAYS = {"plain": (), "directory": ("runner",), "flag": ("runner", "service")}


def expected(policy, tracking, variable, runner, service, file, way):
    words = [POLICIES[policy][1], TRACKING[tracking][1], VARIABLES[variable][1], FILES[file][1]]
    if "runner" not in WAYS[way]:
        words.append(RUNNERS[runner][1])
    if "service" not in WAYS[way]:
        words.append(SERVICES[service][1])
    return min(words, key=["off", "local", "on"].index)


@pytest.fixture(scope="module")
def etc(tmp_path_factory):
    """A copy of /etc that a mount namespace can have in its place."""
    copy = tmp_path_factory.mktemp("etc") / "etc"
    subprocess.run([*as_root(), "cp", "-a", "/etc", copy], check=True)
    subprocess.run([*as_root(), "mkdir", copy / "tel"], check=True)
    return copy


def under_policy(etc, content, *command, owner="0:0", mode="0644", **more):
    """Runs the command where /etc/tel/policy has this content; None: there is none."""
    made = "rm -f" if content is None else f"cat > /etc/tel/policy <<'END'\n{content}END\nchown {owner} /etc/tel/policy; chmod {mode}"
    script = f'mount --bind "$0" /etc && {made} /etc/tel/policy && exec "$@"'
    return subprocess.run([*as_root(), "unshare", "-m", "sh", "-c", script, etc, *map(str, command)], capture_output=True, text=True, timeout=300, **more)


def combinations():
    return list(itertools.product(TRACKING, VARIABLES, RUNNERS, SERVICES, FILES, WAYS))


def answers_of(home):
    """What libtel says in each combination, under the policy that is there."""
    found = []
    for tracking, variable, runner, service, file, way in combinations():
        variables = {**TRACKING[tracking][0], **VARIABLES[variable][0], **RUNNERS[runner][0], **SERVICES[service][0]}
        folder = Path(home) / "given" if way == "directory" else telemetry(home)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mode").unlink(missing_ok=True)
        if FILES[file][0] is not None:
            (folder / "mode").write_text(FILES[file][0])
        texts = {"directory": folder} if way == "directory" else {}
        flags = NO_REPORT | (AUTOMATION if way == "flag" else 0)
        opened, mode, stored = once(home, opening(flags=flags, clock=MONDAY, **TOOL, **texts), "getmode", "stored", **variables)
        found.append((opened.status, MODES[int(mode.results[0])], MODES[int(stored.results[0])]))
        (folder / "mode").unlink(missing_ok=True)
    return found


@pytest.mark.parametrize("policy", POLICIES)
def test_every_combination_of_layers_gives_the_lowest(etc, tmp_path, policy):
    done = under_policy(
        etc, POLICIES[policy][0], sys.executable, __file__, tmp_path, env={**os.environ, "PYTHONPATH": str(c.ROOT / "Tests")})
    assert done.returncode == 0, done.stderr
    wrong = []
    for layers, (opened, mode, stored) in zip(combinations(), json.loads(done.stdout), strict=True):
        right = expected(policy, *layers)
        if (mode, stored, opened) != (right, FILES[layers[4]][1], "TEL_E_OFF" if right == "off" else "TEL_OK"):
            wrong.append((layers, right, opened, mode, stored))
    assert not wrong, f"{len(wrong)} of {len(combinations())}: {wrong[:5]}"


# ---- The policy


def mode_under(etc, home, content, program_="example.com/cmd/tool", **more):
    texts = {**TOOL, "program": program_}
    orders = [opening(clock=MONDAY, **texts), ["getmode"]]
    from Harness.driver import Answer, encode

    done = under_policy(etc, content, program(), *(encode(*order) for order in orders), env=environment(home), **more)
    opened, mode = [Answer(line) for line in done.stdout.splitlines(keepends=True)]
    return MODES[int(mode.results[0])], opened.message


def set_up(home, mode="on 2026-11-01", destination=None):
    telemetry(home).mkdir(parents=True, exist_ok=True)
    (telemetry(home) / "mode").write_text(mode)
    if destination:
        (telemetry(home) / "destination").write_text(destination + "\n")


@pytest.mark.parametrize("content, mode", {
    "": "on", "\n# nothing\n  \n": "on", "mode local\n": "local", "  mode\tlocal  \n": "local", "mode off\nmode on\n": "off", "mode on\nmode local\n": "local",
    "mode\n": "off", "mode LOCAL\n": "off", "mode off on\n": "off", "modes on\n": "off", "allow everything\n": "off", "program\n": "off", "destination\n": "off",
    "mode on\n\0\n": "off", "program example.com/*\n": "on", "program *\n": "on", "program example.com/cmd/tool*\n": "on", "program example.com/cmd/tool/*\n": "off",
    "program a\nprogram example.com/cmd/tool\n": "on", "program Example.com/cmd/tool\n": "off", "destination https://a.example/\n": "on",
}.items())
def test_a_policy_is_read_to_the_letter_and_else_says_off(etc, tmp_path, content, mode):
    set_up(tmp_path)
    if "\0" in content:  # the shell cannot write it
        content = content.replace("\0", "\x01")
    assert mode_under(etc, tmp_path, content)[0] == mode


def test_a_destination_that_the_policy_does_not_list_gets_nothing(etc, tmp_path):
    policy = "destination https://a.example/\ndestination https://b.example/\n"
    for destination, mode in [("https://b.example/", "on"), ("https://c.example/", "local"), ("https://b.example/x", "local")]:
        set_up(tmp_path, destination=destination)
        assert mode_under(etc, tmp_path, policy)[0] == mode


@pytest.mark.parametrize("more, words", [
    ({"owner": "65534:0"}, "belong to root"), ({"mode": "0664"}, "nobody else may write"), ({"mode": "0646"}, "nobody else may write")])
def test_a_policy_of_somebody_else_says_off(etc, tmp_path, more, words):
    """Who may write it could also have taken away what the administrator forbids."""
    set_up(tmp_path)
    mode, message = mode_under(etc, tmp_path, "mode on\n", **more)
    assert mode == "off" and POLICY in message and words in message


def test_the_sentence_says_which_line_or_program_it_was(etc, tmp_path):
    set_up(tmp_path)
    assert "line 3 is not understood" in mode_under(etc, tmp_path, "# a\nmode on\nmode perhaps\n")[1]
    assert "does not list the program example.com/cmd/tool" in mode_under(etc, tmp_path, "program example.com/other\n")[1]


def test_a_policy_that_no_user_may_read_says_off(etc, tmp_path):
    from Harness.privilege import NOBODY, PublicFolder, as_user

    public = PublicFolder()
    try:
        home = public.folder("home", NOBODY)
        done = under_policy(
            etc, "mode on\n", *as_user(NOBODY), public.program, "\t".join(opening(clock=MONDAY, **TOOL)[:1]), mode="0600",
            env={"PATH": "/usr/bin:/bin", "HOME": str(home)}, cwd=home)
        assert done.stdout.startswith("TEL_E_OFF") and "Permission" in done.stdout
    finally:
        public.remove()


# ---- Who runs it


TESTS = {
    "PYTEST_CURRENT_TEST": "a (call)", "PYTEST_VERSION": "9.0.3", "TOX_ENV_NAME": "py311", "XCTestConfigurationFilePath": "/x", "XCTestBundlePath": "/x",
    "JEST_WORKER_ID": "1", "VITEST": "true", "NODE_TEST_CONTEXT": "child-v8", "NODE_ENV": "test", "NEXTEST": "1", "CTEST_INTERACTIVE_DEBUG_MODE": "0",
    "BAZEL_TEST": "1", "MESON_TEST_ITERATION": "1", "BATS_VERSION": "1.11", "RAILS_ENV": "test",
}
CI = {
    "CI": "true", "GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "TF_BUILD": "True", "JENKINS_URL": "https://x", "BUILDKITE": "true", "CIRCLECI": "true",
    "TRAVIS": "true", "TEAMCITY_VERSION": "2026.1", "BITBUCKET_BUILD_NUMBER": "12", "CODEBUILD_BUILD_ID": "a:b", "APPVEYOR": "True", "DRONE": "true",
    "CIRRUS_CI": "true", "SEMAPHORE": "true", "HUDSON_URL": "x",
}


@pytest.mark.parametrize("name", TESTS)
def test_a_test_runner_is_off_unless_a_directory_is_given(driver, tmp_path, name):
    set_up(tmp_path)
    variables = {name: TESTS[name]}
    process = driver(**variables)
    answer = process.open(clock=MONDAY, **TOOL)
    assert answer.status == "TEL_E_OFF" and name in answer.message and "no directory" in answer.message
    given = driver(TEL_DIR=tmp_path / "given", **variables)
    assert given.open(clock=MONDAY, **TOOL).status == "TEL_OK"
    asked = driver(**variables)
    assert asked.open(directory=tmp_path / "named", clock=MONDAY, **TOOL).status == "TEL_OK"


@pytest.mark.parametrize("name", CI)
def test_a_ci_service_is_local_at_most(driver, tmp_path, name):
    set_up(tmp_path)
    assert driver(**{name: CI[name]}).mode() == "local"
    assert driver(**{name: CI[name]}).open(clock=MONDAY, **TOOL).status == "TEL_OK"


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_a_variable_that_says_no_is_not_one(driver, tmp_path, value):
    set_up(tmp_path)
    assert driver(CI=value, VITEST=value, GITHUB_ACTIONS=value).mode() == "on"


@pytest.mark.parametrize("variables", [{"NODE_ENV": "production"}, {"RAILS_ENV": "development"}, {"XDG_SESSION_TYPE": "x11"}])
def test_other_values_mean_nothing(driver, tmp_path, variables):
    set_up(tmp_path)
    assert driver(**variables).mode() == "on"


@pytest.mark.parametrize("name, is_test", {"paint.test": True, "toolPackageTests.xctest": True, ".test": False, "paint-test": False, "paint.tests": False}.items())
def test_a_program_that_is_named_as_tests_are_is_one(tmp_path, name, is_test):
    set_up(tmp_path)
    copy = tmp_path / name
    copy.symlink_to(program())
    answer = once(tmp_path, "getmode", program=copy)[0]
    assert MODES[int(answer.results[0])] == ("off" if is_test else "on")


def test_a_program_whose_runs_there_are_use_says_so(driver, tmp_path):
    set_up(tmp_path)
    process = driver(CI="1", GITHUB_ACTIONS="true", PYTEST_CURRENT_TEST="x")
    assert process.open(flags=NO_REPORT | AUTOMATION, clock=MONDAY, **TOOL).status == "TEL_OK"
    assert process.mode() == "on"
    # It takes away no other layer.
    assert driver(CI="1", DO_NOT_TRACK="1").open(flags=AUTOMATION, clock=MONDAY, **TOOL).status == "TEL_OK"
    held = driver(CI="1", DO_NOT_TRACK="1")
    held.open(flags=AUTOMATION, clock=MONDAY, **TOOL)
    assert held.mode() == "local"


def test_the_real_runners_are_recognised(tmp_path):
    """ctest and pytest themselves, not what we believe of them."""
    set_up(tmp_path)
    (tmp_path / "CTestTestfile.cmake").write_text(f'add_test(mode "{program()}" "getmode")\n')
    done = subprocess.run(["ctest", "-V"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert "\t0\n" in done.stdout, done.stdout
    (tmp_path / "test_it.py").write_text(f"import subprocess\ndef test_it():\n    assert subprocess.check_output(['{program()}', 'getmode']).endswith(b'\\t0\\n')\n")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "test_it.py"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


# ---- The mode file's own word


@pytest.mark.parametrize("file", FILES)
def test_the_stored_mode_is_the_files_whatever_holds_it_down(driver, tmp_path, file):
    if FILES[file][0]:
        set_up(tmp_path, FILES[file][0])
    process = driver(TEL_MODE="off", DO_NOT_TRACK="1", CI="1")
    assert (process.mode(), process.stored_mode()) == ("off", FILES[file][1])


# ---- What was compiled in


@pytest.mark.parametrize("cap", ["local", "off"])
def test_a_cap_that_was_compiled_in_cannot_be_lifted(tmp_path, cap):
    folder = c.capped(cap)
    for file in FILES:
        set_up(tmp_path, FILES[file][0] or "local")
        opened, mode, stored = once(
            tmp_path, opening(flags=AUTOMATION, clock=MONDAY, **TOOL), "getmode", "stored", TEL_MODE="on", LD_LIBRARY_PATH=folder)
        assert MODES[int(mode.results[0])] == min(cap, FILES[file][1], key=MODES.index)
        assert MODES[int(stored.results[0])] == FILES[file][1]
        if cap == "off" and file == "on":
            assert opened.status == "TEL_E_OFF" and opened.message == "telemetry is off: this build of libtel says off"


if __name__ == "__main__":
    print(json.dumps(answers_of(sys.argv[1])))
