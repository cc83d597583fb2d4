"""Puts libtel and what it loads into the wheel, and says for which machines the wheel is."""

import os
import re
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "libtel.so.1"


class Library(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return  # tel._library finds build/lib of the checkout
        library = find(Path(self.root))
        parts = {library: f"tel/{NAME}", **beside(library)}
        for path, place in parts.items():
            build_data["force_include"][str(path)] = place
        license = Path(self.root).parent.parent / "LICENSE"
        if license.is_file():
            build_data["force_include"][str(license)] = "tel/LICENSE"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform(parts)}"


def find(root):
    named = os.environ.get("TEL_LIBRARY")
    library = Path(named) if named else root.parent.parent / "build" / "lib" / NAME
    if not library.is_file():
        raise SystemExit(
            f"The wheel needs libtel, and there is no {library}. "
            f"Run `make library` in libtel's own folder first, or set TEL_LIBRARY to a {NAME}.")
    return library.resolve()


# Those that need libc alone. A wheel for many systems may ask for nothing else:
# https wants the system's libcurl, libffi the system's own, and the rest unwinders and readers of DWARF.
PLUGINS = ("exec", "file", "framepointers")


def beside(library):
    """What libtel looks for beside itself: its libraries for uploading, for names of stacks, for crashes and for probes, and plugins."""
    folder = library.parent / "tel"
    found = [folder / "libtel-delivery.so", folder / "libtel-stacks.so", folder / "libtel-crash.so", folder / "libtel-probes.so", *(folder / "plugins" / f"{name}.so" for name in PLUGINS)]
    return {path: f"tel/tel/{path.relative_to(folder)}" for path in found if path.is_file()}


def platform(libraries):
    """manylinux_<glibc>_<machine> for the newest glibc whose symbols the
    libraries ask for; the machine is the one that builds."""
    machine = sysconfig.get_platform().rpartition("-")[2]
    needed = [version for path in libraries for version in re.findall(rb"\0GLIBC_(\d+)\.(\d+)", path.read_bytes())]
    if not needed:
        return f"linux_{machine}"
    major, minor = max((int(major), int(minor)) for major, minor in needed)
    return f"manylinux_{major}_{minor}_{machine}"
