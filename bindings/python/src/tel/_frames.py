"""The caller's stack, as Python sees it."""

from __future__ import annotations

import sys

from tel import _abi
from tel._library import lib, problem
from tel._recording import _NO_NAME, _encoded

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, List, Optional

    from tel._recording import Name

_DEEPEST, _USUAL = 64, 16


def stack(name: Name, depth: int = _USUAL) -> None:
    """Adds one to the counter named by this name and the caller's stack, at
    most `depth` frames deep, 64 at most. Its frames are modules, functions and
    lines counted from the function's first, never a path or an argument."""
    try:
        if problem:
            return
        encoded = _encoded(name)
        depth = depth if type(depth) is int and 0 < depth else _USUAL
        frames = _walk(sys._getframe(1), min(depth, _DEEPEST))
        lib.tel_stack_inc_frames(encoded, (_abi.Frame * len(frames))(*frames), len(frames))
    except Exception:
        lib.tel_counter_inc(_NO_NAME)


def _walk(frame: Optional[FrameType], depth: int) -> List[Any]:
    """Innermost first."""
    frames: List[Any] = []
    while frame is not None and len(frames) < depth:
        code = frame.f_code
        frames.append(_abi.Frame(
            scope=_text(frame.f_globals.get("__name__")),
            # Without the class before Python 3.11.
            function=_text(getattr(code, "co_qualname", code.co_name)),
            line=max(0, (frame.f_lineno or 0) - code.co_firstlineno)))
        frame = frame.f_back
    return frames


def _text(name: Any) -> bytes:
    return name.encode("utf-8", "replace").replace(b"\0", b"?") if isinstance(name, str) else b""
