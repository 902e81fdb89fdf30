"""Text in cells of the terminal, of which a Hangul syllable takes two."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

QUIET = "$foreground 60%"
"""The colour of what is said by the way."""


_WIDE = "\u1100"
"""The first character that takes two cells."""


def cells(text: str) -> int:
    """The cells that a text takes."""
    return len(text) if text.isascii() or max(text) < _WIDE else cell_len(text)


def to_left(text: str, width: int) -> str:
    """`text` with blanks behind it up to `width` cells; all of it where it is longer."""
    return text + " " * (width - cells(text))


def to_right(text: str, width: int) -> str:
    """`text` with blanks before it up to `width` cells; all of it where it is longer."""
    return " " * (width - cells(text)) + text


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of `width` cells at most, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and cells(lines[-1]) + 1 + cells(word) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells, cut off with … where it is longer."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else f"{text[: max(width - 1, 0)]}…"[: max(width, 0)]
    return _fitted(text, width)


@lru_cache(maxsize=4096)
def _fitted(text: str, width: int) -> str:
    """The same of any text; a screen has the same words on many lines."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(f"{set_cell_size(text, max(width - 1, 0)).rstrip()}…", max(width, 0))


def bar(share: float, width: int) -> str:
    """A bar of eighths: `width` cells for a share of 1; a share that is not 0 shows at least one eighth."""
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def filled(share: float, width: int) -> str:
    """A gauge of `width` cells: a bar, full from a share of 1 on, and what is left of it."""
    return bar(min(share, 1), width).ljust(width, "░")
