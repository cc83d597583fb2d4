"""Which options of an argparse parser are among the words that it parsed.

Argparse itself takes the words apart, for a parser that has the form of the
program's own and does nothing.
"""

import argparse
from typing import Any, List, Optional, Sequence, Set, Tuple

from tel._flags import first_long

# The subcommands on the way to an option, and its name.
Found = Tuple[Tuple[str, ...], str]


class _Mistake(Exception):
    pass


class _Shadow(argparse.ArgumentParser):
    """Takes the words apart as the program's own parser does, and only notes
    which options there were: no conversion, no default, no exit."""

    def error(self, message: str) -> Any:
        raise _Mistake

    def exit(self, status: int = 0, message: Optional[str] = None) -> Any:
        raise _Mistake


def given(parser: argparse.ArgumentParser, words: Sequence[str]) -> Set[Found]:
    found: Set[Found] = set()
    try:
        _shadow(parser, (), found).parse_known_args(list(words))
    except _Mistake:
        pass
    return found


def _shadow(parser: argparse.ArgumentParser, path: Tuple[str, ...], found: Set[Found]) -> _Shadow:
    shadow = _Shadow(prog="-", add_help=False, prefix_chars=parser.prefix_chars, allow_abbrev=parser.allow_abbrev)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            choices = shadow.add_subparsers(parser_class=_Shadow)
            made: List[Tuple[Any, _Shadow]] = []
            for name, inner in action.choices.items():
                # An alias is another name of the same parser, and counts as the first.
                known = next((copy for original, copy in made if original is inner), None)
                if known is None:
                    known = _shadow(inner, (*path, name), found)
                    made.append((inner, known))
                choices._name_parser_map[name] = known
            choices.choices = choices._name_parser_map
        elif action.option_strings:
            shadow._add_action(_Note(action, path, found))
        else:
            shadow._add_action(_Note(action, path, None))
    return shadow


class _Note(argparse.Action):
    """An action of the program's parser, of which only the form is kept."""

    def __init__(self, action: argparse.Action, path: Tuple[str, ...], found: Optional[Set[Found]]):
        super().__init__(list(action.option_strings), dest=action.dest, nargs=action.nargs, default=argparse.SUPPRESS)
        self.path, self.found = path, found

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Optional[str] = None) -> None:
        if self.found is None or option_string is None:
            return
        spellings: List[str] = list(self.option_strings)
        if option_string.startswith("--no-") and not all(word.startswith("--no-") for word in spellings):
            # The other half of a BooleanOptionalAction: grid and no-grid.
            spellings = [word for word in spellings if word.startswith("--no-")] or spellings
        self.found.add((self.path, first_long(spellings)))
