"""Which options a program is started with, and never what the user wrote.

`plot -v -v --out=a.png` counts plot/flag:verbose and plot/flag:output, each
once: a counter says how many runs used the option. Options of a subcommand
count under it, as plot/export/flag:output.
"""

from __future__ import annotations

import sys

from tel._library import lib
from tel._process import current_program
from tel._recording import _NO_NAME, inc

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator, List, Optional, Set, Tuple

    # The subcommands on the way to an option, and its name.
    Found = Tuple[Tuple[str, ...], str]


def count_flags(parser: Any, args: Any = None, *, program: Optional[str] = None) -> None:
    """Counts the options that are on the command line.

    parser: an argparse.ArgumentParser, and `args` the words that it parsed, by
    default those of the process; what parse_args returned stands for the
    default, too. Or a click.Context, or a click command that is running.
    program: the chart begins with it; by default the last part of the name
    that was opened. Call it after parsing: mistakes count nothing.
    """
    try:
        chart = (current_program() if program is None else program).rpartition("/")[2]
        for path, name in sorted(_given(parser, args)):
            inc("/".join((chart, *path)) + "/flag:" + name)
    except Exception:
        lib.tel_counter_inc(_NO_NAME)


def _given(parser: Any, args: Any) -> Set[Found]:
    argparse = sys.modules.get("argparse")  # who has a parser has imported it
    if argparse is not None and isinstance(parser, argparse.ArgumentParser):
        from tel._argparse import given

        words = sys.argv[1:] if args is None or isinstance(args, argparse.Namespace) else [str(word) for word in args]
        return given(parser, words)
    click = sys.modules.get("click")
    if click is not None and isinstance(parser, click.Command):
        parser = click.get_current_context()
    if click is not None and isinstance(parser, click.Context):
        return set(_of_click(click, parser))
    raise TypeError


def first_long(spellings: Iterable[str]) -> str:
    """The name of an option: its first long spelling, without the dashes."""
    spellings = list(spellings)
    return next((word for word in spellings if len(word.lstrip(word[:1])) > 1 and word[:1] == word[1:2]), spellings[0]).lstrip("-+/")


# ---- click


def _of_click(click: Any, context: Any) -> Iterator[Found]:
    chain: List[Any] = []
    while context is not None:
        chain.insert(0, context)
        context = context.parent
    path: Tuple[str, ...] = ()
    for depth, inner in enumerate(chain):
        if depth:
            path = (*path, inner.command.name or inner.info_name)
        for parameter in inner.command.params:
            if not isinstance(parameter, click.Option):
                continue
            source = inner.get_parameter_source(parameter.name)
            if source is None or source.name != "COMMANDLINE":
                continue
            off = parameter.secondary_opts and inner.params.get(parameter.name) is False
            yield path, first_long(parameter.secondary_opts if off else parameter.opts)
