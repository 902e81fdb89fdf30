"""A budget: how many parameters and MACs a design may have."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.changes.budget import gauge, parse
from inspector.errors import DesignError
from inspector.speech import say
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET


class BudgetScreen(Dialog):
    """Takes limits, says what is left of them, and answers with them; without any there is no budget any more."""

    AUTO_FOCUS = "Input"

    def __init__(self, text: str, params: int, macs: int) -> None:
        """`text` is the budget there is, `params` and `macs` what the design in sight has."""
        super().__init__()
        self._text, self._params, self._macs = text, params, macs
        self._is_right = True

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("A budget")
            words = say("params=10M macs=2G, one of them, or nothing for no budget")
            yield Static(Content.styled(words, QUIET))
            yield Input(self._text, compact=True, placeholder="params=10M macs=2G")
            yield Static("", id="told", markup=False)
            yield Static("", classes="problem", markup=False)
            yield Static(say("enter keeps it   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._say(self._text)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say(event.value)

    def _say(self, text: str) -> None:
        problem, lines = "", []
        try:
            budget = parse(text)
            gauges = (("params", gauge(budget.params, self._params)), ("MACs", gauge(budget.macs, self._macs)))
            lines = [f"{name:8}{words}" for name, words in gauges if words]
            self._is_right = True
        except DesignError as error:
            problem, self._is_right = str(error), False
        self.query_one("#told", Static).update(Content("\n".join(lines)))
        self.query_one(".problem", Static).update(Content(problem))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._is_right:
            self.dismiss(Answer("app.set-budget", event.value))
