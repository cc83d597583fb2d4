"""What must be reached, from targets.toml, and whether it is.

A measurement is a number of nanoseconds, bytes or things, under a name such as
"add.handle"; what comes before the dot is what is run to get it. A bar compares
two of them, or one with a fixed limit. Each round of a run gives every
measurement once. A bar's value is the median over the rounds of what it
compares, so that a machine that was slower in one round was so for both.
"""

import re
import statistics
import tomllib
from dataclasses import dataclass
from pathlib import Path

TARGETS = Path(__file__).with_name("targets.toml")
UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "": 1}
LADDERS = {"time": ("ns", "µs", "ms", "s"), "size": ("B", "KiB", "MiB"), "count": ("",)}


def figure(value, most=3):
    """Three digits that count, without an exponent."""
    before = len(str(int(abs(value))))
    return f"{value:,.{max(0, most - before)}f}"


def spoken(value, kind):
    """A number with the unit in which it reads well: 2.31 ns, 4.2 ms."""
    unit = LADDERS[kind][0]
    for unit_ in LADDERS[kind][1:]:
        if abs(value) >= 0.9995 * UNITS[unit_]:
            unit = unit_
    if kind == "count":
        return f"{value:g}"
    return f"{figure(value / UNITS[unit])} {unit}"


@dataclass(frozen=True)
class Bar:
    name: str  # "handle/bare"
    row: str  # what the contract calls it
    ours: str
    peer: str  # "" if there is none
    against: str  # in words
    how: str  # times, faster, more, most
    limit: float
    kind: str  # of the measurements: time, size, count

    @property
    def needs(self):
        return [name for name in (self.ours, self.peer) if name]

    def compare(self, ours, peer=None):
        if self.how == "times":
            return ours / peer
        if self.how == "faster":
            return peer / ours
        return ours - peer if self.how == "more" else ours

    def value(self, rounds):
        """None if a measurement is not there: its peer is not installed."""
        found = [self.compare(*(each[name] for name in self.needs)) for each in rounds if all(name in each for name in self.needs)]
        return statistics.median(found) if found else None

    def met(self, value):
        return value >= self.limit if self.how == "faster" else value <= self.limit

    def say(self, value):
        if self.how in ("times", "faster"):
            # As many digits as it takes not to look like the other verdict.
            said = (figure(value, digits) for digits in range(3, 9))
            return f"{next((each for each in said if self.met(float(each.replace(',', ''))) == self.met(value)), value)} ×"
        return ("+" if self.how == "more" and value >= 0 else "") + spoken(value, self.kind)

    @property
    def limit_said(self):
        if self.how in ("times", "faster"):
            return f"{'≥' if self.how == 'faster' else '≤'} {self.limit:g} ×"
        if self.limit == 0:
            return "none"
        limit = re.sub(r"\.0+(?= )", "", spoken(self.limit, self.kind))
        return f"≤ {'+' if self.how == 'more' else ''}{limit}"


def _bar(row, written):
    how, limit = next((how, written[how]) for how in ("times", "faster", "more", "most") if how in written)
    kind = "time"
    if isinstance(limit, str):
        number, unit = limit.split()
        kind = next(kind for kind, ladder in LADDERS.items() if unit in ladder)
        limit = float(number) * UNITS[unit]
    elif how in ("more", "most"):
        kind = "count"
    kind = written.get("kind", kind)
    return Bar(written["name"], row, written["ours"], written.get("peer", ""), written.get("against", ""), how, float(limit), kind)


def bars(path=TARGETS):
    with open(path, "rb") as file:
        rows = tomllib.load(file)["row"]
    return [_bar(row["what"], written) for row in rows for written in row["bar"]]


def medians(rounds):
    """Of each measurement, over the rounds that have it."""
    names = dict.fromkeys(name for each in rounds for name in each)
    return {name: statistics.median(each[name] for each in rounds if name in each) for name in names}
