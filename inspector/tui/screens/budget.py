"""A budget: how many parameters and MACs a design may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.budgets.budget import Budget, parse, written
from inspector.core.budgets.holding import Held, at_once, holdings
from inspector.core.budgets.quantities import Terms
from inspector.errors import DesignError
from inspector.session.view import View
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, cells, filled


class BudgetScreen(Dialog):
    """Takes limits, says what is left of them, and answers with them; without any there is no budget any more."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("budget")

    def __init__(self, text: str, its_own: Budget, view: View) -> None:
        """`text` is the person's budget, `its_own` that of the design's file, `view` the design in sight."""
        super().__init__()
        self._text, self._its_own, self._view = text, its_own, view
        self._is_right = True

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("A budget")
            words = say(
                "params=10M macs=2G max-weight-bytes=80MB min-resolution=layer4=7 and the like; nothing for no budget"
            )
            yield Static(Content.styled(words, QUIET))
            yield Input(self._text, compact=True, placeholder="params=10M macs=2G")
            if self._its_own:
                words = say("the design's file has limits of its own: {limits}", limits=written(self._its_own))
                yield Static(Content.styled(words, QUIET))
            yield Static("", id="told", markup=False)
            yield Static("", classes="problem", markup=False)
            words = say("enter keeps it for all designs   ^s puts it into this design's file   esc back")
            yield Static(words, classes="hint", markup=False)

    def on_mount(self) -> None:
        self._say(self._text)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say(event.value)

    def _say(self, text: str) -> None:
        problem, lines = "", list[Content]()
        try:
            budget, view = parse(text), self._view
            whole = at_once(view.network, self._its_own, budget)
            lines = told(holdings(view.network, whole, view.baseline, Terms(view.counting)))
            self._is_right = True
        except DesignError as error:
            problem, self._is_right = str(error), False
        self.query_one("#told", Static).update(Content("\n").join(lines))
        self.query_one(".problem", Static).update(Content(problem))

    def action_put(self) -> None:
        """Put what is typed into the design's own file, once that is saved; nothing typed takes it out."""
        if self._is_right:
            self.dismiss(Answer("app.own-budget", self.query_one(Input).value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._is_right:
            self.dismiss(Answer("app.set-budget", event.value))


def told(held: Sequence[Held]) -> list[Content]:
    """A line for each limit: what it is of, how much of it is used, the limit, and what is left."""
    label, limit = (max((cells(text(each)) for each in held), default=0) for text in (_what, _limited))
    return [
        Content.assemble(
            _what(each) + " " * (label - cells(_what(each)) + 2),
            (filled(each.part, 10), "$text-error" if not each.is_held else "$text-success"),
            "  " + _limited(each) + " " * (limit - cells(_limited(each)) + 2),
            (each.brief, "$text-error bold" if not each.is_held else QUIET),
        )
        for each in held
    ]


def _what(held: Held) -> str:
    return held.what


def _limited(held: Held) -> str:
    return held.limited
