"""The edits that give a design the weights that a module or a checkpoint has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import edit
from inspector.core.mistakes.by_hand import RUNS
from inspector.core.mistakes.effort import Effort
from inspector.core.mistakes.weights import changes, fits, is_of, weight
from inspector.core.names import STAGES, block_name, stage_name
from inspector.core.network.network import Network, analyze
from inspector.core.network.tree import FIRST_STAGE
from inspector.core.units import Dims
from inspector.errors import DesignError

Shapes = Mapping[str, Dims | None]
"""Shapes of weights by torch's path of their module; () for any shape, None where there is no such module."""

_MOST, _FARTHEST = 400, 1_000
"""How many edits are tried for one step, and how many of the shapes that are left suggest some."""
_DEEPEST = 12
"""How many edits are put together before a search is given up."""
_SINGLE = re.compile(r"conv[2-5]_[0-9]")


class Fit(Struct, frozen=True):
    """`edits` that together give the shapes; `others` that do it too, each by itself; the paths that are `left`."""

    edits: tuple[str, ...]
    others: tuple[str, ...]
    left: tuple[str, ...]


class _Step(NamedTuple):
    """What may come next: how many shapes it leaves, how many edits it is, how much of what is wanted it changes."""

    left: int
    edits: int
    changed: int
    assignment: str
    after: Network


def fit(design: Design, wanted: Shapes) -> Fit:
    """The edits that give `design` the `wanted` shapes, as few as can be found, and of equal ones what changes least.

    One step is the edit that mends most; an edit that mends nothing is none.
    """
    before, effort = analyze(design), Effort()
    made: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    left = _left(before, wanted)
    while left and len(made) < _DEEPEST and effort.is_left:
        steps = _best(before, list(_steps(before, design, wanted, left, effort)))
        if not steps or steps[0].left >= len(left):
            break
        if not made:
            others = tuple(step.assignment for step in steps[1:] if step.left == 0 and step.edits == 1)[:4]
        made += tuple(steps[0].assignment.split())
        design = edit(before.design, *made)
        left = _left(analyze(design), wanted)
    made = tuple({each.partition("=")[0]: each for each in made}.values())  # of one address what was last
    return Fit(made, others if not left and len(made) == 1 else (), left)


def _steps(before: Network, design: Design, wanted: Shapes, left: tuple[str, ...], effort: Effort) -> Iterator[_Step]:
    """The edits that may come next."""
    were = [weight(before, path) for path in wanted]
    for assignment, after in tried(design, islice(_suggested(design, wanted, left), _MOST), effort):
        effort.spend(2 * len(wanted))
        weights = [weight(after, path) for path in wanted]
        leaves = sum(not is_of(own, shape) for own, shape in zip(weights, wanted.values(), strict=True))
        changed = sum(one != other for one, other in zip(were, weights, strict=True))
        yield _Step(leaves, assignment.count("="), changed, assignment, after)


def _best(before: Network, steps: list[_Step]) -> list[_Step]:
    """The steps that leave nothing, or else as little as can be, the best first: then what changes little besides."""
    least = min((step[:2] for step in steps), default=(0, 0))
    chosen = [step for step in steps if step.left == 0 or step[:2] == least]
    return sorted(chosen, key=lambda step: (*step[:2], changes(before, step.after) - step.changed))


def _left(network: Network, wanted: Shapes) -> tuple[str, ...]:
    return tuple(path for path, shape in wanted.items() if not fits(network, path, shape))


def tried(design: Design, assignments: Iterable[str], effort: Effort | None = None) -> Iterator[tuple[str, Network]]:
    """Each of some edits that is allowed in `design` and changes it, once, and the network that it gives.

    Ends where the `effort` does.
    """
    before, effort = analyze(design), effort or Effort()
    overrides = sum(len(stage.overrides) for stage in design.stages)
    for assignment in dict.fromkeys(assignments):
        if not effort.is_left:
            return
        effort.spend(50 + overrides // 4)
        try:
            edited = edit(design, *assignment.split())
        except DesignError:
            continue
        if edited != design:
            after = analyze(edited)
            effort.spend(_analysed(before, after))
            yield assignment, after


def _analysed(before: Network, after: Network) -> int:
    """About how many nodes are looked at in stages that differ: equal blocks are analysed and compared once."""
    nodes = 50
    for number, (old, new) in enumerate(zip(before.design.stages, after.design.stages, strict=True), FIRST_STAGE):
        if before.root.children[number] is not after.root.children[number]:
            overrides = max(len(old.overrides), len(new.overrides))
            nodes += new.blocks // 8 + 6 * overrides + 20 * min(overrides, RUNS)
    return nodes


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


def _suggested(design: Design, wanted: Shapes, paths: tuple[str, ...]) -> Iterator[str]:
    """Edits that the shapes at some paths suggest: what is wanted of a whole stage before what is of one block."""
    network = analyze(design)
    suggested = [*_deep_enough(wanted, paths)]
    suggested += [each for path in paths[:_FARTHEST] for each in _for(network, path, wanted[path])]
    yield from dict.fromkeys(each for each in suggested if not _SINGLE.match(each))
    yield from dict.fromkeys(each for each in suggested if _SINGLE.match(each))


def _deep_enough(wanted: Shapes, paths: tuple[str, ...]) -> Iterator[str]:
    """Edits that give each stage as many blocks as there are wanted of it."""
    last: dict[str, int] = {}
    for path in paths:
        layer, _, rest = path.partition(".")
        if rest and wanted[path] is not None:
            last[layer] = max(last.get(layer, 0), int(rest.partition(".")[0]))
    yield from (f"{stage_name(layer[-1])}.blocks={block + 1}" for layer, block in last.items())


def _for(network: Network, path: str, shape: Dims | None) -> Iterator[str]:
    """Edits that may give the module at `path` its shape, one by one, and where several are needed together."""
    design = network.design
    if path in ("conv1", "bn1"):
        yield from _for_stem(design, shape or ())
        return
    layer, block, part = path.split(".")[:3] if path != "fc" else ("layer4", str(design.conv5_x.blocks), "conv1")
    stage = stage_name(layer[-1])
    if not shape:
        if shape is None and path != "fc":
            yield f"{stage}.blocks={block}"
        return
    if path == "fc":
        own = [f"num_classes={shape[0]}"]
    else:
        own = list(_filters(design, stage, int(block) + 1, part.replace("bn", "conv"), shape[0]))
    now = weight(network, path) or ()
    is_fed_otherwise = len(shape) > 1 and now[1:2] != shape[1:2]
    feeding = list(_feeding(design, stage, int(block) + 1, part, shape[1])) if is_fed_otherwise else []
    yield from own
    yield from feeding
    if now[:1] != shape[:1]:
        yield from (f"{one} {other}" for one in own[:3] for other in feeding[:4] if one != other)
    if part == "conv2" and len(shape) == 4:
        groups = shape[0] // max(shape[1], 1)
        yield f"{stage}.groups={groups}"
        width = shape[0] * 64 // max(design.stage(stage).planes * groups, 1)
        yield f"{stage}.groups={groups} {stage}.width_per_group={width}"


def _for_stem(design: Design, shape: Dims) -> Iterator[str]:
    """Edits that may give conv1 or bn1 its shape: each alone, and all that differ together."""
    wanted = [f"stem.planes={shape[0]}"] if shape else []
    if len(shape) == 4:
        wanted += [f"input.channels={shape[1]}", f"stem.kernel={shape[2]}"]
    yield from wanted
    now = {
        f"stem.planes={design.stem.planes}",
        f"input.channels={design.input[1]}",
        f"stem.kernel={design.stem.kernel}",
    }
    yield " ".join(sorted(each for each in wanted if each not in now))


def _feeding(design: Design, stage: str, block: int, part: str, channels: int) -> Iterator[str]:
    """Edits that may give a convolution so many channels: filters of what comes before it."""
    if part in ("conv2", "conv3") and design.block == "bottleneck":
        yield from _filters(design, stage, block, "conv1" if part == "conv2" else "conv2", channels)
    elif part == "conv2":
        yield from _filters(design, stage, block, "conv1", channels)
    elif block > 1:
        yield from _filters(design, stage, block - 1, "conv3", channels)
    elif stage != STAGES[0]:
        before = STAGES[STAGES.index(stage) - 1]
        yield from _filters(design, before, design.stage(before).blocks, "conv3", channels)
    else:
        yield f"stem.planes={channels}"


def _filters(design: Design, stage: str, block: int, convolution: str, filters: int) -> Iterator[str]:
    """Edits that may give a convolution of a block so many filters; a projection has those of the last one."""
    own = CONVOLUTIONS[design.block]
    yield f"{block_name(stage, block)}.{convolution if convolution in own else own[-1]}={filters}"
    yield from of_stage(design, stage, filters)
