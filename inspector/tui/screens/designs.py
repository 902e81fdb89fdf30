"""The designs that are open: go to one, name, copy, close it, compare with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.units import short
from inspector.session.bench import Opened
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import fitted

_LABEL = 36


class Row(NamedTuple):
    """One open design: its label, its name alone, whether there is unsaved work, its totals in words."""

    label: str
    name: str
    is_unsaved: bool
    totals: str


def row(opened: Opened) -> Row:
    """What is listed of an open design."""
    work, network = opened.work, opened.network
    totals = f"{short(network.params):>7} params {short(network.macs):>7} MACs"
    return Row(work.label, work.name, opened.is_unsaved, totals)


class DesignsScreen(Dialog):
    """Lists the open designs, the current one marked; `told` is what came of what was wanted last."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("designs")

    def __init__(self, rows: Sequence[Row], current: int, highlighted: int, told: str = "") -> None:
        super().__init__()
        self._rows, self._current, self._highlighted, self._told = rows, current, highlighted, told

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Open designs")
            options = OptionList(*(Option(self._words(number, row)) for number, row in enumerate(self._rows)))
            options.highlighted = self._highlighted
            yield options
            field = Input(placeholder=say("a name"), compact=True)
            field.display = False
            yield field
            told = Static(self._told, classes="told", markup=False)
            told.display = bool(self._told)
            yield told
            words = say("enter go there  n new  d copy  r rename  c compare  s save all  x close  esc back")
            yield Static(words, classes="hint", markup=False)

    def _words(self, number: int, row: Row) -> Content:
        mark = "▸" if number == self._current else " "
        return Content.assemble(
            f"{mark} {fitted(row.label, _LABEL - max(0, 80 - self.app.size.width))} ",
            ("● " if row.is_unsaved else "  ", "$text-warning"),
            row.totals,
        )

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def action_answer(self, action: str) -> None:
        self.dismiss(Answer(f"designs.{action}", *(() if action in ("new", "save") else (self._at,))))

    def action_rename(self) -> None:
        field = self.query_one(Input)
        field.value = self._rows[self._at].name
        field.display = True
        field.focus()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        self.dismiss(Answer("designs.rename", self._at, event.value.strip()))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("designs.switch", event.option_index))
