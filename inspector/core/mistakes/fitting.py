"""The edits that give a design the weights that a module or a checkpoint has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from inspector.core.changes.compare import compare
from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import edit
from inspector.core.names import block_name, stage_name
from inspector.core.network.network import Network, analyze
from inspector.core.units import Dims
from inspector.errors import DesignError

Shapes = Mapping[str, Dims | None]
"""Shapes of weights by torch's path of their module; () for any shape, None where there is no such module."""

_MOST, _COMPARED = 400, 100_000
"""How many edits are tried for one step, and how many shapes and blocks are looked at for it."""
_DEEPEST = 12
"""How many edits are put together before a search is given up."""


class Fit(Struct, frozen=True):
    """`edits` that together give the shapes; `others` that do it too, each by itself; the paths that are `left`."""

    edits: tuple[str, ...]
    others: tuple[str, ...]
    left: tuple[str, ...]


def fit(design: Design, wanted: Shapes) -> Fit:
    """The edits that give `design` the `wanted` shapes, as few as can be found, and of equal ones what changes least.

    One step is the edit that mends most; an edit that mends nothing is none.
    """
    before = analyze(design)
    made: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    left = _left(before, wanted)
    while left and len(made) < _DEEPEST:
        steps = sorted(_steps(before, design, wanted, left), key=lambda step: step[:-1])
        if not steps or steps[0][0] >= len(left):
            break
        if not made:
            others = tuple(each[-1] for each in steps[1:] if each[0] == 0)[:4]
        made += tuple(steps[0][-1].split())
        design = edit(before.design, *made)
        left = _left(analyze(design), wanted)
    made = tuple({each.partition("=")[0]: each for each in made}.values())  # of one address what was last
    return Fit(made, others if not left and len(made) == 1 else (), left)


def _steps(
    before: Network, design: Design, wanted: Shapes, left: tuple[str, ...]
) -> Iterator[tuple[int, int, int, str]]:
    """The edits that may come next: how many shapes they leave, how many they are, what else they change."""
    size = len(wanted) + sum(stage.blocks for stage in design.stages)
    suggested = islice(_suggested(design, wanted, left), min(_MOST, _COMPARED // size))
    for assignment, after in tried(design, suggested):
        yield len(_left(after, wanted)), assignment.count("="), _besides(before, after, wanted), assignment


def _left(network: Network, wanted: Shapes) -> tuple[str, ...]:
    return tuple(path for path, shape in wanted.items() if not fits(network, path, shape))


def fits(network: Network, path: str, shape: Dims | None) -> bool:
    """Whether the module at torch's `path` has a weight of that shape; a bias has the first of its sizes."""
    place = network.get(path)
    if shape is None or place is None:
        return shape is None and place is None
    return (place.node.weight or ())[: len(shape)] == shape


def tried(design: Design, assignments: Iterable[str]) -> Iterator[tuple[str, Network]]:
    """Each of some edits that is allowed in `design` and changes it, once, and the network that it gives."""
    for assignment in dict.fromkeys(assignments):
        try:
            edited = edit(design, *assignment.split())
        except DesignError:
            continue
        if edited != design:
            yield assignment, analyze(edited)


def of_stage(design: Design, stage: str, filters: int) -> Iterator[str]:
    """Edits of a whole stage that may give one of its convolutions so many filters (`Stage.width`, `.outplanes`)."""
    values = design.stage(stage)
    if filters % values.planes == 0:
        yield f"{stage}.expansion={filters // values.planes}"
    if filters % values.groups == 0:
        yield f"{stage}.width_per_group={-(-filters // values.groups * 64 // values.planes)}"
    if filters % values.expansion == 0:
        yield f"{stage}.planes={filters // values.expansion}"
    if filters % values.groups == 0:
        yield f"{stage}.planes={-(-filters // values.groups * 64 // values.width_per_group)}"


def _besides(before: Network, after: Network, wanted: Shapes) -> int:
    """How many weights change of which nothing was wanted."""
    return sum(
        (change.before.weight if change.before else None) != (change.after.weight if change.after else None)
        for change in compare(before, after)
        if change.path not in wanted
    )


def _suggested(design: Design, wanted: Shapes, paths: Iterable[str]) -> Iterator[str]:
    """Edits that the shapes at some paths suggest: what is wanted of a whole stage before what is of one block."""
    suggested = [each for path in paths for each in _for(design, path, wanted[path])]
    single = re.compile(r"conv[2-5]_[0-9]")
    yield from dict.fromkeys(each for each in suggested if not single.match(each))
    yield from dict.fromkeys(each for each in suggested if single.match(each))


def _for(design: Design, path: str, shape: Dims | None) -> Iterator[str]:
    """Edits that may give the module at `path` its shape."""
    if path in ("conv1", "bn1"):
        if shape:
            yield f"stem.planes={shape[0]}"
        if shape and len(shape) == 4:
            yield f"input.channels={shape[1]}"
            yield f"stem.kernel={shape[2]}"
        return
    if path == "fc":
        if shape:
            yield f"num_classes={shape[0]}"
        if shape and len(shape) == 2:
            yield from _filters(design, "conv5_x", design.conv5_x.blocks, "conv3", shape[1])
        return
    layer, block, part = path.split(".")[:3]
    stage = stage_name(layer[-1])
    if not shape:
        yield f"{stage}.blocks={int(block) + (shape is not None)}"
        return
    yield from _filters(design, stage, int(block) + 1, part.replace("bn", "conv"), shape[0])
    if part == "conv2" and len(shape) == 4:
        groups = shape[0] // max(shape[1], 1)
        yield f"{stage}.groups={groups}"
        width = shape[0] * 64 // max(design.stage(stage).planes * groups, 1)
        yield f"{stage}.groups={groups} {stage}.width_per_group={width}"


def _filters(design: Design, stage: str, block: int, convolution: str, filters: int) -> Iterator[str]:
    """Edits that may give a convolution of a block so many filters; a projection has those of the last one."""
    own = CONVOLUTIONS[design.block]
    yield f"{block_name(stage, block)}.{convolution if convolution in own else own[-1]}={filters}"
    yield from of_stage(design, stage, filters)
