"""The bench on the screen: what differs from one bench to the next is painted, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from textual.screen import Screen
from textual.widgets import Static

from inspector.session.bench import Bench
from inspector.session.panes import HUGE, LEAST, WIDE, arrange
from inspector.session.view import View, seen, title, told
from inspector.speech import say
from inspector.tui.terminal.painted import Painted
from inspector.tui.widgets.badge import Badge
from inspector.tui.widgets.bars import Hint, KeyBar, TitleBar, Totals, keys, resting
from inspector.tui.widgets.detail import Detail, Marked
from inspector.tui.widgets.listing import Listing
from inspector.tui.widgets.picture import Picture
from inspector.tui.widgets.tree import TreeTable

_PANES = ("tree", "ranking", "detail", "picture", "ripple")


class _Shows(Protocol):
    """A widget that is told what to show."""

    def show(self, *what: object) -> None: ...


class Painter:
    """Paints the main screen. `keymap` gives other keys to actions, by their ids.

    Ranking, ripple and the line to find by are not there before the first paint, and are painted once they are.
    """

    def __init__(self, screen: Screen[None], keymap: Mapping[str, str]) -> None:
        self._screen, self._keymap = screen, keymap
        self._view: View | None = None
        self._line: object = None

    def paint(self, before: Bench | None, after: Bench) -> None:
        """Paint what differs; all of it without a bench before."""
        if before is after:
            return
        last, self._view = self._view if before is not None else None, seen(after)
        with self._screen.app.batch_update():
            if before is None or (before.room, before.panes) != (after.room, after.panes):
                self._arrange(after)
            self._title(before, after)
            self._places(before, after, last, self._view)
            self._finding(before, after)
            self._lines(before, after, last, self._view)
        self._focus(before, after)

    def say_anew(self, bench: Bench) -> None:
        """Paint everything: what stands there is in another language."""
        self._line = None
        self.paint(None, bench)
        for each in self._screen.query(Listing):
            each.remake()
        for pane in self._screen.query(Painted):
            pane.redraw()

    def _title(self, before: Bench | None, after: Bench) -> None:
        if before is None or _titled(before) != _titled(after):
            self._screen.query_one(TitleBar).show(title(after))

    def _places(self, before: Bench | None, after: Bench, last: View | None, view: View) -> None:
        """The panes that follow from the networks, and from where one is in them."""
        is_new, screen = not view.is_as(last), self._screen
        if is_new or before is None or before.search is not after.search:
            screen.query_one(TreeTable).show(view, after.search.filter if after.search else None)
        if is_new or before is None or _fields(before) != _fields(after):
            marked = Marked(after.marks[1], after.complaint, after.draft, after.letters)
            screen.query_one(Detail).show(told(view), marked)
        if is_new:
            screen.query_one(Picture).show(view)
            self._show("ripple", view)
            self._show("ranking", view)

    def _finding(self, before: Bench | None, after: Bench) -> None:
        search = after.search
        if before is not None and before.search is search and before.match == after.match:
            return
        self._screen.set_class(search is not None, "-finding")
        self._show("find", search, after.match)

    def _show(self, name: str, *what: object) -> None:
        """Show something in a widget, if it is there by now."""
        for widget in self._screen.query(f"#{name}"):
            cast("_Shows", widget).show(*what)

    def _lines(self, before: Bench | None, after: Bench, last: View | None, view: View) -> None:
        screen = self._screen
        if not view.has_networks_of(last) or last is None or _costs(view) != _costs(last):
            screen.query_one(Totals).show(view)
        if before is None or before.check is not after.check:
            screen.query_one(Badge).show(after.check)
        if before is None or before.offers is not after.offers or before.history is not after.history:
            screen.query_one(Hint).show(after)
        pane = _pane(after)
        if (line := (pane, resting(pane, after))) != self._line:
            self._line = line
            screen.query_one(KeyBar).show(keys(pane, after, self._keymap))

    def _arrange(self, after: Bench) -> None:
        """Show the panes that there is room for."""
        screen, (width, height) = self._screen, after.room
        panes, dock = arrange(after.room, after.panes)
        for name in _PANES:
            for pane in screen.query(f"#{name}"):
                pane.display = name in panes
        screen.query_one("#panes").display = dock is not None and bool(panes)
        below = screen.query_one("#dock")
        below.display = dock != 0
        below.styles.height = "1fr" if dock is None else dock
        below.set_class({"picture", "ripple"} <= panes, "-both")
        small = screen.query_one("#small", Static)
        small.display = not panes
        if not panes:
            small.update(
                say(
                    "{size} is too small: inspector needs {least}",
                    size=f"{width}×{height}",
                    least=f"{LEAST[0]}×{LEAST[1]}",
                )
            )
        detail = screen.query_one(Detail)
        detail.set_class(width >= WIDE, "-beside")
        detail.set_class(width >= HUGE, "-broad")

    def _focus(self, before: Bench | None, after: Bench) -> None:
        """Give the focus to what is typed into, or to the pane in front; without room for it Textual takes it away."""
        if before is None or before.room != after.room or _focused(before) != _focused(after):
            self._give_focus(after)

    def regain_focus(self, bench: Bench) -> None:
        """Give the focus to where it belongs, if nothing has it."""
        if self._screen.focused is None:
            self._give_focus(bench)

    def _give_focus(self, bench: Bench) -> None:
        for widget in self._screen.query(_focused(bench)):
            self._screen.set_focus(widget)


def _costs(view: View) -> tuple[object, ...]:
    """What the totals depend on besides the networks."""
    return view.look.counting, view.budget


def _titled(bench: Bench) -> tuple[object, ...]:
    return bench.at, len(bench.designs), id(bench.work), bench.here.sets_budget, bench.clock and bench.clock.words


def _fields(bench: Bench) -> tuple[object, ...]:
    return bench.fields, bench.complaint, bench.draft, bench.letters


def _pane(bench: Bench) -> str:
    return "field" if bench.draft is not None else bench.focus


def _focused(bench: Bench) -> str:
    """What has the focus, as a style sheet names it."""
    if bench.draft is not None:
        return "#value"
    return "#find-input" if bench.search is not None and bench.focus == "tree" else f"#{bench.focus}"
