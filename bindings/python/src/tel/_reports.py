"""Counter files and reports: reading them, and making and sending reports."""

from __future__ import annotations

import math
import os
from _thread import get_ident
from types import SimpleNamespace

from tel import _abi
from tel._ctypes import ctypes
from tel._errors import Error, InvalidError, check, error_of, raised
from tel._library import lib, problem

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Union

    Path = Union[str, bytes, os.PathLike[str]]


class Program(SimpleNamespace):
    """A program of a counter file or a report. The name of a stack has a line
    for each frame."""

    program: str
    version: str
    toolchain: str
    os: str
    arch: str
    counters: Dict[str, int]
    stacks: Dict[str, int]

    def __init__(self, program: str, version: str, toolchain: str, os: str, arch: str):
        super().__init__(program=program, version=version, toolchain=toolchain, os=os, arch=arch, counters={}, stacks={})


class Report(SimpleNamespace):
    """A week. Only a counter file has its begin; a report's is ""."""

    begin: str
    end: str
    programs: List[Program]

    def __init__(self, begin: str, end: str):
        super().__init__(begin=begin, end=end, programs=[])


def _text(value: Optional[bytes]) -> str:
    """Any bytes come back from it by encode("utf-8", "surrogateescape")."""
    return (value or b"").decode("utf-8", "surrogateescape")


def _encoded(path: Optional[Path]) -> Optional[bytes]:
    try:
        encoded = None if path is None else os.fsencode(path)
    except TypeError:
        encoded = b"\0"
    if encoded is not None and b"\0" in encoded:
        raise InvalidError(f"no path: {path!r}")
    return encoded


def visit(
    path: Optional[Path] = None,
    *,
    week: Optional[Callable[[str, str], Any]] = None,
    program: Optional[Callable[[Program], Any]] = None,
    counter: Optional[Callable[[str, int], Any]] = None,
    stack: Optional[Callable[[str, int], Any]] = None,
) -> bool:
    """Walks a counter file (.count) or a report (.json), without a path this
    process's own counter file: the week, then each program followed by its
    counters and stacks. A true value from a function ends the visit, and then
    True is returned; what a function raises ends it, too."""
    if problem:
        check(_abi.UNSUPPORTED)
    stopped_by: List[BaseException] = []

    def guarded(function: Optional[Callable[..., Any]], kind: Any, convert: Callable[..., Any]) -> Any:
        if function is None:
            return kind()

        def call(context: Any, *arguments: Any) -> int:
            try:
                return 1 if function(*convert(*arguments)) else 0
            except BaseException as error:
                stopped_by.append(error)
                return 1

        return kind(call)

    def identity(told: Any) -> Any:
        told = told.contents
        return (Program(_text(told.program), _text(told.version), _text(told.toolchain), _text(told.os), _text(told.arch)),)

    visitor = _abi.Visitor(
        size=ctypes.sizeof(_abi.Visitor),
        week=guarded(week, _abi.WeekFunction, lambda begin, end: (_text(begin), _text(end))),
        program=guarded(program, _abi.ProgramFunction, identity),
        counter=guarded(counter, _abi.CountFunction, lambda name, value: (_text(name), value)),
        stack=guarded(stack, _abi.CountFunction, lambda name, value: (_text(name), value)))
    status = lib.tel_report_visit(_encoded(path), ctypes.byref(visitor))
    if stopped_by:
        raise stopped_by[0]
    if status < 0:
        raise error_of(status)
    return bool(status)


def read_report(path: Optional[Path] = None) -> Report:
    """A whole counter file or report; without a path, this process's own."""
    report = Report("", "")

    def week(begin: str, end: str) -> None:
        report.begin, report.end = begin, end

    def counter(name: str, value: int) -> None:
        report.programs[-1].counters[name] = value

    def stack(name: str, value: int) -> None:
        report.programs[-1].stacks[name] = value

    visit(path, week=week, program=report.programs.append, counter=counter, stack=stack)
    return report


def export_report(path: Optional[Path] = None, format: str = "json") -> bytes:
    """A counter file or a report in a format for other systems: "json", "csv",
    "prometheus", "otlp", or a plugin's; without a path, this process's own file."""
    if problem:
        check(_abi.UNSUPPORTED)
    pieces: List[bytes] = []
    stopped_by: List[BaseException] = []

    def write(context: Any, data: Any, count: int) -> int:
        try:
            pieces.append(ctypes.string_at(data, count))
            return int(_abi.OK)
        except BaseException as error:
            stopped_by.append(error)
            return 1

    if not isinstance(format, str) or "\0" in format:
        raise InvalidError(f"no format: {format!r}")
    thread = get_ident()
    raised.pop(thread, None)
    status = lib.tel_report_export(_encoded(path), format.encode("utf-8", "replace"), _abi.WriteFunction(write), None)
    passed = raised.pop(thread, None)  # by an exporter in Python
    if stopped_by or passed is not None:
        raise stopped_by[0] if stopped_by else passed  # type: ignore[misc]
    if status != _abi.OK:
        raise error_of(status)
    return b"".join(pieces)


class FlushResult(SimpleNamespace):
    """What became of the reports. `error` is why not all was done that could
    have been, or None."""

    made: int  # on this machine
    sent: int  # the collector took them
    rejected: int  # the collector refused them, or they were too old
    waiting: int  # for a later try
    error: Optional[Error]

    def __init__(self, made: int = 0, sent: int = 0, rejected: int = 0, waiting: int = 0, error: Optional[Error] = None):
        super().__init__(made=made, sent=sent, rejected=rejected, waiting=waiting, error=error)


def flush(timeout: Optional[float] = None, *, strict: bool = False) -> FlushResult:
    """Turns every finished week into a report. Then, if the user has consented
    to the destination that `open` was given, sends what is due. It may wait for
    the network: a program that is used by hand opens with upload=True instead.

    timeout: in seconds; without one, the reports take as long as they take, and
    sending a minute. What is left is done next time.

    Nothing is raised but InvalidError for a timeout that is none. What is no
    failure of the program is in the result: a network that is down, another
    process that is at it (BusyError), a destination that the user has not
    consented to, a report that the collector refused (both InvalidError). With
    `strict` that is raised. Ctrl-C ends it, and what is left waits."""
    milliseconds = 0
    if timeout is not None:
        try:
            milliseconds = max(1, math.ceil(timeout * 1000)) if timeout >= 0 else -1
        except (TypeError, ValueError, OverflowError):
            milliseconds = -1
        if not 0 <= milliseconds < 2**32:
            raise InvalidError(f"a timeout is a number of seconds, 0 or more: {timeout!r}")
    if problem:
        result = FlushResult(error=error_of(_abi.UNSUPPORTED))
    else:
        result = _interruptibly(lambda: _flush(milliseconds))
    if result.error is not None and strict:
        raise result.error
    return result


def _flush(milliseconds: int) -> FlushResult:
    told = _abi.FlushResult(size=ctypes.sizeof(_abi.FlushResult))
    thread = get_ident()
    raised.pop(thread, None)
    status = lib.tel_flush_report_result(milliseconds, ctypes.byref(told))
    passed = raised.get(thread)
    error = None if status == _abi.OK else error_of(status)
    raised.pop(thread, None)
    if passed is not None and not isinstance(passed, Exception):
        raise passed  # a transport in Python wants the program to end
    return FlushResult(told.made, told.sent, told.rejected, told.waiting, error)


def _interruptibly(call: Callable[[], FlushResult]) -> FlushResult:
    """Python sees Ctrl-C in its main thread, and not while that is in C. So
    another one waits for the network, and is left behind if need be: what it
    does may be cut short at any time."""
    import threading

    if threading.current_thread() is not threading.main_thread():
        return call()
    outcome: List[Any] = []

    def work() -> None:
        try:
            outcome.append(call())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, name="tel.flush", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # at exit there are no new ones
        return call()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]  # type: ignore[no-any-return]
