"""The open designs side by side: the whole and each stage as rows, the designs as columns."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import ScrollableContainer, Vertical
from textual.content import Content
from textual.widgets import Static

from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET

_LOW = 40
"""Lines of the screen below which the table has all of it."""


class SideScreen(Dialog):
    """A table that scrolls both ways; its first line stays what it is."""

    AUTO_FOCUS = "ScrollableContainer"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("side")

    def __init__(self, text: str, against: str) -> None:
        super().__init__()
        self._text, self._against = text, against

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("The open designs side by side")
            with ScrollableContainer():
                yield Static(self._table(), id="table", markup=False)
            yield Static(
                say("± is against {name}   arrows scroll   esc back", name=self._against), classes="hint", markup=False
            )

    def _table(self) -> Content:
        """Quantities strong, their parts and what is no quantity plain."""
        first, *lines = self._text.rstrip("\n").split("\n")
        told, blank = [Content.styled(first, QUIET)], lines.index("")
        for number, line in enumerate(lines):
            is_plain = number > blank or line.startswith("  ")
            told.append(Content.styled(line, "" if is_plain else "bold"))
        return Content("\n").join(told)

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < _LOW, "-low")
