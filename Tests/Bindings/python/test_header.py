"""tel._abi says of every function and struct what tel.h says, tel._plugin_abi
what tel/plugin.h says."""

import ctypes
import re
import subprocess

import pytest
from ABI import header
from Harness import c
from tel import _abi, _library, _plugin_abi

FUNCTIONS = {function.name: function for function in header.functions()}
# Handles are addresses for the binding, and so are plain bytes.
TYPES = {
    "void": None, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64, "int64_t": ctypes.c_int64, "size_t": ctypes.c_size_t,
    "tel_status": ctypes.c_int32, "tel_level": ctypes.c_int32, "tel_unit": ctypes.c_int32, "tel_mode": ctypes.c_int32,
    "const char *": ctypes.c_char_p, "const void *": ctypes.c_void_p, "void *": ctypes.c_void_p, "tel_counter *": ctypes.c_void_p,
    "tel_histogram *": ctypes.c_void_p, "tel_histogram **": ctypes.POINTER(ctypes.c_void_p), "uint64_t *": ctypes.POINTER(ctypes.c_uint64),
    "const uint64_t *": ctypes.POINTER(ctypes.c_uint64), "const tel_config *": ctypes.POINTER(_abi.Config),
    "const tel_frame *": ctypes.POINTER(_abi.Frame), "const tel_visitor *": ctypes.POINTER(_abi.Visitor),
    "const tel_program *": ctypes.POINTER(_abi.Program), "tel_flush_result *": ctypes.POINTER(_abi.FlushResult),
    "const struct tel_plugin *": ctypes.c_void_p, "tel_log_fn": _abi.LogFunction,
    "tel_write_fn": _abi.WriteFunction,
    "tel_probe **": ctypes.POINTER(ctypes.c_void_p), "tel_probe *": ctypes.c_void_p, "const tel_probe *": ctypes.c_void_p, "tel_function": ctypes.c_void_p,
}
STRUCTS = {
    "tel_config": _abi.Config, "tel_flush_result": _abi.FlushResult, "tel_frame": _abi.Frame, "tel_program": _abi.Program, "tel_visitor": _abi.Visitor,
}
PLUGIN_STRUCTS = {
    "tel_host": _plugin_abi.Host, "tel_plugin": _plugin_abi.Plugin, "tel_document": _plugin_abi.Document, "tel_request": _plugin_abi.Request,
    "tel_answer": _plugin_abi.Answer, "tel_transport": _plugin_abi.Transport, "tel_exporter": _plugin_abi.Exporter,
}
PLUGIN_TYPES = {
    "void **": ctypes.POINTER(ctypes.c_void_p), "const tel_host *": ctypes.POINTER(_plugin_abi.Host),
    "const tel_document *": ctypes.POINTER(_plugin_abi.Document), "const tel_request *": ctypes.POINTER(_plugin_abi.Request),
    "tel_answer *": ctypes.POINTER(_plugin_abi.Answer), "tel_visitor *": ctypes.POINTER(_abi.Visitor),
}
PLUGIN_HEADER = c.INCLUDE / "tel" / "plugin.h"


def declared(text):
    """A parameter as written, without its name, as ctypes has it."""
    return {**TYPES, **PLUGIN_TYPES}[" ".join(re.sub(r"\w+$", "", text.strip()).replace("*", " * ").split()).replace("* *", "**")]


def parameters(function):
    return [] if function.parameters == "void" else [declared(part) for part in function.parameters.split(",")]


def test_the_table_has_the_functions_of_the_header_in_its_order():
    assert list(_abi.FUNCTIONS) == list(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_returns_and_takes_what_the_header_says(name):
    returns, takes = _abi.FUNCTIONS[name]
    assert (returns, takes) == (declared(FUNCTIONS[name].returns + " x"), parameters(FUNCTIONS[name]))
    loaded = getattr(_library.lib, name)
    assert (loaded.restype, list(loaded.argtypes)) == (returns, takes)


def test_pythons_lock_is_kept_in_signal_safe_functions_alone():
    assert _abi.SIGNAL_SAFE == {name for name, function in FUNCTIONS.items() if "signal" in function.tags}


def test_statuses_are_those_of_the_header():
    constants = header.constants()
    assert len(constants) == 11
    for name, value in constants.items():
        assert getattr(_abi, re.sub("^TEL_(E_)?", "", name)) == value


def test_every_status_has_an_exception():
    import tel

    for name, value in header.constants().items():
        if value:
            error = tel._errors._BY_STATUS[value]
            assert (error("x").status, error("x").name) == (value, name)


def test_every_struct_of_the_headers_has_its_twin():
    assert set(header.structs()) == set(STRUCTS)
    # Python walks its own stacks, and offers that to nobody; nor does it make functions for probes.
    assert set(header.structs(PLUGIN_HEADER.read_text())) == {*PLUGIN_STRUCTS, "tel_stack_provider", "tel_call", "tel_trampoline"}


@pytest.mark.parametrize("name", [*STRUCTS, *PLUGIN_STRUCTS])
def test_structs_have_the_members_and_the_layout_of_the_header(name, tmp_path):
    twin = {**STRUCTS, **PLUGIN_STRUCTS}[name]
    members = header.structs(header.HEADER.read_text() + PLUGIN_HEADER.read_text())[name]
    assert [member for member, _ in twin._fields_] == members
    source = tmp_path / "layout.c"
    lines = "".join(f'printf("%zu %zu\\n", offsetof({name}, {member}), sizeof((({name} *)0)->{member}));' for member in members)
    source.write_text(f'#include <stdio.h>\n#include <tel/plugin.h>\nint main(void) {{ printf("%zu\\n", sizeof({name})); {lines} }}\n')
    subprocess.run(["cc", "-I", c.INCLUDE, "-o", tmp_path / "layout", source], check=True)
    size, *layout = subprocess.run([tmp_path / "layout"], text=True, capture_output=True, check=True).stdout.splitlines()
    assert ctypes.sizeof(twin) == int(size)
    assert [f"{getattr(twin, member).offset} {getattr(twin, member).size}" for member in members] == layout


def test_the_callbacks_are_those_of_the_header():
    text = (c.INCLUDE / "tel.h").read_text()
    kinds = {"now": _abi.NowFunction, "week": _abi.WeekFunction, "program": _abi.ProgramFunction, "counter": _abi.CountFunction,
             "stack": _abi.CountFunction, "tel_log_fn": _abi.LogFunction, "tel_write_fn": _abi.WriteFunction}
    found = re.findall(r"^(?:typedef|   ) *(\w+) *\(\*(\w+)\)\(([^)]*)\);", text, re.MULTILINE)
    found = [each for each in found if each[1] != "tel_function"]  # of any type: an address, here
    assert {name for _, name, _ in found} == set(kinds)
    for returns, name, takes in found:
        arguments = [] if takes == "void" else [declared(part) for part in takes.split(",")]
        assert (kinds[name]._restype_, list(kinds[name]._argtypes_)) == (declared(returns + " x"), arguments), name


def test_a_plugins_functions_are_those_of_the_header():
    text = " ".join(re.sub(r"/\*.*?\*/", " ", PLUGIN_HEADER.read_text(), flags=re.DOTALL).split())
    found = re.findall(r"(?<=[{;]) *((?:const )?\w+ \*?)\(\*(\w+)\)\(([^)]*)\);", text)
    found = [each for each in found if each[1] not in ("unwind", "symbolize", "make", "free", "watch")]  # of stack providers and trampolines
    assert len(found) == 12
    kinds = {
        "log": _plugin_abi.HostLogFunction, "count": _plugin_abi.HostCountFunction, "start": _plugin_abi.StartFunction,
        "stop": _plugin_abi.StopFunction, "write": _plugin_abi.WriteFunction, "tell": _plugin_abi.TellFunction,
        "send": _plugin_abi.SendFunction, "exchange": _plugin_abi.ExchangeFunction,
        "begin": _plugin_abi.BeginFunction, "end": _plugin_abi.EndFunction}
    for returns, name, takes in found:
        arguments = [declared(part) for part in takes.split(",")]
        kind = kinds.get(name) or (_plugin_abi.HostQueryFunction if len(arguments) == 2 else _plugin_abi.QueryFunction)
        assert (kind._restype_, list(kind._argtypes_)) == (declared(returns + " x"), arguments), name
    assert _plugin_abi.TRANSPORT.decode() == re.search(r'#define TEL_TRANSPORT "(.+?)"', text)[1]
    assert _plugin_abi.EXPORTER.decode() == re.search(r'#define TEL_EXPORTER "(.+?)"', text)[1]
    assert _plugin_abi.PLUGIN_ABI == int(re.search(r"#define TEL_PLUGIN_ABI (\d+)", text)[1])


def test_no_other_file_of_the_package_declares_a_function():
    folder = c.ROOT / "bindings" / "python" / "src"
    for path in folder.rglob("*.py"):
        if path.name not in ("_abi.py", "_plugin_abi.py", "_library.py", "_ctypes.py"):
            assert not re.search(r"(argtypes|restype) = |(CDLL|CFUNCTYPE)\(", path.read_text()), path.name


def test_the_version_is_the_headers():
    text = (c.INCLUDE / "tel.h").read_text()
    numbers = [re.search(rf"#define TEL_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH")]
    project = (c.ROOT / "bindings" / "python" / "pyproject.toml").read_text()
    assert re.search(r'^version = "([\d.]+)"', project, re.MULTILINE)[1] == ".".join(numbers)
