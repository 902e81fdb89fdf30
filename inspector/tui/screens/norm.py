"""Batch norm by number: a toy that is small enough to be looked at, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from inspector.core.explain.batch_norm import BIAS, INPUT, SIDE, WEIGHT, Channel, Normed, Running, forward
from inspector.core.network.tree import Place
from inspector.core.units import exact
from inspector.speech import later, say, some
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET, to_left, to_right

_LABEL, _COLUMN = 14, 18
_NARROW, _NARROW_LABEL, _NARROW_COLUMN = 72, 13, 12
"""Columns of the screen below which the table has other widths, and those."""


class _Stop(NamedTuple):
    """A step: its title, and what there is to see."""

    title: str
    said: str


_TRAIN = (
    _Stop(
        later("the input"),
        later("Two images, three channels, 2×2 positions. Each channel is treated on its own, from here on."),
    ),
    _Stop(
        later("mean and variance"),
        later(
            "Over both images and all four positions: eight numbers for each channel. Not over channels, and not for "
            "each image on its own."
        ),
    ),
    _Stop(
        later("normalised"),
        later(
            "(x − mean) / √(variance + ε): each channel has mean 0 and variance 1 now. Its shape is what it was: "
            "channel 1 still has two numbers far off and six alike. Normalised is not normally distributed."
        ),
    ),
    _Stop(later("× γ + β"), later("γ is called weight in torch, β bias. They are learned, one of each for a channel.")),
    _Stop(
        later("running numbers"),
        later(
            "Each pass in train mode moves them a tenth of the way (momentum 0.1) to its batch's mean and variance. No "
            "loss and no optimizer takes part. space runs another pass."
        ),
    ),
    _Stop(
        later("eval mode"),
        later(
            "model.eval(): now it goes by the running numbers, and they move no more. After few passes these are far "
            "from the batch's own."
        ),
    ),
)


class NormScreen(Dialog):
    """Steps through a batch norm of eight numbers a channel; space runs another forward pass in train mode."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("norm")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._at, self._passes = 0, 1
        self._widths = _LABEL, _COLUMN

    def compose(self) -> ComposeResult:
        batch, channels, height, width = self._place.node.output
        count = exact(batch * height * width)
        with Vertical(classes="box") as box:
            box.border_title = say("Batch norm by number, as in {place}", place=self._place.name)
            words = say(
                "Three channels of eight numbers here; {place} has {channels} channels of {n} numbers.",
                place=self._place.name,
                channels=channels,
                n=count,
            )
            yield Static(words, markup=False)
            yield Static("", id="numbers", markup=False)
            yield Static("", id="said", markup=False)
            yield Static(say("← → step   space another pass   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()

    def action_go(self, steps: int) -> None:
        self._at = min(max(self._at + steps, 0), len(_TRAIN) - 1)
        self._show()

    def action_again(self) -> None:
        """Run another pass in train mode."""
        self._passes += 1
        self._at = max(self._at, len(_TRAIN) - 2)
        self._show()

    def _show(self) -> None:
        before = Running()
        for _ in range(self._passes - 1):
            before = forward(before, is_training=True).running
        trained = forward(before, is_training=True)
        is_narrow = self.app.size.width < _NARROW
        self._widths = (_NARROW_LABEL, _NARROW_COLUMN) if is_narrow else (_LABEL, _COLUMN)
        label, column = self._widths
        rows = self._rows(before, trained)
        head = "".join(to_right(say("channel {n}", n=number), column) for number in range(len(INPUT)))
        lines = [Content.styled(f"\n{'':{label}}{head}", QUIET), *rows]
        self.query_one("#numbers", Static).update(Content("\n").join(lines))
        stop = _TRAIN[self._at]
        words = say("{n} of {count}: {title}", n=self._at + 1, count=len(_TRAIN), title=say(stop.title))
        title = Content.styled("\n" + words, "bold $text-primary")
        self.query_one("#said", Static).update(Content("\n").join([title, Content(say(stop.said))]))

    def _rows(self, before: Running, trained: Normed) -> list[Content]:
        """The input, and below it what the step makes of it."""
        rows = self._maps(INPUT, say("image"))
        if self._at == 1:
            rows += [self._line(say("mean"), trained.mean), self._line(say("variance"), trained.variance)]
        elif self._at == 2:
            rows += self._maps(trained.normalised, say("normalised"))
        elif self._at == 3:
            rows = [
                *self._maps(trained.normalised, say("normalised")),
                self._line(say("weight γ"), WEIGHT),
                self._line(say("bias β"), BIAS),
                *self._maps(trained.output, say("output")),
            ]
        elif self._at == 4:
            passes = some(self._passes, "after {n} pass in train mode", "after {n} passes in train mode")
            rows += [
                self._line(say("batch's mean"), trained.mean),
                self._line("running_mean", trained.running.mean, before.mean),
                self._line("running_var", trained.running.variance, before.variance),
                Content.styled(passes, QUIET),
            ]
        elif self._at == 5:
            evaluated = forward(trained.running, is_training=False)
            rows += [
                self._line("running_mean", evaluated.mean),
                self._line("running_var", evaluated.variance),
                *self._maps(evaluated.normalised, say("normalised")),
            ]
        return rows

    def _maps(self, channels: Sequence[Channel], name: str) -> list[Content]:
        """Numbers of all channels, a line for each row of positions of each image, the name beside each image."""
        width, column = self._widths
        lines = []
        for row in range(len(channels[0]) // SIDE):
            label = f"{name} {row // SIDE + 1}" if row % SIDE == 0 else ""
            cells = (
                "".join(
                    f"{x:{column // 2 - (column > _NARROW_COLUMN) * 2}.2f}"
                    for x in channel[row * SIDE : (row + 1) * SIDE]
                )
                for channel in channels
            )
            lines.append(Content(to_left(label, width) + "".join(cell.rjust(column) for cell in cells)))
        return lines

    def _line(self, label: str, values: Channel, before: Channel | None = None) -> Content:
        """One number a channel, with what it was."""
        width, column = self._widths
        texts = [f"{value:.2f}" for value in values]
        if before is not None:
            texts = [f"{old:.2f} → {new}" for old, new in zip(before, texts, strict=True)]
        return Content.styled(to_left(label, width) + "".join(text.rjust(column) for text in texts), "bold")
