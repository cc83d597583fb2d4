"""An exporter in Python as libtel sees it: the structs of tel/plugin.h."""

from __future__ import annotations

from typing import Any, Optional

from tel import _abi
from tel import _plugin_abi as abi
from tel._bridge import _default_name, _first_line, _guarded, _word
from tel._ctypes import ctypes
from tel._reports import Program, Report, _text
from tel.exporter import Exporter


class ExportBridge:
    """Keeps all that C has pointers to."""

    def __init__(self, exporter: Exporter):
        self.exporter = exporter
        self.report = Report("", "")
        self.write: Any = None
        self.context: Any = None
        names = (exporter.name or _default_name(type(exporter).__name__), exporter.version, exporter.summary or _first_line(type(exporter).__doc__))
        # Kept here: the visitor of an export is libtel's, and gone after it.
        self.functions = (
            _abi.WeekFunction(self.week), _abi.ProgramFunction(self.program), _abi.CountFunction(self.counter), _abi.CountFunction(self.stack))
        self.table = abi.Exporter(
            size=ctypes.sizeof(abi.Exporter), format=_word("format", exporter.format), media_type=_word("media type", exporter.media_type),
            suffix=_word("suffix", exporter.suffix), begin=abi.BeginFunction(self.begin), end=abi.EndFunction(self.end), destination=None)
        self.plugin = abi.Plugin(
            size=ctypes.sizeof(abi.Plugin), abi=abi.PLUGIN_ABI, name=_word("name", names[0]), version=_word("version", names[1]),
            summary=_word("summary", names[2]), query=abi.QueryFunction(self.query))

    # ---- libtel calls these, one export at a time. Nothing is raised into it.

    def query(self, interface: Any) -> Optional[int]:
        return ctypes.addressof(self.table) if interface == abi.EXPORTER else None

    def begin(self, state: Any, write: Any, context: Any, visitor: Any) -> int:
        def prepare() -> None:
            self.report, self.write, self.context = Report("", ""), write, context
            told = visitor.contents
            told.week, told.program, told.counter, told.stack = self.functions

        return _guarded(prepare)

    def week(self, context: Any, begin: Any, end: Any) -> int:
        self.report.begin, self.report.end = _text(begin), _text(end)
        return _abi.OK

    def program(self, context: Any, told: Any) -> int:
        who = told.contents
        self.report.programs.append(Program(_text(who.program), _text(who.version), _text(who.toolchain), _text(who.os), _text(who.arch)))
        return _abi.OK

    def counter(self, context: Any, name: Any, value: int) -> int:
        self.report.programs[-1].counters[_text(name)] = value
        return _abi.OK

    def stack(self, context: Any, name: Any, value: int) -> int:
        self.report.programs[-1].stacks[_text(name)] = value
        return _abi.OK

    def end(self, state: Any, visitor: Any, visited: int) -> int:
        def write() -> Optional[int]:
            if visited != _abi.OK:
                return visited
            text = self.exporter.write(self.report)
            for part in (text,) if isinstance(text, (bytes, bytearray, memoryview)) else text:
                data = bytes(part)
                status = self.write(self.context, data, len(data))
                if status != _abi.OK:
                    return int(status)
            return None

        return _guarded(write)
