"""Designs of many blocks of which no two are alike, and networks all of whose stages are long ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import structs

from inspector.core.design.design import Design, Override
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.core.network import stages
from inspector.core.network.network import Network, analyze


def distinct(*names: str, blocks: int) -> Design:
    """ResNet-50 with so many blocks in some of its stages, each with other filters."""
    overrides = tuple(
        Override(at + 1, conv1=8 + at, conv2=9 + 7 * at % 2000, conv3=16 + 13 * at % 4001) for at in range(blocks)
    )
    design = preset("resnet50")
    changes = {name: structs.replace(design.stage(name), blocks=blocks, overrides=overrides) for name in names}
    return structs.replace(design, **changes)


def overridden(blocks: int) -> Design:
    """ResNet-50 with so many blocks in its conv4_x, each with other filters."""
    return distinct("conv4_x", blocks=blocks)


def all_overridden() -> Design:
    """As many blocks as there can be, each with other filters: 40,000."""
    return distinct(*STAGES, blocks=10_000)


@contextmanager
def all_long() -> Iterator[None]:
    """Every stage is a long one, however few overrides it has."""
    few, stages.FEW = stages.FEW, -1
    try:
        yield
    finally:
        stages.FEW = few


def lazily(design: Design) -> Network:
    """The network of a design, all of its stages long ones."""
    with all_long():
        return analyze(design)
