"""Colors, links and the width of text on a terminal."""

from __future__ import annotations

import unicodedata

CODES = {
    "bold": "1",
    "dim": "2",
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "hint": "1;35",
    "note": "1;34",
    "gutter": "1;34",
    "help": "1;36",
    "removed": "31",
    "added": "32",
    "path": "1",
}
TAB = "    "


def paint(text: str, style: str, color: bool) -> str:
    """`text` in a style of CODES, or as it is without color."""
    return f"\x1b[{CODES[style]}m{text}\x1b[0m" if color and text else text


def link(text: str, url: str, links: bool) -> str:
    """`text` as a terminal hyperlink (OSC 8)."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if links and url else text


def visible(character: str) -> str:
    """What stands for one character of the source: tabs as blanks, control and direction marks made harmless."""
    if character == "\t":
        return TAB
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "\u2421"
    if 0x80 <= point < 0xA0 or point in BIDIRECTIONAL or 0xD800 <= point < 0xE000 or point in (0x2028, 0x2029):
        return "\ufffd"
    return character


BIDIRECTIONAL = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F))


def clean(text: str) -> str:
    """One line of a message, safe for a terminal: control characters cannot reach it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if character in "\r\n\t" else visible(character) for character in text)


def columns(text: str) -> list[int]:
    """Where each character of `text` begins on the screen, and last where the text ends."""
    if text.isascii() and text.isprintable():
        return list(range(len(text) + 1))
    starts = [0]
    joined = False
    for character in text:
        shown = visible(character)
        size = len(shown) if len(shown) != 1 else _cells(shown)
        if joined or "\U0001f3fb" <= character <= "\U0001f3ff":
            size = 0
        joined = character == "\u200d"
        starts.append(starts[-1] + size)
    return starts


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Cells that `text` takes on the screen."""
    return columns(text)[-1]


def pad(text: str, size: int, right: bool = False) -> str:
    """`text` filled up with blanks to `size` cells."""
    blanks = " " * max(size - width(text), 0)
    return blanks + text if right else text + blanks


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 finding", "2 findings", "2 fixes"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun}{'es' if noun.endswith(('x', 's')) else 's'}"
