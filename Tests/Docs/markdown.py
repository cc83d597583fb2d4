"""The few parts of Markdown that the tests look at."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def documents():
    """Every Markdown file of the tree; what was built is none of them."""
    found = []
    for path in sorted(ROOT.rglob("*.md")):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith(".") or part == "build" for part in parts):
            found.append(path)
    return found


def blocks(path, language):
    """The fenced blocks of this language, each with the line where it begins."""
    text = path.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, match.start()) + 2, match[2])
        for match in _FENCE.finditer(text)
        if match[1] == language
    ]


def prose(path):
    """The text without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path):
    """Of each link and picture: whether it is a picture, its text, its target."""
    text = re.sub(r"`[^`\n]*`", "``", prose(path))
    return [(match[1] == "!", match[2], match[3]) for match in _LINK.finditer(text)]


def anchors(path):
    """The fragments that a page's headings can be reached by."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return found
