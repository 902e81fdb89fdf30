"""A node's operation in a few words, and a design's edits: the phrases that screen and reports share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from inspector.core.blocks import has_projection
from inspector.core.design import CONVOLUTIONS, Design, block_name
from inspector.core.edit import Value, with_block
from inspector.core.fields import DESIGN_FIELDS, STAGE_FIELDS, STAGES, STEM_FIELDS
from inspector.core.node import Node
from inspector.core.presets import preset
from inspector.core.units import dims

_PLURALS = {"Bottleneck": "bottleneck", "BasicBlock": "basic block"}


def operation(node: Node) -> str:
    """What a node does: "3×3, 512 filters", "3 bottlenecks", "↳ projection"; g32 is 32 groups, d2 a dilation of 2."""
    return _PLAIN.get(node.kind) or _WORDS[node.kind](node)


def stride(node: Node) -> int:
    """How many input positions a node moves per output position: 2 where it halves height and width."""
    if node.kind == "Stage":
        return stride(node.children[0])
    if node.kind == "Projection":
        return stride(node.children[0])
    if node.kind in _PLURALS:
        first, second = (child for child in node.children if child.kind == "Conv2d" and child.key != "conv3")
        return stride(first) * stride(second)
    return node.window.stride if node.window else 1


def version(design: Design) -> str:
    """v1.5 where a stage's first bottleneck strides on its 3×3, v1 where on its 1×1; nothing for basic blocks."""
    if design.block == "basic":
        return ""
    return "v1.5" if design.stride_on == "conv2" else "v1"


def layers(design: Design) -> str:
    """The weighted layers as a sum, conv1, the convolutions of each stage, fc: "1 + 9 + 12 + 18 + 9 + 1"."""
    per_block = len(CONVOLUTIONS[design.block])
    return " + ".join(["1", *(str(per_block * stage.blocks) for stage in design.stages), "1"])


class Edited(Struct, frozen=True):
    """One address with another value than before; None for an override that one of the two designs has no block for."""

    address: str
    before: Value | None
    after: Value | None


def edits(design: Design, before: Design | None = None) -> tuple[Edited, ...]:
    """What differs from another design, address by address; from the design's base if no other is given."""
    if before is None:
        before = preset(design.base)
    found: list[Edited] = []
    if design.block != before.block:
        found.append(Edited("block", before.block, design.block))
        before = with_block(before, design.block)
    for name in DESIGN_FIELDS:
        if name != "base":
            _note(found, name, getattr(before, name), getattr(design, name))
    for name in STEM_FIELDS:
        _note(found, f"stem.{name}", getattr(before.stem, name), getattr(design.stem, name))
    for stage in STAGES:
        for name in STAGE_FIELDS:
            _note(found, f"{stage}.{name}", getattr(before.stage(stage), name), getattr(design.stage(stage), name))
        found += _overridden(before, design, stage)
    return tuple(found)


def called(design: Design) -> str:
    """A design in a word or two: "resnet50", "resnet50 with conv5_x.planes=384", "resnet50 with 3 edits"."""
    found = edits(design)
    if not found:
        return design.base
    only = found[0]
    return f"{design.base} with " + (
        f"{only.address}={value(only.after)}" if len(found) == 1 else f"{len(found)} edits"
    )


def _overridden(before: Design, design: Design, stage: str) -> Iterator[Edited]:
    """Convolutions whose override is not what it was, or is gone; blocks that are gone say nothing."""
    old, new = before.stage(stage), design.stage(stage)
    if old.overrides == new.overrides:
        return
    for block in sorted({each.block for each in (*old.overrides, *new.overrides)}):
        if block > new.blocks:
            continue
        filters = new.filters(design.block, block)
        were = old.filters(design.block, block) if block <= old.blocks else (None,) * len(filters)
        for at, name in enumerate(CONVOLUTIONS[design.block]):
            if getattr(new.override(block), name) != getattr(old.override(block), name):
                yield Edited(f"{block_name(stage, block)}.{name}", were[at], filters[at])


def value(of: Value | None) -> str:
    """A field's value as it is typed: "384", "true", "1,3,224,224"; "none" where there is none."""
    if of is None:
        return "none"
    if isinstance(of, bool):
        return str(of).lower()
    return ",".join(str(size) for size in of) if isinstance(of, tuple) else str(of)


def _note(found: list[Edited], address: str, before: Value, after: Value) -> None:
    if before != after:
        found.append(Edited(address, before, after))


def _network(node: Node) -> str:
    blocks = [block for stage in node.children if stage.kind == "Stage" for block in stage.children]
    per_block = 3 if blocks[0].kind == "Bottleneck" else 2
    return f"{2 + per_block * len(blocks)} layers"


def _stem(node: Node) -> str:
    conv, pool = node.children[0], node.children[-1]
    return operation_window(conv) + (f" · pool {_slash(pool)}" if pool.window else "")


def _stage(node: Node) -> str:
    noun = _PLURALS[node.children[0].kind]
    return f"{len(node.children)} {noun}{'s' if len(node.children) > 1 else ''}"


def _block(node: Node) -> str:
    return "↳ projection" if has_projection(node) else "↳ identity"


def _convolution(node: Node) -> str:
    window, filters = node.window, node.output[1]
    groups = f", g{window.groups}" if window and window.groups > 1 else ""
    dilation = f", d{window.dilation}" if window and window.dilation > 1 else ""
    kernel = window.kernel if window else 1
    return f"{kernel}×{kernel}, {filters} filter{'s' if filters > 1 else ''}{groups}{dilation}"


def operation_window(node: Node) -> str:
    """A convolution's kernel and stride: "7×7 /2"."""
    window = node.window
    return f"{window.kernel}×{window.kernel} {_slash(node)}".rstrip() if window else ""


def _slash(node: Node) -> str:
    return f"/{node.window.stride}" if node.window and node.window.stride > 1 else ""


_WORDS: dict[str, Callable[[Node], str]] = {
    "ResNet": _network,
    "Input": lambda node: f"batch of {node.output[0]}",
    "Stem": _stem,
    "Stage": _stage,
    "Bottleneck": _block,
    "BasicBlock": _block,
    "Conv2d": _convolution,
    "AdaptiveAvgPool2d": lambda node: f"average {dims(node.input[2:])}",
    "Linear": lambda node: f"{node.input[1]} → {node.output[1]}",
}
_PLAIN = {
    "BatchNorm2d": "batch norm",
    "ReLU": "relu",
    "MaxPool2d": "3×3 max pool",
    "Identity": "no pool",
    "Shortcut": "identity",
    "Projection": "1×1 projection",
    "Add": "path + shortcut",
    "Head": "pool, fc",
}
