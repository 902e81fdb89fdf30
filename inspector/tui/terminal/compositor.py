"""Sends the terminal only the cells that have changed, and draws no others.

Textual's partial update draws every widget that lies between the first changed line and the last, and sends each from
its left edge, wherever in it the change is. In a table whose numbers follow an edit on every line in sight, that is
more than half of all that is drawn and sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.control import Control
from textual._compositor import Compositor, CompositorUpdate
from textual.errors import NoWidget
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Span = tuple[int, int, Strip]
"""A line, the cell that it begins at, and what is written from there on."""


class SpansUpdate(CompositorUpdate):
    """Spans of lines, written each where it belongs."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans

    def render_segments(self, console: Console) -> str:
        """The escape sequences that write the spans; a style is set only where another was."""
        sequences: list[str] = []
        system, worn = console._color_system, ""  # noqa: SLF001  # as Textual's own Strip.render has it
        for y, x, strip in self.spans:
            sequences.append(Control.move_to(x, y).segment.text)
            for text, style, _ in strip:
                codes = style._make_ansi_codes(system) if style and system is not None else ""  # noqa: SLF001
                if codes != worn:
                    sequences.append(f"\x1b[0;{codes}m" if codes else "\x1b[0m")
                    worn = codes
                sequences.append(text)
        return "".join([*sequences, "\x1b[0m"] if worn else sequences)


class SpanCompositor(Compositor):
    """Textual's compositor, whose partial updates are of the changed cells alone."""

    def get_widget_at(self, x: int, y: int) -> tuple[Widget, Region]:
        """The foremost widget at a cell: a notice is seen and not touched, but what lies under it is.

        Raises NoWidget where there is none.
        """
        for widget, region in self.get_widgets_at(x, y):
            if not any(type(each).__name__ in _NOTICES for each in widget.ancestors_with_self):
                return widget, region
        raise NoWidget(f"No widget under screen coordinate ({x}, {y})")

    def render_partial_update(self) -> SpansUpdate | None:  # type: ignore[override]  # an update like any other
        """What has changed since the last update, or None where nothing has."""
        regions, screen = self._dirty_regions.copy(), self.size.region
        self._dirty_regions.clear()
        if not regions:
            return None
        parts = (region.intersection(screen) for region in regions)
        spans = self._regions_to_spans([part for part in parts if part])
        widgets = [(widget, *region.intersection(clip)) for widget, (region, clip) in self.visible_widgets.items()]
        corners = {widget: region.offset for widget, (region, _) in self.visible_widgets.items()}
        drawn: list[Span] = []
        for y, left, right in spans:
            for widget, start, end in _in_front(widgets, y, left, right):
                x, top = corners[widget]
                (strip,) = widget.render_lines(Region(start - x, y - top, end - start, 1))
                drawn.append((y, start, strip))
        return SpansUpdate(drawn)


_NOTICES = ("Toast", "ToastHolder", "ToastRack")


_Seen = tuple[Widget, int, int, int, int]
"""A widget, and the part of it that is not clipped: left, top, width, height."""


def _in_front(widgets: Sequence[_Seen], y: int, left: int, right: int) -> Iterator[tuple[Widget, int, int]]:
    """The widgets seen on a line between two cells, each with its own cells; the foremost widget comes first."""
    for at, (widget, x, top, width, height) in enumerate(widgets):
        start, end = max(left, x), min(right, x + width)
        if start < end and top <= y < top + height:
            if left < start:
                yield from _in_front(widgets[at + 1 :], y, left, start)
            yield widget, start, end
            if end < right:
                yield from _in_front(widgets[at + 1 :], y, end, right)
            return


class MainScreen(Screen[None], inherit_bindings=False):
    """The editor's screen. Its keys are the app's: tab leads to panes that Textual's own tab would not see.

    `covered` is called when a dialog is put over it, `bare` when there is none over it any more, and `unfocused` when
    the widget with the focus has been taken out of sight. Textual would give the focus to a neighbour: between two
    sizes of a terminal that would be another pane, in which the same keys do something else.
    """

    def __init__(self, covered: Callable[[], None], bare: Callable[[], None], unfocused: Callable[[], None]) -> None:
        super().__init__()
        self._compositor = SpanCompositor()
        self._covered, self._bare, self._unfocused = covered, bare, unfocused

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:  # noqa: ARG002
        if self.focused is widget:
            self.set_focus(None)
            self.call_after_refresh(self._unfocused)

    def on_screen_suspend(self) -> None:
        self._covered()

    def on_screen_resume(self) -> None:
        self._bare()
