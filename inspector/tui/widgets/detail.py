"""What: the selected place, its fields to be stepped and typed into, and its facts."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Input

from inspector.core.describe import value
from inspector.core.edit import Field
from inspector.core.fields import Choice, Flag
from inspector.tui.widgets.sheet import Sheet, Subject


class ValueInput(Input):
    """The value being typed; enter keeps it, escape takes it back, up and down go on to another field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave('keep')", "Keep", id="field.keep"),
        Binding("escape", "leave('revert')", "Take back", id="field.revert"),
        Binding("up,shift+tab", "leave('previous')", "Previous field", id="field.previous"),
        Binding("down,tab", "leave('next')", "Next field", id="field.next"),
    ]

    class Left(Message):
        """The input is done with: `how` is keep, revert, previous, next or blur."""

        def __init__(self, how: str) -> None:
            super().__init__()
            self.how = how

    def action_leave(self, how: str) -> None:
        self.post_message(self.Left(how))

    def on_blur(self) -> None:
        """Be done with, unless it is the terminal's window that lost the focus: then the typing goes on later."""
        if self.app.app_focus:
            self.post_message(self.Left("blur"))


class Detail(Container, can_focus=True):
    """The sheet of the selected place, and an input over the value that is being typed."""

    ALLOW_MAXIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "Previous field", id="detail.previous"),
        Binding("down,j", "choose(1)", "Next field", id="detail.next"),
        Binding("plus,equals_sign,right,l", "step(1)", "Step up", id="detail.step-up"),
        Binding("minus,left,h", "step(-1)", "Step down", id="detail.step-down"),
        Binding("enter,e,space", "open", "Type a value (or begin with a digit)", id="detail.open"),
        Binding("pagedown", "scroll(1)", "Scroll down", id="detail.page-down"),
        Binding("pageup", "scroll(-1)", "Scroll up", id="detail.page-up"),
    ]

    class Stepped(Message):
        """A field is to be moved by `steps`."""

        def __init__(self, detail: Detail, field: Field, steps: int) -> None:
            super().__init__()
            self.detail, self.field, self.steps = detail, field, steps

        @property
        def control(self) -> Detail:
            return self.detail

    class Typed(Message):
        """`text` stands in a field now."""

        def __init__(self, detail: Detail, field: Field, text: str) -> None:
            super().__init__()
            self.detail, self.field, self.text = detail, field, text

        @property
        def control(self) -> Detail:
            return self.detail

    class Opened(Message):
        """A field is being typed into from now on."""

    class Closed(Message):
        """Typing has ended; `is_kept` says whether what was typed is to stay."""

        def __init__(self, *, is_kept: bool) -> None:
            super().__init__()
            self.is_kept = is_kept

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._subject = Subject("", "", "", (), (), ())
        self._chosen: dict[tuple[str, ...], int] = {}
        self._complaint = ""
        self._typing: Field | None = None

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
    def field(self) -> Field | None:
        """The field under the cursor: what + and − step."""
        fields = self._subject.fields
        return fields[self._index] if fields else None

    @property
    def is_typing(self) -> bool:
        return self._typing is not None

    @property
    def _names(self) -> tuple[str, ...]:
        """Places whose fields have the same names share the cursor among them."""
        return tuple(field.name for field in self._subject.fields)

    @property
    def _index(self) -> int:
        return min(self._chosen.get(self._names, 0), max(len(self._subject.fields) - 1, 0))

    def show(self, subject: Subject) -> None:
        """Show another place, or the same one with other numbers, where what is being typed stays as it is."""
        before, field = self._subject, self.field
        if self.is_typing and subject.name != before.name:
            self._end("blur")
        self._subject = subject
        if field is not None and subject.name == before.name and field.name in self._names:
            self._chosen[self._names] = self._names.index(field.name)
        self._draw()

    def complain(self, reason: str) -> None:
        """Explain beside the field why what was typed, or stepped to, is not allowed; an empty reason takes it away."""
        if reason != self._complaint:
            self._complaint = reason
            self._draw()

    def open(self, text: str | None = None) -> None:
        """Begin typing into the field under the cursor, over its value or with `text`; a choice is stepped instead."""
        field = self.field
        if field is None or self.is_typing:
            return
        if isinstance(field.spec, Choice | Flag):
            self.post_message(self.Stepped(self, field, 1))
            return
        self._complaint = ""
        self._typing = field
        self.sheet.reveal(self._index)
        typed = self._input
        typed.cursor_blink = False
        self._place()
        typed.select_on_focus = text is None
        with typed.prevent(Input.Changed):
            typed.value = value(field.value) if text is None else text
        typed.cursor_position = len(typed.value)
        typed.display = True
        self.post_message(self.Opened())
        self.screen.set_focus(typed)
        if text is not None:
            self.post_message(self.Typed(self, field, text))
        self._draw()

    def leave(self, how: str) -> None:
        """End typing as the input's own keys do: keep, revert, previous or next."""
        self._left(ValueInput.Left(how))

    def finish(self) -> bool:
        """Stop typing; whether what was typed may stay: what is not allowed is taken back."""
        is_kept = not self._complaint
        self._typing = None
        self._complaint = ""
        self._input.display = False
        return is_kept

    def _end(self, how: str) -> None:
        self.post_message(self.Closed(is_kept=self.finish() and how != "revert"))

    def _draw(self) -> None:
        is_active = self.has_focus or self.is_typing
        self.sheet.show(self._subject, self._index, is_active=is_active, complaint=self._complaint)

    def _choose(self, index: int) -> None:
        fields = self._subject.fields
        if fields:
            self._chosen[self._names] = min(max(index, 0), len(fields) - 1)
            self._complaint = ""
            self.sheet.reveal(self._index)
            self._draw()

    def action_choose(self, fields: int) -> None:
        self._choose(self._index + fields)

    def action_step(self, steps: int) -> None:
        if self.field is not None:
            self.post_message(self.Stepped(self, self.field, steps))

    def action_open(self) -> None:
        self.open()

    def action_scroll(self, pages: int) -> None:
        self.sheet.scroll_relative(y=pages * max(self.size.height - 2, 1), animate=False)

    def on_key(self, event: events.Key) -> None:
        """A digit begins a new value."""
        is_digit = event.character is not None and event.character.isascii() and event.character.isdigit()
        is_number = self.field is not None and not isinstance(self.field.spec, Choice | Flag)
        if is_digit and is_number and self.has_focus:
            event.stop()
            event.prevent_default()
            self.open(event.character)

    @on(Sheet.Scrolled)
    @on(events.Resize)
    def _place(self) -> None:
        """Put the input over the value that is being typed, or out of sight with it."""
        region = self.sheet.value_region(self._index)
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
        if self._typing is not None:
            self.post_message(self.Typed(self, self._typing, event.value))

    @on(ValueInput.Left)
    def _left(self, event: ValueInput.Left) -> None:
        event.stop()
        if not self.is_typing:
            return
        if event.how in ("keep", "next", "previous") and self._complaint:
            return
        self._end(event.how)
        if event.how != "blur":
            self.screen.set_focus(self)
        if event.how in ("next", "previous"):
            self._choose(self._index + (1 if event.how == "next" else -1))
        self._draw()

    @on(Sheet.Pressed)
    def _pressed(self, event: Sheet.Pressed) -> None:
        event.stop()
        if self.is_typing:
            self._end("blur")
        self._choose(event.index)
        self.screen.set_focus(self)
        if event.part in ("−", "+"):
            self.action_step(1 if event.part == "+" else -1)
        elif event.part == "value":
            self.open()
