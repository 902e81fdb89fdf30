"""Text in cells: one character is one cell."""

from __future__ import annotations

QUIET = "$foreground 60%"
"""The colour of what is said by the way."""


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells, cut off with … where it is longer."""
    return text.ljust(width) if len(text) <= width else f"{text[: max(width - 1, 0)]}…"[: max(width, 0)]
