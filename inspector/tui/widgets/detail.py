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
    """One value being typed; enter keeps it, escape takes it back, up and down go on to the next field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave('revert')", "Take back", id="field.revert"),
        Binding("enter", "submit", "Keep", id="field.keep"),
        Binding("up,shift+tab", "leave('previous')", "Previous field", id="field.previous"),
        Binding("down,tab", "leave('next')", "Next field", id="field.next"),
    ]

    class Left(Message):
        """The input is done with: `how` is keep, revert, previous or next."""

        def __init__(self, how: str) -> None:
            super().__init__()
            self.how = how

    def action_leave(self, how: str) -> None:
        self.post_message(self.Left(how))

    async def action_submit(self) -> None:
        self.post_message(self.Left("keep"))

    def on_blur(self) -> None:
        self.post_message(self.Left("blur"))


class Detail(Container, can_focus=True):
    """The sheet of the selected place, and an input over the value that is being typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "Previous field", id="detail.previous"),
        Binding("down,j", "choose(1)", "Next field", id="detail.next"),
        Binding("plus,equals_sign,right,l", "step(1)", "Step up", id="detail.step-up"),
        Binding("minus,left,h", "step(-1)", "Step down", id="detail.step-down"),
        Binding("enter,e,space", "open", "Type a value", id="detail.open"),
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
        self._chosen: dict[str, int] = {}
        self._complaint = ""
        self._input: ValueInput | None = None

    def compose(self) -> ComposeResult:
        yield Sheet(id="sheet")

    @property
    def sheet(self) -> Sheet:
        return self.query_one(Sheet)

    @property
    def field(self) -> Field | None:
        """The field under the cursor: what + and − step."""
        fields = self._subject.fields
        return fields[self._index] if fields else None

    @property
    def is_typing(self) -> bool:
        return self._input is not None

    @property
    def _index(self) -> int:
        return min(self._chosen.get(self._kind, 0), max(len(self._subject.fields) - 1, 0))

    @property
    def _kind(self) -> str:
        """Places of one kind have the same fields, and share the cursor among them."""
        return ",".join(field.name for field in self._subject.fields)

    def show(self, subject: Subject) -> None:
        """Show another place, or the same one with other numbers. What is being typed stays as it is."""
        self._subject = subject
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
        self.sheet.reveal(self._index)
        region = self.sheet.value_region(self._index)
        self._input = ValueInput(value(field.value), compact=True, select_on_focus=text is None)
        self._input.styles.offset = (region.x, region.y)
        self._input.styles.width = region.width + 1
        self.post_message(self.Opened())
        self.mount(self._input)
        self._input.focus()
        if text is not None:
            self._input.value = text
            self._input.cursor_position = len(text)

    def leave(self, how: str) -> None:
        """End typing as the input's own keys do: keep, revert, previous or next."""
        if self._input is not None:
            self._input.action_leave(how)

    def _draw(self) -> None:
        is_active = self.has_focus or self.is_typing
        self.sheet.show(self._subject, self._index, is_active=is_active, complaint=self._complaint)

    def _choose(self, index: int) -> None:
        fields = self._subject.fields
        if fields:
            self._chosen[self._kind] = min(max(index, 0), len(fields) - 1)
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

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(has_focus)
        if self.is_mounted:
            self._draw()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_typing and event.input is self._input and self.field is not None and event.input.has_focus:
            self.post_message(self.Typed(self, self.field, event.value))

    @on(ValueInput.Left)
    def _left(self, event: ValueInput.Left) -> None:
        event.stop()
        if self._input is None:
            return
        if event.how in ("keep", "next", "previous") and self._complaint:
            return
        how, typed = event.how, self._input
        self._input = None
        self._complaint = ""
        typed.remove()
        self.post_message(self.Closed(is_kept=how != "revert"))
        if how != "blur":
            self.focus()
        if how in ("next", "previous"):
            self._choose(self._index + (1 if how == "next" else -1))
        self._draw()

    @on(Sheet.Pressed)
    def _pressed(self, event: Sheet.Pressed) -> None:
        event.stop()
        if self.is_typing:
            self.post_message(ValueInput.Left("keep"))
            return
        self._choose(event.index)
        self.focus()
        if event.part in ("−", "+"):
            self.action_step(1 if event.part == "+" else -1)
        elif event.part == "value":
            self.open()
