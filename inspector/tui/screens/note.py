"""A note on a concept, with the numbers of the place that one stands at, and the titles of all notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, OptionList, Static
from textual.widgets.option_list import Option

from inspector import notes
from inspector.core.explain.concepts import TOPICS
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.languages import following, name
from inspector.notes import note
from inspector.speech import say, spoken
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET, cells, fitted

BESIDE = 118
"""Columns of the screen from which the titles stand beside the note."""
_TITLES, _LEAST = 37, 60


class NoteScreen(Dialog):
    """Shows the note on a topic; the others are a key away, and so is the next language, which `speak` has spoken."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("note")

    def __init__(self, network: Network, where: Where, topic: str, speak: Callable[[], None]) -> None:
        super().__init__()
        self._speak = speak
        self._network, self._where = network, where
        self._topic = topic

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            with Horizontal():
                yield OptionList(id="titles", compact=True)
                with VerticalScroll():
                    yield Markdown(self._text(), open_links=False)
            yield Static(self._hint(), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._list()
        self._arrange(is_listing=False)

    def on_resize(self) -> None:
        self._arrange(is_listing=self._titles.has_focus)

    @property
    def _titles(self) -> OptionList:
        return self.query_one("#titles", OptionList)

    def _text(self) -> str:
        return note(self._topic, self._network, self._where, spoken())

    def _hint(self) -> str:
        return say(
            "← → other notes ({n} of {count})   t titles   L {language}   esc back",
            n=TOPICS.index(self._topic) + 1,
            count=len(TOPICS),
            language=name(following(spoken())),
        )

    def _list(self) -> None:
        """List the titles, the one that is shown under the cursor."""
        titles = self._titles
        titles.clear_options()
        width = _TITLES if self.app.size.width >= BESIDE else min(self.app.size.width, 84) - 13
        is_beside = self.app.size.width >= BESIDE
        is_short = is_beside or width < _LEAST
        called = notes.name if is_short else notes.heading
        shown = [called(topic, spoken()).replace("`", "") for topic in TOPICS]
        for topic, text in zip(TOPICS, shown, strict=True):
            name_ = f" {topic}" if cells(text) + len(topic) + 2 <= width else ""  # as notes and `explain` name it
            words = Content(f" {fitted(text, width - len(name_))}")
            words = words + Content.styled(name_, QUIET) if name_ else words
            titles.add_option(Option(words, id=topic))
        titles.highlighted = TOPICS.index(self._topic)

    def _arrange(self, *, is_listing: bool) -> None:
        """Show the titles beside the note where there is room, in its place where there is none."""
        is_wide = self.app.size.width >= BESIDE
        self.set_class(is_wide, "-beside")
        self._titles.display = is_wide or is_listing
        self.query_one(VerticalScroll).display = is_wide or not is_listing
        self.set_focus(self._titles if is_listing else self.query_one(VerticalScroll))

    async def _show(self) -> None:
        await self.query_one(Markdown).update(self._text())
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.query_one(".hint", Static).update(self._hint())
        self._titles.highlighted = TOPICS.index(self._topic)

    async def action_turn(self, notes: int) -> None:
        self._topic = TOPICS[(TOPICS.index(self._topic) + notes) % len(TOPICS)]
        await self._show()

    async def action_language(self) -> None:
        self._speak()
        self._list()
        await self._show()

    def action_titles(self) -> None:
        self._list()
        self._arrange(is_listing=not self._titles.has_focus)

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._topic = event.option.id or self._topic
        self._arrange(is_listing=False)
        await self._show()

    def action_scroll(self, lines: int) -> None:
        if self._titles.has_focus:
            (self._titles.action_cursor_down if lines > 0 else self._titles.action_cursor_up)()
        else:
            self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
