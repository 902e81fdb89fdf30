"""What the shapes of a ResNet's tensors tell: its stem, its blocks and their filters, its head, and what is at odds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from inspector.core.design.design import CONVOLUTIONS
from inspector.core.names import BlockKind
from inspector.core.units import Dims, dims
from inspector.speech import say, some

Parts = Mapping[str, Dims]
"""The tensors of one block by their names within it, in torchvision's words: conv1.weight, downsample.1.bias."""

_NORMS = ("weight", "bias", "running_mean", "running_var")
_KERNELS: dict[str, Dims] = {"bottleneck": (1, 3, 1), "basic": (3, 3)}


class Block(NamedTuple):
    """A residual block: the filters of its convolutions, the groups of its conv2, and whether it has a projection."""

    filters: tuple[int, ...]
    groups: int
    has_projection: bool


class Structure(Struct, frozen=True):
    """A ResNet as its shapes tell it. `classes` is 0 without fc, `kernel` the height and width of conv1."""

    kind: BlockKind
    channels: int
    planes: int
    kernel: int
    stages: tuple[tuple[Block, ...], ...]
    classes: int


class Faults:
    """What speaks against a ResNet that a design can say, in words: the first of each kind.

    Some follow from others: a deep stem has no conv1. Those are `derived`, and told where nothing else is.
    """

    def __init__(self) -> None:
        self.plain: dict[str, str] = {}
        self.derived: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.plain or self.derived)

    def add(self, kind: str, text: str, *, is_derived: bool = False) -> None:
        """Remember a fault, unless one of its kind is known."""
        (self.derived if is_derived else self.plain).setdefault(kind, text)


def structure(shapes: Mapping[str, Dims], others: Iterable[str] = ()) -> tuple[Structure | None, Faults]:
    """The structure of a network whose tensors have these shapes, and what no design has.

    `shapes` are by torchvision's names, `others` what else is in its blocks (`layer1.0.se.fc1.weight`). Without a
    structure there is at least one fault.
    """
    faults = Faults()
    blocks = _blocks(shapes)
    _look_at_dimensions(shapes, faults)
    _look_at_stages(blocks, faults, {int(name[5:].partition(".")[0]) for name in others if name.startswith("layer")})
    kinds = {"conv3.weight" in parts for own in blocks.values() for parts in own.values() if "conv2.weight" in parts}
    if len(kinds) > 1:
        faults.add("kinds", say("blocks of two convolutions and of three: a design has one kind"))
    elif not kinds:
        faults.add("no block", say("no whole block"), is_derived=True)
    channels, planes, kernel = _stem(shapes, faults)
    if faults.plain or not kinds or len(blocks) != 4:
        return None, faults
    kind: BlockKind = "bottleneck" if kinds == {True} else "basic"
    stages = _stages(blocks, kind, planes, faults)
    if stages is None:
        return None, faults
    fc = shapes.get("fc.weight", ())
    has_fc = len(fc) == 2 and fc[1] == stages[-1][-1].filters[-1] and "fc.bias" in shapes
    return Structure(kind, channels, planes, kernel, stages, fc[0] if has_fc else 0), faults


_Blocks = Mapping[int, Mapping[int, Parts]]


def _blocks(shapes: Mapping[str, Dims]) -> _Blocks:
    """The blocks' tensors by stage, counted from 1, and block, counted from 0."""
    found: dict[int, dict[int, dict[str, Dims]]] = {}
    for name, shape in shapes.items():
        if name.startswith("layer"):
            layer, block, part = name.split(".", 2)
            found.setdefault(int(layer[5:]), {}).setdefault(int(block), {})[part] = shape
    return found


_CONVOLUTIONS = ("conv1.weight", "conv2.weight", "conv3.weight", "downsample.0.weight")


def _look_at_dimensions(shapes: Mapping[str, Dims], faults: Faults) -> None:
    sizes = {len(shape) for name, shape in shapes.items() if name.endswith(_CONVOLUTIONS)} - {4}
    if 5 in sizes:
        faults.add("dimensions", say("convolutions in three dimensions: a design's have two"))
    elif 3 in sizes:
        faults.add("dimensions", say("convolutions in one dimension: a design's have two"))
    elif sizes:
        faults.add("dimensions", say("weights of {n} dimensions: a convolution's have four", n=min(sizes)))


def _look_at_stages(blocks: _Blocks, faults: Faults, others: set[int]) -> None:
    stages = {*blocks, *others}
    if stages == set(range(1, len(stages) + 1)):
        if len(stages) != 4:
            faults.add("stages", some(len(stages), "{n} stage: a design has four", "{n} stages: a design has four"))
        elif len(blocks) != 4:
            faults.add("no stage", say("no plain block in some stages"), is_derived=True)
    else:
        names = ", ".join(f"layer{stage}" for stage in sorted(stages))
        faults.add("stages", say("blocks of {names} alone: a design has layer1 to layer4", names=names))
    for stage, own in blocks.items():
        last = max(own)
        if last + 1 > len(own):
            first = next(number for number in range(last) if number not in own)
            text = say("no tensor of {one}, and some of {other}", one=_name(stage, first), other=_name(stage, last))
            faults.add("gap", text)


def _name(stage: int, block: int) -> str:
    return f"layer{stage}.{block}"


def _stem(shapes: Mapping[str, Dims], faults: Faults) -> tuple[int, int, int]:
    """Channels in, planes and kernel of conv1."""
    shape = shapes.get("conv1.weight", ())
    if len(shape) != 4:
        faults.add("stem", say("no conv1 in the stem"), is_derived=True)
        return 1, next((shapes[name][0] for name in shapes if name.startswith("bn1.") and shapes[name]), 1), 1
    planes, channels, height, width = shape
    if height != width or height % 2 == 0:
        size = dims((height, width))
        faults.add("stem", say("a stem of {size}: a design's kernel is square and odd", size=size))
    return channels, planes, height


def _stages(blocks: _Blocks, kind: BlockKind, channels: int, faults: Faults) -> tuple[tuple[Block, ...], ...] | None:
    """The blocks of every stage, or None where one cannot be told."""
    stages: list[tuple[Block, ...]] = []
    for stage in sorted(blocks):
        own: list[Block] = []
        for number in sorted(blocks[stage]):
            block = _block(_name(stage, number), blocks[stage][number], kind, channels, faults)
            if block is None:
                return None
            own.append(block)
            channels = block.filters[-1]
        groups = sorted({block.groups for block in own})
        if len(groups) > 1:
            both = say(" and ").join(str(number) for number in groups[:2])
            text = say("blocks of {groups} groups in layer{stage}: a stage has one number", groups=both, stage=stage)
            faults.add("groups", text)
        stages.append(tuple(own))
    return tuple(stages)


def _block(name: str, parts: Parts, kind: BlockKind, channels: int, faults: Faults) -> Block | None:
    """A block that `channels` come into, or None where not all of its filters can be told."""
    flow = [channels]
    for number, convolution in enumerate(CONVOLUTIONS[kind], 1):
        out = _filters(parts, number)
        if out is None:
            faults.add("no convolution", say("no {name}", name=f"{name}.{convolution}.weight"), is_derived=True)
            return None
        flow.append(out)
    has_projection = any(part.startswith("downsample.") for part in parts)
    groups = 1
    for number, (convolution, kernel) in enumerate(zip(CONVOLUTIONS[kind], _KERNELS[kind], strict=True)):
        shape = parts.get(f"{convolution}.weight")
        if shape is not None:
            told = Convolution(f"{name}.{convolution}", shape, flow[number], kernel)
            own = _groups(told, faults, may_have=convolution == "conv2" and kind == "bottleneck")
            groups = max(groups, own)
    _look_at_shortcut(name, parts, channels, flow[-1], faults)
    return Block(tuple(flow[1:]), groups, has_projection)


def _filters(parts: Parts, number: int) -> int | None:
    """The filters of a block's convolution, by its weight, or by the norm behind it where the weight is not there."""
    own = parts.get(f"conv{number}.weight")
    shapes = (own, *(parts.get(f"bn{number}.{norm}") for norm in _NORMS))
    return next((shape[0] for shape in shapes if shape), None)


class Convolution(NamedTuple):
    """A block's convolution: its weight's shape, the channels that come to it, the kernel that it should have."""

    name: str
    shape: Dims
    comes: int
    kernel: int


def _groups(told: Convolution, faults: Faults, *, may_have: bool) -> int:
    """The groups of a convolution: 1 of all but a bottleneck's 3×3, which may have more."""
    out, channels, *size = told.shape
    if tuple(size) != (told.kernel, told.kernel):
        usual = dims((told.kernel, told.kernel))
        text = say("{name} is {size}: a design's is {usual}", name=told.name, size=dims(tuple(size)), usual=usual)
        faults.add(f"kernel {told.kernel}", text)
    if channels in (told.comes, 0):
        return 1
    groups, over = divmod(told.comes, channels)
    if over or not groups or out % groups:
        text = say("{name} takes {n} channels where {comes} come", name=told.name, n=channels, comes=told.comes)
        faults.add("inputs", text, is_derived=True)
        return 1
    if not may_have:
        text = say("{name} in {n} groups: a design has them in a bottleneck's conv2", name=told.name, n=groups)
        faults.add("grouped", text)
        return 1
    return groups


def _look_at_shortcut(name: str, parts: Parts, channels: int, out: int, faults: Faults) -> None:
    has_projection = any(part.startswith("downsample.") for part in parts)
    if not has_projection and channels != out:
        text = say(
            "no projection in {name}, where {n} channels become {out} (option A)", name=name, n=channels, out=out
        )
        faults.add("option A", text, is_derived=True)
    if has_projection and channels == out and not name.endswith(".0"):
        faults.add("identity", say("a projection in {name}, where an identity would do", name=name))
    weight = parts.get("downsample.0.weight")
    if weight is not None and weight[2:] != (1, 1):
        text = say("a projection of {size} in {name}: a design's is 1×1", size=dims(weight[2:]), name=name)
        faults.add("projection", text)
