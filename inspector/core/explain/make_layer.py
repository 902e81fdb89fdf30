"""How torchvision's `_make_layer` makes a stage, step by step, with the values that it has in one design."""

from __future__ import annotations

from typing import NamedTuple

from inspector.core.design.design import CONVOLUTIONS, Design, Stage
from inspector.core.names import STAGES, block_name
from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.network.tree import Place
from inspector.speech import say

CLASSES = {"bottleneck": "Bottleneck", "basic": "BasicBlock"}
"""Torchvision's class of a block."""


class Step(NamedTuple):
    """A step of `_make_layer`: what it does in Python's words, the values that it has here, and what it builds.

    `depth` is how far it is indented, `is_taken` whether it happens in this design; `builds` are places of the tree.
    """

    name: str
    code: str
    here: str
    depth: int = 0
    is_taken: bool = True
    builds: tuple[Where, ...] = ()


class Call(NamedTuple):
    """What a stage is made from."""

    stage: Stage
    block: str
    inplanes: int
    stride: int
    out: int

    @property
    def is_projected(self) -> bool:
        """Whether the first block gets a projection."""
        return self.stride != 1 or self.inplanes != self.out


def call(network: Network, place: Place) -> Call:
    """The values of a stage; `stride` is what `_make_layer` strides by, 1 where it dilates instead."""
    stage = network.design.stage(place.name)
    first = place.node.children[0]
    stride = 1 if stage.dilate else stage.stride
    return Call(stage, CLASSES[network.design.block], first.input[1], stride, first.output[1])


def steps(network: Network, place: Place) -> tuple[Step, ...]:
    """The steps by which the stage at `place` is made."""
    made = call(network, place)
    stage, block = made.stage, made.block
    blocks = range(len(place.node.children))
    first, rest = (*place.where, 0), tuple((*place.where, number) for number in blocks[1:])
    branch = (*first, len(parts(place.node.children[0]).path))
    dilate = ", dilate=True" if stage.dilate else ""
    told = [
        Step(
            "call",
            f"self.{place.path} = self._make_layer({block}, {stage.planes}, {stage.blocks}, "
            f"stride={stage.stride}{dilate})",
            say("self.inplanes is {n}", n=made.inplanes),
        )
    ]
    if stage.dilate:
        told.append(Step("dilate", "dilate: self.dilation *= stride, stride = 1", f"× {stage.stride}"))
    is_other = made.inplanes != made.out
    usual = "" if made.out == stage.outplanes else say(" (planes * expansion is {n})", n=stage.outplanes)
    told += [
        Step(
            "test",
            "stride != 1 or self.inplanes != planes * expansion?",
            f"{made.stride} != 1 {made.stride != 1}, {made.inplanes} != {made.out} {is_other}{usual}",
        ),
        Step(
            "downsample",
            say("downsample = conv1x1 with that stride, and a batch norm"),
            f"{made.inplanes} → {made.out}" + (f", /{made.stride}" if made.stride > 1 else ""),
            depth=1,
            is_taken=made.is_projected,
            builds=(branch,) if made.is_projected else (),
        ),
        Step(
            "first",
            say("first block, with that stride and downsample"),
            f"{block}({made.inplanes}, {stage.planes}, {made.stride})",
            builds=(first,),
        ),
        Step("inplanes", "self.inplanes = planes * expansion", f"{made.inplanes} → {made.out}{usual}"),
        Step(
            "rest",
            say("the other blocks, stride 1, no downsample"),
            f"{len(rest)} × {block}({made.out}, {stage.planes})" if rest else say("none"),
            is_taken=bool(rest),
            builds=rest,
        ),
    ]
    return tuple(told)


def beyond(network: Network, place: Place) -> tuple[tuple[str, str], ...]:
    """What `_make_layer` cannot make of a stage: a word for the kind, and the addresses or values, most telling first.

    "filters" set for single convolutions, "projections" that follow from them in later blocks, "expansion" other than
    the class's, "stride" other than ResNet's own call has, "version" v1, "widths" that other stages do not share.
    """
    design = network.design
    stage = design.stage(place.name)
    told = [("filters", name) for name in set_alone(design, place.name)]
    later = range(1, len(place.node.children))
    told += [
        ("projections", f"{block_name(place.name, number + 1)}.downsample")
        for number in later
        if has_projection(place.node.children[number])
    ]
    usual = 4 if design.block == "bottleneck" else 1
    if stage.expansion != usual:
        told.append(("expansion", f"{place.name}.expansion={stage.expansion}"))
    if stage.stride != (1 if place.name == STAGES[0] else 2):
        told.append(("stride", f"{place.name}.stride={stage.stride}"))
    if design.block == "bottleneck" and design.stride_on == "conv1":
        told.append(("version", "stride_on=conv1"))
    shared = {(each.groups, each.width_per_group) for each in design.stages}
    if len(shared) > 1:
        told.append(("widths", f"{place.name}.groups={stage.groups}, width_per_group={stage.width_per_group}"))
    return tuple(told)


def set_alone(design: Design, stage: str) -> list[str]:
    """The convolutions of a stage whose filters were set on their own, by the paper's names."""
    names = CONVOLUTIONS[design.block]
    return [
        f"{block_name(stage, each.block)}.{name}"
        for each in design.stage(stage).overrides
        for name in names
        if getattr(each, name) is not None
    ]
