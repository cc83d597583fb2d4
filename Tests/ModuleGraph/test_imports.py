"""The module graph: the table of Sources/README.md, the `import` lines and
Package.swift say the same. SwiftPM would let a module import what it does not
declare, if one of its dependencies does."""

import functools
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources"
# Modules of the system, which are in no package. The shipping build has none.
SYSTEM = {"Glibc", "Foundation", "Dispatch", "Synchronization"}
CORE = {"Files", "Dates", "JSON", "Frames", "CounterFile", "Consent", "Counting", "Stacks", "Reports", "Gate", "Delivery", "PluginHost", "TelABI", "TelStacks", "Probes", "TelProbes"}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.M)


@dataclass(frozen=True)
class Row:
    floor: int
    may_import: frozenset


def rows(text):
    """Module -> Row, of the table under "Imports"."""
    section = text.split("## Imports\n", 1)[1].split("\n## ", 1)[0]
    found = {}
    for line in section.splitlines():
        if match := re.fullmatch(r"\| (\d+) \| `([\w-]+)` \| .+? \| ?(.*)\|", line):
            assert match[2] not in found, f"{match[2]} has two rows"
            found[match[2]] = Row(int(match[1]), frozenset(re.findall(r"`(\w+)`", match[3])))
    return found


def imports_of(text):
    return set(IMPORT.findall(re.sub(r"//.*", "", text)))


def imports():
    """(file, module, what it imports) of every Swift file."""
    for path in sorted(SOURCES.rglob("*.swift")):
        relative = path.relative_to(SOURCES)
        for imported in sorted(imports_of(path.read_text())):
            yield str(relative), relative.parts[0], imported


def problems(table, imported, declared):
    """Sentences on what does not fit."""
    for file, module, other in imported:
        if module not in table:
            yield f"{file} is in no module of the table"
        elif other not in table[module].may_import and other != "Swift":
            yield f"{file} imports {other}, which the row of {module} does not name"
    for module, row in table.items():
        for other in sorted(row.may_import):
            if other in table and table[other].floor >= row.floor:
                yield f"{module}, on floor {row.floor}, imports {other}, on floor {table[other].floor}"
            if other in SYSTEM and module in CORE:
                yield f"{module} imports {other}, which the shipping build cannot"
        if module not in declared:
            yield f"Package.swift has no target {module}"
        elif row.may_import - SYSTEM != declared[module]:
            difference = sorted(row.may_import - SYSTEM ^ declared[module])
            yield f"Package.swift and the row of {module} differ in {', '.join(difference)}"
    for module in sorted(set(declared) - set(table)):
        yield f"{module} of Package.swift has no row"


@functools.cache
def declared():
    """Target -> its dependencies, of all that is no test."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("TEL_")}
    done = subprocess.run(
        ["swift", "package", "--scratch-path", str(ROOT / "build" / "tests" / "package"), "dump-package"],
        cwd=ROOT, env=env, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return {
        target["name"]: frozenset((dependency.get("byName") or dependency.get("product") or dependency.get("target"))[0] for dependency in target["dependencies"])
        for target in json.loads(done.stdout)["targets"]
        if target["type"] != "test" and not (target.get("path") or "").startswith("Tests/")
    }


@pytest.fixture(scope="module")
def table():
    return rows((SOURCES / "README.md").read_text())


def test_the_graph_is_as_the_table_says(table):
    assert list(problems(table, imports(), declared())) == []


def test_every_folder_has_a_row(table):
    folders = {path.name for path in SOURCES.iterdir() if path.is_dir()}
    assert folders - {"CrashWatch", "Plugins"} == set(table) - {"CTel"}  # C, built by the Makefile; and a folder that is include/


def test_every_row_of_the_core_imports_something_or_is_a_foundation(table):
    assert CORE <= set(table)
    seen = {module for _, module, _ in imports()}
    for module in CORE:
        assert module in seen or not table[module].may_import, module


def test_files_that_the_map_names_exist():
    text = (SOURCES / "README.md").read_text()
    named = set(re.findall(r"`(\w+/\w+\.(?:swift|c))`", text))
    assert len(named) >= 10
    assert {name for name in named if not (SOURCES / name).exists()} == set()
    linked = set(re.findall(r"\]\(([^)#]+)\)", text))
    assert {link for link in linked if not (SOURCES / link).exists()} == set()


def test_only_the_named_modules_make_system_calls(table):
    assert {module for module, row in table.items() if "CPosix" in row.may_import} == {"Files", "PluginHost"}


# ---- That the comparison can fail

SMALL = {"A": Row(0, frozenset()), "B": Row(1, frozenset({"A"}))}
DECLARED = {"A": frozenset(), "B": frozenset({"A"})}


def test_a_sound_graph_has_no_problem():
    assert list(problems(SMALL, [("B/b.swift", "B", "A")], DECLARED)) == []


@pytest.mark.parametrize("table, imported, declared, sentence", [
    (SMALL, [("A/a.swift", "A", "B")], DECLARED, "A/a.swift imports B"),
    (SMALL, [("C/c.swift", "C", "A")], DECLARED, "C/c.swift is in no module"),
    ({**SMALL, "A": Row(1, frozenset())}, [], DECLARED, "B, on floor 1, imports A, on floor 1"),
    (SMALL, [], {"A": frozenset(), "B": frozenset()}, "the row of B differ in A"),
    (SMALL, [], {"A": frozenset({"Z"}), "B": frozenset({"A"})}, "the row of A differ in Z"),
    (SMALL, [], {"A": frozenset()}, "no target B"),
    (SMALL, [], {**DECLARED, "C": frozenset()}, "C of Package.swift has no row"),
    ({"Files": Row(1, frozenset({"Glibc"}))}, [], {"Files": frozenset()}, "Files imports Glibc"),
])
def test_what_does_not_fit_is_found(table, imported, declared, sentence):
    found = list(problems(table, imported, declared))
    assert len(found) == 1 and sentence in found[0], found


def test_every_way_to_write_an_import_is_seen():
    text = "import A\n@testable import B\n  @_exported public import C\ninternal import D\nimport struct E.F\n// import G\nlet text = \"x\" // import H\n"
    assert imports_of(text) == {"A", "B", "C", "D", "E"}
