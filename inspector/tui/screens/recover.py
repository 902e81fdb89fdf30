"""Work that was not saved, offered back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.describe import called
from inspector.core.network import analyze
from inspector.core.units import short
from inspector.journal.folder import KEPT_DAYS, Found
from inspector.tui.screens.dialog import QUIET, Dialog

_WORK = 34


class RecoverScreen(Dialog[list[int]]):
    """Lists work that no editor has open; answers with the numbers of what is to be opened."""

    def __init__(self, found: Sequence[Found], title: str) -> None:
        super().__init__()
        self._found, self._title = found, title

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            options = OptionList(*(Option(words, id=str(at)) for at, words in enumerate(self._words())))
            if len(self._found) > 1:
                options.add_option(Option("  all of them", id="all"))
            yield options
            words = f"enter opens it, history and all   esc leaves it (kept for {KEPT_DAYS} days, W finds it)"
            yield Static(words, classes="hint", markup=False)

    def _words(self) -> Iterator[Content]:
        for found in self._found:
            work = found.work
            label = work.name or called(work.history.current)
            label = label if len(label) <= _WORK - 2 else f"{label[: _WORK - 3]}…"
            count = len(work.history.steps) - 1
            edits = f"{count} edit{'s' if count != 1 else ''}"
            params = f"{short(analyze(work.history.current).params)} params"
            yield Content.assemble(f"  {label:{_WORK}}{edits:>9}  {params:>14}   ", (ago(found.when), QUIET))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        is_all = event.option.id == "all"
        self.dismiss(list(range(len(self._found))) if is_all else [event.option_index])


def ago(when: float, now: float | None = None) -> str:
    """How long ago a time (seconds since 1970) was: "just now", "5 min ago", "3 h ago", "2 days ago"."""
    seconds = (datetime.now(tz=UTC).timestamp() if now is None else now) - when
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds / 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds / 3600)} h ago"
    days = int(seconds / 86_400)
    return f"{days} day{'s' if days > 1 else ''} ago"
