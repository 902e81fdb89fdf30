"""Edits by their addresses, several at once as one step, and what they come to, before they are made."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.changes.compare import is_told
from inspector.core.changes.gradcam import price_of
from inspector.core.design.differences import edits as edited
from inspector.core.design.edit import edit
from inspector.core.network.network import Network
from inspector.core.units import difference
from inspector.errors import DesignError
from inspector.speech import say, some
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET

_SHOWN = 8


class EditsScreen(Dialog):
    """Takes assignments with blanks between them, says what they change, and answers with them."""

    AUTO_FOCUS = "Input"

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network
        self._is_right = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Edit by address")
            words = say(
                "conv5_x.planes=384   conv5_3.conv3=1024   conv*_x.expansion=2 (every stage)   width=0.75 (all planes)"
            )
            yield Static(Content.styled(words, QUIET))
            yield Input(compact=True, placeholder=say("address=value, several with blanks between them"))
            yield Static("", id="told", markup=False)
            yield Static("", classes="problem", markup=False)
            yield Static(say("enter makes them, as one step   esc back"), classes="hint", markup=False)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        problem, told = "", Content("")
        self._is_right = False
        if event.value.strip():
            try:
                told = self._told(event.value)
                self._is_right = True
            except DesignError as error:
                problem = str(error)
        self.query_one(".problem", Static).update(Content(problem))
        self.query_one("#told", Static).update(told)

    def _told(self, text: str) -> Content:
        before = self._network.design
        offer = price_of(self._network, edit(before, *text.split()))
        changes = edited(offer.design, before)
        if not changes:
            return Content.styled(f"\n{say('as it is now')}", QUIET)
        places = sum(each.repeats for each in offer.effects if is_told(each))
        head = f"\n{difference(offer.params)} params   {difference(offer.macs)} MACs"
        lines = [
            Content.assemble((head, "bold"), ("   " + some(places, "{n} place changes", "{n} places change"), QUIET))
        ]
        lines += [Content(f"  {each.words}") for each in changes[:_SHOWN]]
        lines += (
            [Content.styled("  " + say("and {n} more", n=len(changes) - _SHOWN), QUIET)]
            if len(changes) > _SHOWN
            else []
        )
        return Content("\n").join(lines)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._is_right:
            self.dismiss(Answer("app.make", event.value))
