"""What a number does to params and costs over its range, with where one is."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from inspector.core.budgets.axes import Axis
from inspector.core.budgets.sweep import USUAL, points
from inspector.core.design.edit import resolve
from inspector.core.design.fields import Integer
from inspector.core.measures.counting import Convention
from inspector.core.network.network import Network
from inspector.report.curves import plotted
from inspector.report.swept import Swept, curves
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET

_VALUES = 32
"""Values that are looked at, from an eighth of what there is to twice as much."""


class CurveScreen(Dialog):
    """The curves of params and of the cost that is shown, one below the other where there is room, else in turn."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("curve")

    def __init__(self, network: Network, address: str, counting: Convention) -> None:
        super().__init__()
        self._network, self._address, self._counting = network, address, counting
        self._which = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._address
            yield Static("", id="curves", markup=False)
            yield Static("", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def action_other(self) -> None:
        """Show the other curve, where there is room for one."""
        self._which = 1 - self._which
        self._draw()

    def _draw(self) -> None:
        width, height = self.app.size
        design, axis = (
            self._network.design,
            Axis((self._address,), tuple(map(str, _around(self._network, self._address)))),
        )
        found = list(points(design, [axis], 0, len(axis.values), counting=self._counting.name, memory=False))
        swept = Swept("", self._network, (axis,), self._counting, has_memory=False, front=USUAL, points=found)
        both = curves(swept, frozenset())
        is_tall = height >= 2 * 13 + 6
        high = max(5, (height - 10) // 2 - 4) if is_tall else max(5, height - 13)
        lines: list[Content] = []
        for curve in both if is_tall else both[self._which : self._which + 1]:
            title, *rest = plotted(curve, max(20, min(66, width - 30)), min(high, 14))
            lines += [Content.styled(title, "bold"), *(Content.styled(line, QUIET) for line in rest), Content("")]
        self.query_one("#curves", Static).update(Content("\n").join(lines[:-1]))
        hint = say("esc back") if is_tall else say("space the other curve   esc back")
        self.query_one(".hint", Static).update(Content(hint))


def _around(network: Network, address: str) -> list[int]:
    """Values of a field round the one that it has: up to twice as much, evenly, that one among them."""
    field = resolve(network.design, address)
    assert isinstance(field.spec, Integer)  # noqa: S101  # asked before
    now, spec = int(field.value), field.spec  # type: ignore[arg-type]  # an Integer's value
    high = min(spec.high, max(2 * now, now + 8 * spec.step))
    step = max(spec.step, -(-(high - spec.low) // _VALUES // spec.step) * spec.step)
    first = now % step
    values = {now, *range(first if first >= spec.low else first + step, high + 1, step)}
    return sorted(value for value in values if spec.admits(value))
