"""What is built, read by those who are to read it: libtel's command, and the
reference's own uploader. And what the reference built, built again."""

import json

import pytest

from Collector.conftest import chart, charts
from Command.conftest import Tel
from Conformance import scene
from Harness import client

SAMPLE = json.loads((client.ROOT / "Tests" / "Samples" / "upload-config.json").read_text())


def config(collector):
    whole = f"os: linux\narch: {scene.ARCH}\ntoolchain: {scene.TOOLCHAIN}\n---\n"
    program = f"program: {scene.PROGRAM}\nversions: {scene.VERSION}\n---\n"
    records = [
        chart("shared/open:{png,svg}", program=scene.PROGRAM), chart("shared/latency:{<10ms,<inf}", "type: histogram", program=scene.PROGRAM),
        chart("shared/rare", "rate: 0.000000001", program=scene.PROGRAM),
    ]
    collector.write("charts.txt", charts(*records, whole=whole, program=program))
    collector("config", "build", "charts.txt").ok
    return collector.folder / "config" / "latest.json"


def test_the_reference_sends_what_is_approved_and_nothing_else(collector, golang, reference, tmp_path):
    path = config(collector)
    directory = scene.directory(tmp_path / "telemetry")
    process = golang(directory, now=scene.MONDAY, program=scene.PROGRAM, version=scene.VERSION, toolchain=scene.TOOLCHAIN)
    process.ask("open")
    for name in ("shared/open:png", "shared/open:gif", "shared/latency:<10ms", "shared/rare", "shared/other"):
        process.ask("add", name=name, n=1)
    process.end()
    (directory / "mode").write_text("on 2020-01-01")
    reference.make_reports(directory, scene.FRIDAY_NOON, path, "v1.0.0")  # nobody listens where they would go
    documents = [json.loads(found.read_text()) for found in (directory / "local").glob("2*.json")]
    assert len(documents) == 1, list((directory / "local").iterdir())
    (program,) = documents[0]["Programs"]
    assert (documents[0]["Config"], program["Program"]) == ("v1.0.0", scene.PROGRAM)
    assert program["Counters"] == {"shared/open:png": 1, "shared/latency:<10ms": 1}


def test_the_command_shows_users_what_is_approved_for_whom_and_why(collector, tmp_path):
    collector("config", "build", client.ROOT / "examples" / "collector" / "charts.txt").ok
    tel = Tel(tmp_path)
    assert tel("on", "--vendor", "example", "--destination", "https://telemetry.example.org").code == 0
    tel("import", "--vendor", "example", tmp_path / "config" / "v1.0.0.json").ok
    shown = tel("config", "--vendor", "example", "--json").ok.json
    assert (shown["version"], shown["sha256"]) == ("v1.0.0", (tmp_path / "config" / "SHA256SUMS").read_text()[:64])
    (program,) = shown["programs"]
    assert [(counter["name"], counter["rate"], counter["owner"], counter["why"]) for counter in program["counters"]] == [
        ("paint/open:{png,svg,jpeg,other}", 0.0241, "the paint team", "which formats are worth our time"),
        ("paint/save/latency:{<10ms,<100ms,<1s,<inf}", 0.0107, "the paint team", "whether saving must move to the background")]
    assert [stack["name"] for stack in program["stacks"]] == ["crash/crash"]


# ---- The reference's own, again

PADDING = {
    "golang.org/x/tools/gopls": ("v0.23.0", "releases 6, major 1, minor 3, patch 6, pre 4"),
    "github.com/golang/vscode-go/vscgo": ("v0.57.2", "releases 8, major 1, minor 4, patch 5, pre 0"),
    "golang.org/x/vuln/cmd/govulncheck": ("v1.7.0", "releases 4, major 1, minor 1, patch 4, pre 0"),
    "github.com/go-delve/delve/cmd/dlv": ("v1.27.1", "releases 2, major 0, minor 1, patch 2, pre 0"),
}


@pytest.fixture
def source(collector):
    """The chart config that says what the reference's upload config says. Of the
    versions it has those up to the latest release, and the rule for the others."""
    records = [f"os: {' '.join(SAMPLE['GOOS'])}\narch: {' '.join(SAMPLE['GOARCH'])}\ntoolchain-file: toolchains.txt\n"]
    collector.write("toolchains.txt", "\n".join(SAMPLE["GoVersion"]))
    for program in SAMPLE["Programs"]:
        name = program["Name"]
        first = program["Versions"][0]
        if name in PADDING:
            latest, padding = PADDING[name]
            tagged = program["Versions"][: program["Versions"].index(latest) + 1]
            file = f"{name.replace('/', '-')}.txt"
            collector.write(file, "\n".join(tagged))
            records.append(f"program: {name}\nversions-file: {file}\npadding: {padding}\n")
        for counter in program.get("Counters", []):
            records.append(chart(counter["Name"], f"version: {first}", program=name))
        for stack in program.get("Stacks", []):
            records.append(chart(stack["Name"], "type: stack", f"depth: {stack['Depth']}", f"version: {first}", program=name))
    collector.write("charts.txt", "---\n".join(records))
    return collector


def test_the_references_upload_config_comes_out_the_same(source):
    source("config", "build", "charts.txt").ok
    built = source.built()
    assert built.pop("Version") == "v1.0.0"
    for program in built["Programs"]:
        for counter in program.get("Counters", []) + program.get("Stacks", []):
            assert counter.pop("Why") == "W"
    # One toolchain, go1.9.2rc2, the reference puts first, because it cannot read it.
    assert sorted(built.pop("GoVersion")) == sorted(SAMPLE["GoVersion"])
    assert built == {key: value for key, value in SAMPLE.items() if key != "GoVersion"}
