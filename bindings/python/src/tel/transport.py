"""Transports in Python: what carries reports to a collector.

    import tel, tel.transport

    class Intranet(tel.transport.Transport):
        schemes = ["https"]

        def exchange(self, request):
            if request.document is None:
                return tel.transport.Answer(200, session.fetch(request.url))
            session.post(request.url, request.document.data)
            return tel.transport.Answer(200)

    tel.plugins.register(Intranet())
    tel.open("example.com/editor", vendor="example", destination="https://telemetry.example.org")
    tel.flush()

examples/python/transport.py is a whole one.

libtel decides what may be sent, when and whether again; a transport carries. It
goes before those that came with libtel. Its methods are called during
`tel.flush`, one at a time, on a thread of its own or the one that called it.

What a transport raises goes no further than libtel: TimeoutError and other
OSErrors, as of a network, mean that it is tried again later; a tel.Error means
what its status does; anything else is a defect of the transport, and its text
is in the error of `tel.flush`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional, Sequence, Union

__all__ = ["Answer", "Document", "Request", "Transport"]


@dataclass(frozen=True)
class Document:
    """A report."""

    name: str  # 2026-11-27.json
    media_type: str  # application/json
    data: bytes


@dataclass(frozen=True)
class Request:
    """One request to the collector."""

    url: str  # where to, complete
    document: Optional[Document]  # to deliver there; None: fetch what is there
    tag: Optional[str]  # of what libtel has from there already, an ETag
    timeout: float  # seconds for the whole exchange
    most: int  # more bytes of an answer than these are an error


@dataclass(frozen=True)
class Answer:
    """What came back. Redirects are not followed: libtel does that."""

    code: int  # as in HTTP: 200, 304, 404, 503
    body: Union[bytes, Iterable[bytes]] = b""
    tag: Optional[str] = None  # an ETag
    location: Optional[str] = None  # where code 301, 302, 303, 307 or 308 leads, a complete URL
    retry_after: float = 0  # do not ask again for so many seconds


class Transport:
    """Has `exchange`, or `send` if it is one-way; `exchange` is preferred. One that
    only sends cannot fetch what a collector allows, so no report goes by it alone.

    A name is unique among the plugins of a process, 1 to 32 of a to z, 0 to 9
    and "-"."""

    schemes: Sequence[str] = ()  # of URLs: "https", "http"
    name = ""  # default: the class's
    version = "1"
    summary = ""  # one line for people; default: the first of the docstring

    def start(self, settings: Optional[str]) -> None:
        """Gets the settings of tel.plugins.register. What it raises, as for
        settings that are wrong, is raised there."""

    def exchange(self, request: Request) -> Answer:
        """Delivers a document, or fetches."""
        raise NotImplementedError

    def send(self, url: str, document: Document, timeout: float) -> None:
        """Delivers a document and nothing more: that it returns means delivered,
        and never sent again."""
        raise NotImplementedError
