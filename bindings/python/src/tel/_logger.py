"""libtel's sentences, for a function or a logger of Python's."""

from __future__ import annotations

import sys
from _thread import get_ident

from tel import _abi
from tel._errors import InvalidError
from tel._library import lib, problem

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    import logging
    from typing import Any, Callable, Optional, Set, Union

# logging.DEBUG and so on, for libtel's levels.
_LEVELS = (10, 20, 30, 40)

_receiver: Optional[Callable[[int, str], Any]] = None
_inside: Set[int] = set()  # threads


def _say(context: Any, level: int, message: bytes) -> None:
    """libtel calls this, on any thread. Nothing is raised into it, and what the
    receiver itself gives rise to is not said to it again."""
    receiver, thread = _receiver, get_ident()
    if receiver is None or thread in _inside:
        return
    _inside.add(thread)
    try:
        receiver(_LEVELS[min(max(level, 0), 3)], message.decode("utf-8", "replace"))
    except BaseException:
        pass
    finally:
        _inside.discard(thread)


# Never freed: a thread may be on its way into it.
_bridge = _abi.LogFunction(_say)


def set_logger(receiver: Optional[Union[Callable[[int, str], Any], logging.Logger]]) -> None:
    """Where libtel's sentences go: to a logging.Logger, or to a function of a
    level of `logging` and a text, from whichever thread met the problem. None,
    as at first, is silence. What the receiver raises is ignored."""
    global _receiver
    module = sys.modules.get("logging")
    if module is not None and isinstance(receiver, (module.Logger, module.LoggerAdapter)):
        log = receiver.log
        _receiver = lambda level, message: log(level, "%s", message)  # noqa: E731
    elif receiver is None or callable(receiver):
        _receiver = receiver
    else:
        raise InvalidError(f"this is no logger: {receiver!r}")
    if not problem:
        lib.tel_set_logger(_bridge if receiver is not None else _abi.LogFunction(), None)


def is_set() -> bool:
    return _receiver is not None
