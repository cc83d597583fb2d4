"""What bindings say of tel.h is so, and each binding's folder has its parts.

Python and Go have tables of their own, and tests of them beside this one."""

import re

import pytest

from ABI import header
from Harness import c

BINDINGS = c.ROOT / "bindings"
FOLDERS = sorted(path.name for path in BINDINGS.iterdir() if path.is_dir())
SOURCES = sorted([*(BINDINGS / "c").glob("*.h*"), *(c.ROOT / "examples" / "c").glob("*.c"), *(c.ROOT / "examples" / "cpp").glob("*.cpp")])
FUNCTIONS = {function.name: function for function in header.functions()}
STRUCTS = header.structs()


def code(path):
    """The text without comments and literals."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.DOTALL)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def own_names(text):
    """Functions, types and macros that C sources define under tel's prefix."""
    defined = re.findall(r"^(?:static )?inline [\w *]*?\b(tel_\w+)\(", text, re.MULTILINE)
    return {*defined, *re.findall(r"^#\s*define (tel_\w+|TEL_\w+)", text, re.MULTILINE), *re.findall(r"typedef struct (tel_\w+)", text)}


def helpers():
    return set().union(*(own_names(path.read_text()) for path in (BINDINGS / "c").glob("*.h*")))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_each_function_that_is_called_is_in_the_header(path):
    called = set(re.findall(r"\b(tel_\w+)\s*\(", code(path)))
    assert called - helpers() <= set(FUNCTIONS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_each_constant_is_in_the_header(path):
    known = set(re.findall(r"\bTEL_\w+", header.HEADER.read_text()))
    guard = {f"TEL_{path.name.upper().replace('.', '_')}"}
    assert set(re.findall(r"\bTEL_\w+", code(path))) - helpers() - guard <= known


def test_the_helpers_take_no_name_that_the_header_has():
    assert helpers() and not helpers() & set(FUNCTIONS)


@pytest.mark.parametrize("path", sorted((BINDINGS / "c").glob("*.h*")), ids=lambda path: path.name)
def test_members_that_are_set_are_those_of_the_header(path):
    text = code(path)
    for variable, struct in {(name, kind) for kind, name in re.findall(r"\b(tel_config|tel_visitor|tel_program) (\w+);", text)}:
        assert set(re.findall(rf"\b{variable}\.(\w+)", text)) <= set(STRUCTS[struct])


def test_count_h_may_add_to_the_cell_of_a_handle():
    """The inline add relies on a sentence of the header, and on tel_add being
    all that it replaces."""
    text = " ".join(header.HEADER.read_text().replace("\n *", " ").split())
    assert "first word of a tel_counter is an atomic pointer to the 64-bit cell" in text
    assert FUNCTIONS["tel_add"].parameters == "tel_counter *counter, uint64_t n"
    assert FUNCTIONS["tel_counter_named"].returns == "tel_counter *"


# ---- The shell calls the command


def test_tel_sh_passes_options_that_the_command_has(tmp_path):
    text = (BINDINGS / "shell" / "tel.sh").read_text()
    passed = set(re.findall(r"(?<=\s)(--[a-z-]+)", text))
    known = c.run(c.ROOT / "build" / "bin" / "tel", "inc", "--help", directory=tmp_path).stdout
    assert passed == {"--program", "--program-version", "--toolchain", "--vendor"}
    assert all(re.search(rf"{option}\b", known) for option in passed)


# ---- Each folder


def test_there_are_bindings():
    assert {"c", "shell"} <= set(FOLDERS)


def listed():
    """Folder -> its row in the table of bindings/README.md."""
    rows = re.findall(r"^\| [^|]+ \| \[(\w+)/\]\((\w+)/README\.md\) \| [^|]+ \|$", (BINDINGS / "README.md").read_text(), re.MULTILINE)
    assert all(text == target for text, target in rows)
    return [text for text, _ in rows]


def test_the_table_lists_each_folder_once_and_no_other():
    assert sorted(listed()) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_binding_has_one_page(folder):
    lines = (BINDINGS / folder / "README.md").read_text().splitlines()
    assert lines[0].startswith("# ")
    assert len(lines) <= 120


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_binding_has_an_example_that_its_page_links_to_and_tests_run(folder):
    page = (BINDINGS / folder / "README.md").read_text()
    examples = [name.rstrip("/") for name in re.findall(r"\]\(\.\./\.\./examples/([\w./-]+)\)", page)]
    assert examples
    tests = "".join(path.read_text() for room in ("Examples", "Bindings") for path in (c.ROOT / "Tests" / room).rglob("*.py"))
    for example in examples:
        assert (c.ROOT / "examples" / example).exists()
    places = {example.split("/")[0] for example in examples}
    for place in places:
        assert re.search(rf'"examples" / "{place}"|EXAMPLES / "{place}"|examples/{place}\b', tests), place


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_binding_has_tests(folder):
    named = "".join(path.read_text() for path in (c.ROOT / "Tests" / "Bindings").rglob("*.py") if path.name != "test_declarations.py")
    assert re.search(rf'"bindings" / "{folder}"|bindings/{folder}\b', named)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_tutorial_has_a_section_on_it(folder):
    title = {"c": "C and C++", "python": "Python", "go": "Go", "shell": "Shell"}[folder]
    assert re.search(rf"^## {re.escape(title)}$", (c.ROOT / "docs" / "tutorial.md").read_text(), re.MULTILINE)


def test_the_checklist_is_numbered_without_a_gap():
    checklist = (BINDINGS / "README.md").read_text().split("## The checklist\n")[1]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", checklist, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 20
