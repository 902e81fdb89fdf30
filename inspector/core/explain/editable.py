"""Which numbers a person may change at a place of the network, and which of them most likely."""

from __future__ import annotations

from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import Field, resolve
from inspector.core.design.fields import STEM_FIELDS
from inspector.core.names import block_name
from inspector.core.network.tree import HEAD, INPUT, STEM, Place, stage_of

_STAGE_FIELDS = {
    "bottleneck": ("planes", "expansion", "blocks", "stride", "groups", "width_per_group", "dilate"),
    "basic": ("planes", "blocks", "stride"),
}
_SIZES = tuple(f"input.{name}" for name in ("height", "width", "channels", "batch"))


def editable(design: Design, place: Place) -> tuple[Field, ...]:
    """The fields of `place`, with their values in `design`; a block's convolutions are in forward order.

    What follows from a convolution (its batch norm, the projection, the sum) offers that convolution's filters.
    """
    return tuple(resolve(design, address) for address in _addresses(design, place))


def likeliest(design: Design, place: Place) -> int:
    """Which of the fields is marked to begin with: a block's last convolution, else the first."""
    return len(CONVOLUTIONS[design.block]) - 1 if len(place.where) == 2 and stage_of(place.where) else 0


def follows(design: Design, place: Place) -> str:
    """The name of the convolution whose filters give `place` its channels, or an empty string for one itself."""
    if len(place.where) < 3 or (place.node.kind == "Conv2d" and len(place.where) == 3):
        return ""
    return f"{_block(place)}.{_source(design, place)}"


def _addresses(design: Design, place: Place) -> tuple[str, ...]:
    if not place.where:
        stride_on = ("stride_on",) if design.block == "bottleneck" else ()
        return ("num_classes", *stride_on, "block", "norm", *_SIZES)
    top = place.where[0]
    if top == INPUT:
        return _SIZES
    if top == STEM:
        return tuple(f"stem.{name}" for name in STEM_FIELDS)
    if top == HEAD:
        return ("num_classes",)
    return _stage_addresses(design, place, stage_of(place.where))


def _stage_addresses(design: Design, place: Place, stage: str) -> tuple[str, ...]:
    if len(place.where) == 1:
        return tuple(f"{stage}.{name}" for name in _STAGE_FIELDS[design.block])
    if len(place.where) == 2:
        own = CONVOLUTIONS[design.block]
        shared: tuple[str, ...] = ("planes", "expansion") if design.block == "bottleneck" else ("planes",)
    else:
        own = (_source(design, place),)
        shared = _shared(design, own[0])
    return (*(f"{_block(place)}.{name}" for name in own), *(f"{stage}.{name}" for name in shared))


def _shared(design: Design, convolution: str) -> tuple[str, ...]:
    """The stage's fields that a convolution's filters follow from."""
    if design.block == "basic":
        return ("planes",)
    return ("planes", "expansion") if convolution == "conv3" else ("planes", "groups", "width_per_group")


def _source(design: Design, place: Place) -> str:
    """The convolution that the number of channels at an operation of a block comes from: conv2 for bn2 and relu2."""
    number = "".join(char for char in place.node.label if char.isdigit())
    last = CONVOLUTIONS[design.block][-1]
    return f"conv{number}" if number and len(place.where) == 3 else last


def _block(place: Place) -> str:
    return block_name(stage_of(place.where), place.where[1] + 1)
