"""Which numbers a person may change at a place of the network, the most telling first."""

from __future__ import annotations

from inspector.core.design import CONVOLUTIONS, Design, block_name
from inspector.core.edit import Field, resolve
from inspector.core.fields import STAGES, STEM_FIELDS
from inspector.core.network import Place

_STAGE_FIELDS = {
    "bottleneck": ("planes", "expansion", "blocks", "stride", "groups", "width_per_group", "dilate"),
    "basic": ("planes", "blocks", "stride"),
}
_INPUT, _STEM, _FIRST_STAGE = 0, 1, 2
_HEAD = _FIRST_STAGE + len(STAGES)
"""Where things stand among the network's children."""
_SIZES = tuple(f"input.{name}" for name in ("height", "width", "channels", "batch"))


def editable(design: Design, place: Place) -> tuple[Field, ...]:
    """The fields of `place`, with their values in `design`.

    What follows from a convolution (its batch norm, the projection, the sum) offers that convolution's filters.
    """
    return tuple(resolve(design, address) for address in _addresses(design, place))


def follows(design: Design, place: Place) -> str:
    """The name of the convolution whose filters give `place` its channels, or an empty string for one itself."""
    if len(place.where) < 3 or (place.node.kind == "Conv2d" and len(place.where) == 3):
        return ""
    return f"{_block(place)}.{_source(design, place)}"


def _addresses(design: Design, place: Place) -> tuple[str, ...]:
    if not place.where:
        own = ("num_classes", "stride_on", "block") if design.block == "bottleneck" else ("num_classes", "block")
        return (*own, *_SIZES)
    top = place.where[0]
    if top == _INPUT:
        return _SIZES
    if top == _STEM:
        return tuple(f"stem.{name}" for name in STEM_FIELDS)
    if top == _HEAD:
        return ("num_classes",)
    return _stage_addresses(design, place, STAGES[top - _FIRST_STAGE])


def _stage_addresses(design: Design, place: Place, stage: str) -> tuple[str, ...]:
    if len(place.where) == 1:
        return tuple(f"{stage}.{name}" for name in _STAGE_FIELDS[design.block])
    if len(place.where) == 2:
        own = CONVOLUTIONS[design.block][::-1]
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
    return block_name(STAGES[place.where[0] - _FIRST_STAGE], place.where[1] + 1)
