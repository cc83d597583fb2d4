"""The mode file, shared with the Go toolchain."""

import subprocess
from datetime import datetime, timezone

import pytest

from Conformance import scene
from Harness import client

FILES = [
    b"", b" \n", b"on", b"  on  \n", b"on 2023-09-26", b"on 2023-09-26\n", b"off 2023-09-26\r\n", b"on  2023-09-26",
    b"on 2023-9-26", b"on 2023-09-26 extra", b"on 2023-02-29", b"on\t2023-09-26", b"on\n2023-09-26", b"ON 2023-09-26",
    b"bogus 2023-09-26", "\u00a0off\u00a0".encode(), "\ufeffon".encode(), b"off", b"off 2023-09-26", b"local 2023-09-26",
    b"\x00off", b"off\x00", b"\x0boff\x0c", "\u2028off\u2003".encode(), "\u0085on".encode(), b"off\xff", b"OFF", b"offx", b"off,on",
]


def today():
    return datetime.now(timezone.utc).strftime("%Y-%m-%d")


@pytest.mark.parametrize("content", FILES, ids=repr)
def test_a_mode_file_means_the_same_to_both(reference, libtel, directory, content):
    """Every word but off and on works like local."""
    (directory / "mode").write_bytes(content)
    (theirs,) = reference.run("mode", "-dir", directory)
    process = libtel(TEL_DIR=str(directory))
    assert process.ask("mode")["mode"] == {"off": "off", "on": "on"}.get(theirs["mode"], "local")


@pytest.mark.parametrize("content", FILES, ids=repr)
def test_both_count_or_neither_does(open_libtel, open_go, directory, content):
    (directory / "mode").write_bytes(content)
    theirs, ours = open_go(), open_libtel()
    assert (ours.opened["status"] == "TEL_E_OFF") == ("telemetry is off" in theirs.opened["error"])
    assert ours.opened["file"] == theirs.opened["file"]


@pytest.mark.parametrize("mode", client.MODES)
def test_libtel_writes_the_bytes_of_the_reference(reference, libtel, tmp_path, mode):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    before = today()
    process = libtel(TEL_DIR=str(ours))
    assert process.ask("set_mode", mode=mode)["status"] == "TEL_OK"
    (answer,) = reference.run("mode", "-dir", theirs, mode)
    assert answer["error"] == ""
    assert before in (today(), answer["asof"]), "midnight passed: run it again"
    assert (ours / "mode").read_bytes() == (theirs / "mode").read_bytes() == f"{mode} {before}".encode()
    assert (ours / "mode").stat().st_mode == (theirs / "mode").stat().st_mode
    assert ours.stat().st_mode == theirs.stat().st_mode
    assert sorted(path.name for path in ours.iterdir()) == ["mode"]


class GoCommand:
    """`go telemetry` with a home of its own."""

    def __init__(self, reference, home):
        self.root = reference.toolchain()
        self.env = {**reference.environment(self.root, home)}
        del self.env["TEST_TELEMETRY_DIR"]

    def __call__(self, *arguments):
        done = subprocess.run([self.root / "bin" / "go", *arguments], env=self.env, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def go_command(reference, tmp_path):
    return GoCommand(reference, tmp_path)


@pytest.fixture
def vendor_go(libtel):
    """A process of libtel in the Go toolchain's own directory. It opens first:
    only then does it know its vendor."""
    process = libtel()
    process.opened = process.ask("open", vendor="go", program=scene.PROGRAM, version=scene.VERSION, toolchain=scene.TOOLCHAIN)
    return process


def test_both_mean_the_same_directory(go_command, vendor_go, tmp_path):
    assert go_command("env", "GOTELEMETRYDIR") == str(tmp_path / ".config/go/telemetry")
    assert vendor_go.ask("file")["directory"] == go_command("env", "GOTELEMETRYDIR")


@pytest.mark.parametrize("mode", client.MODES)
def test_what_go_telemetry_sets_libtel_reads(go_command, vendor_go, mode):
    assert go_command("telemetry") == vendor_go.ask("mode")["mode"] == "local"
    go_command("telemetry", mode)
    assert vendor_go.ask("mode")["mode"] == mode


@pytest.mark.parametrize("mode", client.MODES)
def test_what_libtel_sets_go_telemetry_reads(go_command, vendor_go, mode):
    assert vendor_go.ask("set_mode", mode=mode)["status"] == "TEL_OK"
    assert go_command("telemetry") == mode
    assert go_command("env", "GOTELEMETRY") == mode


def test_they_take_turns(go_command, vendor_go):
    for ours, theirs in [("on", "off"), ("local", "on"), ("off", "local"), ("on", "off")]:
        vendor_go.ask("set_mode", mode=ours)
        assert go_command("telemetry") == vendor_go.ask("mode")["mode"] == ours
        go_command("telemetry", theirs)
        assert go_command("telemetry") == vendor_go.ask("mode")["mode"] == theirs


def test_libtel_counts_beside_the_go_command(go_command, vendor_go, tmp_path, reference):
    assert vendor_go.opened["status"] == "TEL_OK", vendor_go.opened["message"]
    vendor_go.ask("add", name="beside", n=1)
    go_command("version")
    go_command("env", "GOOS")
    local = tmp_path / ".config/go/telemetry/local"
    (command,) = local.glob("go@go*.v1.count")
    counts, complaint = reference.parse(command)
    assert complaint is None
    assert counts[b"go/invocations"] >= 2
    assert reference.parse(vendor_go.opened["file"]) == ({b"beside": 1}, None)
    visited = vendor_go.ask("visit", path=str(command))
    assert visited["programs"][0]["identity"][0] == "cmd/go"
    assert {bytes.fromhex(name): int(value) for name, value in visited["programs"][0]["counters"]} == counts


def test_libtel_counts_in_the_file_of_the_go_command(go_command, libtel, reference, tmp_path):
    """As the very same program: the toolchain's own live file."""
    go_command("version")
    (path,) = (tmp_path / ".config/go/telemetry/local").glob("go@go*.v1.count")
    process = libtel()
    opened = process.ask("open", vendor="go", program="cmd/go", version="go1.27.3", toolchain="go1.27.3", max_names=100_000)
    assert opened["file"] == str(path)
    before = process.ask("read", name="go/invocations")["value"]
    process.ask("many", prefix="go/extended:", count=2000)
    go_command("version")
    assert process.ask("read", name="go/invocations")["value"] == before + 1
    counts, complaint = reference.parse(path)
    assert complaint is None
    assert {name for name in counts if name.startswith(b"go/extended:")} == {b"go/extended:%d" % number for number in range(2000)}


def test_off_by_go_telemetry_ends_counting_at_the_next_rotation(go_command, vendor_go):
    vendor_go.ask("add", name="x")
    go_command("telemetry", "off")
    assert vendor_go.ask("rotate")["status"] == "TEL_E_OFF"
    assert vendor_go.ask("file")["file"] == ""
