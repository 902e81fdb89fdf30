"""Another number of feature maps for Grad-CAM, and what it costs, before it is done."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.changes.compare import is_told
from inspector.core.changes.gradcam import Price, address, price, target
from inspector.core.network.network import Network
from inspector.core.units import difference, short_difference
from inspector.errors import DesignError
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted

_SHOWN = 7
_NAME, _WHAT, _NUMBER = 20, 28, 10


class TargetScreen(Dialog):
    """Says what Grad-CAM reads, takes a number of feature maps, and answers with the design that has as many."""

    AUTO_FOCUS = "Input"

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network
        self._price: Price | None = None

    def compose(self) -> ComposeResult:
        read = target(self._network)
        with Vertical(classes="box") as box:
            box.border_title = f"Grad-CAM reads {read.name} ({read.path})"
            cell = f"One cell of its heat map is {read.stride}×{read.stride} pixels"
            seen = f"and sees {read.field}×{read.field}"
            yield Static(Content(f"It reads {read.words}. {cell}, {seen}.\n\nHow many feature maps?"))
            yield Input(str(read.maps), compact=True, select_on_focus=True)
            yield Static("", id="price", markup=False)
            yield Static("", classes="problem", markup=False)
            yield Static("enter sets them   esc back", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._say(self.query_one(Input).value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say(event.value)

    def _say(self, maps: str) -> None:
        problem = ""
        try:
            self._price = price(self._network, maps)
        except DesignError as error:
            self._price, problem = None, error.reason
        self.query_one(".problem", Static).update(Content(problem))
        self.query_one("#price", Static).update(self._words(self._price) if self._price else Content(""))

    def _words(self, offer: Price) -> Content:
        if offer.design == self._network.design:
            return Content.styled(f"\nas it is now, {address(offer.design)}", QUIET)
        told = [each for each in offer.effects if is_told(each)]
        lines = [
            Content.styled(f"\n{difference(offer.params)} params   {difference(offer.macs)} MACs", "bold"),
            Content.styled(f"{'':{_NAME + _WHAT}}{'params':>{_NUMBER}}{'MACs':>{_NUMBER}}", QUIET),
        ]
        for each in told[:_SHOWN]:
            is_new = each in offer.projections
            words = f"{fitted(each.change.name, _NAME - 1)} {fitted(each.what, _WHAT - 1)} "
            numbers = _numbers(each.repeats * each.change.params, each.repeats * each.change.macs)
            lines.append(Content.styled(f"{words}{numbers}", "$text-warning" if is_new else ""))
            lines += [Content.styled(f"  {each.why}", QUIET)] if is_new else []
        if len(told) > _SHOWN:
            lines.append(Content.styled(f"and {len(told) - _SHOWN} more places", QUIET))
        return Content("\n").join(lines)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._price is not None:
            self.dismiss(Answer("target.set", self.query_one(Input).value))


def _numbers(*more: int) -> str:
    """How much more, in columns; nothing where it is none."""
    return "".join((short_difference(number) if number else "").rjust(_NUMBER) for number in more)
