"""An error of torch, pasted: where it comes from, why, and the one edit that does it right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from inspector.core.design.design import Design
from inspector.core.mistakes.diagnosis import Diagnosis
from inspector.core.network.network import Network
from inspector.notes import name
from inspector.speech import say, spoken
from inspector.tui import keymap
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET
from inspector.tui.terminal.pasting import PasteArea

if TYPE_CHECKING:
    from inspector.bridge.process import Reply

_OTHERS = 3
"""Other edits that are offered."""


Wish = tuple[str, str]
"""An action, and what it is given: the edits to make, the place to go to, or the note to read."""


class MistakeScreen(Dialog):
    """Explains the error that is pasted, as soon as it is there, and answers with what to do about it."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("mistake")

    def __init__(self, network: Network, diagnose: Callable[[str, Design], Awaitable[Reply | None]]) -> None:
        """`diagnose` answers in its own time, and None where another text came meanwhile."""
        super().__init__()
        self._network, self._diagnose = network, diagnose
        self._found: Diagnosis | None = None
        self._was_pasted = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("An error of torch")
            yield PasteArea(placeholder=say("paste it here: one line, or a whole traceback"))
            yield Static("", id="answer", markup=False)
            yield OptionList()
            words = say("↑ ↓ choose   enter does it   tab to the text and back   esc back")
            yield Static(words, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Nothing is offered yet; who can tell what to offer is made ready meanwhile."""
        self.query_one(OptionList).display = False
        self.run_worker(self._diagnose("", self._network.design), group="ready")

    @on(TextArea.Changed)
    def _changed(self) -> None:
        """Ask for what it is, elsewhere: a long traceback or a deep network takes its time."""
        text = self.query_one(PasteArea).all_text
        if text.strip():
            self._found = None
            self.query_one(OptionList).display = False
            self.query_one("#answer", Static).update(Content.styled(say("reading it …"), QUIET))
            self.run_worker(self._ask(text), exclusive=True, group="diagnosis")
        else:
            self._tell(text, None)

    async def _ask(self, text: str) -> None:
        reply = await self._diagnose(text, self._network.design)
        if reply is not None:
            self._tell(text, reply.result, reply.problem)

    def _tell(self, text: str, diagnosis: Diagnosis | None, problem: str = "") -> None:
        """Tell what was found, if that is still the text."""
        if not self.is_attached or text != self.query_one(PasteArea).all_text:
            return
        self._found = diagnosis
        self.query_one("#answer", Static).update(Content(problem) if problem else self._answer(text))
        options = self.query_one(OptionList)
        options.clear_options()
        if self._found is not None:
            options.add_options([Option(words, id=" ".join(wish)) for words, wish in self._offers(self._found)])
            options.highlighted = 0
        if self._was_pasted and options.option_count:
            options.display = True
            options.focus()
        self._was_pasted = False
        options.display = bool(options.option_count)

    @on(PasteArea.Pasted)
    def _pasted_whole(self) -> None:
        """Go on to what is offered, once it is known."""
        if self._found is not None:
            self.query_one(OptionList).focus()
        else:
            self._was_pasted = True

    def _answer(self, text: str) -> Content:
        diagnosis = self._found
        if diagnosis is None:
            words = say("No shape error of torch that is known here.") if text.strip() else ""
            return Content.styled(words, QUIET)
        if not diagnosis.name:
            return Content("\n").join([Content.styled(diagnosis.error, "bold"), Content(diagnosis.why)])
        where = f"{diagnosis.name}" + (f" ({diagnosis.path})" if diagnosis.path not in ("", diagnosis.name) else "")
        return Content("\n").join([Content.styled(f"{where}: {diagnosis.error}", "bold"), Content(diagnosis.why)])

    def _offers(self, diagnosis: Diagnosis) -> list[tuple[str, Wish]]:
        words = say("make the edit") if diagnosis.is_whole else say("make the first steps")
        offers = [(f"{words}  {diagnosis.edit}", ("app.make", diagnosis.edit))] if diagnosis.edit else []
        offers += [(say("or another  {edit}", edit=other), ("app.make", other)) for other in diagnosis.others[:_OTHERS]]
        is_there = self._network.get(diagnosis.name) is not None
        offers += [(say("go to {place}", place=diagnosis.name), ("app.jump-to", diagnosis.name))] if is_there else []
        topic = diagnosis.topic
        return offers + (
            [(say("the note: {title}", title=name(topic, spoken())), ("app.note", topic))] if topic else []
        )

    def action_wish(self) -> None:
        offers = self._offers(self._found) if self._found is not None else []
        if offers:
            self.dismiss(Answer(*offers[0][1]))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._found is not None:
            self.dismiss(Answer(*self._offers(self._found)[event.option_index][1]))
