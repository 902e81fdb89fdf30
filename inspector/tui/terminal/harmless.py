"""Nothing but text is drawn: whatever else got into a widget stops here, before it reaches the terminal."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from inspector.outside import is_text


def only_text(text: str, cells: Callable[[str], int] = lambda _: 1) -> str:
    """`text` with a � for each character that a terminal would obey instead of showing it, as often as it has cells."""
    if text.isprintable():
        return text
    return "".join(char if is_text(char) else "�" * max(cells(char), 0) for char in text)


class OnlyText(LineFilter):
    """Draws whatever any widget draws as text, each line as long as it was."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  # Textual's signature
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(only_text(text, cell_len), style, control) for text, style, control in segments]
