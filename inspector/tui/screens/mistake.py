"""An error of torch, pasted: where it comes from, why, and the one edit that does it right."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from inspector.core.design import Design
from inspector.core.mistakes import Diagnosis, diagnose
from inspector.tui.screens.dialog import QUIET, Dialog

_OTHERS = 3
"""Other edits that are offered."""


class Wish(NamedTuple):
    """What is to be done about an error: make the edits, go to the place, or read the note."""

    action: Literal["edit", "go", "note"]
    text: str


class PasteArea(TextArea):
    """A field that tells when something was pasted into it."""

    class Pasted(Message):
        """Something was pasted, and is in the text by now."""

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(event)
        self.post_message(self.Pasted())


class MistakeScreen(Dialog[Wish]):
    """Explains the error that is pasted, as soon as it is there, and answers with what to do about it."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "wish", "Do the first that is offered", id="mistake.first"),
    ]

    def __init__(self, design: Design) -> None:
        super().__init__()
        self._design = design
        self._found: Diagnosis | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "An error of torch"
            yield PasteArea(placeholder="paste it here: one line, or a whole traceback", show_line_numbers=False)
            yield Static("", id="answer", markup=False)
            yield OptionList()
            yield Static(
                "tab goes to what is offered, ↑ ↓ choose, enter does it   esc back", classes="hint", markup=False
            )

    def on_mount(self) -> None:
        self.query_one(OptionList).display = False

    @on(TextArea.Changed)
    def _pasted(self, event: TextArea.Changed) -> None:
        text = event.text_area.text
        self._found = diagnose(text, self._design)
        self.query_one("#answer", Static).update(self._answer(text))
        options = self.query_one(OptionList)
        options.clear_options()
        if self._found is not None:
            options.add_options(
                [Option(words, id=f"{wish.action} {wish.text}") for words, wish in self._offers(self._found)]
            )
            options.highlighted = 0
        options.display = self._found is not None

    @on(PasteArea.Pasted)
    def _was_pasted(self) -> None:
        """Go on to what is offered."""
        if self._found is not None:
            self.query_one(OptionList).focus()

    def _answer(self, text: str) -> Content:
        found = self._found
        if found is None:
            return Content.styled("No shape error of torch that is known here." if text.strip() else "", QUIET)
        where = f"{found.name}" + (f" ({found.path})" if found.path not in ("", found.name) else "")
        return Content("\n").join([Content.styled(f"{where}: {found.error}", "bold"), Content(found.why)])

    def _offers(self, found: Diagnosis) -> list[tuple[str, Wish]]:
        offers = [(f"make the edit  {found.edit}", Wish("edit", found.edit))] if found.edit else []
        offers += [(f"or another  {other}", Wish("edit", other)) for other in found.others[:_OTHERS]]
        offers += [(f"go to {found.name}", Wish("go", found.name))] if found.name else []
        return offers + ([(f"the note on {found.topic}", Wish("note", found.topic))] if found.topic else [])

    def action_wish(self) -> None:
        if self._found is not None:
            self.dismiss(self._offers(self._found)[0][1])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._found is not None:
            self.dismiss(self._offers(self._found)[event.option_index][1])
