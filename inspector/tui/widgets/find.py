"""The line in which one types what to find."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static


class FindInput(Input):
    """What is sought; up and down go from match to match."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave('keep')", "Go to the match", id="find.keep"),
        Binding("escape", "leave('back')", "Back to where you were", id="find.back"),
        Binding("down,tab", "leave('next')", "Next match", id="find.next"),
        Binding("up,shift+tab", "leave('previous')", "Previous match", id="find.previous"),
    ]

    class Left(Message):
        """A key that is no text: `how` is keep, back, next or previous."""

        def __init__(self, how: str) -> None:
            super().__init__()
            self.how = how

    def action_leave(self, how: str) -> None:
        self.post_message(self.Left(how))


class FindBar(Horizontal):
    """An input, and how many matches there are; in the keys' place while one finds."""

    class Typed(Message):
        """`text` stands in the input now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Stepped(Message):
        """The next match is wanted, or the one before."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    class Left(Message):
        """Finding has ended: at the match, or where it began."""

        def __init__(self, *, is_kept: bool) -> None:
            super().__init__()
            self.is_kept = is_kept

    is_open = False

    def compose(self) -> ComposeResult:
        yield Static(" / ", id="find-mark", markup=False)
        yield FindInput(id="find-input", compact=True, placeholder="3x3   2048   downsample   layer4.2   fc")
        yield Static("", id="find-count", markup=False)

    @property
    def _input(self) -> FindInput:
        return self.query_one(FindInput)

    def open(self, text: str) -> None:
        """Begin with `text`, all of it selected."""
        self.is_open = True
        self._input.cursor_blink = False
        with self._input.prevent(Input.Changed):
            self._input.value = text
        self.say(0, 0)
        self.screen.set_focus(self._input)
        if text:
            self.post_message(self.Typed(text))

    def close(self) -> None:
        """Take no more notice of what stands in the input."""
        self.is_open = False

    def say(self, number: int, matches: int) -> None:
        """Which of how many matches one stands on."""
        if not self._input.value.strip():
            words = "enter go   esc back "
        elif not matches:
            words = "nothing has it in it   esc back "
        else:
            words = f"{number} of {matches}   ↑ ↓ next   enter go   esc back "
        self.query_one("#find-count", Static).update(Content(words))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(event.value))

    @on(FindInput.Left)
    def _left(self, event: FindInput.Left) -> None:
        event.stop()
        if not self.is_open:
            return
        if event.how in ("next", "previous"):
            self.post_message(self.Stepped(1 if event.how == "next" else -1))
            return
        self.post_message(self.Left(is_kept=event.how != "back"))
