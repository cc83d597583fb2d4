"""tel.h stands alone in every dialect, and its layout is what was promised."""

import shutil
import subprocess

import pytest

from ABI import header
from Harness import c

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Wstrict-prototypes", "-Wc++-compat", "-Werror"]
ONLY_C = {"-Wstrict-prototypes", "-Wc++-compat"}
DIALECTS = [("c", standard) for standard in ("c99", "c11", "c17")] + [("c++", standard) for standard in ("c++11", "c++14", "c++17", "c++20")]
COMPILERS = [pair for pair in (("gcc", "g++"), ("clang", "clang++")) if shutil.which(pair[0])]

USER = """
#include <tel.h>
#include <tel.h>
static tel_config everywhere = TEL_INIT(tel_config);
int use(void);
int use(void) {
    tel_config config = TEL_INIT(tel_config);
    tel_visitor visitor = TEL_INIT(tel_visitor);
    config.flags = TEL_ROTATE | TEL_NO_REPORT;
    everywhere.flags = config.flags;
    return (int)config.size + (int)visitor.size + TEL_VERSION;
}
"""


PLUGIN = """
#include <tel/plugin.h>
#include <tel/plugin.h>
TEL_PLUGIN_MANIFEST("name small\\n" "version 1.0.0\\n" "transport small\\n")
static const tel_plugin small = {sizeof(tel_plugin), TEL_PLUGIN_ABI, "small", "1.0.0", "does nothing", NULL, NULL, NULL};
const tel_plugin *tel_plugin_entry(void) { return &small; }
"""


def compile(compiler, language, standard, text, path, *flags):
    path.write_text(text)
    warnings = [flag for flag in WARNINGS if language == "c" or flag not in ONLY_C]
    done = subprocess.run(
        [compiler, f"-x{language}", f"-std={standard}", *warnings, f"-I{c.INCLUDE}", "-c", str(path), "-o", str(path.with_suffix(".o")), *flags],
        text=True, capture_output=True)
    return done


def test_there_is_a_compiler():
    assert COMPILERS


@pytest.mark.parametrize("compilers", COMPILERS, ids=lambda pair: pair[0])
@pytest.mark.parametrize("language, standard", DIALECTS, ids=lambda word: word)
def test_compiles_alone_without_a_warning(compilers, language, standard, tmp_path):
    compiler = compilers[language == "c++"]
    done = compile(compiler, language, standard, USER, tmp_path / "user.x")
    assert done.returncode == 0, done.stderr
    done = compile(compiler, language, standard, "#include <tel.h>\ntypedef int something;\n", tmp_path / "alone.x")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("compilers", COMPILERS, ids=lambda pair: pair[0])
@pytest.mark.parametrize("language, standard", DIALECTS, ids=lambda word: word)
def test_a_plugin_compiles_without_a_warning_and_keeps_its_manifest(compilers, language, standard, tmp_path):
    compiler = compilers[language == "c++"]
    done = compile(compiler, language, standard, PLUGIN, tmp_path / "plugin.x", "-fPIC", "-ffunction-sections", "-fdata-sections")
    assert done.returncode == 0, done.stderr
    library = tmp_path / "plugin.so"
    subprocess.run([compiler, "-shared", "-Wl,--gc-sections", "-s", "-o", library, tmp_path / "plugin.o"], check=True)
    sections = subprocess.run(["readelf", "-p", ".tel.plugin", library], text=True, capture_output=True).stdout
    assert "abi 1" in sections and "name small" in sections
    assert "tel_plugin_entry" in subprocess.run(["nm", "-D", "--defined-only", library], text=True, capture_output=True).stdout


def test_the_warnings_are_on(tmp_path):
    done = compile("cc", "c", "c99", "#include <tel.h>\nint narrow(int64_t n);\nint narrow(int64_t n) { return n; }\n", tmp_path / "bad.c")
    assert done.returncode != 0 and "conversion" in done.stderr


@pytest.mark.parametrize("language", ["c", "c++"])
def test_two_translation_units_link(language, tmp_path):
    suffix, compiler = (".c", "cc") if language == "c" else (".cpp", "c++")
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    one.write_text("#include <tel.h>\nint other(void);\nint main(void) { return tel_version() == TEL_VERSION && other() ? 0 : 1; }\n")
    two.write_text("#include <tel.h>\nint other(void);\nint other(void) { return tel_status_name(TEL_OK)[0] == 'T'; }\n")
    program = c.build(one, two)
    c.run(program, directory=tmp_path)


# Of a 64-bit machine. A number here changes never, only lines are added.
LAYOUT = {
    "tel_config": (
        80, "size 0 flags 4 directory 8 program 16 version 24 toolchain 32 destination 40 now 48 vendor 56 max_names 64 reserved 68 uploader 72"),
    "tel_flush_result": (24, "size 0 flags 4 made 8 sent 12 rejected 16 waiting 20"),
    "tel_frame": (40, "scope 0 function 8 line 16 offset 24 flags 32 reserved 36"),
    "tel_program": (48, "size 0 flags 4 program 8 version 16 toolchain 24 os 32 arch 40"),
    "tel_visitor": (48, "size 0 flags 4 context 8 week 16 program 24 counter 32 stack 40"),
}


def test_every_struct_has_a_promised_layout():
    assert sorted(header.structs()) == sorted(LAYOUT)
    for name, members in header.structs().items():
        assert members == LAYOUT[name][1].split()[::2], name


@pytest.mark.parametrize("name", LAYOUT)
def test_sizes_and_offsets(name, tmp_path):
    size, members = LAYOUT[name]
    words = members.split()
    lines = [f"_Static_assert(sizeof({name}) == {size}, \"size of {name}\");"]
    lines += [f"_Static_assert(offsetof({name}, {member}) == {offset}, \"{member}\");" for member, offset in zip(words[::2], words[1::2])]
    done = compile("cc", "c", "c11", "#include <tel.h>\n" + "\n".join(lines) + "\n", tmp_path / "layout.c")
    assert done.returncode == 0, done.stderr


def test_structs_that_grow_begin_with_their_size():
    for name, members in header.structs().items():
        assert (members[0] == "size") == (name != "tel_frame"), name


def test_types_of_constants(tmp_path):
    checks = {
        "sizeof(tel_status)": 4, "sizeof(tel_mode)": 4, "sizeof(tel_unit)": 4, "sizeof(tel_level)": 4,
        "TEL_ROTATE": 1, "TEL_NO_REPORT": 2, "TEL_AUTOMATION": 4, "TEL_UPLOAD": 8, "TEL_STACK_PLUGINS": 16, "TEL_FRAME_INLINED": 1, "TEL_MODE_OFF": 0, "TEL_MODE_LOCAL": 1, "TEL_MODE_ON": 2,
        "TEL_UNIT_NONE": 0, "TEL_UNIT_NANOSECONDS": 1, "TEL_UNIT_BYTES": 2, "TEL_DEBUG": 0, "TEL_INFO": 1, "TEL_WARNING": 2, "TEL_ERROR": 3,
    }
    text = "#include <tel.h>\n" + "".join(f'_Static_assert({name} == {value}, "{name}");\n' for name, value in checks.items())
    done = compile("cc", "c", "c11", text, tmp_path / "constants.c")
    assert done.returncode == 0, done.stderr


def test_every_status_has_its_name(tmp_path):
    constants = header.constants()
    assert sorted(constants.values()) == list(range(-10, 1))
    lines = [f'CHECK(strcmp(tel_status_name({name}), "{name}") == 0);' for name in constants]
    lines += [f'CHECK(strcmp(tel_status_name({other}), "TEL_E_?") == 0);' for other in ("1", "-11", "INT32_MIN", "INT32_MAX")]
    source = tmp_path / "names.c"
    source.write_text('#include "check.h"\nint main(void) {\n' + "\n".join(lines) + "\nreturn 0; }\n")
    c.run(c.build(source), directory=tmp_path)


def test_every_function_says_where_it_may_be_called():
    for function in header.functions():
        assert function.tags, function.name
        assert ("any" in function.tags) != ("setup" in function.tags), function.name
        assert not ("signal" in function.tags and "slow" in function.tags), function.name


def test_the_installed_header_is_this_one():
    assert (c.ROOT / "build/include/tel.h").read_bytes() == header.HEADER.read_bytes()
    assert (c.ROOT / "build/include/tel/plugin.h").read_bytes() == (c.INCLUDE / "tel/plugin.h").read_bytes()
