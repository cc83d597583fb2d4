"""template.py - a transport for libtel in Python, to copy and change.

    python examples/plugins/template.py /srv/reports

It is part of the program, not a file that others load: what is registered serves
this process alone, so it needs no manifest. URLs are those of template.c. Search
for CHANGE: what is yours to say stands there.
"""

import os
import sys
from pathlib import Path
from typing import Optional

import tel
import tel.transport
from tel.transport import Answer, Request


class Template(tel.transport.Transport):
    """carries documents to a folder"""  # CHANGE: one line for people

    name = "template"  # CHANGE: no other plugin has it
    version = "1.0.0"
    schemes = ["template"]  # CHANGE: of URLs

    def start(self, settings: Optional[str]) -> None:
        """What it raises is raised where the program registers it."""
        if settings not in (None, "", "quiet"):  # CHANGE: take all, or refuse
            raise ValueError(f'the settings are "quiet" or nothing, not {settings!r}')

    @staticmethod
    def find(url: str) -> Path:
        """"template:/srv/reports/upload/2026-11-27": a folder, and what libtel writes behind it."""
        scheme, _, path = url.partition(":")
        if scheme != "template" or not path.startswith("/") or "/.." in path:
            raise ValueError(f"the URL is not template:/folder: {url}")  # libtel does not try it again
        return Path(path)

    def exchange(self, request: Request) -> Answer:
        """CHANGE: the work. An OSError or TimeoutError means "later"."""
        path = self.find(request.url)
        if request.document is None:
            return Answer(200, path.read_bytes()) if path.exists() else Answer(404)
        # Complete or not at all. The same document may come again.
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_bytes(request.document.data)
        fresh.rename(path)
        return Answer(201)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tel.plugins.register(Template())
    tel.open("example.com/notes", version="1.0.0", vendor="example", destination=f"template:{sys.argv[1]}")
    tel.inc("notes/sync")
    result = tel.flush(timeout=30)
    print(f"made {result.made}, sent {result.sent}, rejected {result.rejected}, waiting {result.waiting}")
    if result.error is not None:
        print(f"not all was sent: {result.error}")
