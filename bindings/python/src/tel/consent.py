"""Asking the user whether reports may be sent.

    tel.open("example.com/editor", vendor="example")
    tel.consent.ask(
        program="Example Editor", vendor="example", destination="https://telemetry.example.org/",
        privacy="https://example.org/privacy", text_version="1")
"""

from __future__ import annotations

import os
import time

from tel._errors import check
from tel._library import lib
from tel._process import Mode, _text

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Optional

__all__ = ["ask", "record", "should_ask"]


def should_ask(destination: str, text_version: str) -> bool:
    """Whether it is time to ask: it would not disturb, this was not asked
    before, and the program was used on some days. After `tel.open`."""
    return bool(lib.tel_consent_should_ask(_text("destination", destination), _text("text_version", text_version)))


def record(mode: Mode, destination: str, text_version: str) -> None:
    """Writes what the user said when asked."""
    check(lib.tel_consent_record(Mode(mode), _text("destination", destination), _text("text_version", text_version)))


def ask(*, program: str, vendor: str, destination: str, privacy: str, text_version: str, seconds: float = 30) -> Optional[bool]:
    """Asks on the terminal, if it is time to, and writes down the answer. No
    answer in time is no. None: nobody was asked, or nobody could answer.

    It reads and writes the terminal itself: standard input stays whole. It does
    not ask in the background, nor when something has been typed ahead. Ctrl-C
    raises KeyboardInterrupt, as ever, and nothing is written down."""
    if not should_ask(destination, text_version):
        return None
    import signal

    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    # Sent to the background, the process gets an error and is not stopped.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTIN, signal.SIGTTOU})
    try:
        answer = _converse(
            terminal, seconds,
            f"\n{program} counts how often its features are used, and keeps that on this machine.\n"
            f"It may send a weekly report of it to {destination}\n"
            f"What is in it, and what is not: {privacy}\n"
            f'"tel off --vendor {vendor}" switches all of it off.\n'
            f"May reports be sent? [y/N, {seconds:.0f} s] ")
    except OSError:
        answer = None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(terminal)
    if answer is not None:
        record(Mode.ON if answer else Mode.LOCAL, destination, text_version)
    return answer


def _converse(terminal: int, seconds: float, question: str) -> Optional[bool]:
    import select
    import termios

    def is_ours() -> bool:
        return os.tcgetpgrp(terminal) == os.getpgrp()

    def is_typed_ahead() -> bool:
        """A line waits, or a part of one: it answers another question. A
        terminal tells of whole lines only, so for a moment it is to tell of
        each byte; what was begun stays."""
        if select.select([terminal], [], [], 0)[0]:
            return True
        lines = termios.tcgetattr(terminal)
        each = list(lines)
        each[3] &= ~termios.ICANON
        each[6] = [*lines[6]]
        each[6][termios.VMIN], each[6][termios.VTIME] = 1, 0
        termios.tcsetattr(terminal, termios.TCSANOW, each)
        waits = bool(select.select([terminal], [], [], 0)[0])
        termios.tcsetattr(terminal, termios.TCSANOW, lines)
        return waits

    if not is_ours() or is_typed_ahead():
        return None
    os.write(terminal, question.encode("utf-8", "replace"))
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        ready = select.select([terminal], [], [], min(max(left, 0), 1))[0]
        if not is_ours():
            return None
        if ready:
            break
        if left <= 0:
            termios.tcflush(terminal, termios.TCIFLUSH)  # half an answer is nobody else's input
            os.write(terminal, b"\nNo answer: nothing is sent.\n")
            return False
    line = os.read(terminal, 4096)
    if not line.endswith(b"\n"):
        os.write(terminal, b"\n")
    return line.strip().lower() in (b"y", b"yes")
