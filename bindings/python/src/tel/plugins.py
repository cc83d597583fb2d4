"""Plugins: what carries reports elsewhere, and other extras.

    tel.plugins.load("/usr/lib/example/intranet.so")
    tel.plugins.register(Intranet())  # in Python, see tel.transport and tel.exporter

Those that came with libtel are found when they are needed.
"""

from __future__ import annotations

from tel._library import lib, problem
from tel._process import _settled, _text

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    import os
    from typing import Optional, Union

    from tel._errors import Error
    from tel.exporter import Exporter
    from tel.transport import Transport

__all__ = ["load", "register"]


def load(path: Union[str, "os.PathLike[str]"], settings: Optional[str] = None, *, strict: bool = False) -> Optional[Error]:
    """Loads the shared library at this path: the user's own or root's, in a
    folder that is so too. The settings are the plugin's.

    Answers as `tel.open` does: None, or what this machine does not allow, such
    as UnsupportedError where libtel's library for plugins is not installed.
    What is no plugin, or should not be trusted, is raised."""
    return _settled(lib.tel_plugin_load(_text("path", path), _text("settings", settings)), strict)


def register(plugin: Union[Transport, Exporter], settings: Optional[str] = None, *, strict: bool = False) -> Optional[Error]:
    """Takes a plugin that is part of the program, for as long as it runs.
    Answers as `load` does."""
    if problem:
        return _settled(lib.tel_plugin_register(), strict)
    from tel import _bridge

    return _settled(_bridge.register(plugin, _text("settings", settings)), strict)
