"""How long something takes, as a histogram."""

from __future__ import annotations

import functools
import sys
from time import perf_counter_ns

from tel._library import lib
from tel._recording import _NO_NAME, Histogram

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, List, Optional, TypeVar, Union

    from tel._recording import Name

    Function = TypeVar("Function", bound=Callable[..., Any])

_CO_COROUTINE = 0x80


def _is_coroutine(function: Any) -> bool:
    """As inspect tells it, which takes long to import; who has marked a
    function as one has imported it."""
    inspect = sys.modules.get("inspect")
    if inspect is not None:
        return bool(inspect.iscoroutinefunction(function))
    while isinstance(function, functools.partial):
        function = function.func
    return bool(getattr(getattr(function, "__code__", None), "co_flags", 0) & _CO_COROUTINE)


class timed:
    """Counts how long a block or a function takes, also one that raises.

        with tel.timed("editor/save/latency"):
            save()

        @tel.timed("editor/load/latency")
        async def load(): ...

    The decorated function may run in many threads and tasks at once; make a
    `timed` of its own for each `with`, as above. A coroutine function is timed
    until it is done, a generator function only until it has made its generator.
    """

    __slots__ = ("_histogram", "_started")
    # Not by the module's names: see _recording._functions.
    _now = staticmethod(perf_counter_ns)
    _no_name = staticmethod(functools.partial(lib.tel_counter_inc, _NO_NAME))

    def __init__(self, chart: Union[Name, Histogram], bounds: Optional[Iterable[int]] = None):
        self._histogram: Optional[Histogram] = None
        self._started: List[int] = []
        try:
            self._histogram = chart if isinstance(chart, Histogram) else Histogram(chart, bounds)
        except Exception:
            pass  # nothing will be recorded, and that is counted

    def _record(self, start: int) -> None:
        if self._histogram is None:
            self._no_name()
        else:
            self._histogram.record(self._now() - start)

    def __enter__(self) -> "timed":
        self._started.append(self._now())
        return self

    def __exit__(self, *what: Any) -> None:
        try:
            start = self._started.pop()
        except IndexError:
            return
        self._record(start)

    def __call__(self, function: Function) -> Function:
        made: Any
        if _is_coroutine(function):

            async def made(*arguments: Any, **named: Any) -> Any:
                start = self._now()
                try:
                    return await function(*arguments, **named)
                finally:
                    self._record(start)

        else:

            def made(*arguments: Any, **named: Any) -> Any:
                start = self._now()
                try:
                    return function(*arguments, **named)
                finally:
                    self._record(start)

        functools.update_wrapper(made, function)
        result: Function = made
        return result
