"""Help: every key of every pane, made from the table of actions itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from inspector.speech import later, say
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
            box.border_title = say("Help")
            yield Static(Content("\n").join(Content(say(line)) for line in _INTRODUCTION))
            with Container(id="columns"):
                for column in self._columns():
                    yield Static(Content("\n").join(column))

    def on_resize(self) -> None:
        self.set_class(self.app.size.width >= _BROAD, "-broad")

    def _columns(self) -> tuple[list[Content], list[Content]]:
        """The sections in two columns, about as long as each other."""
        sections = list(self._sections())
        total = sum(map(len, sections))
        left: list[Content] = []
        while sections and len(left) + len(sections[0]) / 2 <= total / 2:
            left += sections.pop(0)
        return left, [line for section in sections for line in section]

    def _sections(self) -> Iterator[list[Content]]:
        """The lines of each section."""
        for title, rows in keymap.sections(self._keys):
            lines = [Content(""), Content.styled(title, "bold")]
            for action, keys in rows:
                if action.is_listed:
                    lines.append(Content.assemble((f"  {keys:16}", "$text-accent"), say(action.words)))
            yield lines


_BROAD = 150
"""Columns of the screen from which the keys stand in two columns."""
_INTRODUCTION = (
    later(
        "Go to a stage, a block or a convolution, press e, type a number: every shape, parameter and MAC follows at "
        "once."
    ),
    "",
    later("/2  height and width are halved here"),
    later("↳   the block's shortcut: identity or projection"),
    later("≠   weights that were opened do not fit here;  ≈ they fit, and mean something else"),
    later("●   changed by the last edit;  ○ by one before it, since the baseline;  + new since the baseline"),
    later("◎   the Grad-CAM target: the block whose feature maps Grad-CAM reads"),
    later("MACs count convolutions and fc, for the whole batch (conv+fc)."),
)
