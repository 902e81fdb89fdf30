"""Work that was not saved, offered back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.describe import called
from inspector.core.network import analyze
from inspector.core.units import ago, short
from inspector.journal.folder import KEPT_DAYS, Found
from inspector.tui.cells import QUIET, fitted
from inspector.tui.screens.dialog import Dialog

_WORK = 31


class RecoverScreen(Dialog[tuple[str, list[int]]]):
    """Lists work that no editor has open; answers with "open" or "forget", and the numbers of what it is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "forget", "Forget it for good", id="recover.forget"),
    ]

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Work that was not saved"
            options = OptionList(*(Option(words, id=str(at)) for at, words in enumerate(self._words())))
            if len(self._found) > 1:
                options.add_option(Option("  all of them", id="all"))
            yield options
            words = f"enter opens it, history and all   x forgets it   esc leaves it ({KEPT_DAYS} days)"
            yield Static(words, classes="hint", markup=False)

    def _words(self) -> Iterator[Content]:
        for found in self._found:
            work = found.work
            label = work.name or called(work.history.current)
            count = len(work.history.steps) - 1
            edits = f"{count} edit{'s' if count != 1 else ''}"
            params = f"{short(analyze(work.history.current).params)} params"
            yield Content.assemble(
                f"  {fitted(label, _WORK - 2)}  {edits:>9}  {params:>14}   ", (ago(time.time() - found.when), QUIET)
            )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(("open", self._numbers(event.option_index)))

    def _numbers(self, at: int) -> list[int]:
        return [at] if at < len(self._found) else list(range(len(self._found)))

    def action_forget(self) -> None:
        self.dismiss(("forget", self._numbers(self.query_one(OptionList).highlighted or 0)))
