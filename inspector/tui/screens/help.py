"""Help: every key of every pane, made from the table of actions itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog


class HelpScreen(Dialog):
    """Keys by pane, and the columns and marks of the tree."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("help")

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box") as box:
            box.border_title = "Help"
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        for text in _INTRODUCTION:
            yield Content(text)
        for title, rows in keymap.sections(self._keys):
            yield Content("")
            yield Content.styled(title, "bold")
            for action, keys in rows:
                if action.is_listed:
                    yield Content.assemble((f"  {keys:16}", "$text-accent"), action.words)


_INTRODUCTION = (
    "Go to a stage, a block or a convolution, press e, type a number: every shape, parameter and MAC follows at once.",
    "",
    "/2  height and width are halved here",
    "↳   the block's shortcut: identity or projection",
    "●   changed by the last edit;  ○ by one before it, since the baseline;  + new since the baseline",
    "◎   the Grad-CAM target: the block whose feature maps Grad-CAM reads",
    "MACs count convolutions and fc, for the whole batch (conv+fc).",
)
