"""Plugins that mean no good, of the folder hostile: `tel plugins check` survives
each and says what is wrong; a program that loads it survives, too, or ends as
docs/plugins.md says."""

import subprocess
from dataclasses import dataclass

import pytest

from Harness import c
from Harness.driver import Died, Driver, instant
from Upload.stage import PROGRAM, TODAY, TOOLCHAIN, VERSION, Stage

FOLDER = c.ROOT / "Tests" / "Plugins" / "hostile"
LOADED = "TEL_OK"
URL = "hostile:/somewhere"


@dataclass
class Hostile:
    suite: str      # of the check that fails
    check: str
    words: str      # that its verdict has
    loading: str    # TEL_OK, words of the refusal, or how the program ends
    sending: str = ""  # words of what tel_flush_report says, or how the program ends

    @property
    def loads(self):
        return self.loading == LOADED


CRASH, EXIT, ABORT, HANG = "signal 11", "status 3", "signal 6", "hangs"
TABLE = {
    "abi": Hostile("plugin", "entry", "speaks ABI 7", "speaks ABI 7"),
    "huge": Hostile("plugin", "entry", "size is 4294967288", "size is 4294967288"),
    "tiny": Hostile("plugin", "entry", "size is 8", "size is 8"),
    "null-entry": Hostile("plugin", "entry", "answers NULL", "answers NULL"),
    "wild-entry": Hostile("plugin", "entry", CRASH, CRASH),
    "null-name": Hostile("plugin", "texts", "name is NULL", "name is NULL"),
    "null-query": Hostile("plugin", "entry", "no function query", "no function query"),
    "unterminated": Hostile("plugin", "texts", "does not end within 256 bytes", "does not end within 256 bytes"),
    "unterminated-page": Hostile("plugin", "texts", CRASH, CRASH),
    "no-manifest": Hostile("file", "manifest", "no manifest", "no manifest"),
    "two-manifests": Hostile("file", "manifest", "more than one manifest", "more than one manifest"),
    "long-manifest": Hostile("file", "manifest", "more than 4096 bytes", "more than 4096 bytes"),
    "manifest-without-end": Hostile("file", "manifest's text", "does not end with a zero byte", LOADED),
    "crashes-in-start": Hostile("plugin", "start", CRASH, CRASH),
    "exits-in-start": Hostile("plugin", "start", EXIT, EXIT),
    "spins-in-start": Hostile("plugin", "start", "still busy after 1 s", HANG),
    "garbage-in-start": Hostile("plugin", "start", "4711, which is no status", "4711, which is no status"),
    "throws-in-start": Hostile("plugin", "start", ABORT, ABORT),
    "throws": Hostile("tel.transport/1", "unreachable", ABORT, LOADED, ABORT),
    "exits": Hostile("tel.transport/1", "unreachable", EXIT, LOADED, EXIT),
    "crashes": Hostile("tel.transport/1", "unreachable", CRASH, LOADED, CRASH),
    "spins": Hostile("tel.transport/1", "unreachable", "still busy after 1 s", LOADED, "is left alone"),
    "garbage-status": Hostile("tel.transport/1", "unreachable", "status 4711, which is none", LOADED, "status 4711, which is none"),
    "garbage-code": Hostile("tel.transport/1", "unreachable", "code -5", LOADED, "code -5"),
    "writes-beyond": Hostile("tel.transport/1", "unreachable", "after a write was refused", LOADED, "brought an answer of more than"),
    "calls-back-late": Hostile("tel.transport/1", "unreachable", "after its exchange has returned", LOADED, "404"),
    "leaves-descriptors": Hostile("tel.transport/1", "growth", "descriptors more are open", LOADED, "404"),
    "leaks": Hostile("tel.transport/1", "growth", "bytes of memory behind", LOADED, "404"),
    "takes-signals": Hostile("plugin", "left behind", "handler is there for signal 17", LOADED, "404"),
    "walks-beyond": Hostile("tel.stack-provider/1", "unwind", "stores beyond", LOADED),
    "walks-too-many": Hostile("tel.stack-provider/1", "unwind", "it stored 65", LOADED),
    "walks-with-a-lock": Hostile("tel.stack-provider/1", "signal handler", "still busy after 1 s", LOADED),
}


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The path of the plugin of this name."""
    folder = tmp_path_factory.mktemp("hostile")

    def build(name):
        made = folder / f"{name}.so"
        if not made.exists():
            (source,) = FOLDER.glob(f"{name}.c*")
            compiler = ["c++"] if source.suffix == ".cpp" else ["cc", "-std=gnu11"]
            subprocess.run(
                [*compiler, "-O1", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-unused", "-Wno-return-type", "-Werror", f"-I{c.ROOT / 'build/include'}",
                 "-o", made, source], check=True)
        return made

    return build


def test_every_file_of_the_folder_is_in_the_table():
    assert {path.stem for path in FOLDER.glob("*.c*")} == set(TABLE) | {"accepts-all"}


@pytest.mark.parametrize("name", TABLE)
def test_the_check_survives_and_says_what_is_wrong(tel, hostile, name):
    row = TABLE[name]
    done = tel("plugins", "check", "--json", "--no-valgrind", "--limit", "1", hostile(name))
    assert done.code == 1 and done.err == "", done
    verdicts = {(each["suite"], each["check"]): (each["verdict"], each["message"]) for each in done.json}
    verdict, message = verdicts[row.suite, row.check]
    assert verdict == "failed" and row.words in message


@pytest.fixture
def stage(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Stage(home).prepare(URL).counted("2026-11-27")


@pytest.fixture
def host(stage):
    with Driver(stage.home) as host:
        opened = host.open(vendor="acme", program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN, clock=instant(TODAY) + 1, destination=URL)
        assert opened.status == "TEL_OK", opened
        yield host


def ends(host, how, *words):
    """The program ends by this order, as it must be documented."""
    if how == HANG:
        host.send(*words)
        with pytest.raises(subprocess.TimeoutExpired):
            host.process.wait(timeout=1.5)
    else:
        with pytest.raises(Died) as died:
            host.ask(*words)
        kind, number = how.split()
        assert f"ended with {number if kind == 'status' else '-' + number}:" in str(died.value)
    host.kill()


def is_fatal(how):
    return how in (CRASH, EXIT, ABORT, HANG)


@pytest.mark.parametrize("name", TABLE)
def test_a_program_that_loads_it_goes_on_or_ends_as_is_documented(hostile, host, name):
    row = TABLE[name]
    if is_fatal(row.loading):
        return ends(host, row.loading, "plugin", hostile(name))
    answer = host.plugin(hostile(name))
    if row.loads:
        assert answer.status == "TEL_OK", answer
    else:
        assert answer.status == "TEL_E_PLUGIN" and row.loading in answer.message
    host.count("app/goes-on")
    assert host.read("app/goes-on") == 1


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.sending])
def test_a_program_that_sends_by_it_goes_on_or_ends_as_is_documented(hostile, host, name):
    row = TABLE[name]
    assert host.plugin(hostile(name)).status == "TEL_OK"
    if is_fatal(row.sending):
        return ends(host, row.sending, "figures", 1000, 24)
    answer, figures = host.figures(1000)
    assert row.sending in answer.message and figures[1] == 0
    assert answer.milliseconds < 8000
    host.sleep(0.2)
    host.count("app/goes-on")
    assert host.read("app/goes-on") == 1
    if row.sending != "404":
        assert host.read("tel/plugin:hostile-failed") >= 1
    else:
        assert host.read("tel/plugin:hostile-failed") == "TEL_E_NOT_FOUND"


def test_the_documentation_names_what_no_host_survives():
    text = (c.ROOT / "docs" / "plugins.md").read_text()
    section = text.split("\n## What a plugin can still break\n")[1]
    for word in ("throws", "exit", "crashes", "start", "does not return"):
        assert word in section


# ---- Consent, for one destination


def test_a_plugin_gets_nothing_for_another_destination_than_was_agreed_to(stage, hostile):
    """Not one call, which would be the end of the process."""
    with Driver(stage.home) as host:
        host.open(vendor="acme", program=PROGRAM, version=VERSION, toolchain=TOOLCHAIN, clock=instant(TODAY) + 1, destination="hostile:/elsewhere")
        assert host.plugin(hostile("exits")).status == "TEL_OK"
        answer, figures = host.figures(1000)
        assert answer.status == "TEL_E_INVALID" and "has not consented to hostile:/elsewhere" in answer.message
        assert figures[1] == 0


def test_a_plugin_is_not_asked_again_once_it_hangs(stage, hostile, host):
    assert host.plugin(hostile("spins")).status == "TEL_OK"
    host.figures(500)
    answer, _ = host.figures(500)
    assert answer.milliseconds < 2000 and "is not asked again" in answer.message
