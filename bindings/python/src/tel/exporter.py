"""Exporters in Python: a report in a format of the program's own.

    import tel, tel.exporter

    class Lines(tel.exporter.Exporter):
        format = "lines"

        def write(self, report):
            for program in report.programs:
                for name, value in program.counters.items():
                    yield f"{value} {name}\\n".encode()

    tel.plugins.register(Lines())
    tel.export_report(path, "lines")

What `write` raises comes out of `tel.export_report` if that was called in
Python; any other caller hears that the plugin has failed.
"""

from __future__ import annotations

from typing import Iterable, Union

from tel._reports import Report

__all__ = ["Exporter"]


class Exporter:
    """Writes reports in one format, one at a time. A name is unique among the
    plugins of a process, 1 to 32 of a to z, 0 to 9 and "-"; so is a format."""

    format = ""
    media_type = "text/plain"
    suffix = ".txt"  # of a file's name
    name = ""  # default: the class's
    version = "1"
    summary = ""  # one line for people; default: the first of the docstring

    def write(self, report: Report) -> Union[bytes, Iterable[bytes]]:
        """The whole text, or its pieces."""
        raise NotImplementedError
