"""Stacks of Python code: walking, naming, and counters for them."""

from __future__ import annotations

import functools
import sys

from tel import _abi
from tel._ctypes import ctypes
from tel._library import lib, problem
from tel._recording import _NO_NAME, _name_or_none

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple

    from tel._recording import Name

    # Of one place in the code, and that twice for each frame: see Stack.inc.
    _Key = Tuple[int, ...]
    _Known = Dict[_Key, Tuple[Callable[[], None], List[CodeType]]]

_DEEPEST, _USUAL = 64, 16
_MOST_NAMES, _MOST_STACKS = 1024, 4096
_MAXIMUM_NAME, _TRUNCATED = 4096, b"\ntruncated\n"


class Frame:
    """One call: module, function, and the line counted from the function's first."""

    __slots__ = ("function", "line", "scope")

    def __init__(self, code: CodeType, scope: Any, line: Any):
        # Without the class before Python 3.11.
        inner, _, self.function = _plain(getattr(code, "co_qualname", code.co_name)).rpartition(b".")
        self.scope = b".".join(part for part in (_plain(scope), inner) if part)
        self.line = max(0, (line or 0) - code.co_firstlineno)


def _plain(name: Any) -> bytes:
    """Template engines, for one, name modules after files: a path is no name."""
    if not isinstance(name, str):
        return b""
    if "/" in name or "\\" in name:
        return b"?"
    return name.encode("utf-8", "replace").replace(b"\0", b"?").replace(b"\n", b"?")


def record(name: bytes, frames: Sequence[Frame]) -> None:
    """Adds one to the counter of this name and these frames, innermost first."""
    array = (_abi.Frame * len(frames))(*(_abi.Frame(scope=frame.scope, function=frame.function, line=frame.line) for frame in frames))
    lib.tel_stack_inc_frames(name, array, len(frames))


def encoded(name: bytes, frames: Iterable[Frame]) -> bytes:
    """What libtel calls that counter."""
    room = _MAXIMUM_NAME - len(_TRUNCATED)
    text, kept, previous = name, name, b""
    for frame in frames:
        scope = b'"' if frame.scope and frame.scope == previous else frame.scope
        previous = frame.scope
        text += b"\n%s.%s:+%d,+0x0" % (scope, frame.function, frame.line)
        if len(text) <= room:
            kept = text
        if len(text) > _MAXIMUM_NAME:
            return kept[:room] + _TRUNCATED
    return text


class _Stacks:
    """The stacks of one name that were counted before."""

    of_all_names = 0
    by_name: Dict[bytes, _Known] = {}

    @classmethod
    def named(cls, name: bytes) -> _Known:
        known = cls.by_name.get(name)
        if known is None:
            known = {}
            if len(cls.by_name) < _MOST_NAMES:
                known = cls.by_name.setdefault(name, known)
        return known


class Stack:
    """A name, and a counter for each way the program came to where `inc` is
    called. tel.stack makes it."""

    __slots__ = ("_deepest", "_encoded", "_known", "depth", "name")
    # When the interpreter ends, a module's names are gone before the last objects are.
    _current = staticmethod(sys._getframe)
    _drop = staticmethod(functools.partial(lib.tel_counter_inc, _NO_NAME))

    def __init__(self, name: Name, depth: int = _USUAL):
        self.name, self.depth = name, depth
        self._encoded = _name_or_none(name)
        self._deepest = range(min(depth, _DEEPEST) if type(depth) is int and 0 < depth else _USUAL)
        self._known = _Stacks.named(self._encoded)

    def inc(self) -> None:
        """Adds one to the counter of this name and the caller's stack."""
        try:
            frame: Any = self._current(1)
            # An id says which code it is as long as that lives: _known keeps it.
            places: List[int] = []
            add, identity = places.append, id
            for _ in self._deepest:
                add(identity(frame.f_code))
                add(frame.f_lasti)
                frame = frame.f_back
                if frame is None:
                    break
            key = tuple(places)
            known = self._known.get(key)
            if known is None:
                self._first(self._current(1), key)
            else:
                known[0]()
        except Exception:
            self._drop()

    def _first(self, frame: Any, key: _Key) -> None:
        if problem:
            return
        frames: List[Frame] = []
        codes: List[CodeType] = []
        while frame is not None and len(frames) < len(self._deepest):
            frames.append(Frame(frame.f_code, frame.f_globals.get("__name__"), frame.f_lineno))
            codes.append(frame.f_code)
            frame = frame.f_back
        record(self._encoded, frames)
        text = encoded(self._encoded, frames)
        # What libtel has dropped is not there under that name, nor worth keeping.
        value = ctypes.c_uint64()
        if _Stacks.of_all_names < _MOST_STACKS and lib.tel_counter_read(text, ctypes.byref(value)) == _abi.OK:
            _Stacks.of_all_names += 1
            self._known[key] = functools.partial(lib.quick_inc, ctypes.c_char_p(text)), codes

    def __repr__(self) -> str:
        return f"tel.stack({self.name!r}, {self.depth!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return stack, (self.name, self.depth)


def stack(name: Name, depth: int = _USUAL) -> Stack:
    """The stack counter of this name: `tel.stack("editor/bug:eof").inc()` adds
    one to the counter named by it and the caller's stack, at most `depth` frames
    deep, 64 at most. Its frames are modules, functions and lines counted from
    the function's first, never a path or an argument. Keep it where you count
    often."""
    return Stack(name, depth)
