"""The Go toolchain's own telemetry: its upload config is a Go module, which the
go command fetches, here from a proxy that is a folder."""

import hashlib
import json
import os
import zipfile

import pytest

from Harness import go

from .stage import PROGRAM, Stage, config, programs

MODULE = "golang.org/x/telemetry/config"
VERSION = "v0.77.0"


@pytest.fixture
def proxy(tmp_path):
    """A module proxy that has one version of the config."""
    folder = tmp_path / "proxy" / MODULE / "@v"
    folder.mkdir(parents=True)
    (folder / "list").write_text(VERSION + "\n")
    (folder / f"{VERSION}.info").write_text(json.dumps({"Version": VERSION, "Time": "2026-11-01T00:00:00Z"}))
    (folder / f"{VERSION}.mod").write_text(f"module {MODULE}\n")
    with zipfile.ZipFile(folder / f"{VERSION}.zip", "w") as archive:
        archive.writestr(f"{MODULE}@{VERSION}/go.mod", f"module {MODULE}\n")
        archive.writestr(f"{MODULE}@{VERSION}/config.json", config())
    return tmp_path / "proxy"


@pytest.fixture
def toolchain(home, proxy, tmp_path):
    """The variables with which the go command finds that proxy and nothing else."""
    path = os.pathsep.join([str(go.toolchain() / "bin"), os.environ["PATH"]])
    yield {
        "PATH": path, "GOPROXY": f"file://{proxy}", "GONOSUMDB": "*", "GOFLAGS": "-modcacherw -mod=mod", "GOSUMDB": "off", "GOTOOLCHAIN": "local",
        "GOMODCACHE": str(tmp_path / "modules"), "GOPATH": str(tmp_path / "gopath"), "GOCACHE": str(tmp_path / "cache")}


@pytest.fixture
def own(home):
    return Stage(home, vendor="go").prepare()


def test_reports_go_where_the_command_line_says_by_the_config_of_the_module(own, toolchain, collector):
    own.counted("2026-11-27")
    own.upload("--destination", collector.url, **toolchain).ok
    request, = collector.uploads()
    assert request.path == "/upload/2026-11-27"
    assert json.loads(request.body)["Config"] == VERSION and list(programs(request.body)) == [PROGRAM]
    assert own.sent["2026-11-27"] == request.body
    assert not [other for other in collector.requests if other.method == "GET"], "the config is not asked of the collector"
    assert not (own.directory / "destination").exists()


def test_the_go_command_counts_nothing_because_of_it(own, toolchain, collector):
    own.counted("2026-11-27")
    own.upload("--destination", collector.url, **toolchain).ok
    assert not list(own.local.glob("go@*")) and not (own.local / "upload.token").exists()
    assert list(programs(own.reports["2026-11-27"])) == [PROGRAM]


def test_the_preview_shows_what_is_sent(own, toolchain, collector):
    own.counted("2026-11-27")
    shown = own.do("preview", "--destination", collector.url, **toolchain).ok.out
    own.upload("--destination", collector.url, **toolchain).ok
    assert shown.encode() == collector.uploads()[0].body
    assert hashlib.sha256(config()).hexdigest() in own.about("config").ok.out


@pytest.mark.parametrize("broken, sentence", [
    ({"GOPROXY": "off"}, "the go command cannot fetch the upload config"), ({"PATH": "/nowhere"}, "the command go, which cannot be run")])
def test_without_the_module_there_are_reports_and_a_sentence(own, toolchain, collector, broken, sentence):
    own.counted("2026-11-27")
    result = own.hasty("--destination", collector.url, **{**toolchain, **broken})
    assert result.code != 0 and sentence in result.err
    assert list(own.reports) == ["2026-11-27"] and not collector.requests
    own.upload("--destination", collector.url, **toolchain).ok
    assert list(own.sent) == ["2026-11-27"]
