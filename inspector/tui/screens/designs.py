"""The designs that are open: go to one, name, copy, close it, compare with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.tui.cells import fitted
from inspector.tui.screens.dialog import Dialog

_LABEL = 36


class Row(NamedTuple):
    """One open design: its label, its name alone, whether there is unsaved work, its totals in words."""

    label: str
    name: str
    is_unsaved: bool
    totals: str


class Answer(NamedTuple):
    """What is to be done with design number `at`: switch, new, copy, name (to `text`), close or compare."""

    action: str
    at: int
    text: str = ""


class DesignsScreen(Dialog[Answer]):
    """Lists the open designs, the current one marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "answer('new')", "New: a preset, a design file", id="designs.new"),
        Binding("d", "answer('copy')", "Duplicate", id="designs.copy"),
        Binding("r", "rename", "Rename", id="designs.rename"),
        Binding("c", "answer('compare')", "Compare: make it the baseline of the current one", id="designs.compare"),
        Binding("x,delete", "answer('close')", "Close", id="designs.close"),
    ]

    def __init__(self, rows: Sequence[Row], current: int, highlighted: int) -> None:
        super().__init__()
        self._rows, self._current, self._highlighted = rows, current, highlighted

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Open designs"
            options = OptionList(*(Option(self._words(number, row)) for number, row in enumerate(self._rows)))
            options.highlighted = self._highlighted
            yield options
            field = Input(placeholder="a name", compact=True)
            field.display = False
            yield field
            words = "enter go there   n new   d duplicate   r rename   c compare   x close   esc back"
            yield Static(words, classes="hint", markup=False)

    def _words(self, number: int, row: Row) -> Content:
        mark = "▸" if number == self._current else " "
        return Content.assemble(
            f"{mark} {fitted(row.label, _LABEL)} ", ("● " if row.is_unsaved else "  ", "$text-warning"), row.totals
        )

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def action_answer(self, action: str) -> None:
        self.dismiss(Answer(action, self._at))

    def action_rename(self) -> None:
        field = self.query_one(Input)
        field.value = self._rows[self._at].name
        field.display = True
        field.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        self.dismiss(Answer("name", self._at, event.value.strip()))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("switch", event.option_index))
