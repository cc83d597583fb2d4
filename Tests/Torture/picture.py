"""What a soak saw, as SVG: three curves over the same seconds."""

from Harness.svg import document, polyline, text

WIDTH, HEIGHT, LEFT, TOP, GAP = 720, 110, 70, 84, 46
COLOURS = {"c": "#0b6e99", "go": "#b3541e", "python": "#4d7c2a", "": "#444444"}


def nice(most):
    """A round number that is not less."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor >= most:
                return step * factor
        step *= 10


def curve(rows, key, scale, most, top, colour):
    last = rows[-1]["second"] or 1
    points = [
        (LEFT + row["second"] / last * WIDTH, top + HEIGHT - min(row[key] / scale, most) / most * HEIGHT)
        for row in rows[:: max(1, len(rows) // 900)]]
    return polyline(points, f'stroke="{colour}"')


def picture(rows, week_seconds):
    panels = [
        ("Resident memory, MiB", 1 << 20, [(f"{language} memory", language) for language in ("c", "go", "python")]),
        ("Counter files, ledger and locks on disk, KiB", 1 << 10, [("disk", "")]),
        ("Dropped counts", 1, [("drops", "")]),
    ]
    seconds = rows[-1]["second"] + 1
    height = TOP + len(panels) * (HEIGHT + GAP) + 20
    made = [
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(LEFT, 24, f"{seconds:,} seconds of C, Go, Python and shell at full speed, a week every {week_seconds} seconds", size=15),
        text(LEFT, 44, f"{rows[-1]['added']:,} counts; none lost, none counted twice", colour="#666666"),
    ]
    top = TOP
    for title, scale, lines in panels:
        most = nice(max(row[key] for row in rows for key, _ in lines) / scale or 1)
        made.append(text(LEFT, top - 8, title))
        for share in (0, 0.5, 1):
            y = top + HEIGHT * (1 - share)
            made.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
            made.append(text(LEFT - 8, y + 4, f"{most * share:g}", "end", "#666666", 11))
        for place, (key, language) in enumerate(lines):
            made.append(curve(rows, key, scale, most, top, COLOURS[language]))
            if language:
                made.append(text(LEFT + WIDTH - 64 * (len(lines) - 1 - place), top - 8, language, "end", COLOURS[language]))
        top += HEIGHT + GAP
    for share in (0, 0.25, 0.5, 0.75, 1):
        made.append(text(LEFT + share * WIDTH, top - GAP + 18, f"{share * seconds / 60:.3g} min", "middle", "#666666", 11))
    return document(LEFT + WIDTH + 50, height, f"A soak of {seconds} seconds", "", *made)
