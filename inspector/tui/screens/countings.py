"""What each tool would call the cost of one forward pass, side by side."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.measures.counting import CONVENTIONS, DEFAULT, WORDS, Convention, terms
from inspector.core.network.kinds import Terms
from inspector.core.network.network import Network
from inspector.core.units import difference, exact
from inspector.speech import say
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, wrapped

WIDTH = 96
"""Cells of the dialog where there is room."""


class CountingScreen(Dialog):
    """Every convention with its value and the terms by which it differs; answers with the one to show in the tree."""

    def __init__(self, network: Network, shown: str) -> None:
        super().__init__()
        self._terms = terms(network.root)
        self._shown = shown

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("What tools count for one forward pass")
            options = OptionList(*(Option(self._words(each), id=each.name) for each in CONVENTIONS.values()))
            options.highlighted = list(CONVENTIONS).index(self._shown)
            yield options
            yield Static(say("enter shows it in the tree   esc back"), classes="hint", markup=False)

    def _words(self, convention: Convention) -> Content:
        """Name and value, the difference to conv+fc, and what makes it; two lines."""
        least = CONVENTIONS[DEFAULT]
        cost = convention.cost(self._terms)
        more = cost - least.cost(self._terms)
        mark = "▸ " if convention.name == self._shown else "  "
        first = f"{mark}{convention.name:17}{exact(cost):>18} {say(convention.unit)}"
        second = f"{difference(more)}: {' + '.join(extra(convention, self._terms))}" if more else convention.formula
        width = max(min(self.app.size.width, WIDTH) - 17, 20)
        notes = [*wrapped(second, width), *wrapped(say(convention.tool), width)]
        return Content.assemble((first, "bold"), *((f"\n    {note}", QUIET) for note in notes))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("app.count", event.option.id))


def extra(convention: Convention, amounts: Terms) -> list[str]:
    """The terms that a convention counts beyond conv+fc, with their amounts: "2 × 11,113,984 batch-norm outputs"."""
    least = CONVENTIONS[DEFAULT].weights
    beyond = {term: times - least.get(term, 0) for term, times in convention.weights.items()}
    return [
        f"{f'{times} × ' if times > 1 else ''}{exact(getattr(amounts, term))} {say(words)}"
        for term, words in WORDS.items()
        if (times := beyond.get(term, 0))
    ]
