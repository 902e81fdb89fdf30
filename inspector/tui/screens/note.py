"""A note on a concept, with the numbers of the place that one stands at."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Markdown, Static

from inspector.core.explain.concepts import TOPICS
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.notes import LANGUAGES, note
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog

_HINT = {
    "en": "← → other notes ({at} of {count})   L 한국어   esc back",
    "ko": "← → 다른 설명 ({at}/{count})   L English   esc 닫기",
}


class NoteScreen(Dialog):
    """Shows the note on a topic; the others are a key away, and so is the other language. Answers with the language."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("note")

    def __init__(self, network: Network, where: Where, topic: str, lang: str) -> None:
        super().__init__()
        self._network, self._where = network, where
        self._topic, self._lang = topic, lang

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            with VerticalScroll():
                yield Markdown(self._text(), open_links=False)
            yield Static(self._hint(), classes="hint", markup=False)

    def _text(self) -> str:
        return note(self._topic, self._network, self._where, self._lang)

    def _hint(self) -> str:
        return _HINT[self._lang].format(at=TOPICS.index(self._topic) + 1, count=len(TOPICS))

    async def _show(self) -> None:
        await self.query_one(Markdown).update(self._text())
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.query_one(".hint", Static).update(self._hint())

    async def action_turn(self, notes: int) -> None:
        self._topic = TOPICS[(TOPICS.index(self._topic) + notes) % len(TOPICS)]
        await self._show()

    async def action_language(self) -> None:
        languages = list(LANGUAGES)
        self._lang = languages[(languages.index(self._lang) + 1) % len(languages)]
        await self._show()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        self.dismiss(Answer("app.language", self._lang))
