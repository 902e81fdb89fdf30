"""The line in which one types what to find."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from inspector.notes import name
from inspector.session.bench import Search
from inspector.speech import say, spoken
from inspector.tui import keymap
from inspector.tui.terminal.cells import cells
from inspector.tui.widgets.act import Act


class FindInput(Input):
    """What is sought; up and down go from match to match."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("find")


class FindBar(Horizontal):
    """An input, and how many matches there are; in the keys' place while one finds."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._search: Search | None = None

    def compose(self) -> ComposeResult:
        yield Static(" / ", id="find-mark", markup=False)
        yield FindInput(
            id="find-input", compact=True, placeholder=say("3x3   2048   /2   macs>1%   changed   fc   gradient")
        )
        yield Static("", id="find-count", markup=False)

    @property
    def _input(self) -> FindInput:
        return self.query_one(FindInput)

    def show(self, search: Search | None, match: int) -> None:
        """Show what is sought, and on which match one stands; it begins with all of the text selected."""
        before, self._search = self._search, search
        if search is None:
            return
        if before is None:
            self._input.cursor_blink = False
            with self._input.prevent(Input.Changed):
                self._input.value = search.text
        room = self.app.size.width - _LEAST
        words = [words for words in _words(search, match) if cells(words) <= room]
        self.query_one("#find-count", Static).update(Content(words[0] if words else ""))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._search is not None:
            self.post_message(Act("find.type", event.value))


_LEAST = 28
"""Cells that are left for what is typed."""


def _words(search: Search, match: int) -> list[str]:
    """How much is found, and what there is to do with it, the longest way of saying it first."""
    about = name(search.topic, spoken()) if search.topic else ""
    if not search.text.strip():
        return [say("enter go   esc back") + " "]
    if not search.matches and search.topic:
        return [say("enter the note: {title}   esc back", title=about) + " ", say("enter the note") + " "]
    if not search.matches:
        return [say("nothing has it in it   esc back") + " ", say("nothing") + " "]
    count = {"n": match, "count": len(search.matches)}
    note = say("^n note: {title}   ", title=about) if search.topic else ""
    return [
        say("{n} of {count}   ↑ ↓ next   enter go   {note}esc back", **count, note=note) + " ",
        say("{n} of {count}   {note}enter go", **count, note=note) + " ",
        say("{n} of {count}", **count) + " ",
    ]
