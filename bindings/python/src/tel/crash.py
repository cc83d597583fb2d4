"""Counts the program's own crashes, if it asks for that.

    tel.open("example.com/editor", version="2.4.1", vendor="example")
    tel.crash.watch(types=[EditorError])

An exception that nobody caught is counted as `crash/exception:<type>`, with the
stack on which it was raised, as tel.stack has it: modules, functions and lines,
and nothing of its message, of files or of values. The type is the name of a
built-in exception, or of one that `types` lists; of others it is `other`.

What is counted comes from sys.excepthook, threading.excepthook, and what asyncio
gives to the exception handler of its loops: a task whose exception nobody asked
for, a callback that raised. SystemExit, KeyboardInterrupt and a task that was
cancelled are no crashes, and neither is what sys.unraisablehook gets. Hooks that
were there are called as before; output and exit status stay as they are.

Not seen: exceptions in loops that are not asyncio's own, such as uvloop's, in
processes of multiprocessing and in threads of _thread, which print them
themselves; and what a hook that was set later keeps to itself.
"""

from __future__ import annotations

import builtins
import sys
from collections import deque

from tel import _abi, _process
from tel._errors import Error, InvalidError, OffError
from tel._frames import _USUAL, Frame, record
from tel._library import lib

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Type

_CHART = "crash/exception:"


class _State:
    names: List[Tuple[type, str]] = []  # what `types` has listed
    hooked: List[Callable[[], None]] = []  # takes a hook out again
    watching = False


def watch(*, types: Iterable[Type[BaseException]] = ()) -> Optional[Error]:
    """Counts uncaught exceptions from now on, and fatal signals where libtel can
    (tel_crash_watch): beside faulthandler, but not in the tests of a program.
    Call it after tel.open. Called again, it adds to the types.

    OffError is returned, and nothing changes, if telemetry is off; what keeps
    libtel from watching signals is returned, too. InvalidError is raised if one
    of the types is no class of exceptions or has no name."""
    names = [(kind, _name(kind)) for kind in types]
    if not lib.tel_get_mode():
        return OffError("telemetry is off, so crashes are not counted", _abi.OFF)
    result = _watch_signals()
    _State.names = [*_State.names, *names]
    if not _State.watching:
        _State.watching = True
        _hook_sys()
        _hook_threads()
        _hook_asyncio()
    return result


def unwatch() -> None:
    """For tests: counts no more exceptions, and takes its hooks out where nobody
    has put others on top. Signals stay watched."""
    _State.watching, _State.names = False, []
    while _State.hooked:
        _State.hooked.pop()()


def _watch_signals() -> Optional[Error]:
    """libtel's own part, if the one that is loaded has it."""
    crash_watch = getattr(lib, "tel_crash_watch", None)
    if crash_watch is None or _process._State.under_test:
        return None
    return _process._settled(crash_watch(_abi.CRASH_CHAIN if _is_faulthandlers() else 0), False)


def _is_faulthandlers() -> bool:
    """Whether the handlers that are there are faulthandler's, which end the
    process; a handler in Python does not."""
    faulthandler = sys.modules.get("faulthandler")
    if faulthandler is None or not faulthandler.is_enabled():
        return False
    import signal

    fatal = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
    return not any(callable(signal.getsignal(number)) for number in fatal)


def _name(kind: Any) -> str:
    name = kind.__name__ if isinstance(kind, type) and issubclass(kind, BaseException) else ""
    if not name.isidentifier():
        raise InvalidError(f"types lists classes of exceptions that have a name, and not {kind!r}")
    return name


# ---- Counting


def _count(kind: Any, traceback: Optional[TracebackType]) -> None:
    """Never raises: the program is about to end."""
    try:
        if _State.watching and not issubclass(kind, (SystemExit, KeyboardInterrupt)):
            record((_CHART + _bucket(kind)).encode(), _frames(traceback))
    except BaseException:
        pass


def _bucket(kind: Any) -> str:
    for listed, name in _State.names:
        if kind is listed:
            return name
    name = type.__dict__["__name__"].__get__(kind)  # what it says of itself could be anything
    return name if getattr(builtins, name, None) is kind else "other"


def _frames(traceback: Optional[TracebackType]) -> List[Frame]:
    """Innermost first."""
    innermost: deque[TracebackType] = deque(maxlen=_USUAL)
    while traceback is not None:
        innermost.appendleft(traceback)  # the outermost falls out on the right
        traceback = traceback.tb_next
    return [Frame(each.tb_frame.f_code, each.tb_frame.f_globals.get("__name__"), each.tb_lineno) for each in innermost]


# ---- Hooks


def _hook(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    before = getattr(owner, name)
    ours = make(before)
    setattr(owner, name, ours)

    def undo() -> None:
        if getattr(owner, name, None) is ours:
            setattr(owner, name, before)

    _State.hooked.append(undo)


def _hook_sys() -> None:
    def make(before: Any) -> Any:
        def excepthook(kind: Any, value: Any, traceback: Any) -> Any:
            if not hasattr(sys, "ps1"):  # who types at a prompt errs, and goes on
                _count(kind, traceback)
            return before(kind, value, traceback)

        return excepthook

    _hook(sys, "excepthook", make)


def _hook_threads() -> None:
    import threading

    def make(before: Any) -> Any:
        def excepthook(arguments: Any) -> Any:
            _count(arguments.exc_type, arguments.exc_traceback)
            return before(arguments)

        return excepthook

    _hook(threading, "excepthook", make)


def _hook_asyncio() -> None:
    """A loop has one exception handler, and that is the program's. So this is
    where all loops call it, or asyncio's own."""
    loops = sys.modules.get("asyncio.base_events")
    if loops is None:
        _await_import("asyncio.base_events", _hook_asyncio)
        return

    def make(before: Any) -> Any:
        def call_exception_handler(loop: Any, context: Dict[str, Any]) -> Any:
            error = context.get("exception") if type(context) is dict else None
            if error is not None and not _is_cancelled(error):
                _count(type(error), getattr(error, "__traceback__", None))
            return before(loop, context)

        return call_exception_handler

    _hook(loops.BaseEventLoop, "call_exception_handler", make)


def _is_cancelled(error: Any) -> bool:
    return isinstance(error, sys.modules["asyncio"].CancelledError)


def _await_import(name: str, then: Callable[[], None]) -> None:
    """asyncio takes longer to import than most programs to start, so it is left
    to those who use it. `then` is called when one has."""

    class Importer:
        @staticmethod
        def find_spec(wanted: str, path: Any = None, target: Any = None) -> Any:
            if wanted != name:
                return None
            undo()
            from importlib.util import find_spec

            found = find_spec(wanted)
            if found is None or found.loader is None or not _State.watching:
                return found
            loader = found.loader
            run = loader.exec_module

            def exec_module(module: Any) -> None:
                run(module)
                then()

            loader.exec_module = exec_module  # type: ignore[method-assign]
            return found

    def undo() -> None:
        if Importer in sys.meta_path:
            sys.meta_path.remove(Importer)

    sys.meta_path.insert(0, Importer)
    _State.hooked.append(undo)
