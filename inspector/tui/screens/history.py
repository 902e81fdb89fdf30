"""The history of a design: every edit with its effect; any of them can be gone back, or on, to."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.design.differences import edits, told
from inspector.core.design.history import History
from inspector.core.network.network import Network, analyze
from inspector.core.units import short, short_difference
from inspector.speech import say
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted, to_left

MOST = 500
"""Edits that are listed at once: those around the current one."""
_EDIT, _LEAST_EDIT = 29, 16
_NARROW = 80
"""Columns of the screen below which the edits have less room, and MACs' differences none."""


class HistoryScreen(Dialog):
    """Lists the steps of a history, the current one marked; answers with the number of the one that was chosen."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history
        self._first = max(min(len(history.steps) - MOST, history.at - MOST // 2), 0)

    def compose(self) -> ComposeResult:
        self._is_narrow = self.app.size.width < _NARROW
        self._edit = _LEAST_EDIT if self._is_narrow else _EDIT
        with Vertical(classes="box") as box:
            box.border_title = say("History")
            yield Static(Content.styled(f"  {to_left(say('edit'), self._edit)}{'params':>9}{'':>10}{'MACs':>9}", QUIET))
            options = OptionList(*(Option(words) for words in self._words()))
            options.highlighted = self._history.at - self._first
            yield options
            yield Static(say("enter goes there; u and ^r go on from it   esc back"), classes="hint", markup=False)

    def _words(self) -> Iterator[Content]:
        before: Network | None = None
        for number, step in enumerate(self._history.steps[self._first : self._first + MOST], start=self._first):
            network = analyze(step.design)
            mark = "▸" if number == self._history.at else " "
            label = say("opened") if number == 0 else say("earlier edits")
            if before:
                label = _edit(before, network, step.label) or say(
                    "compared with {name}", name=step.baseline.label if step.baseline else ""
                )
            style = QUIET if number > self._history.at else ""
            params, macs = (network.params - before.params, network.macs - before.macs) if before else (0, 0)
            yield Content.assemble(
                (f"{mark} {fitted(label, self._edit - 2)}  {short(network.params):>9} ", style),
                (f"{short_difference(params) if params else '':>9}", "$text-warning"),
                (f"{short(network.macs):>9} ", style),
                (f"{short_difference(macs) if macs else '':>9}"[: 1 if self._is_narrow else 9], "$text-warning"),
            )
            before = network

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("history.go", event.option_index + self._first))


def _edit(before: Network, after: Network, label: str) -> str:
    """What one step changed: "conv5_x.planes 512 → 384", or what was typed; nothing where it changed no value."""
    differing = edits(after.design, before.design)
    if len(differing) > 1:
        return label if "=" in label else say("{n} edits at once", n=len(differing))
    return told(differing) if differing else ""
