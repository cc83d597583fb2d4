"""Finds and loads libtel. Where that fails, `lib` has the same functions: they
count nothing and say why."""

from __future__ import annotations

import os
from types import SimpleNamespace

from tel import _abi
from tel._ctypes import ctypes

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Iterator, Optional

NAME = "libtel.so.1"


class _Missing(Exception):
    pass


def _is_subinterpreter() -> bool:
    for module in ("_interpreters", "_xxsubinterpreters"):
        try:
            interpreters = __import__(module)
            return bool(interpreters.get_current() != interpreters.get_main())
        except (ImportError, AttributeError):
            pass
    return False


def _candidates() -> Iterator[str]:
    """TEL_LIBRARY alone; else what the wheel brought, what the checkout of an
    editable install has built, what the system has."""
    named = os.environ.get("TEL_LIBRARY")
    if named:
        yield named
        return
    here = os.path.dirname(os.path.realpath(__file__))
    yield os.path.join(here, NAME)
    source, project = os.path.dirname(here), os.path.dirname(os.path.dirname(here))
    if os.path.basename(source) == "src" and os.path.exists(os.path.join(project, "hatch_build.py")):
        yield os.path.join(os.path.dirname(os.path.dirname(project)), "build", "lib", NAME)
    yield NAME


def _load() -> Any:
    if _is_subinterpreter():
        raise _Missing("libtel can't be used in a sub-interpreter: count in the main one")
    first: Optional[OSError] = None
    for path in _candidates():
        if os.sep in path and not os.path.exists(path) and path != os.environ.get("TEL_LIBRARY"):
            continue
        try:
            waiting, quick = ctypes.CDLL(path), ctypes.PyDLL(path)
            break
        except OSError as error:
            first = first or error
    else:
        raise _Missing(f"libtel is not installed with this package, and can't be loaded: {first}")
    loaded = SimpleNamespace(path=path)
    for name, (result, arguments) in _abi.FUNCTIONS.items():
        try:
            function = getattr(quick if name in _abi.SIGNAL_SAFE else waiting, name)
        except AttributeError:
            raise _Missing(f"{path} is older than this package: it has no {name}") from None
        function.restype, function.argtypes = result, arguments
        setattr(loaded, name, function)
    # That of handles, which takes exactly one argument: ctypes lets others through.
    loaded.quick_inc = ctypes.PYFUNCTYPE(None, ctypes.c_char_p)(("tel_counter_inc", quick), ((1, "name"),))
    version = loaded.tel_version()
    if version // 1_000_000 != _abi.VERSION_MAJOR:
        raise _Missing(f"{path} has version {version // 1_000_000} of the interface, and this package needs {_abi.VERSION_MAJOR}")
    return loaded


def _absent(reason: str) -> Any:
    """All functions of libtel, without libtel."""

    def returning(value: Any) -> Any:
        return lambda *arguments: value

    absent = SimpleNamespace(path="")
    for name, (result, _) in _abi.FUNCTIONS.items():
        value: Any = None
        if result is _abi.status:
            value = _abi.UNSUPPORTED
        elif result is not None:
            value = b"" if result is ctypes.c_char_p else 0
        setattr(absent, name, returning(value))
    absent.quick_inc = returning(None)
    absent.tel_error_message = returning(reason.encode())
    absent.tel_status_name = returning(b"TEL_E_UNSUPPORTED")
    absent.tel_get_mode = absent.tel_stored_mode = absent.tel_consent_should_ask = returning(0)
    return absent


problem: Optional[str] = None
try:
    lib = _load()
except Exception as error:  # whatever it is, the host's import succeeds
    problem = str(error)
    lib = _absent(problem)
