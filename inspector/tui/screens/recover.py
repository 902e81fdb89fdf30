"""Work that was not saved, offered back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.design.differences import called
from inspector.core.network.network import analyze
from inspector.core.units import ago, short
from inspector.journal.folder import KEPT_DAYS
from inspector.session.bench import Offer
from inspector.speech import say, some
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted, to_right

_WORK = 33
"""Characters of a work's name: so many that a line ends with how many days ago it was, at 80 columns."""


class RecoverScreen(Dialog):
    """Lists work that no editor has open; answers with what is to be opened or forgotten. Who leaves, leaves it."""

    left = Answer("recover.leave")

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("recover")

    def __init__(self, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._offers = offers

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Work that was not saved")
            options = OptionList(*(Option(words, id=str(at)) for at, words in enumerate(self._words())))
            if len(self._offers) > 1:
                options.add_option(Option(f" {say('all of them')}", id="all"))
            yield options
            words = say("enter opens it, history and all  x forgets it  esc leaves it ({n} days)", n=KEPT_DAYS)
            yield Static(words, classes="hint", markup=False)

    def _words(self) -> Iterator[Content]:
        for offer in self._offers:
            work = offer.work
            label = work.name or called(work.history.current)
            edits = some(len(work.history.steps) - 1, "{n} edit", "{n} edits")
            params = f"{short(analyze(work.history.current).params)} params"
            yield Content.assemble(
                f" {fitted(label, _WORK)} {to_right(edits, 8)} {params:>13} ", (ago(time.time() - offer.when), QUIET)
            )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(Answer("recover.open", self._keys(event.option_index)))

    def _keys(self, at: int) -> tuple[int, ...]:
        """The key of the work at a row; of all of them in the row behind the last."""
        keys = tuple(offer.key for offer in self._offers)
        return keys[at : at + 1] or keys

    def action_forget(self) -> None:
        self.dismiss(Answer("recover.forget", self._keys(self.query_one(OptionList).highlighted or 0)))
