"""A transport in Python as libtel sees it: the structs of tel/plugin.h."""

from __future__ import annotations

import math
from _thread import get_ident
from typing import Any, Callable, List, Optional, Union

from tel import _abi
from tel import _plugin_abi as abi
from tel._ctypes import ctypes
from tel._errors import Error, InvalidError, raised
from tel._library import lib
from tel.exporter import Exporter
from tel.transport import Answer, Document, Request, Transport

MOST_TEXT = 1024  # bytes of a problem
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Bridge:
    """Keeps all that C has pointers to."""

    def __init__(self, transport: Transport):
        self.transport = transport
        schemes = _schemes(transport)
        names = (transport.name or _default_name(type(transport).__name__), transport.version, transport.summary or _first_line(type(transport).__doc__))
        self.schemes = (ctypes.c_char_p * (len(schemes) + 1))(*(_word("scheme", scheme) for scheme in schemes), None)
        exchanges, sends = (_has_own(transport, method) for method in ("exchange", "send"))
        if not exchanges and not sends:
            raise InvalidError(f"a transport has exchange or send, and {type(transport).__name__} has neither")
        self.table = abi.Transport(
            size=ctypes.sizeof(abi.Transport), schemes=self.schemes,
            send=abi.SendFunction(self.send) if sends else abi.SendFunction(),
            exchange=abi.ExchangeFunction(self.exchange) if exchanges else abi.ExchangeFunction())
        self.plugin = abi.Plugin(
            size=ctypes.sizeof(abi.Plugin), abi=abi.PLUGIN_ABI, name=_word("name", names[0]), version=_word("version", names[1]),
            summary=_word("summary", names[2]), start=abi.StartFunction(self.start), query=abi.QueryFunction(self.query))

    # ---- libtel calls these. Nothing is raised into it.

    def query(self, interface: Any) -> Optional[int]:
        return ctypes.addressof(self.table) if interface == abi.TRANSPORT else None

    def start(self, host: Any, settings: Any, state: Any) -> int:
        return _guarded(lambda: self.transport.start(None if settings is None else settings.decode("utf-8", "replace")))

    def send(self, state: Any, url: Any, document: Any, timeout: int) -> int:
        return _guarded(lambda: self.transport.send(_string(url), _document(document.contents), timeout / 1000))

    def exchange(self, state: Any, request: Any, answer: Any) -> int:
        told = answer.contents

        def tell(key: bytes, text: Any) -> None:
            if text is not None:
                told.tell(told.context, key, _plain(text))

        def carry() -> Optional[int]:
            asked = request.contents
            document = _document(asked.document.contents) if asked.document else None
            tag = None if asked.tag is None else _string(asked.tag)
            result = self.transport.exchange(Request(_string(asked.url), document, tag, asked.timeout_ms / 1000, asked.most))
            if not isinstance(result, Answer):
                raise TypeError(f"exchange returned {type(result).__name__}, and not a tel.transport.Answer")
            if not isinstance(result.code, int) or not 100 <= result.code <= 599:
                raise ValueError(f"{result.code!r} is no code of an answer")
            told.code, told.retry_after = result.code, min(max(math.ceil(result.retry_after), 0), 2**32 - 1)
            tell(b"tag", result.tag)
            tell(b"location", result.location)
            for part in (result.body,) if isinstance(result.body, (bytes, bytearray, memoryview)) else result.body:
                data = bytes(part)
                status = told.write(told.context, data, len(data))
                if status != _abi.OK:
                    return int(status)
            return None

        return _guarded(carry, lambda problem: tell(b"problem", problem))


def _guarded(call: Callable[[], Optional[int]], complain: Callable[[str], None] = lambda problem: None) -> int:
    """What a method did, as a status."""
    before = raised.get(get_ident())
    if before is not None and not isinstance(before, Exception):
        return _abi.BUSY  # an exit ended the exchange before, and so the rest
    try:
        return call() or _abi.OK
    except BaseException as error:
        raised[get_ident()] = error
        try:
            complain(_sentence(error))
        except BaseException:
            pass
        return _status(error)


def _status(error: BaseException) -> int:
    if isinstance(error, Error) and error.status < 0:
        return error.status
    if isinstance(error, TimeoutError):
        return _abi.TIMEOUT
    if isinstance(error, OSError):
        return _abi.IO
    # An exit is no defect, and no reason to try again at once.
    return _abi.PLUGIN if isinstance(error, Exception) else _abi.BUSY


def _sentence(error: BaseException) -> str:
    text = str(error)
    is_known = isinstance(error, (Error, OSError))
    return text if is_known and text else f"{type(error).__name__}: {text}" if text else type(error).__name__


def _plain(text: Any) -> bytes:
    """One line for C."""
    return bytes(" ".join(str(text).replace("\0", " ").split()).encode("utf-8", "replace")[:MOST_TEXT])


def _string(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _document(document: Any) -> Document:
    return Document(_string(document.name), _string(document.media_type), ctypes.string_at(document.bytes, document.count))


def _schemes(transport: Any) -> List[str]:
    schemes = getattr(transport, "schemes", None)
    if isinstance(schemes, str) or not schemes:
        raise InvalidError(f"a transport has a list of schemes, and not {schemes!r}")
    return list(schemes)


def _word(what: str, value: Any) -> bytes:
    if not isinstance(value, str) or "\0" in value:
        raise InvalidError(f"the {what} of a transport is no text: {value!r}")
    return value.encode("utf-8", "replace")


def _first_line(text: Optional[str]) -> str:
    return (text or "").strip().partition("\n")[0]


def _default_name(kind: str) -> str:
    """"fast-pigeon" for FastPigeon."""
    spelled = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind)
    parts = "".join(letter if letter in LETTERS else "-" for letter in spelled).split("-")
    return "-".join(part for part in parts if part)[:32].strip("-") or "python"


def _has_own(transport: Any, method: str) -> bool:
    function = getattr(type(transport), method, None)
    return function is not None and function is not getattr(Transport, method)


# Never freed: libtel keeps pointers into them for good, as it does if it has
# refused one in the middle of asking.
_bridges: List[Any] = []


def register(plugin: Union[Transport, Exporter], settings: Optional[bytes]) -> int:
    if isinstance(plugin, Exporter):
        from tel._export_bridge import ExportBridge

        bridge: Union[Bridge, ExportBridge] = ExportBridge(plugin)
    else:
        bridge = Bridge(plugin)
    _bridges.append(bridge)
    raised.pop(get_ident(), None)
    return int(lib.tel_plugin_register(ctypes.addressof(bridge.plugin), settings))
