"""`_make_layer`, step by step: what it does on the left, what it has in this design on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from inspector.core.explain.make_layer import Step, beyond, steps
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.network.tree import Place
from inspector.speech import later, say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET, fitted

_WIDE = 118
"""Columns of the screen from which the values stand beside the steps."""
_CODE = 74
_SAID = {
    "call": later(
        "ResNet calls it once a stage, with the class of the block, planes, the number of blocks, and the stride."
    ),
    "dilate": later(
        "With dilate=True kernels reach farther instead: the stride becomes 1, and the maps stay as large."
    ),
    "test": later(
        "Both inputs of a sum need one shape. The identity fits only where the number of maps and their size stay."
    ),
    "downsample": later("So the shortcut of the first block is a projection, which torchvision calls downsample."),
    "first": later("It is the only block of a stage that may stride."),
    "inplanes": later("A number of maps, not a size. The blocks after it go by it, and so does the next stage."),
    "rest": later("They stride by 1: the identity fits wherever as many maps leave a block as come in."),
}
_RESTS = {
    "downsample": later("Not here: downsample stays None, and the shortcut is the identity."),
    "rest": later("Not here: the stage has one block."),
}
_BEYOND = {
    "filters": later("filters of single convolutions"),
    "projections": later("projections after the first block"),
    "expansion": later("an expansion of one stage alone"),
    "stride": later("a stride that ResNet does not call it with"),
    "version": later("v1, the stride on the first 1×1"),
    "widths": later("groups or a width_per_group of one stage alone"),
}
_MOST = 3


class _Covered(Protocol):
    """What this box lies over a part of."""

    def cover(self, lines: int) -> None: ...


class StepsScreen(Dialog):
    """Goes through the steps; `light` is called with the place that a step builds, so that the tree shows it."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("steps")

    def __init__(self, network: Network, place: Place, light: Callable[[Where], None]) -> None:
        super().__init__()
        self._network, self._place, self._light = network, place, light
        self._steps = steps(network, place)
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say(
                "How torchvision makes {stage} ({path})", stage=self._place.name, path=self._place.path
            )
            yield Static("", id="steps", markup=False)
            yield Static("", id="said", markup=False)
            yield Static(say("↑ ↓ step   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()
        self.call_after_refresh(self._lit)

    def on_resize(self) -> None:
        self._show()

    def on_unmount(self) -> None:
        self._hide(0)

    def _hide(self, lines: int) -> None:
        """Have the tree keep its cursor above the last lines of its pane."""
        for tree in self.app.screen_stack[0].query("#tree"):
            cast("_Covered", tree).cover(lines)

    def _lit(self) -> None:
        """Have the tree show what the step builds, above this box."""
        foot = self.app.screen_stack[0].query_one("#tree").region.bottom
        self._hide(max(foot - self.query_one(".box").region.y, 0))
        built = self._steps[self._at].builds
        self._light(built[0] if built else self._place.where)

    def action_go(self, steps: int) -> None:
        self._at = min(max(self._at + steps, 0), len(self._steps) - 1)
        self._show()
        self._lit()

    def _show(self) -> None:
        is_wide = self.app.size.width >= _WIDE
        lines = [self._line(number, step, is_wide=is_wide) for number, step in enumerate(self._steps)]
        self.query_one("#steps", Static).update(Content("\n").join(lines))
        step = self._steps[self._at]
        said = (
            [] if is_wide else [Content.styled(say("here: {values}", values=f"{step.here}{self._built(step)}"), "bold")]
        )
        said.append(Content(say((_SAID if step.is_taken else _RESTS)[step.name])))
        said += self._beyond()
        self.query_one("#said", Static).update(Content("\n").join([Content(""), *said]))

    def _line(self, number: int, step: Step, *, is_wide: bool) -> Content:
        code = f"{'▸' if number == self._at else ' '} {'  ' * step.depth}{step.code}"
        ink = "bold $text-primary" if number == self._at else "" if step.is_taken else QUIET
        if not is_wide:
            return Content.styled(code, ink)
        return Content.assemble((fitted(code, _CODE + 2), ink), (f"  {step.here}{self._built(step)}", ink or QUIET))

    def _built(self, step: Step) -> str:
        """The names of what a step builds."""
        names = [self._network.at(where).name for where in step.builds[:_MOST]]
        more = say(" and {n} more", n=len(step.builds) - _MOST) if len(step.builds) > _MOST else ""
        return f"  → {', '.join(names)}{more}" if names else ""

    def _beyond(self) -> list[Content]:
        """What of the stage as it is here `_make_layer` cannot make."""
        found: dict[str, list[str]] = {}
        for kind, what in beyond(self._network, self._place):
            found.setdefault(kind, []).append(what)
        if not found:
            return []
        lines = [Content.styled("\n" + say("What it cannot make of this stage as it is here:"), "$text-warning")]
        for kind, whats in found.items():
            more = say(" and {n} more", n=len(whats) - _MOST) if len(whats) > _MOST else ""
            lines.append(Content(f"  {say(_BEYOND[kind])}: {', '.join(whats[:_MOST])}{more}"))
        return lines
