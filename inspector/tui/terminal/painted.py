"""A scrolling pane that draws its lines itself, from pieces of text with roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from inspector.tui.terminal.ascii import AsciiFilter, to_ascii
from inspector.tui.terminal.cells import cells
from inspector.tui.terminal.harmless import only_text

Piece = tuple[str, str]
"""A text and its role: "" for plain, or strong, quiet, accent, edited, wrong, value."""


class Line(NamedTuple):
    """What one line shows; `paper` is the ground it lies on: "", cursor or cursor-away."""

    pieces: Sequence[Piece] = ()
    paper: str = ""


class Painted(ScrollView):
    """Lines of pieces; colours come from the style sheet's component classes. The text is never markup.

    `line` tells what line y of the pane (from 0 at its top, wherever it is scrolled to) shows; `repaint` draws only
    the cells that have changed.
    """

    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "painted--strong",
        "painted--quiet",
        "painted--accent",
        "painted--edited",
        "painted--wrong",
        "painted--value",
        "painted--cursor",
        "painted--cursor-away",
    }

    def __init__(self, line: Callable[[int], Line], *, id: str) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id)
        self._line = line
        self._inks: dict[tuple[str, str], Style] = {}
        self._drawn: dict[int, Line] = {}
        self._strips: dict[int, Strip] = {}
        self._width = 0
        self._fitted = Size(0, 0)
        self._is_fitting = False
        self._is_ascii: bool | None = None

    @property
    def width(self) -> int:
        """Cells that a line has."""
        return self._width or self.scrollable_content_region.width

    @property
    def is_in_sight(self) -> bool:
        """Whether the pane has room on the screen."""
        return self.is_mounted and self.display and bool(self.size.height)

    @property
    def is_ascii(self) -> bool:
        """Whether it is drawn in ASCII alone."""
        if self._is_ascii is None:
            self._is_ascii = any(isinstance(each, AsciiFilter) for each in self.get_line_filters())
        return self._is_ascii

    def fit(self) -> None:
        """Lay out what depends on the pane's size, which has changed; all lines are drawn behind it."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002  # Textual's signature
        """Be laid out for another size before the pane is drawn in it: the event of it comes after."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if self.size != self._fitted:
            self._fitted = self.size
            self._forget()
            self._width = self.scrollable_content_region.width
            self._is_fitting = True
            self.fit()
            self._is_fitting = False
        return changed

    def extend(self, lines: int) -> None:
        """Have `lines` lines to scroll through."""
        size = Size(self.size.width, lines)
        if size == self.virtual_size:
            return
        if self._is_fitting:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    def repaint(self) -> None:
        """Draw what differs from what is on the screen, from a line's first changed piece to its last.

        A pane out of sight has no size to be laid out for, and is laid out anew when it is seen again.
        """
        self._width = self.scrollable_content_region.width
        if not self._width:
            self._fitted = Size(0, 0)
            self._forget()
        regions, whole = [], self.outer_size.width  # the scrollbar's place is coloured with the line
        for y, before in self._drawn.items():
            after = self._line(y)
            if after != before:
                self._drawn[y] = after
                self._strips.pop(y, None)
                left, right = _changed(before, after)
                regions.append(Region(left, y, (whole if right is None else right) - left, 1))
        if regions:
            self.refresh(*regions)

    def redraw(self) -> None:
        """Draw every line anew."""
        self._forget()
        self._width = self.scrollable_content_region.width
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the pane, which has no border and so needs no cache but its own."""
        strips = [self._strips.get(y) or self._strip(y) for y in crop.line_range]
        return [_cropped(strip, crop.x, crop.right) if strip.cell_length != crop.width else strip for strip in strips]

    def render_line(self, y: int) -> Strip:
        """One line of the pane."""
        return self._strips.get(y) or self._strip(y)

    def _strip(self, y: int) -> Strip:
        drawn = self._drawn.get(y)
        if drawn is None:
            drawn = self._drawn[y] = self._line(y)
        pieces = _joined(drawn.pieces)
        if drawn.paper and pieces and pieces[0][0].startswith(" "):  # seen without colours too
            (first, role), *rest = pieces
            pieces = [("▌" if drawn.paper == "cursor" else "▏", "accent"), (first[1:], role), *rest]
        if self.is_ascii:
            pieces = [(to_ascii(text), role) for text, role in pieces]
        segments = [Segment(only_text(text), self._ink(role, drawn.paper)) for text, role in pieces]
        length, width = sum(cells(segment.text) for segment in segments), self.outer_size.width
        if length < width:
            segments.append(Segment(" " * (width - length), self._ink("", drawn.paper)))
        strip = Strip(segments, max(length, width))
        if length > width:
            strip = _cropped(strip, 0, width)
        self._strips[y] = strip
        return strip

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other lines stand where these stood."""
        if round(old_value) != round(new_value):
            self._forget()
        super().watch_scroll_y(old_value, new_value)

    def _forget(self) -> None:
        self._drawn.clear()
        self._strips.clear()

    def notify_style_update(self) -> None:
        """Forget the colours: the theme or the style sheet has changed."""
        super().notify_style_update()
        self._inks.clear()
        self._strips.clear()

    def _ink(self, role: str, paper: str) -> Style:
        ink = self._inks.get((role, paper))
        if ink is None:
            own = self.get_component_rich_style(f"painted--{role}") if role else self.rich_style
            ground = self.get_component_rich_style(f"painted--{paper}") if paper and role != "value" else own
            ink = Style(color=own.color, bgcolor=ground.bgcolor, bold=own.bold, underline=own.underline)
            for line_filter in self.get_line_filters():  # NO_COLOR and the like change colours only
                (segment,) = line_filter.apply([Segment("x", ink)], self.background_colors[1])
                ink = segment.style or ink
            self._inks[role, paper] = ink
        return ink


def _cropped(strip: Strip, left: int, right: int) -> Strip:
    """The cells of a strip from `left` up to `right`; half of a wide character is a blank."""
    segments, x = [], 0
    for segment in strip:
        text, end = segment.text, x + cells(segment.text)
        if left <= x and end <= right:
            segments.append(segment)
        elif x < right and left < end:
            if end - x == len(text):
                segments.append(Segment(text[max(left - x, 0) : right - x], segment.style))
            else:
                part = segment.split_cells(left - x)[1] if left > x else segment
                segments.append(part.split_cells(right - max(left, x))[0] if end > right else part)
        x = end
    return Strip(segments, min(right, x) - left)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same cells in fewer pieces: neighbours of one role are one, and blanks belong to either neighbour.

    Each piece costs the terminal an escape sequence, and an edit may change every line in sight.
    """
    joined: list[Piece] = []
    for text, role in pieces:
        if not joined:
            joined.append((text, role))
            continue
        before, its_role = joined[-1]
        if role == its_role or (role != "value" and text.isspace()):
            joined[-1] = before + text, its_role
        elif its_role != "value" and (before.isspace() or not before):
            joined[-1] = before + text, role
        else:
            joined.append((text, role))
    return joined


def _changed(before: Line, after: Line) -> tuple[int, int | None]:
    """The cells, from and up to, in which two lines differ; None for the line's end."""
    if before.paper != after.paper or len(before.pieces) != len(after.pieces):
        return 0, None
    differs = [old != new for old, new in zip(before.pieces, after.pieces, strict=True)]
    first = differs.index(True)
    last = len(differs) - differs[::-1].index(True)
    taken = [cells(text) for text, _ in after.pieces]
    left = sum(taken[:first])
    if taken != [cells(text) for text, _ in before.pieces]:
        return left, None
    return left, left + sum(taken[first:last])
