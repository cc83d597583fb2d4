"""The headers where `make install` puts them: <tel.h> and <tel/...>.

    include = headers.installed()
    program = c.build(source, include=include, flags=headers.STRICT)
"""

import os
import shutil
from pathlib import Path

from Harness import c

# What a careful author compiles with.
STRICT = ("-pedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wcast-qual", "-Wundef", "-Wpointer-arith")


def installed():
    """A folder for -I, filled from the sources of the headers."""
    folder = c.BUILT / "include"
    sources = {"tel.h": c.INCLUDE / "tel.h", "tel/plugin.h": c.INCLUDE / "tel" / "plugin.h"}
    sources |= {f"tel/{path.name}": path for path in (c.ROOT / "bindings" / "c").glob("*.h*")}
    for name, source in sources.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            unfinished = target.with_suffix(f".{os.getpid()}")
            shutil.copyfile(source, unfinished)
            os.replace(unfinished, target)
    for path in (folder / "tel").glob("*.h*"):
        if f"tel/{path.name}" not in sources:
            path.unlink()
    return folder


def as_language(source, language, folder):
    """A copy of a C source that the compiler takes for C++, where asked."""
    if language == "c":
        return Path(source)
    copy = Path(folder) / (Path(source).stem + ".cpp")
    shutil.copyfile(source, copy)
    return copy
