"""What libtel.so.1 exports and needs, and that neither ever breaks a client.

symbols.txt is the baseline: every symbol that was ever released, with the
version node that introduced it. tel-1.0.h is the header as it was then.
"""

import re
import shutil
import subprocess

import pytest

from ABI import header
from Harness import c

pytestmark = pytest.mark.skipif(not c.is_shipped(), reason="about the library that ships")

HERE = c.ROOT / "Tests" / "ABI"
MAP = c.ROOT / "Sources" / "TelABI" / "tel.map"
# The loader brings ld-linux in on some machines.
MAY_NEED = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def readelf(*flags):
    return subprocess.run(["readelf", "-W", *flags, str(c.library())], text=True, capture_output=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin"}).stdout


def exported():
    """Symbol -> version, of all that the dynamic linker could find here."""
    found = {}
    for line in readelf("--dyn-syms").splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].rstrip(":").isdigit():
            continue
        kind, binding, section, name = fields[3], fields[4], fields[6], fields[7]
        if section in ("UND", "ABS") or binding == "LOCAL":
            continue
        name, _, version = name.partition("@@")
        assert kind == "FUNC", f"{name} is exported, and is no function"
        found[name] = version
    return found


def baseline():
    lines = (HERE / "symbols.txt").read_text().splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def mapped():
    found = {}
    text = re.sub(r"/\*.*?\*/", "", MAP.read_text(), flags=re.S)
    for version, body in re.findall(r"^(\w[\w.]*)\s*\{(.*?)\}", text, flags=re.M | re.S):
        for name in re.findall(r"([\w*]+);", body):
            if name != "*":
                found[name] = version
    return found


def test_exports_are_the_baseline():
    assert exported() == baseline()


def test_exports_are_the_header():
    assert sorted(exported()) == sorted(function.name for function in header.functions())


def test_exports_are_the_map():
    assert exported() == mapped()


def test_everything_is_called_tel():
    strangers = [name for name in exported() if not name.startswith("tel_")]
    assert strangers == []


def test_the_map_lists_names_and_no_patterns():
    text = re.sub(r"/\*.*?\*/", "", MAP.read_text(), flags=re.S)
    assert text.count("*") == 1 and re.search(r"local:\s*\*;", text)
    assert not re.search(r"extern|\?|\[", text)


def dynamic(tag):
    return re.findall(rf"\({tag}\)\s+(?:[^\[\n]*\[(.*?)\]|(.*))", readelf("-d"))


def test_its_name():
    assert [bracketed for bracketed, _ in dynamic("SONAME")] == ["libtel.so.1"]


def test_it_needs_libc_and_libm_alone():
    needed = {bracketed for bracketed, _ in dynamic("NEEDED")}
    assert "libc.so.6" in needed
    assert needed <= MAY_NEED


def test_it_stays_loaded():
    ((_, flags),) = dynamic("FLAGS_1")
    assert "NODELETE" in flags


def test_its_text_is_never_relocated():
    text = readelf("-d")
    assert "TEXTREL" not in text


def test_its_stack_is_not_executable():
    (stack,) = [line for line in readelf("-l").splitlines() if "GNU_STACK" in line]
    assert stack.split()[6] == "RW"


def test_no_segment_is_writable_and_executable():
    loads = [line.split() for line in readelf("-l").splitlines() if line.split()[:1] == ["LOAD"]]
    assert loads
    for fields in loads:
        flags = "".join(fields[6:-1])
        assert not ("W" in flags and "E" in flags), fields


def test_it_does_next_to_nothing_when_it_is_loaded():
    """Two initialisers: the C compiler's own, and the one that asks to be told
    of forks. Another would be work that nobody asked for."""
    text = readelf("-d")
    size = re.search(r"\(INIT_ARRAYSZ\)\s+(\d+)", text)
    assert size is None or int(size.group(1)) <= 2 * 8


def test_it_is_small():
    assert c.library().stat().st_size <= 192 << 10


# ---- abidiff on a witness: it cannot read the library, whose symbols Swift made


def witness(folder, name, text):
    """A shared library that defines every function of a header as a stub."""
    include = folder / name
    include.mkdir()
    (include / "tel.h").write_text(text)
    source = include / "witness.c"
    source.write_text(header.stubs(text))
    made = folder / f"{name}.so"
    subprocess.run(["cc", "-g", "-O0", "-shared", "-fPIC", "-Wno-unused-parameter", f"-I{include}", "-Wl,-soname,libtel.so.1", "-o", str(made), str(source)], check=True)
    return made


RELEASED = (HERE / "tel-1.0.h").read_text()


def without_growth(text):
    """A header whose structs have no more members than the released ones: what
    begins with its size may grow at the end. tel_frame may not."""
    released = header.structs(RELEASED)
    for name in ("tel_config", "tel_flush_result", "tel_program", "tel_visitor"):
        head, start, rest = text.partition(f"typedef struct {name} {{")
        body, end, tail = rest.partition(f"\n}} {name};")
        members = [match.end() for match in re.finditer(r";", re.sub(r"/\*.*?\*/", lambda comment: " " * len(comment[0]), body, flags=re.S))]
        text = head + start + body[: members[len(released[name]) - 1]] + end + tail
    return text


def abidiff(folder, text):
    """The released header against this one."""
    assert shutil.which("abidiff"), "abidiff is missing: apt-get install abigail-tools"
    old, new = witness(folder, "old", RELEASED), witness(folder, "new", without_growth(text))
    done = subprocess.run(["abidiff", "--no-added-syms", str(old), str(new)], text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr


def test_clients_of_the_first_release_still_fit(tmp_path):
    status, report = abidiff(tmp_path, header.HEADER.read_text())
    assert status == 0, report


MUTATIONS = {
    "a member of a struct gets another type": ("uint32_t    max_names;", "uint64_t    max_names;"),
    "a member is inserted": ("    const char *program;      /* default", "    const char *more;\n    const char *program;      /* default"),
    "tel_frame grows": ("    uint32_t    reserved;\n} tel_frame;", "    uint32_t    reserved;\n    uint64_t    more;\n} tel_frame;"),
    "two members change places": ("    const char *os;\n    const char *arch;", "    const char *arch;\n    const char *os;"),
    "a callback gets another argument": ("(*week)(void *context, const char *begin,", "(*week)(void *context, int more, const char *begin,"),
    "a status gets another type": ("typedef int32_t tel_status;", "typedef int64_t tel_status;"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_abidiff_sees(mutation, tmp_path):
    old, new = MUTATIONS[mutation]
    assert RELEASED.count(old) == 1
    status, report = abidiff(tmp_path, RELEASED.replace(old, new))
    assert status & 4, f"abidiff saw nothing when {mutation}:\n{report}"


def test_a_struct_that_begins_with_its_size_may_grow(tmp_path):
    grown = RELEASED.replace("\n} tel_config;", "\n    uint64_t    more;\n} tel_config;")
    assert grown != RELEASED
    status, report = abidiff(tmp_path, grown)
    assert status == 0, report


def test_a_function_may_be_added_but_not_removed(tmp_path):
    declaration = "TEL_API uint32_t tel_version(void);\n"
    (tmp_path / "more").mkdir()
    status, report = abidiff(tmp_path / "more", RELEASED.replace(declaration, declaration + "TEL_API uint32_t tel_more(void);\n"))
    assert status == 0, report
    (tmp_path / "less").mkdir()
    status, report = abidiff(tmp_path / "less", RELEASED.replace(declaration, ""))
    assert status & 8, report
