"""Functions of C that count their calls: see "Probes" in tel.h."""

from __future__ import annotations

from tel import _abi
from tel._ctypes import ctypes
from tel._errors import InvalidError, check
from tel._library import lib, problem
from tel._recording import _name_or_none

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Union

# Type checkers do not know all of it.
_types: Any = ctypes

# ctypes' own letters are those of the struct module, but for these.
_LETTERS = {"z": "P", "Z": "P", "O": "P", "X": "P", "u": "i", "v": "h"}
_SIMPLE = "cbBhHiIlLqQfdgP?"


def _simple() -> Any:
    return _types.c_int.__mro__[1]


def _letters(given: Any) -> str:
    """What stands for this type in a signature."""
    kind: Any = given
    if kind is None:
        return "v"
    if isinstance(given, type):
        if issubclass(given, _simple()):
            letter = str(_LETTERS.get(kind._type_, kind._type_))
            if letter in _SIMPLE:
                return letter
        elif issubclass(kind, _types._Pointer) or issubclass(kind, _types._CFuncPtr):
            return "P"
        elif issubclass(kind, _types.Structure) and not issubclass(kind, _types.BigEndianStructure):
            return _structure(kind)
    raise InvalidError(f"a probe needs a signature: {kind!r} has no letter of its own")


def _is_array(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, _types.Array)


def _structure(kind: Any) -> str:
    if getattr(kind, "_pack_", 0):
        raise InvalidError(f"a packed structure can't be in a signature: {kind!r}")
    members = []
    for base in reversed(kind.__mro__):
        for name, member, *bits in base.__dict__.get("_fields_", ()):
            if bits:
                raise InvalidError(f"a bit field can't be in a signature: {kind!r} has {name}")
            count: Any = 1
            while _is_array(member):
                count, member = count * member._length_, member._type_
            members.append((str(count) if count != 1 else "") + _letters(member))
    return f"T{{{''.join(members)}}}"


def _signature(function: Any) -> str:
    """Of what ctypes says of it."""
    if getattr(function, "argtypes", None) is None:
        raise InvalidError("a probe needs argtypes, which say what the function takes, or a signature")
    result = function.restype
    # A function of Python that looks at the result is called by the original's type.
    if result is not None and not isinstance(result, type):
        raise InvalidError("a probe needs a restype that is a type, or a signature")
    return f"{_letters(result)}({''.join(map(_letters, function.argtypes))})"


def _with_list(signature: str, values: Dict[Any, str]) -> str:
    """The list of values goes behind the result."""
    result, bracket, arguments = signature.partition("(")
    return f"{result}{{{','.join(f'{value}={bucket}' for value, bucket in values.items())}}}{bracket}{arguments}"


def probe(
    function: Any, name: Union[str, bytes], *, latency: bool = False, result: Union[bool, Dict[Any, str]] = False, errno: bool = False,
    signature: Optional[str] = None,
) -> Any:
    """A function of C that counts each call under `name` and then calls
    `function`: one of a ctypes library, or a callback, as CFUNCTYPE makes them.
    It has the same type, and lives as long as it is referred to: who has given
    it away to C keeps it.

    With `latency`, how long calls take is counted as well; with `result`,
    "name:ok" and "name:error"; {0: "ok", 101: "done", "*": "error"} names values.
    With `errno`, "name/errno:ENOENT" and the like after errors. The signature is
    what argtypes and restype say, or given in tel.h's letters, as for functions
    with "...".

    InvalidError: a name or signature is wrong, and where. UnsupportedError:
    this libtel has no probes of this kind; what more than counts needs libtel's
    plugin libffi, which the wheel does not have."""
    if problem:
        check(_abi.UNSUPPORTED)
    if not isinstance(function, _types._CFuncPtr):
        raise InvalidError("a probe is for functions of ctypes libraries and for what CFUNCTYPE makes of a function of Python")
    described = _signature(function) if signature is None else signature
    flags = (_abi.PROBE_LATENCY if latency else 0) | (_abi.PROBE_RESULT if result else 0) | (_abi.PROBE_ERRNO if errno else 0)
    if isinstance(result, dict):
        described = _with_list(described, result)
    if "\0" in described or not described.isascii():
        raise InvalidError("a signature is text of ASCII without a NUL")
    target = ctypes.cast(function, ctypes.c_void_p)
    handle = ctypes.c_void_p()
    check(lib.tel_probe_new(ctypes.byref(handle), _name_or_none(name), described.encode(), target, flags))
    return _made(function, handle)


class _Owner:
    """Frees a probe when nobody has it any more. `free` is kept here: when the
    interpreter ends, a module's names are gone before the last objects are."""

    def __init__(self, handle: Any, function: Any):
        self.handle, self.function, self.free = handle, function, lib.tel_probe_free

    def __del__(self) -> None:
        self.free(self.handle)


def _made(function: Any, handle: Any) -> Any:
    made = type(function)(lib.tel_probe_function(handle))
    for attribute in ("argtypes", "restype", "errcheck"):
        value = getattr(function, attribute, None)
        if value is not None or attribute == "restype":
            setattr(made, attribute, value)
    made._probe = _Owner(handle, function)
    return made
