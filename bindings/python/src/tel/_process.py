"""Opening, and what else concerns the process as a whole."""

from __future__ import annotations

import atexit
import enum
import os
import sys

from tel import _abi, _logger
from tel._ctypes import ctypes
from tel._errors import Error, InvalidError, check, error_of
from tel._library import lib, problem

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Dict, Optional, Union

# What this machine or user does not allow. It is returned, not raised: a
# read-only home must not end the program that counts.
_NOT_THE_AUTHORS = frozenset({_abi.OFF, _abi.IO, _abi.CORRUPT, _abi.FULL, _abi.TIMEOUT, _abi.UNSUPPORTED})


class Mode(enum.IntEnum):
    OFF = 0  # count nothing, send nothing
    LOCAL = 1  # count, but send nothing: the default
    ON = 2  # count, and send approved counters


class _State:
    program = ""  # of the latest open
    settings: Optional[Dict[str, Any]] = None  # of the open that holds
    under_test = False  # tel.testing has opened, and opening again does nothing
    leaving = False  # the interpreter ends, and other threads may still be here


def default_program() -> str:
    """The script's name without ".py", or a package's that runs by its
    __main__; "python" for an interactive or -c one. The same in processes that
    multiprocessing starts."""
    path = sys.argv[0] if getattr(sys, "argv", None) else ""
    name = os.path.basename(path)
    if name in ("", "-", "-c", "-m"):
        return "python"
    stem, extension = os.path.splitext(name)
    if extension in (".py", ".pyw", ".pyz", ".pyc"):
        name = stem
    if name == "__main__":
        name = os.path.basename(os.path.dirname(os.path.abspath(path))) or "python"
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def current_program() -> str:
    return _State.program or default_program()


def _text(what: str, value: Any) -> Optional[bytes]:
    if value is None:
        return None
    try:
        encoded = os.fsencode(value) if what in ("directory", "path", "uploader") else value.encode()
    except (TypeError, AttributeError, UnicodeEncodeError):
        raise InvalidError(f"{what} is no text: {value!r}") from None
    if b"\0" in encoded:
        raise InvalidError(f"{what} has a NUL in it: {value!r}")
    return encoded


def _config(now: Any = None, flags: int = 0, max_names: int = 0, **texts: Any) -> Any:
    if type(max_names) is not int or not 0 <= max_names < 2**32:
        raise InvalidError(f"max_names is no number from 1 to 100,000: {max_names!r}")
    config = _abi.Config(size=ctypes.sizeof(_abi.Config), flags=flags, max_names=max_names)
    for what, value in texts.items():
        setattr(config, what, _text(what, value))
    if now is not None:
        config.now = now
    return config


def _settled(status: int, strict: bool) -> Optional[Error]:
    if status == _abi.OK:
        return None
    error = error_of(status)
    if (strict or status not in _NOT_THE_AUTHORS) and not _State.leaving:
        raise error
    return error


def open(
    program: Optional[str] = None,
    *,
    version: Optional[str] = None,
    toolchain: Optional[str] = None,
    vendor: Optional[str] = None,
    directory: Union[str, "os.PathLike[str]", None] = None,
    destination: Optional[str] = None,
    rotate: bool = False,
    report: bool = True,
    automation: bool = False,
    upload: bool = False,
    uploader: Union[str, "os.PathLike[str]", None] = None,
    max_names: int = 0,
    strict: bool = False,
) -> Optional[Error]:
    """Opens the counter file of this program, version and toolchain. Counts
    made earlier are kept and move into it. Programs open, libraries only count.

    rotate: start a thread of libtel's that begins a new file when the week ends.
    report: make reports in passing, at most once a day.
    automation: runs under CI and test runners are use of this program.
    destination: the URL of the vendor's collector, to which the user consented
        (`tel.consent`). Without one, reports stay on this machine.
    upload: if the mode is on, start `tel upload` in the background, at most once
        a day, to send there what is due; `tel.flush` sends in this process.
    uploader: the command `tel` for that, an absolute path; default: where libtel
        was built to be installed.

    None if counts now go into the file. What this machine or user does not
    allow (OffError, SystemRefusedError, FullError, ...) is returned: counts
    stay in memory. With `strict` it is raised, as InvalidError and BusyError
    always are. In a sub-interpreter it is always UnsupportedError, raised.
    """
    if problem:
        # An installation without libtel goes on without counting.
        return _settled(_abi.UNSUPPORTED, strict or "sub-interpreter" in problem)
    if _State.under_test:
        return None
    settings: Dict[str, Any] = dict(
        program=default_program() if program is None else program, version=version,
        toolchain=default_toolchain() if toolchain is None else toolchain, vendor=vendor,
        directory=directory, destination=destination, uploader=uploader, max_names=max_names)
    flags = (
        (_abi.ROTATE if rotate else 0) | (0 if report else _abi.NO_REPORT) | (_abi.AUTOMATION if automation else 0)
        | (_abi.UPLOAD if upload else 0))
    config = _config(flags=flags, **settings)
    status = lib.tel_open(ctypes.byref(config))
    if status not in (_abi.INVALID, _abi.BUSY):
        _State.program = settings["program"]
        if _State.settings is None or rotate:
            _State.settings = {**settings, "flags": flags}
    return _settled(status, strict)


def default_toolchain() -> str:
    """cpython3.11"""
    return f"{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}"


def rotate(*, strict: bool = False) -> Optional[Error]:
    """Starts a new file if the week is over, and looks again at the mode. For
    programs that run for days: call it once an hour, or open with rotate=True.
    Answers as `open` does; InvalidError before that."""
    return _settled(lib.tel_rotate(), strict)


def close() -> None:
    """Unmaps the file; counts stay in memory until the next open. A program
    that ends need not call it."""
    if not _State.under_test:
        lib.tel_close()
        _State.settings, _State.program = None, ""


def mode() -> Mode:
    """The mode in effect: the lowest of all layers."""
    return Mode(lib.tel_get_mode())


def stored_mode() -> Mode:
    """What the user has said; another layer may hold the mode in effect down."""
    return Mode(lib.tel_stored_mode())


def set_mode(mode: Union[Mode, int, str]) -> None:
    """Writes the mode file: only when the user has just said so."""
    try:
        chosen = Mode[mode.upper()] if isinstance(mode, str) else Mode(mode)
    except (KeyError, ValueError, TypeError):
        raise InvalidError(f"the modes are off, local and on, and not {mode!r}") from None
    check(lib.tel_set_mode(chosen))


def directory() -> str:
    """The telemetry directory; "" if there is none."""
    return os.fsdecode(lib.tel_directory())


def counter_file() -> str:
    """The counter file in use; "" if there is none."""
    return os.fsdecode(lib.tel_counter_file())


def version() -> str:
    """Of the libtel that is loaded; "0.0.0" if none is."""
    number = lib.tel_version()
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def _leave() -> None:
    """At exit: a thread of libtel's must not call into a Python that is going
    away. So where it could, it ends here; counting goes on without it."""
    settings = _State.settings
    if settings is None or not settings["flags"] & _abi.ROTATE or not _logger.is_set():
        return
    _State.leaving = True
    _logger.set_logger(None)
    try:
        config = _config(**{**settings, "flags": _abi.NO_REPORT | settings["flags"] & _abi.AUTOMATION})
        lib.tel_close()
        lib.tel_open(ctypes.byref(config))
    except Exception:
        pass


atexit.register(_leave)
