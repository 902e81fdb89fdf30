"""A list of places, a heading above it: whoever stands on one stands there in the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.timer import Timer

from inspector.core.network.node import Where
from inspector.session.view import View
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.terminal.painted import Line, Painted, Piece
from inspector.tui.widgets.act import Act


class Entry(NamedTuple):
    """A place and the lines that speak of it, as many as every other entry has."""

    where: Where
    lines: Sequence[Sequence[Piece]]


class Listed(NamedTuple):
    """A heading, and the entries under it."""

    heading: Sequence[Piece] = ()
    entries: Sequence[Entry] = ()


class Making(NamedTuple):
    """A list in the making.

    `steps` are the work, each step told by its effort once it is done; `listed` is the list of what is found by now,
    asked whether that is all.
    """

    steps: Iterator[int]
    listed: Callable[[bool], Listed]

    def go_on(self) -> bool:
        """Do one more piece of the work; whether it was the last."""
        effort = 0
        for step in self.steps:
            effort += step
            if effort >= PIECE:
                return False
        return True


PIECE = 4096
"""The effort of one piece: 21 blocks compared, or 4,096 passed by. It takes some five milliseconds."""
PAUSE = 0.01
"""Seconds from one piece to the next, for whatever else is to be done."""


class Source(NamedTuple):
    """What a list shows: made from a view and for so many cells, `empty` where there is nothing.

    `order` is what of a view makes it another list, which begins at its first entry.
    """

    make: Callable[[View, int], Making]
    order: Callable[[View], object]
    empty: str = ""


class Listing(Painted, can_focus=True):
    """Entries under a heading. A long list is made piece by piece between other things, and dropped for another one."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("list")

    def __init__(self, source: Source, *, id: str) -> None:  # noqa: A002
        super().__init__(self._row, id=id)
        self._source = source
        self._view: View | None = None
        self._making: Making | None = None
        self._rest: Timer | None = None
        self._heading: Sequence[Piece] = ()
        self._entries: Sequence[Entry] = ()
        self._cursor = 0
        self._height = 1  # lines of an entry

    @property
    def is_made(self) -> bool:
        """Whether the list is whole."""
        return self._making is None

    def show(self, view: View) -> None:
        """Show what follows from `view`; nothing is made or drawn while the pane is out of sight."""
        before, self._view = self._view, view
        is_other = before is None or self._source.order(before) != self._source.order(view)
        if is_other:
            self._cursor = 0
        is_news = before is None or not view.has_networks_of(before) or view.counting is not before.counting
        if is_other or is_news:
            self._drop()
            if self.is_in_sight:
                self.remake()
                if is_other:
                    self._keep_in_sight()

    def remake(self) -> None:
        """Make the entries anew: the first piece at once, and the others, if there are any, as time goes on."""
        self._drop()
        if self._view is not None:
            making = self._source.make(self._view, self.size.width)
            is_whole = making.go_on()
            if not is_whole:
                self._making = making
                self._wait()
            self._take(making.listed(is_whole), is_whole=is_whole)

    def _go_on(self) -> None:
        """Make one more piece of the list; what nobody sees is dropped."""
        making = self._making
        if making is None or not self.is_in_sight:
            self._drop()
        elif making.go_on():
            self._drop()
            self._take(making.listed(True), is_whole=True)
        else:
            self._wait()

    def _wait(self) -> None:
        """Let whatever else there is be done before the next piece."""
        self._rest = self.set_timer(PAUSE, self._go_on)

    def _drop(self) -> None:
        """Be done with making a list."""
        self._making = None
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _take(self, listed: Listed, *, is_whole: bool) -> None:
        """Show what there is of a list; the cursor and what is scrolled to stay what they are until it is whole."""
        self._heading, self._entries = listed
        self._height = len(self._entries[0].lines) if self._entries else 1
        lines = 1 + len(self._entries) * self._height
        if is_whole:
            self._cursor = min(self._cursor, max(len(self._entries) - 1, 0))
        else:
            lines = max(lines, self.virtual_size.height)
        self.extend(lines)
        self.repaint()

    def fit(self) -> None:
        self.remake()
        self._keep_in_sight()

    def on_show(self) -> None:
        self.remake()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(has_focus)
        self.repaint()

    def _row(self, y: int) -> Line:
        if y == 0:
            (text, role), *rest = self._heading or [("", "")]
            return Line([(text, role if self.has_focus else "quiet"), *rest])
        if not self._entries:
            return Line([(f" {say(self._source.empty)}" if y == 1 and self.is_made else "", "quiet")])
        index, number = divmod(round(self.scroll_y) + y - 1, self._height)
        if index >= len(self._entries):
            return Line()
        is_here = index == self._cursor
        return Line(self._entries[index].lines[number], "cursor" if is_here and self.has_focus else "")

    def _keep_in_sight(self) -> None:
        room = max(self.size.height - 1, 1)
        top, first = round(self.scroll_y), self._cursor * self._height
        wanted = min(max(top, first + self._height - room), first)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _move_to(self, index: int, *, is_chosen: bool = False) -> None:
        if not self._entries:
            return
        self._cursor = min(max(index, 0), len(self._entries) - 1)
        self._keep_in_sight()
        self.repaint()
        self.post_message(Act("list.point", self._entries[self._cursor].where, is_chosen=is_chosen))

    def action_move(self, entries: int) -> None:
        self._move_to(self._cursor + entries)

    def action_page(self, pages: int) -> None:
        self._move_to(self._cursor + pages * max((self.size.height - 1) // self._height, 1))

    def action_end(self, index: int) -> None:
        self._move_to(0 if index == 0 else len(self._entries) - 1)

    def action_choose(self) -> None:
        self._move_to(self._cursor, is_chosen=True)

    def on_click(self, event: events.Click) -> None:
        """Point at the clicked entry; a second click goes there."""
        index = (round(self.scroll_y) + event.y - 1) // self._height
        if event.y > 0 and index < len(self._entries):
            self._move_to(index, is_chosen=event.chain == 2)
