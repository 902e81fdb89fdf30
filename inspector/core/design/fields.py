"""What each number of a design may be: one table for the constructors, the files, the addresses and the editor."""

from __future__ import annotations

import re

from msgspec import Struct

from inspector.core.names import block_name, stage_name
from inspector.speech import say

PRESETS = (
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
    "resnet50_v1",
)
"""The bases that a design can differ from: torchvision's ten, and ResNet-50 as the paper has it."""

BUDGET = "budget"
"""The table of a design file that says nothing of the design, but what it is held against."""

MAX_SIZE = 65_536
MAX_BLOCKS = 10_000
MAX_DERIVED_CHANNELS = 2**28
"""A width or a number of channels that follows from others: with it no weight exceeds what torch can address."""
MAX_ELEMENTS = 2**60
"""Elements of one feature map, N·C·H·W: torch addresses at most 2**63 - 1 bytes, 8 an element while pooling."""


_NUMBER = re.compile(r"[0-9]+|[0-9]+(?:_[0-9]+)+|[0-9]{1,3}(?:,[0-9]{3})+")


class Integer(Struct, frozen=True):
    """A whole number from `low` to `high`; `step` is what one press of + adds."""

    low: int
    high: int
    step: int = 1
    is_odd: bool = False

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of a sentence."""
        if self.is_odd:
            return say("must be an odd integer from {low} to {high}", low=self.low, high=self.high)
        return say("must be an integer from {low} to {high}", low=self.low, high=self.high)

    def admits(self, value: object) -> bool:
        """Whether `value` is of the right type and in range."""
        return type(value) is int and self.low <= value <= self.high and (value % 2 == 1 or not self.is_odd)

    def parse(self, text: str) -> int:
        """The number that `text` spells: 65536, 65_536 or 65,536 in ASCII digits; ValueError otherwise."""
        text = text.strip()
        if len(text) > 20 or not _NUMBER.fullmatch(text):
            raise ValueError(self.allowed)
        return int(text.replace("_", "").replace(",", ""))

    def stepped(self, value: int, steps: int) -> int:
        """`value` moved by `steps`, onto the grid of `step`, and kept within what is allowed."""
        stride = self.step * (2 if self.is_odd else 1)
        if self.step > 1:
            moved = (value // stride + steps + (steps < 0 and value % stride > 0)) * stride
        else:
            moved = value + steps * stride
        return min(max(moved, self.low), self.high)


class Choice(Struct, frozen=True):
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of a sentence."""
        return say("must be {options}", options=say(" or ").join(self.options))

    def admits(self, value: object) -> bool:
        """Whether `value` is of the right type and in range."""
        return type(value) is str and value in self.options

    def parse(self, text: str) -> str:
        """The word itself; `admits` tells whether it is one of the options."""
        return text.strip()

    def stepped(self, value: str, steps: int) -> str:
        """The option `steps` further on, round and round."""
        return self.options[(self.options.index(value) + steps) % len(self.options)]


class Flag(Struct, frozen=True):
    """True or false."""

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of a sentence."""
        return say("must be true or false")

    def admits(self, value: object) -> bool:
        """Whether `value` is of the right type and in range."""
        return type(value) is bool

    def parse(self, text: str) -> bool:
        """The truth that `text` spells; ValueError where it spells none."""
        word = text.strip().lower()
        if word in {"true", "yes", "on", "1"}:
            return True
        if word in {"false", "no", "off", "0"}:
            return False
        raise ValueError(self.allowed)

    def stepped(self, value: bool, steps: int) -> bool:  # noqa: FBT001  # the value itself
        """The other value for an odd number of steps."""
        return value ^ bool(steps % 2)


class Shape(Struct, frozen=True):
    """Four sizes: N, C, H, W."""

    size: Integer

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of a sentence."""
        return say("must be N,C,H,W: four integers from {low} to {high}", low=self.size.low, high=self.size.high)

    def admits(self, value: object) -> bool:
        """Whether `value` is of the right type and in range."""
        return type(value) is tuple and len(value) == 4 and all(self.size.admits(size) for size in value)

    def parse(self, text: str) -> tuple[int, ...]:
        """The sizes that `text` spells, with `,`, `x` or `×` between them; ValueError where they are no sizes."""
        parts = text.strip().strip("[]()").replace("×", ",").replace("x", ",").split(",")
        try:
            return tuple(self.size.parse(part) for part in parts)
        except ValueError:
            raise ValueError(self.allowed) from None


LAST = "last"
"""The target that is the network's last block, however many blocks there are."""


class BlockName(Struct, frozen=True):
    """A block by its name in the paper, `conv5_3`, or the last one."""

    @property
    def allowed(self) -> str:
        """What is allowed, as the end of a sentence."""
        return say("must be last, or a block like conv5_3 or layer4.2")

    def admits(self, value: object) -> bool:
        """Whether `value` is a block's name in the paper, or `last`; a design tells whether it has that block."""
        return type(value) is str and (value == LAST or _BLOCK.fullmatch(value) is not None)

    def parse(self, text: str) -> str:
        """The paper's name of the block that `text` names in the paper's way or torch's."""
        text = text.strip()
        torch = re.fullmatch(r"layer([1-4])\.([0-9]{1,6})", text)
        return block_name(stage_name(torch[1]), int(torch[2]) + 1) if torch else text


_BLOCK = re.compile(r"conv[2-5]_[1-9][0-9]{0,4}")

Spec = Integer | Choice | Flag | Shape | BlockName

SIZE = Integer(1, MAX_SIZE)
CHANNELS = Integer(1, MAX_SIZE, step=8)

INPUT_FIELDS: dict[str, Integer] = {
    "batch": SIZE,
    "channels": SIZE,
    "height": Integer(1, MAX_SIZE, step=8),
    "width": Integer(1, MAX_SIZE, step=8),
}
"""The four sizes of the input by name, in the order N, C, H, W."""

DESIGN_FIELDS: dict[str, Spec] = {
    "base": Choice(PRESETS),
    "block": Choice(("bottleneck", "basic")),
    "stride_on": Choice(("conv2", "conv1")),
    "norm": Choice(("batch", "frozen")),
    "input": Shape(SIZE),
    "num_classes": Integer(0, MAX_SIZE),
    "target": BlockName(),
}
STEM_FIELDS: dict[str, Spec] = {
    "planes": CHANNELS,
    "kernel": Integer(1, 255, is_odd=True),
    "stride": Integer(1, 64),
    "pool": Flag(),
}
STAGE_FIELDS: dict[str, Spec] = {
    "blocks": Integer(1, MAX_BLOCKS),
    "planes": CHANNELS,
    "expansion": SIZE,
    "stride": Integer(1, 64),
    "groups": SIZE,
    "width_per_group": SIZE,
    "dilate": Flag(),
}
OVERRIDE_FIELDS: dict[str, Spec] = {
    "block": Integer(1, MAX_BLOCKS),
    "conv1": CHANNELS,
    "conv2": CHANNELS,
    "conv3": CHANNELS,
}
