"""Quitting with unsaved edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from inspector.speech import later, say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog

_SHOWN, _FEW = 8, 2
KEPT, LOST = later("q   quit (the work is kept for 30 days: W finds it)"), later("q   quit (the edits are lost)")


class QuitScreen(Dialog):
    """Says which work is unsaved, and asks: save first, quit all the same, or stay."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("quit")

    def __init__(self, losses: Sequence[str], label: str, files: Sequence[str], *, is_kept: bool) -> None:
        """`files` are the names that all of it would be saved under."""
        super().__init__()
        self._losses, self._label, self._files, self._is_kept = losses, label, files, is_kept

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Quit without saving?")
            yield Static(Content("\n".join(self._lines())))
            yield Static("")
            every = [Option(Content(self._all()), id="quit.save")] if len(self._files) > 1 else []
            yield OptionList(
                Option(say("s   save {name} first", name=self._label), id="quit.export"),
                *every,
                Option(say(KEPT if self._is_kept else LOST), id="quit.quit"),
                Option(say("esc stay"), id="stay"),
            )

    def _lines(self) -> list[str]:
        lines = list(self._losses[:_SHOWN])
        if len(self._losses) > _SHOWN:
            lines.append(say("and {n} more", n=len(self._losses) - _SHOWN))
        return lines or [say("The design is not what was opened any more.")]

    def _all(self) -> str:
        names = ", ".join(self._files[:_FEW])
        more = say(" and {n} more", n=len(self._files) - _FEW) if len(self._files) > _FEW else ""
        return say("a   save as {names}, and quit", names=f"{names}{more}")

    def action_answer(self, answer: str) -> None:
        self.dismiss(Answer(answer))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(None if event.option.id == "stay" else Answer(str(event.option.id)))
