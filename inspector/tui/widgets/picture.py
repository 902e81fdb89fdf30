"""The feature maps as a strip of boxes: higher for each doubling of the side, as wide as they have channels."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2, sqrt
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType

from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.network.tree import HEAD
from inspector.core.units import Dims, dims
from inspector.session.view import View
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.terminal.cells import cells, fitted
from inspector.tui.terminal.painted import Line, Painted, Piece
from inspector.tui.widgets.act import Act

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_HEADER = 1


class Station(NamedTuple):
    """One box: what it is called, where it stands in the network, its feature map, whether the baseline's differs."""

    name: str
    where: Where
    output: Dims
    is_edited: bool

    @property
    def label(self) -> str:
        return f"● {self.name}" if self.is_edited else self.name

    @property
    def channels(self) -> int:
        return self.output[1]

    @property
    def side(self) -> float:
        """The side of a square of as many pixels."""
        return sqrt(self.output[2] * self.output[3]) if len(self.output) == 4 else 1

    @property
    def is_pooled(self) -> bool:
        """Whether there are no maps any more, one number for each channel."""
        return self.where[:1] == (HEAD,)

    def shape(self, *, is_ascii: bool = False) -> str:
        """C×H×W, a square's sides told once: 256×56², which ASCII has no sign for; the channels alone of one pixel."""
        channels, *sizes = self.output[1:]
        if not sizes or sizes == [1, 1]:
            return str(channels)
        return f"{channels}×{sizes[0]}²" if sizes[0] == sizes[1] and not is_ascii else dims(self.output[1:])


def stations(network: Network, baseline: Network) -> list[Station]:
    """Input, stem, the stages, the head's pool and fc."""
    *tops, head = network.children(network.place)
    pool, fc = network.children(head)
    boxes = []
    for place in (*tops, pool, *((fc,) if fc.node.weight else ())):
        before = baseline.at(place.where).node
        name = "pool" if place.node is pool.node else place.name
        boxes.append(Station(name, place.where, place.node.output, before.output[1:] != place.node.output[1:]))
    return boxes


def heights(boxes: Sequence[Station], rows: int) -> list[int]:
    """Eighths of a line that each box is high: as many more for each doubling of the side, whatever it begins from."""
    sides = [log2(box.side) for box in boxes if not box.is_pooled]
    least, most = min(sides), max(sides)
    unit = 8 * rows / (most - least + 1)
    return [1 if box.is_pooled else max(1, round(unit * (log2(box.side) - least + 1))) for box in boxes]


def widths(boxes: Sequence[Station], room: int, *, is_ascii: bool = False) -> list[tuple[int, int]]:
    """Cells of each column and of its box: boxes are as wide as fits, in proportion to channels, and at least 1.

    What is pooled is no map, and has the room of its words alone.

    What is as wide as can be is an eighth of an octave that the most channels fall in, so that boxes stand still while
    a stage is stepped.
    """
    most = _rounded_up(max(box.channels for box in boxes if not box.is_pooled))
    words = [max(len(box.label), len(box.shape(is_ascii=is_ascii))) for box in boxes]
    least, best = 1, max(room, 1)
    while True:
        unit = (least + best + 1) // 2
        sizes = [1 if box.is_pooled else max(1, round(box.channels * unit / most)) for box in boxes]
        columns = list(map(max, words, sizes))
        if least == best:
            return list(zip(columns, sizes, strict=True))
        if sum(columns) + len(boxes) <= room:
            least = unit
        else:
            best = max(unit - 1, least)


def _rounded_up(channels: int) -> int:
    """The next multiple of an eighth of the largest power of two in `channels`."""
    step = max(1 << channels.bit_length() >> 4, 1)
    return -(-channels // step) * step


class Picture(Painted, can_focus=True):
    """A strip of boxes from the input to fc; the one that the tree stands in is marked, and choosing one goes there."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("picture")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(self._row_at, id=id)
        self._view: View | None = None
        self._boxes: list[Station] = []
        self._widths: list[tuple[int, int]] = []
        self._lines: list[list[Piece]] = []

    def show(self, view: View) -> None:
        """Show another network, or another place in it; nothing is drawn while the pane is out of sight."""
        self._view = view
        if self.is_in_sight:
            self._lay_out()
            self.repaint()

    def fit(self) -> None:
        self._lay_out()

    def on_show(self) -> None:
        self._lay_out()
        self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(has_focus)
        self._lay_out()
        self.repaint()

    def _lay_out(self) -> None:
        if self._view is None or self.size.height <= _HEADER:
            return
        self._boxes = stations(self._view.network, self._view.baseline)
        self._widths = widths(self._boxes, self.size.width - 2, is_ascii=self.is_ascii)
        rows = max(self.size.height - _HEADER - 2, 1)
        eighths = heights(self._boxes, rows)
        inks = [self._ink_of(index) for index in range(len(self._boxes))]
        title = "strong" if self.has_focus else "quiet"
        room = self.size.width - cells(say("feature maps")) - 2
        self._lines = [
            [
                (f" {say('feature maps')}", title),
                (fitted("  " + say("higher by a step for each doubling of H×W, as wide as C"), room), "quiet"),
            ]
        ]
        for row in range(rows):
            texts = [
                _EIGHTHS[min(max(size - (rows - 1 - row) * 8, 0), 8)] * box
                for size, (_, box) in zip(eighths, self._widths, strict=True)
            ]
            self._lines.append(self._row(texts, inks))
        self._lines.append(self._row([box.label for box in self._boxes], inks))
        self._lines.append(self._row([box.shape(is_ascii=self.is_ascii) for box in self._boxes], inks))

    def _row(self, texts: Sequence[str], inks: Sequence[str]) -> list[Piece]:
        """One line of all boxes; each piece has the blanks that belong to it, so that they are drawn with it."""
        return [
            (f"{'' if number else ' '}{text.ljust(column)} ", ink)
            for number, (text, ink, (column, _)) in enumerate(zip(texts, inks, self._widths, strict=True))
        ]

    def _ink_of(self, index: int) -> str:
        if index == self._current:
            return "accent"
        return "edited" if self._boxes[index].is_edited else "quiet"

    @property
    def _current(self) -> int | None:
        """The box that the selected place is in."""
        where = self._view.where if self._view else ()
        tops = [box.where for box in self._boxes]
        for index in reversed(range(len(tops))):
            if where[: len(tops[index])] == tops[index] or (where and where == tops[index][:1]):
                return index
        return None

    def _row_at(self, y: int) -> Line:
        return Line(self._lines[y]) if y < len(self._lines) else Line()

    def action_move(self, boxes: int) -> None:
        current = self._current
        index = 0 if current is None else min(max(current + boxes, 0), len(self._boxes) - 1)
        self.post_message(Act("app.jump", self._boxes[index].where))

    def on_click(self, event: events.Click) -> None:
        left = 1
        for box, (column, _) in zip(self._boxes, self._widths, strict=True):
            left += column + 1
            if event.x < left:
                self.post_message(Act("app.jump", box.where))
                return
