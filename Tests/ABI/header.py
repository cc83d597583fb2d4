"""include/tel.h as data: read with regular expressions, which is enough for a
header whose shape the tests fix."""

import re
from dataclasses import dataclass

from Harness import c

HEADER = c.INCLUDE / "tel.h"


@dataclass
class Function:
    name: str
    returns: str
    parameters: str  # as written
    tags: tuple  # ("any", "slow")


def _without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def functions(text=None):
    """What the header declares, in its order."""
    text = text or HEADER.read_text()
    declared = re.compile(r"^TEL_API\s+([^;(]*?)(\w+)\(([^;]*?)\);", re.M | re.S)
    found = []
    for match in declared.finditer(text):
        returns, name, parameters = (" ".join(part.split()) for part in match.groups())
        found.append(Function(name, returns, parameters, _tags_before(text, match.start())))
    return found


def _tags_before(text, position):
    """The tags of the comment that stands over a declaration; those over
    several declarations in a row belong to each."""
    comment = text[:position].rpartition("/*")[2]
    return tuple(re.findall(r"\[(any|signal|setup|slow)\]", comment))


def constants():
    """Status names in the header's order, with their values."""
    return {name: int(value) for name, value in re.findall(r"\b(TEL_OK|TEL_E_\w+)\s*=\s*(-?\d+)", _without_comments(HEADER.read_text()))}


def structs(text=None):
    """Name -> the names of its members."""
    text = _without_comments(text or HEADER.read_text())
    found = {}
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\n\} \1;", text, flags=re.S):
        members = [" ".join(member.split()) for member in body.split(";") if member.strip()]
        found[name] = [re.search(r"\(\*(\w+)\)", member) or re.search(r"(\w+)$", member) for member in members]
        found[name] = [match.group(1) for match in found[name]]
    return found


def stubs(text=None):
    """A C file that defines every function of the header and does nothing: a
    witness of the ABI for tools that cannot read the library itself."""
    lines = ["#include <tel.h>"]
    for function in functions(text):
        result = "" if function.returns == "void" else " return 0;"
        parameters = re.sub(r"\s+", " ", function.parameters)
        lines.append(f"{function.returns} {function.name}({parameters}) {{{''.join(f' (void){name};' for name in _names(parameters))}{result} }}")
    return "\n".join(lines) + "\n"


def _names(parameters):
    if parameters.strip() in ("void", ""):
        return []
    return [re.search(r"(\w+)$", part.strip()).group(1) for part in parameters.split(",")]
