"""bindings/go: a week in the formats of other systems."""

from pathlib import Path

import pytest
from Harness import exports, golibtel

pytestmark = pytest.mark.usefixtures("toolchain")


def test_a_program_writes_its_own_file_in_any_format(tmp_path):
    source = (Path(__file__).resolve().parent / "go" / "exports.go").read_text()
    program = golibtel.build(golibtel.module(tmp_path / "same", "example.com/exports", {"main.go": source}), tmp_path)
    done = golibtel.run(program, tmp_path / "telemetry", *exports.FORMATS, "xml", folder=tmp_path)
    texts = done.stdout.split("----\n")
    for format, text in zip(exports.FORMATS, texts):
        assert exports.total(format, text) == 3
    unknown, wrong, panicked = done.stderr.splitlines()
    assert unknown.startswith("true ") and '"xml"' in unknown
    assert wrong == "true short write"
    assert panicked.startswith("a writer's ") and "/nowhere.json" in panicked
