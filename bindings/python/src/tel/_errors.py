"""Statuses as exceptions."""

from __future__ import annotations

from _thread import get_ident

from tel import _abi
from tel._library import lib

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Dict, Type


class Error(Exception):
    """What libtel answered, with its sentence. `status` is the number, `name`
    what tel.h calls it: TEL_E_IO."""

    status = 0

    def __init__(self, message: str, status: int = 0):
        super().__init__(message)
        self.status = status or type(self).status

    @property
    def name(self) -> str:
        return str(lib.tel_status_name(self.status).decode())


class InvalidError(Error, ValueError):
    """An argument is wrong."""

    status = _abi.INVALID


class OffError(Error):
    """Telemetry is off: by the user, or because it can't be safe here."""

    status = _abi.OFF


class SystemRefusedError(Error):
    """The operating system refused."""

    status = _abi.IO


class CorruptError(Error):
    """A file is not what it says it is."""

    status = _abi.CORRUPT


class FullError(Error):
    """No room left: on the disk, or in what libtel may use."""

    status = _abi.FULL


class NotFoundError(Error, LookupError):
    """No such counter, file or report."""

    status = _abi.NOT_FOUND


class BusyError(Error):
    """Another process is doing the same, or this one is open as another program."""

    status = _abi.BUSY


class TimedOutError(Error):
    """Time was up; what is left is done next time."""

    status = _abi.TIMEOUT


class UnsupportedError(Error):
    """This platform, file system or interpreter can't do it."""

    status = _abi.UNSUPPORTED


class PluginError(Error):
    """A plugin failed or speaks another ABI."""

    status = _abi.PLUGIN


_BY_STATUS: Dict[int, Type[Error]] = {kind.status: kind for kind in Error.__subclasses__()}


# What a plugin in Python raised, by thread, until the call returns that led to it.
raised: Dict[int, BaseException] = {}


def error_of(status: int) -> Error:
    """The exception for a status that this thread's latest call returned."""
    message = lib.tel_error_message().decode("utf-8", "replace")
    error = _BY_STATUS.get(status, Error)(message or f"libtel answered {status}", status)
    error.__cause__ = raised.pop(get_ident(), None)
    return error


def check(status: int) -> None:
    if status != _abi.OK:
        raise error_of(status)
