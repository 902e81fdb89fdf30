"""Help: every key of every pane, made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from inspector.tui.keynames import key_name
from inspector.tui.screens.dialog import Dialog

Section = tuple[str, Iterable[BindingType]]


class HelpScreen(Dialog[None]):
    """Keys by pane, and the columns and marks of the tree."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,question_mark,f1", "dismiss", "Back", id="help.back")]

    def __init__(self, sections: Iterable[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box") as box:
            box.border_title = "Help"
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        for text in _INTRODUCTION:
            yield Content(text)
        for title, bindings in self._sections:
            yield Content("")
            yield Content.styled(title, "bold")
            for keys, words in described(bindings):
                yield Content.assemble((f"  {keys:16}", "$text-accent"), words)


def described(bindings: Iterable[BindingType]) -> Iterator[tuple[str, str]]:
    """The keys and the description of each binding that is meant to be shown."""
    for binding in bindings:
        if isinstance(binding, Binding) and binding.show:
            keys = " ".join(key_name(key) for key in binding.key.split(","))
            yield keys, binding.description


_INTRODUCTION = (
    "Go to a stage, a block or a convolution, press e, type a number: every shape, parameter and MAC follows at once.",
    "",
    "/2  height and width are halved here",
    "↳   the block's shortcut: identity or projection",
    "●   changed by the last edit;  ○ by one before it, since the baseline;  + new since the baseline",
    "◎   the Grad-CAM target: the block whose feature maps Grad-CAM reads",
    "MACs count convolutions and fc, for the whole batch (conv+fc).",
)
