"""The edits that lead from a design to the shapes that an error tells, by way of a preset where they are one's."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct, structs

from inspector.core.design.design import Design
from inspector.core.design.differences import edits, value
from inspector.core.design.edit import edit, in_order
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.mistakes.fitting import fit
from inspector.core.mistakes.weights import fits
from inspector.core.names import STAGES
from inspector.core.network.network import analyze
from inspector.core.network.tree import HEAD
from inspector.core.units import Dims
from inspector.errors import DesignError

Shapes = Mapping[str, Dims | None]
_STEPS = 8
"""Edits at most that lead to a preset; with more it is easier named."""
_NOT_IN_SHAPES = ("stride_on", "input", "num_classes", "target", "norm")


class Lead(Struct, frozen=True):
    """The edits that give some shapes, others that do too, the paths that are left, and the design that they give.

    `preset` is what has the shapes of that design, `also` another one that has those that are told.
    """

    edits: tuple[str, ...]
    others: tuple[str, ...]
    left: tuple[str, ...]
    after: Design
    preset: str = ""
    also: str = ""

    @property
    def steps(self) -> int:
        """How many edits they are, those of every stage counted one by one."""
        return sum(len(STAGES) if "*" in each else 1 for each in self.edits)


def lead(design: Design, wanted: Shapes, block: str) -> Lead:
    """The edits that give `wanted`, that of the block's kind before all others."""
    made = _fitted(design, wanted, block)
    if not made.left:
        made = structs.replace(made, preset=_preset_like(made.after, design))
    if made.preset:
        return made
    near = design if made.left else made.after
    name = preset_of(wanted, near, design, (block or design.block,))
    if name and (made.left or len(made.edits) > 1):
        return _towards(name, design, wanted) or made
    return structs.replace(made, also=name)


def _fitted(design: Design, wanted: Shapes, block: str) -> Lead:
    if block and block != design.block:
        with suppress(DesignError):
            rest = fit(edit(design, f"block={block}"), wanted)
            made = in_forward_order(design, (f"block={block}", *rest.edits))
            return Lead(made, (), rest.left, edit(design, *made))
    found = fit(design, wanted)
    made = in_forward_order(design, found.edits)
    return Lead(made, found.others, found.left, edit(design, *made))


def in_forward_order(design: Design, assignments: Iterable[str]) -> tuple[str, ...]:
    """Edits in the order of what they edit, where they lead to the same design in it."""
    assignments = tuple(assignments)
    ordered = tuple(sorted(assignments, key=_rank))
    for each in (_in_every_stage(ordered), ordered):
        with suppress(DesignError):
            if edit(design, *each) == edit(design, *assignments):
                return each
    return assignments


def _rank(assignment: str) -> int:
    heads = ("block", "input", "stem", "conv*", "conv2", "conv3", "conv4", "conv5", "num_classes")
    return next((number for number, head in enumerate(heads) if assignment.startswith(head)), len(heads))


def preset_of(wanted: Shapes, near: Design, besides: Design, kinds: Container[str] = ("basic", "bottleneck")) -> str:
    """The preset, but for `besides`, that has all of some shapes; of several the one as deep as `near`, if there is."""
    named = []
    for number, name in enumerate(PRESETS):
        design = preset(name)
        if name.endswith("_v1") or design.block not in kinds or _body(design) == _body(besides):
            continue
        network = analyze(design)
        body = {path: shape for path, shape in wanted.items() if path != "fc"}
        fc = wanted.get("fc") or ()
        is_fed = len(fc) != 2 or fc[1] == network.root.children[HEAD].input[1]
        if body and is_fed and all(fits(network, *each) for each in body.items()):
            depths = sum(one.blocks != other.blocks for one, other in zip(design.stages, near.stages, strict=True))
            named.append((depths, number, name))
    return min(named)[2] if named else ""


def _towards(name: str, design: Design, wanted: Shapes) -> Lead | None:
    """The edits that make a preset's shapes of a design; None where they are many."""
    differing = [each for each in edits(preset(name), design) if each.address not in _NOT_IN_SHAPES]
    steps = _in_every_stage([f"{each.address}={value(each.after)}" for each in differing if each.after is not None])
    fc = wanted.get("fc")
    if fc and fc[0] not in (0, design.num_classes):
        steps = (*steps, f"num_classes={fc[0]}")
    steps = steps if _leads(design, steps) else in_order(design, steps)
    if not steps or len(steps) > _STEPS:
        return None
    return Lead(steps, (), (), edit(design, *steps), name)


def _leads(design: Design, steps: tuple[str, ...]) -> bool:
    with suppress(DesignError):
        edit(design, *steps)
        return True
    return False


def _in_every_stage(steps: Sequence[str]) -> tuple[str, ...]:
    """Steps with one for every stage where each has the same: `conv*_x.groups=32`."""
    said: dict[str, None] = {}
    for step in steps:
        stage, _, rest = step.partition(".")
        is_in_all = stage in STAGES and all(f"{each}.{rest}" in steps for each in STAGES)
        said[f"conv*_x.{rest}" if is_in_all else step] = None
    return tuple(said)


def _preset_like(design: Design, before: Design) -> str:
    """The preset whose weights have the shapes of `design`, where `before` has another's."""
    names = (name for name in PRESETS if not name.endswith("_v1"))
    return next((name for name in names if _body(preset(name)) == _body(design) != _body(before)), "")


def _body(design: Design) -> tuple[object, ...]:
    """All of a design that is in its weights' shapes but for the classes."""
    stages = tuple(
        (each.blocks, each.plain_filters(design.block), each.groups, each.overrides) for each in design.stages
    )
    return design.block, design.input[1], design.stem.planes, design.stem.kernel, stages
