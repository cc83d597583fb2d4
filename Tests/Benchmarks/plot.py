"""Curves over two logarithmic axes, as SVG. Each is labelled where it ends; the
colours follow the reader's light or dark mode."""

import math
from dataclasses import dataclass, field

from Harness.svg import document, polyline, text

WIDTH, HEIGHT = 800, 440
LEFT, RIGHT, TOP, BOTTOM = 84, 196, 74, 56
LABEL_GAP = 17
# What is drawn -> its colours on light and on dark paper.
COLOURS = {
    "libtel": ("#0b6e99", "#5cc1ea"), "libtel, Python": ("#2f7d3c", "#7fd08a"),
    "the reference": ("#b3541e", "#f0a06a"), "prometheus-cpp": ("#7a4fa3", "#c4a0ea"),
    "prometheus_client": ("#a3325f", "#f08fb5"),
    "strlen + memcmp": ("#666666", "#a8a8a8"), "bare instruction": ("#666666", "#a8a8a8"),
}
STYLE = """.paper{fill:#ffffff}.ink{fill:#222222}.faint{fill:#5c5c5c}.grid{stroke:#dcdcdc}
@media (prefers-color-scheme:dark){.paper{fill:#161b22}.ink{fill:#e6e6e6}.faint{fill:#a8a8a8}.grid{stroke:#333a44}}"""


@dataclass
class Plot:
    file: str  # growth-names
    title: str
    x: str  # what the axis counts
    y: str
    unit: object  # a value -> what its tick says
    curves: dict = field(default_factory=dict)  # label -> [(x, y)], both greater than 0


def ticks(low, high):
    """Round values from low to high: powers of ten, and 2 and 5 times those if
    there are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1,) if math.log10(high / low) > 2.5 else (1, 2, 5)
    found = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [value for value in found if low * 0.999 <= value <= high * 1.001]


def bounds(values):
    """Round values around them."""
    steps = [factor * 10.0**power for power in range(-3, 16) for factor in (1, 2, 5)]
    low = max(step for step in steps if step <= min(values))
    high = min(step for step in steps if step >= max(values))
    return low, high if high > low else low * 10


def scale(low, high, start, end):
    """The function from values to places."""
    return lambda value: start + math.log(value / low) / math.log(high / low) * (end - start)


def spread(places, gap=LABEL_GAP, least=TOP, most=HEIGHT - BOTTOM):
    """As near to the places as they can be with a gap between any two."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    found = list(places)
    for before, at in zip(order, order[1:]):
        found[at] = max(found[at], found[before] + gap)
    over = found[order[-1]] - most if order else 0
    for position, at in enumerate(reversed(order)):
        if over > 0:
            found[at] = min(found[at], most - position * gap)
    for position, at in enumerate(order):
        found[at] = max(found[at], least + position * gap)
    return found


def _style(labels):
    light, dark = (
        "".join(f".c{at}{{stroke:{COLOURS[label][mode]}}}.t{at}{{fill:{COLOURS[label][mode]}}}" for at, label in enumerate(labels))
        for mode in (0, 1))
    return f"<style>{STYLE}{light}@media (prefers-color-scheme:dark){{{dark}}}</style>"


def draw(plot, about=""):
    points = [point for curve in plot.curves.values() for point in curve]
    xs = sorted({x for x, _ in points})
    low, high = bounds([y for _, y in points])
    across, up = scale(xs[0], xs[-1], LEFT, WIDTH - RIGHT), scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [
        _style(plot.curves), '<rect class="paper" width="100%" height="100%"/>',
        text(LEFT, 28, plot.title, colour="ink", size=18), text(LEFT, 52, plot.y, colour="faint", size=14)]
    for y in ticks(low, high):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(y):.1f}" y2="{up(y):.1f}"/>')
        parts.append(text(LEFT - 9, round(up(y) + 4.5, 1), plot.unit(y), "end", "faint"))
    for x in xs:
        parts.append(f'<line class="grid" x1="{across(x):.1f}" x2="{across(x):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(text(round(across(x), 1), HEIGHT - BOTTOM + 20, f"{x:,}", "middle", "faint"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, plot.x, "middle", "faint", 14))
    places = spread([up(curve[-1][1]) for curve in plot.curves.values()])
    for at, (label, curve) in reversed(list(enumerate(plot.curves.items()))):  # the first is on top
        dashed = ' stroke-dasharray="5 4"' if label in ("strlen + memcmp", "bare instruction") else ""
        parts.append(polyline([(across(x), up(y)) for x, y in curve], f'class="c{at}"{dashed}', 3 if at == 0 else 2))
        parts += [f'<circle class="t{at}" cx="{across(x):.1f}" cy="{up(y):.1f}" r="3.5"/>' for x, y in curve]
        end = across(curve[-1][0])
        if abs(places[at] - up(curve[-1][1])) > 4:
            parts.append(polyline([(end + 5, up(curve[-1][1])), (end + 12, places[at])], f'class="c{at}"', 1))
        parts.append(text(end + 15, round(places[at] + 5, 1), label, colour=f"t{at}", size=15))
    return document(WIDTH, HEIGHT, plot.title, f"{plot.y}, by {plot.x}. {about}".strip(), *parts)
