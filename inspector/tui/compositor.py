"""Sends the terminal only the cells that have changed.

Textual's partial update begins at the left edge of a widget, wherever in it the change is. In a table whose numbers
follow an edit on every line in sight, that is more than half of all that is sent.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.screen import Screen


class CroppedUpdate(ChopsUpdate):
    """Spans of lines, each cropped to its own cells on both sides."""

    def render_segments(self, console: Console) -> str:
        """The escape sequences that write every span where it belongs; a style is set only where another was."""
        sequences: list[str] = []
        system, worn = console._color_system, ""  # noqa: SLF001  # as Textual's own Strip.render has it
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                first, last = max(x, left), min(end, right)
                if strip is None or first >= last:
                    continue
                sequences.append(Control.move_to(first, y).segment.text)
                for text, style, _ in strip.crop(first - x, last - x):
                    codes = style._make_ansi_codes(system) if style and system is not None else ""  # noqa: SLF001
                    if codes != worn:
                        sequences.append(f"\x1b[0;{codes}m" if codes else "\x1b[0m")
                        worn = codes
                    sequences.append(text)
        return "".join([*sequences, "\x1b[0m"] if worn else sequences)


class CroppingCompositor(Compositor):
    """Textual's compositor, whose partial updates are cropped."""

    def render_partial_update(self) -> ChopsUpdate | None:
        update = super().render_partial_update()
        return None if update is None else CroppedUpdate(update.chops, update.spans, update.chop_ends)


class MainScreen(Screen[None], inherit_bindings=False):
    """The editor's screen. Its keys are the app's: tab leads to panes that Textual's own tab would not see."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = CroppingCompositor()
