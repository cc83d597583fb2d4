"""Counts events of a program by name, in a file on the user's machine.

    import tel

    tel.open("example.com/editor", version="2.4.1", vendor="example")
    tel.inc("editor/open:config")

Programs open, libraries only count. Recording never raises, whatever it is
given. A count is in the file when the call returns: nothing need be flushed.
Every function may be called from any thread; `open` and `close` by one, before
or after all others count.
"""

from tel import consent, crash, plugins
from tel._errors import (
    BusyError, CorruptError, Error, FullError, InvalidError, NotFoundError, OffError, PluginError, SystemRefusedError,
    TimedOutError, UnsupportedError)
from tel._flags import count_flags
from tel._frames import Stack, stack
from tel._logger import set_logger
from tel._probes import probe
from tel._process import Mode, close, counter_file, directory, mode, open, rotate, set_mode, stored_mode, version
from tel._recording import Counter, Histogram, Unit, add, counter, histogram, inc, read
from tel._reports import FlushResult, Program, Report, export_report, flush, read_report, visit
from tel._timing import timed

__all__ = [
    "BusyError", "CorruptError", "Counter", "Error", "FlushResult", "FullError", "Histogram", "InvalidError", "Mode", "NotFoundError",
    "OffError", "PluginError", "Program", "Report", "Stack", "SystemRefusedError", "TimedOutError", "Unit", "UnsupportedError",
    "add", "close", "consent", "count_flags", "counter", "counter_file", "crash", "directory", "export_report", "flush", "histogram", "inc", "mode", "open",
    "plugins", "probe", "read", "read_report", "rotate", "set_logger", "set_mode", "stack", "stored_mode", "timed", "version", "visit",
]
