"""A few lines of SVG, for the pictures that tests and benchmarks draw."""

from html import escape


def text(x, y, content, anchor="start", colour="#222222", size=13):
    """`colour` is a colour, or the name of a class."""
    paint = f'fill="{colour}"' if colour.startswith("#") else f'class="{colour}"'
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" {paint} font-size="{size}">{escape(content, quote=False)}</text>'


def polyline(points, paint, width=1.5):
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline fill="none" {paint} stroke-width="{width}" points="{joined}"/>'


def document(width, height, title, description, *parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
        f"<title>{escape(title)}</title>",
        *([f"<desc>{escape(description)}</desc>"] if description else []),
        *parts, "</svg>", ""])
