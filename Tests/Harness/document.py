"""The report that counter files should become: its bytes, made by Python's
json in the way that Go's encoding/json of 1.27 writes."""

import json
import re
from collections import Counter

from Harness import counterfile

LARGEST = (1 << 63) - 1
NO_CONFIG = "v0.0.0-0"


def go_json(value):
    """MarshalIndent(value, "", " "): HTML's characters are escaped, invalid
    UTF-8 is already U+FFFD, maps are in byte order."""
    text = json.dumps(_sorted(value), indent=1, ensure_ascii=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text).encode()


class Table(dict):
    """A map, as opposed to a struct: its keys are sorted."""


def _sorted(value):
    if isinstance(value, Table):
        return {key: value[key] for key in sorted(value, key=lambda key: key.encode())}
    if isinstance(value, dict):
        return {key: _sorted(member) for key, member in value.items()}
    return [_sorted(member) for member in value] if isinstance(value, list) else value


def programs(paths):
    """The list "Programs" of a report of these files, in the order of their
    names. Values saturate; what only differs in malformed bytes is summed."""
    sums = {}
    for path in sorted(paths, key=lambda path: path.name.encode()):
        file = counterfile.read(path)
        mine = sums.setdefault(file.identity, Counter())
        for name, value in file.counts.items():
            mine[name] += value
    listed = []
    for identity, counts in sums.items():
        tables = {"Counters": Table(), "Stacks": Table()}
        for name, value in counts.items():
            table = tables["Stacks" if b"\n" in name else "Counters"]
            shown = counterfile.shown(name)
            table[shown] = min(LARGEST, table.get(shown, 0) + min(LARGEST, value))
        listed.append({**dict(zip(counterfile.IDENTITY, identity)), **tables})
    return listed


def report(week, paths, x, last_week="", config=NO_CONFIG):
    return {"Week": week, "LastWeek": last_week, "X": x, "Programs": programs(paths), "Config": config}


def x_of(path):
    x = json.loads(path.read_bytes())["X"]
    assert 0 <= x < 1
    return x
