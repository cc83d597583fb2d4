"""ctypes, or where that can't be imported, as in an isolated sub-interpreter,
types that can be named and are never used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    import ctypes
except ImportError:

    class _Type:
        def __init__(self, *arguments: Any, **named: Any) -> None:
            pass

    class ctypes:  # type: ignore[no-redef]
        c_char_p = c_int32 = c_int64 = c_size_t = c_uint32 = c_uint64 = c_void_p = Structure = _Type

        @staticmethod
        def POINTER(type: Any) -> Any:
            return _Type

        @staticmethod
        def CFUNCTYPE(*types: Any) -> Any:
            return _Type

__all__ = ["ctypes"]
