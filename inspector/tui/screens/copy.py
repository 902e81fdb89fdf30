"""What can be copied of a place, or of the whole design."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.report.copies import Item
from inspector.speech import say
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted, to_left

_LABEL, _TEXT = 18, 50


class CopyScreen(Dialog):
    """Answers with the item that is to be copied."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self._items = items

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Copy")
            yield OptionList(*(Option(_words(*item)) for item in self._items))
            yield Static(say("enter copies   esc back"), classes="hint", markup=False)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("app.take", *self._items[event.option_index]))


def _words(label: str, text: str) -> Content:
    """The label, and the text as far as there is room: of a few lines the target's, of more how many there are."""
    lines = text.strip().splitlines()
    telling = [line for line in lines if "target" in line] or lines
    shown = telling[0] if len(lines) < 4 else say("{n} lines", n=len(lines))
    return Content.assemble(to_left(label, _LABEL), (fitted(shown, _TEXT).rstrip(), QUIET))
