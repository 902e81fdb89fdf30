"""Text in cells of the terminal, of which a Hangul syllable takes two."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

QUIET = "$foreground 60%"
"""The colour of what is said by the way."""


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells, cut off with … where it is longer."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else f"{text[: max(width - 1, 0)]}…"[: max(width, 0)]
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(f"{set_cell_size(text, max(width - 1, 0)).rstrip()}…", max(width, 0))
