"""Pretrained weights: what of them survives the edits, by part of the network and tensor by tensor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from inspector.speech import later, say
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET, cells, wrapped

_OPEN = later("What survives of the weights of {name}")
_NOT_OPEN = later("What would survive of pretrained weights of {name}")
_TOTALS = 3
"""The last lines of the table: tensors, parameters and bytes in all."""


class WeightsScreen(Dialog):
    """A table, and below it what is not the same, each kind under its heading."""

    AUTO_FOCUS = "VerticalScroll"

    def __init__(
        self, name: str, table: Sequence[str], lists: Sequence[tuple[str, list[str]]], *, is_open: bool
    ) -> None:
        """`name` is what the weights are of: a file that is open, or a preset, whose weights may be anywhere."""
        super().__init__()
        self._name, self._rows, self._lists, self._is_open = name, table, lists, is_open

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say(_OPEN if self._is_open else _NOT_OPEN, name=self._name)
            with VerticalScroll():
                yield Static(self._table(), markup=False)
                yield Static(self._tensors(), markup=False)
            words = say("↑ ↓ scroll   esc back")
            yield Static(words, classes="hint", markup=False)

    def _table(self) -> Content:
        first, *rows = self._rows
        lines = [Content.styled(first, QUIET)]
        for number, row in enumerate(rows):
            lines.append(Content.styled(row, "bold" if number >= len(rows) - _TOTALS else ""))
        return Content("\n").join(lines)

    def _tensors(self) -> Content:
        width = max(min(self.app.size.width * 95 // 100, _WIDTH) - 8, 20)
        if not self._lists:
            return Content.styled("\n" + say("all of them fit, and mean what they did"), QUIET)
        lines = []
        for words, tensors in self._lists:
            lines.append(Content.styled(f"\n{words}", "bold"))
            for tensor in tensors:
                first, *rest = [tensor] if cells(tensor) <= width else wrapped(tensor, width)
                lines += [Content(first), *(Content.styled(f"  {each}", QUIET) for each in rest)]
        return Content("\n").join(lines)

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < _LOW, "-low")


_LOW = 40
"""Lines of the screen below which the dialog has all of it."""
_WIDTH = 96
"""Cells of the dialog where there is room."""
