"""The results as a table: for a terminal, and in Markdown for the README."""

import re

from Benchmarks import machine
from Benchmarks.bars import spoken


def marks(name):
    """Between what a document has the table of this name."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def verdict(bar, value):
    if value is None:
        return "not installed"
    return "reached" if bar.met(value) else "MISSED"


def _cells(bar, value, medians):
    """What libtel takes, what the peer takes, what comes of it."""
    ours = spoken(medians[bar.ours], bar.kind) if bar.ours in medians else "-"
    peer = spoken(medians[bar.peer], bar.kind) if bar.peer in medians else "-" if bar.peer else ""
    found = "-" if value is None else bar.say(value) if bar.peer else ""
    return ours, peer, found


def text(bars, values, medians):
    lines, row = [], None
    for bar in bars:
        if bar.row != row:
            row = bar.row
            lines += ["", row.replace("`", "")]
        ours, peer, found = _cells(bar, values[bar.name], medians)
        lines.append(
            f"  {bar.name:<21} {ours:>9} {peer:>9}  {found:>9}  {bar.limit_said:<11} {verdict(bar, values[bar.name]):<13} {bar.against.replace('`', '')}")
    heading = f"  {'':<21} {'libtel':>9} {'peer':>9}  {'':>9}  {'must reach':<11}"
    return "\n".join([heading.rstrip(), *lines[1:], ""])


def markdown(bars, values, medians, about, rounds):
    lines = [
        f"Measured by `make bench` on {machine.sentence(about)}; medians of {rounds} rounds in turn.", "",
        "| what | libtel | beside | takes | that is | must reach |", "|---|---|---|---|---|---|"]
    row = None
    for bar in bars:
        ours, peer, found = _cells(bar, values[bar.name], medians)
        missed = "" if values[bar.name] is None or bar.met(values[bar.name]) else " (missed)"
        first = bar.row if bar.row != row else ""
        row = bar.row
        cells = (first, ours, bar.against, peer if bar.peer else "", found, f"{bar.limit_said}{missed}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def put_into(path, made, name="make bench"):
    """Between the two marks of a document."""
    document = path.read_text(encoding="utf-8")
    begin, end = marks(name)
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    assert pattern.search(document), f"{path} has no {begin} … {end}"
    path.write_text(pattern.sub(lambda _: f"{begin}\n{made}\n{end}", document), encoding="utf-8")
