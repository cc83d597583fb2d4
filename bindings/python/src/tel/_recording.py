"""Counters and histograms. Nothing here raises when something is recorded:
what is no name or no number is dropped, and libtel counts that it was."""

from __future__ import annotations

import enum
import functools
from operator import index

from tel import _abi
from tel._ctypes import ctypes
from tel._errors import InvalidError, check
from tel._library import lib, problem

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Optional, Protocol, Tuple, Union

    Name = Union[str, bytes]

    class _Inc(Protocol):
        def __call__(self, name: Name, n: int = 1) -> None: ...

    class _Add(Protocol):
        def __call__(self, name: Name, n: int) -> None: ...

    _Made = Tuple[Callable[[Any], bytes], Callable[[Any], int], _Add, _Inc]

_MAXIMUM = 2**64 - 1
# No counter has such a name, so libtel drops it, counts that under
# tel/dropped:name, and the logger hears these words.
_NO_NAME = b"(what is no name)"
_NO_NUMBER = b"(what is no number)"


class Unit(enum.IntEnum):
    """What a histogram's bounds are, and so how its buckets are called."""

    NONE = 0  # "<100"
    NANOSECONDS = 1  # "<10ms"
    BYTES = 2  # "<4KiB"


def _functions(tel_counter_add: Any, index: Any, maximum: int, no_name: bytes, no_number: bytes) -> _Made:
    """What records keeps all that it uses to itself: when the interpreter ends,
    a module's names are gone before the last objects are."""

    def encoded(name: Any) -> bytes:
        """Raises something for what C could not be given."""
        made = name if type(name) is bytes else name.encode() if isinstance(name, str) else bytes(memoryview(name))
        if b"\0" in made:
            raise ValueError
        return made

    def amount(n: Any) -> int:
        """Raises something for what is no number or is below 0."""
        number: int = index(n)
        if number < 0:
            raise ValueError
        return min(number, maximum)

    def carefully(name: Any, n: Any) -> None:
        try:
            key = encoded(name)
            try:
                n = amount(n)
            except Exception:
                key, n = no_number, 1
            tel_counter_add(key, n)
        except Exception:
            tel_counter_add(no_name, 1)

    def inc(name: Name, n: int = 1) -> None:
        """Adds one, or n, to the counter of this name."""
        # What is usual without another call.
        if type(name) is str and type(n) is int and 0 <= n <= maximum and name.isprintable():
            tel_counter_add(name.encode(), n)
        else:
            carefully(name, n)

    def add(name: Name, n: int) -> None:
        """Adds n to the counter of this name. 0 does nothing, and a sum that is
        too large for 64 bits stays at their maximum."""
        if type(name) is str and type(n) is int and 0 <= n <= maximum and name.isprintable():
            tel_counter_add(name.encode(), n)
        else:
            carefully(name, n)

    return encoded, amount, add, inc


_encoded, _amount, add, inc = _functions(lib.tel_counter_add, index, _MAXIMUM, _NO_NAME, _NO_NUMBER)
add.__qualname__, inc.__qualname__ = "add", "inc"  # type: ignore[attr-defined]


def _name_or_none(name: Any) -> bytes:
    try:
        return _encoded(name)
    except Exception:
        return _NO_NAME


class _Recording:
    """What a handle uses, beside the module's names: see _functions."""

    __slots__ = ()
    _add = lib.tel_add
    _amount = staticmethod(_amount)
    _maximum = _MAXIMUM
    _record = lib.tel_histogram_record
    _no_number = staticmethod(functools.partial(lib.tel_counter_inc, _NO_NUMBER))


def read(name: Name) -> int:
    """The counter's value in the current file, other processes' adds included.
    NotFoundError if nobody has counted it."""
    try:
        encoded = _encoded(name)
    except Exception:
        raise InvalidError("a counter's name is text without a NUL") from None
    if problem:
        check(_abi.UNSUPPORTED)
    value = ctypes.c_uint64()
    check(lib.tel_counter_read(encoded, ctypes.byref(value)))
    return value.value


class Counter(_Recording):
    """A counter that was looked up once. Keep it where you count often; it is
    valid as long as the process, over rotation, closing and forks."""

    # With what help() says of them.
    __slots__ = {"_encoded": None, "_handle": None, "inc": "inc(): adds one.", "name": "What it was made with."}
    inc: Callable[[], None]

    def __init__(self, name: Name):
        self.name = name
        self._encoded = _name_or_none(name)
        self._handle = ctypes.c_void_p(lib.tel_counter_named(self._encoded))
        # No method, which would cost a frame of Python's: the call itself. By
        # name, because an argument costs more than to find a text whose address
        # libtel knows.
        self.inc = functools.partial(lib.quick_inc, ctypes.c_char_p(self._encoded))

    def add(self, n: int) -> None:
        """Adds n."""
        try:
            self._add(self._handle, n if type(n) is int and 0 <= n <= self._maximum else self._amount(n))
        except Exception:
            self._no_number()

    def read(self) -> int:
        """The value, other processes' adds included."""
        if problem:
            return 0
        value = ctypes.c_uint64()
        status = lib.tel_counter_read(self._encoded, ctypes.byref(value))
        if status not in (_abi.OK, _abi.NOT_FOUND):
            check(status)
        return value.value

    def __repr__(self) -> str:
        return f"tel.counter({self.name!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        """Another process, as multiprocessing starts them, looks it up there."""
        return counter, (self.name,)


def counter(name: Name) -> Counter:
    """The handle of a counter. An open file shows the counter, with 0, from
    here on. A bad name gives a handle whose adds are dropped."""
    return Counter(name)


class Histogram(_Recording):
    """A chart with one counter for each bucket. tel.histogram makes it."""

    __slots__ = ("_handle", "_made_of", "chart")

    def __init__(self, chart: Name, bounds: Optional[Iterable[int]] = None, unit: int = Unit.NANOSECONDS):
        self.chart = chart
        self._handle: Any = None
        try:
            limits = None if bounds is None else tuple(index(bound) for bound in bounds)
            unit = index(unit)
        except TypeError:
            raise InvalidError("a histogram's bounds are integers, in its unit") from None
        if limits is not None and (not limits or not all(0 < bound <= _MAXIMUM for bound in limits)):
            raise InvalidError("a histogram's bounds are 1 to 64, each from 1 to the maximum of 64 bits")
        if not -(2**31) <= unit < 2**31:
            raise InvalidError("a histogram's unit is one of tel.Unit")
        self._made_of = (chart, limits, unit)
        if problem:
            return
        made = ctypes.c_void_p()
        array = None if limits is None else (ctypes.c_uint64 * len(limits))(*limits)
        status = lib.tel_histogram_named(ctypes.byref(made), _name_or_none(chart), unit, array, len(limits or ()))
        if status == _abi.INVALID:
            check(status)
        # Full, for one, is no fault of the author's: then nothing is recorded.
        self._handle = made

    def record(self, value: int) -> None:
        """Counts one value, in the histogram's unit."""
        try:
            self._record(self._handle, value if type(value) is int and 0 <= value <= self._maximum else self._amount(value))
        except Exception:
            self._no_number()

    def __repr__(self) -> str:
        return f"tel.histogram({self.chart!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return Histogram, self._made_of


def histogram(chart: Name, bounds: Optional[Iterable[int]] = None, unit: int = Unit.NANOSECONDS) -> Histogram:
    """The histogram of a chart. Without bounds, for nanoseconds, they are 10ms
    50ms 100ms 200ms 500ms 1s 5s 24h. InvalidError if a bound or the chart's
    name is wrong."""
    return Histogram(chart, bounds, unit)
