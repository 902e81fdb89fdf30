"""What holds the budget: the largest value of the selected number, and what is cheapest to cut, before it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Static

from inspector.core.budgets.budget import parse
from inspector.core.budgets.cutting import Cut
from inspector.core.budgets.holding import holdings
from inspector.core.budgets.quantities import Terms
from inspector.core.units import exact, short_difference
from inspector.errors import DesignError
from inspector.session.view import View
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.screens.budget import told
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, cells, fitted, to_right

if TYPE_CHECKING:
    from inspector.bridge.process import Reply
    from inspector.bridge.protocol import Cut as Asked
    from inspector.bridge.protocol import Request

_NUMBER, _KEPT, _SHORT = 9, 17, 8
_NARROW = 78
"""Columns of the screen below which the last column is short."""
_LOW = 30
"""Lines of the screen below which few are listed."""


class FitScreen(Dialog):
    """Lists what holds the budget by one number alone, and answers with the edits of the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("fit")

    def __init__(self, view: View, asked: Asked, think: Callable[[Request], Awaitable[Reply | None]]) -> None:
        """`asked` is what there is to be found, `think` finds it in its own time."""
        super().__init__()
        self._view, self._asked, self._think = view, asked, think
        self._cuts: tuple[Cut, ...] = ()
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Fit the budget")
            yield Static(self._gauges(), id="told", markup=False)
            yield Static(Content.styled(f"\n{say('trying every value …')}", QUIET), id="cuts", markup=False)
            yield Static("", classes="problem", markup=False)
            yield Static(say("↑ ↓ which   enter takes it   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        self.run_worker(self._find(), exclusive=True)

    def _gauges(self) -> Content:
        view = self._view
        try:
            held = holdings(view.network, parse(self._asked.budget), view.baseline, Terms(view.counting))
        except DesignError as error:
            return Content.styled(str(error), "$text-error")
        return Content("\n").join(told(held))

    async def _find(self) -> None:
        reply = await self._think(self._asked)
        if reply is None or not self.is_attached:
            return
        self._cuts = reply.result or ()
        self.query_one(".problem", Static).update(Content(reply.problem))
        there = [at for at, each in enumerate(self._cuts) if each.assignments]
        self._at = there[0] if there else 0
        self._show()

    def action_choose(self, ways: int) -> None:
        """Go to the next number that can be cut, or to the one before."""
        there = [number for number, each in enumerate(self._cuts) if each.assignments]
        if self._at in there:
            self._at = there[(there.index(self._at) + ways) % len(there)]
            self._show()

    def _show(self) -> None:
        self.query_one("#cuts", Static).update(self._table())

    def _table(self) -> Content:
        possible = [each for each in self._cuts if each.assignments]
        others = [each.address for each in self._cuts if not each.assignments]
        if not possible:
            words = say("no single number holds it") if self._cuts else say("it holds; mark a number that may grow")
            return Content.styled(f"\n{words}", QUIET)
        most = 6 if self.app.size.height < _LOW else 14
        at = possible.index(self._cuts[self._at])
        first = max(0, at - most + 1)
        shown = possible[first : first + most]
        name = max(cells(each.address) for each in shown) + 2
        change = max(cells(each.change) for each in shown) + 1
        heads = "".join(to_right(each, _NUMBER) for each in ("params", "MACs"))
        kept_room = _KEPT if self.app.size.width >= _NARROW else _SHORT
        kept = say("tensors, of {n}", n=possible[0].tensors) if kept_room == _KEPT else say("tensors")
        lines = [Content(""), Content.styled(" " * (name + change + 2) + heads + to_right(kept, kept_room), QUIET)]
        for each in shown:
            is_chosen = each is self._cuts[self._at]
            numbers = "".join(to_right(short_difference(number), _NUMBER) for number in (each.params, each.macs))
            text = f"{'▸ ' if is_chosen else '  '}{fitted(each.address, name)}{fitted(each.change, change)}{numbers}"
            text += to_right(exact(each.kept), kept_room)
            lines.append(Content.styled(text, "bold $text-primary" if is_chosen else ""))
        if len(possible) > len(shown):
            lines.append(Content.styled("  " + say("and {n} more", n=len(possible) - len(shown)), QUIET))
        if others:
            words = say("none of the values tried holds it: {names}", names=", ".join(others))
            lines += [Content(""), Content.styled(words, QUIET)]
        return Content("\n").join(lines)

    @on(Key)
    def _pressed(self, event: Key) -> None:
        chosen = self._cuts[self._at] if self._cuts else None
        if event.key == "enter" and chosen is not None and chosen.assignments:
            event.stop()
            self.dismiss(Answer("app.make", " ".join(chosen.assignments)))
