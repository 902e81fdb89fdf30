"""What: the selected place, its fields to be stepped and typed into, and its facts."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input

from inspector.core.design.differences import value
from inspector.core.design.edit import Field
from inspector.core.design.fields import Choice, Flag
from inspector.core.explain.subject import Subject
from inspector.session.bench import Draft
from inspector.session.editing import takes_letter
from inspector.tui import keymap
from inspector.tui.widgets.act import Act
from inspector.tui.widgets.sheet import Sheet


class ValueInput(Input):
    """The value being typed; enter keeps it, escape takes it back, up and down go on to another field."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("field")

    def on_blur(self) -> None:
        """Be done with, unless it is the terminal's window that lost the focus: then the typing goes on later."""
        if self.app.app_focus:
            self.post_message(Act("field.leave", "blur"))


class Marked(NamedTuple):
    """What is done with the fields: which is marked, what is wrong with it, what is typed into it."""

    field: int = 0
    complaint: str = ""
    draft: Draft | None = None
    letters: str = ""


class Detail(Container, can_focus=True):
    """The sheet of the selected place, and an input over the value that is being typed."""

    ALLOW_MAXIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("detail")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._subject = Subject()
        self._marked = Marked()

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")
        yield ValueInput(id="value", compact=True)

    @property
    def sheet(self) -> Sheet:
        return self.query_one(Sheet)

    @property
    def _input(self) -> ValueInput:
        return self.query_one(ValueInput)

    @property
    def _field(self) -> Field | None:
        """The marked field."""
        fields = self._subject.fields
        return fields[self._marked.field] if fields else None

    def show(self, subject: Subject, marked: Marked) -> None:
        """Show another place, the same one with other numbers, or what is done with its fields."""
        before, self._marked = self._marked, marked
        is_moved = marked.field != before.field or subject.name != self._subject.name
        self._subject = subject
        draft = marked.draft
        if draft is not None and before.draft is None:
            self._open(draft)
        elif draft is None:
            self._input.display = False
            if is_moved and before.field != marked.field:
                self.sheet.reveal(marked.field)
        self._draw()

    def _open(self, draft: Draft) -> None:
        """Put the input over the value, which is selected unless something was typed already."""
        self.sheet.reveal(self._marked.field)
        typed = self._input
        typed.cursor_blink = False
        self._place()
        typed.select_on_focus = draft.text == value(draft.field.value)
        with typed.prevent(Input.Changed):
            typed.value = draft.text
        typed.cursor_position = len(typed.value)
        typed.display = True

    def _draw(self) -> None:
        is_active = self.has_focus or self._marked.draft is not None
        self.sheet.show(self._subject, self._marked.field, is_active=is_active, complaint=self._marked.complaint)

    def action_scroll(self, pages: int) -> None:
        self.sheet.scroll_relative(y=pages * max(self.size.height - 2, 1), animate=False)

    def on_key(self, event: events.Key) -> None:
        """A digit begins a new value, a letter chooses the option that begins with it."""
        field, character = self._field, event.character
        if not self.has_focus or field is None or character is None or not character.isascii():
            return
        if character.isdigit() and not isinstance(field.spec, Choice | Flag):
            act = Act("detail.begin", character)
        elif character.isalnum() and takes_letter(field, self._marked.letters, character):
            act = Act("detail.letter", character)
        else:
            return
        event.stop()
        event.prevent_default()
        self.post_message(act)

    @on(Sheet.Scrolled)
    @on(events.Resize)
    def _follow(self) -> None:
        if self._input.display:
            self._place()

    def _place(self) -> None:
        """Put the input over the value that is being typed, or out of sight with it."""
        region = self.sheet.value_region(self._marked.field)
        self._input.styles.offset = (region.x, region.y)
        self._input.styles.width = region.width + 1
        self._input.styles.opacity = 1 if 0 <= region.y < self.sheet.size.height else 0

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(has_focus)
        if self.is_mounted:
            self._draw()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._marked.draft is not None:
            self.post_message(Act("field.type", event.value))
