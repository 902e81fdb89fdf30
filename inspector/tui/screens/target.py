"""Another number of feature maps for Grad-CAM: the ways to it side by side, and what each costs, before it is done."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.changes.compare import is_told
from inspector.core.changes.gradcam import Price, address, target
from inspector.core.changes.ways import Way, ways
from inspector.core.network.network import Network
from inspector.core.network.tree import HEAD
from inspector.core.units import difference, exact, short_difference
from inspector.errors import DesignError
from inspector.speech import say, some
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted, to_left, to_right

_FEW, _MOST, _LEAST, _LOW = 3, 8, 24, 32
"""Places that are shown on a screen of fewer than so many lines and on a taller one; one on a very low one."""
_NAME, _WHAT, _NUMBER = 20, 28, 10
_EDIT, _EXACT, _SHORT, _FIT = 24, 16, 8, 12
_NARROW = 80
"""Columns of the screen below which numbers are short."""


class TargetScreen(Dialog):
    """Says what Grad-CAM reads, takes a number of feature maps, and answers with the way to them that is chosen."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("target")

    def __init__(self, network: Network, pretrained: Network) -> None:
        """`pretrained` is the network that there are weights of."""
        super().__init__()
        self._network, self._pretrained = network, pretrained
        self._ways: tuple[Way, ...] = ()
        self._at = 0

    def compose(self) -> ComposeResult:
        read = target(self._network)
        with Vertical(classes="box") as box:
            box.border_title = say("Grad-CAM reads {block} ({path})", block=read.name, path=read.path)
            words = say(
                "{maps}; a cell of the heat map is {n}×{n} pixels, and depends on {field}×{field}",
                maps=read.words,
                n=read.stride,
                field=read.field,
            )
            yield Static(Content(words))
            with Horizontal(id="asked"):
                yield Static(say("How many feature maps?") + " ", markup=False)
                yield Input(str(read.maps), compact=True, select_on_focus=True)
            yield Static("", classes="problem", markup=False)
            yield Static("", id="ways", markup=False)
            yield Static("", id="price", markup=False)
            yield Static(self._of_fc(), id="fc", markup=False)
            yield Static(say("↑ ↓ which way   enter takes it   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._say(self.query_one(Input).value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say(event.value)

    def action_choose(self, ways: int) -> None:
        """Go to the next way there, or to the one before."""
        there = [number for number, way in enumerate(self._ways) if way.price is not None]
        if self._at in there:
            self._at = there[(there.index(self._at) + ways) % len(there)]
            self._show()

    def _say(self, maps: str) -> None:
        problem, self._at = "", 0
        try:
            self._ways = ways(self._network, maps, self._pretrained)
        except DesignError as error:
            self._ways, problem = (), error.reason
        self.query_one(".problem", Static).update(Content(problem))
        self.query_one(".problem", Static).display = bool(problem)
        self._show()

    def _show(self) -> None:
        way = self._ways[self._at] if self._ways else None
        offer = way.price if way else None
        is_as_now = offer is not None and offer.design == self._network.design
        self.query_one("#ways", Static).update(self._table() if self._ways and not is_as_now else Content(""))
        words = Content("")
        if offer is not None:
            as_now = Content.styled("\n" + say("as it is now, {address}", address=address(offer.design)), QUIET)
            words = as_now if is_as_now else self._followed(offer)
        self.query_one("#price", Static).update(words)

    def _table(self) -> Content:
        """The ways, a line each: the edit, parameters, MACs, and how much of the base's weights fits behind it."""
        is_narrow = self.app.size.width < _NARROW
        exact_, number_ = (_SHORT, short_difference) if is_narrow else (_EXACT, difference)
        edit, fit_ = (_EDIT - 2, _FIT) if is_narrow else (_EDIT, _FIT)
        tensors = max(way.tensors for way in self._ways)
        fit = say("fit, of {n}", n=tensors)
        head = to_left(say("the ways to them"), edit) + f"{'params':>{exact_}}{'MACs':>{exact_}}"
        head += to_right(fit, fit_)
        lines = [Content.styled(f"\n{head}", QUIET)]
        for number, way in enumerate(self._ways):
            mark = "▸ " if number == self._at else "  "
            name = f"{mark}{fitted(way.assignment, edit - 3)} "
            if way.price is None:
                lines.append(Content.styled(f"{name}{fitted(way.problem, 2 * exact_ + fit_)}", QUIET))
                continue
            numbers = "".join(number_(each).rjust(exact_) for each in (way.price.params, way.price.macs))
            text = f"{name}{numbers}{exact(way.fitting):>{fit_}}"
            lines.append(Content.styled(text, "bold $text-primary" if number == self._at else ""))
        return Content("\n").join(lines)

    def _followed(self, offer: Price) -> Content:
        """What follows, place by place."""
        told = [each for each in offer.effects if is_told(each)]
        lines = [Content.styled("\n" + say("what follows from it"), QUIET)]
        height = self.app.size.height
        shown = 1 if height < _LEAST else _FEW if height < _LOW else _MOST
        for each in told[:shown]:
            is_new = each in offer.projections
            what = _WHAT - (19 if self.app.size.width < _NARROW else 0)
            words = f"{fitted(each.change.name, _NAME - 1)} {fitted(each.what, what - 1)} "
            numbers = _numbers(each.repeats * each.change.params, each.repeats * each.change.macs)
            lines.append(Content.styled(f"{words}{numbers}", "$text-warning" if is_new else ""))
            lines += [Content.styled(f"  {each.why}", QUIET)] if is_new else []
        if len(told) > shown:
            rest = some(len(told) - shown, "and {n} more place", "and {n} more places")
            lines.append(Content.styled(rest, QUIET))
        return Content("\n").join(lines)

    def _of_fc(self) -> Content:
        """Why fc has as many inputs as there are maps, where the head reads the target."""
        read = target(self._network)
        if not self._network.design.num_classes:
            return Content.styled(f"\n{say('There is no fc: Grad-CAM needs a score made of the features.')}", QUIET)
        pool = self._network.at((HEAD, 0)).node
        *_, last = self._network.children(self._network.at((HEAD - 1,)))
        if read.where != last.where or self.app.size.height < _LEAST:
            return Content("")
        cells = exact(pool.input[2] * pool.input[3])
        words = say("The head reads this block: map k weighs fc.weight[class, k] / {n}", n=cells)
        return Content.styled(f"\n{words}", QUIET)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        way = self._ways[self._at] if self._ways else None
        if way is not None and way.price is not None:
            self.dismiss(Answer("target.set", way.assignment))


def _numbers(*more: int) -> str:
    """How much more, in columns; nothing where it is none."""
    return "".join((short_difference(number) if number else "").rjust(_NUMBER) for number in more)
