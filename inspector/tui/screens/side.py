"""The open designs side by side: the whole and each stage as rows, the designs as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, HorizontalScroll, Vertical, VerticalScroll
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

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("side")

    def __init__(self, lines: Sequence[tuple[str, str]], against: str) -> None:
        """`lines` have what each is about, which stays where it is, and its columns."""
        super().__init__()
        self._lines, self._against = lines, against

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("The open designs side by side")
            with VerticalScroll(), Horizontal(id="table"):
                yield Static(self._table(0), markup=False)
                with HorizontalScroll(can_focus=False):
                    yield Static(self._table(1), id="columns", markup=False)
            yield Static(
                say("± is against {name}   arrows scroll   esc back", name=self._against), classes="hint", markup=False
            )

    def _table(self, half: int) -> Content:
        """What the lines are about, or their columns: quantities strong, their parts and what is no quantity plain."""
        first, *lines = self._lines
        blank = next(number for number, (label, _) in enumerate(lines) if not label.strip())
        told = [Content.styled(first[half], QUIET)]
        for number, line in enumerate(lines):
            is_plain = number > blank or line[0].startswith("  ")
            told.append(Content.styled(line[half], "" if is_plain else "bold"))
        return Content("\n").join(told)

    def action_scroll(self, columns: int) -> None:
        self.query_one(HorizontalScroll).scroll_relative(x=columns, animate=False)

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < _LOW, "-low")
