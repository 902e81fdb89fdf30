"""Addresses, and what is written to them: design -> design."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter

from msgspec import Struct, structs

from inspector.core.design.design import CONVOLUTIONS, Design, Override, refusal, replace_in_stage
from inspector.core.design.fields import (
    DESIGN_FIELDS,
    INPUT_FIELDS,
    LAST,
    OVERRIDE_FIELDS,
    STAGE_FIELDS,
    STEM_FIELDS,
    BlockName,
    Choice,
    Flag,
    Integer,
    Spec,
)
from inspector.core.names import STAGES, BlockKind, block_name, layer_name, stage_name
from inspector.errors import DesignError, nearest
from inspector.outside import shown
from inspector.speech import say

Value = int | str | bool | tuple[int, ...]

_STAGE = re.compile(r"(?:conv([2-5])_x|layer([1-4]))")
_CONVOLUTION = re.compile(r"(?:conv([2-5])_([0-9]{1,6})|layer([1-4])\.([0-9]{1,6}))\.(conv[1-9])")
_SEVERAL = re.compile(r"(?:conv\*_x|layer\*)\.([a-z_]{1,40})")
_FACTOR = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,6})?|\.[0-9]{1,6}")
WIDTH = "width"
PLANES = 8
"""What scaled planes are multiples of."""
_ALIASES = {"conv1": "stem.planes", "fc": "num_classes"}


class Field(Struct, frozen=True):
    """One value of a design that a person may change, by its address in the paper's names.

    `scope` is what it belongs to ("stem", "conv5_x", "conv5_3", or "" for the design itself), `name` what it is
    called there, `block` the number (from 1) of the block whose convolution it is, 0 where it is none.
    """

    scope: str
    name: str
    spec: Spec
    value: Value
    stage: str = ""
    block: int = 0

    @property
    def address(self) -> str:
        """What `resolve` finds it by, in the paper's names: `conv5_x.planes`, `conv5_3.conv3`."""
        return f"{self.scope}.{self.name}" if self.scope else self.name


def edit(design: Design, *assignments: str) -> Design:
    """`design` with each `ADDRESS=VALUE` written to it in turn: `edit(design, "conv5_x.planes=384")`.

    Addresses go by the paper's names or torch's (`layer4.planes`, `layer4.2.conv3`); `conv*_x.planes` (`layer*.planes`)
    is that of every stage, `width` scales all planes. Raises DesignError, which names
    the address, the value, what is allowed, and the nearest known address.
    """
    run: dict[str, tuple[Field, Value]] = {}
    for assignment in assignments:
        for address, text in _each(design, assignment):
            field = resolve(design, address)
            value = parse(field, text, address)
            if field.block:
                run[field.address] = field, value
            else:
                design, run = write(_with_filters(design, run.values()), field, value), {}
    return _with_filters(design, run.values())


def _each(design: Design, assignment: str) -> list[tuple[str, str]]:
    """The addresses that an assignment is for, each with its value: `conv*_x.planes=128` is one of every stage.

    `width=0.75` is for the planes of the stem and of every stage: what they are now, times the number, in multiples of
    8 (Howard et al. 2017 call it the width multiplier).
    """
    address, equals, text = (part.strip() for part in assignment.partition("="))
    if not equals:
        raise DesignError(address, say("must be ADDRESS=VALUE, like conv5_x.planes=384"))
    several = _SEVERAL.fullmatch(address)
    if several:
        return [(f"{stage}.{several[1]}", text) for stage in STAGES]
    if address == WIDTH:
        if not _FACTOR.fullmatch(text) or float(text) == 0:
            raise DesignError(address, say("must be a number above 0, like 0.75 or 2"), text or "''")
        planes = {"stem": design.stem.planes, **{stage: design.stage(stage).planes for stage in STAGES}}
        return [(f"{name}.planes", str(_scaled(count, float(text)))) for name, count in planes.items()]
    return [(address, text)]


def _scaled(planes: int, factor: float) -> int:
    """Planes times a factor, to the nearest multiple of 8, and 8 at least."""
    return max(PLANES, int(planes * factor / PLANES + 0.5) * PLANES)


def _with_filters(design: Design, chosen: Iterable[tuple[Field, Value]]) -> Design:
    """`design` with other filters in single convolutions, written at once: one by one each would copy all there are."""
    chosen = list(chosen)
    if len(chosen) <= 1:
        return write(design, *chosen[0]) if chosen else design
    try:
        for name in STAGES:
            its = [(field, value) for field, value in chosen if field.stage == name]
            design = _write_filters(design, name, its) if its else design
    except DesignError as error:
        field, value = chosen[-1]
        raise (
            error if any(each.address == error.address for each, _ in chosen) else _then(field, value, error)
        ) from None
    return design


def in_order(design: Design, assignments: Iterable[str]) -> tuple[str, ...]:
    """The assignments in an order in which `edit` takes each of them; none where there is no such order to be found."""
    waiting, made = list(assignments), []
    while waiting:
        for assignment in waiting:
            try:
                design = edit(design, assignment)
            except DesignError:
                continue
            made.append(assignment)
            waiting.remove(assignment)
            break
        else:
            return ()
    return tuple(made)


def parse(field: Field, text: str, address: str = "") -> Value:
    """The value that `text` spells for `field`; DesignError, under `address` if given, where it is not allowed."""
    address = address or field.address
    try:
        value = field.spec.parse(text)
    except ValueError as error:
        raise DesignError(address, str(error), text or "''") from None
    if not field.spec.admits(value):
        allowed = field.spec.allowed
        if field.name == "blocks" and value == 0:
            allowed += "; " + say(
                "a design has four stages, and three, as ResNets for CIFAR have, are out of reach; a file of their "
                "weights is told as four"
            )
        raise DesignError(address, allowed, text or "''")
    return value


def resolve(design: Design, address: str) -> Field:
    """The field that `address` names, with its value in `design`; DesignError where there is none."""
    address = _ALIASES.get(address, address)
    scope, _, name = address.rpartition(".")
    if not scope and name in DESIGN_FIELDS and name != "base":
        return Field("", name, DESIGN_FIELDS[name], getattr(design, name))
    if scope == "stem" and name in STEM_FIELDS:
        return Field("stem", name, STEM_FIELDS[name], getattr(design.stem, name))
    if scope == "input" and name in INPUT_FIELDS:
        return Field("input", name, INPUT_FIELDS[name], design.input[tuple(INPUT_FIELDS).index(name)])
    stage = _STAGE.fullmatch(scope)
    if stage and name in STAGE_FIELDS:
        owner = _stage_of(*stage.groups())
        return Field(owner, name, STAGE_FIELDS[name], getattr(design.stage(owner), name), owner)
    convolution = _CONVOLUTION.fullmatch(address)
    if convolution:
        return _convolution(design, address, convolution)
    hint = nearest(address, addresses(design, address)) or say("; one is conv5_x.planes, the README lists all")
    raise DesignError(address, f"{say('no such address')}{hint}")


def write(design: Design, field: Field, value: Value) -> Design:
    """`design` with `value` in place of `field`; DesignError where it is not allowed or at odds with another value.

    An override that says what its stage says anyway is dropped, and so are the overrides of blocks that go; where the
    target goes, the last block becomes the target.
    """
    if not field.spec.admits(value):
        raise refusal(field.address, field.spec, value)
    try:
        return _written(design, field, value)
    except DesignError as error:
        if error.address == field.address:
            raise
        raise _then(field, value, error) from None


def _then(field: Field, value: Value, error: DesignError) -> DesignError:
    """What is said of a value that is allowed by itself, and at odds with another."""
    reason = say(
        "then {address} = {value} {reason}", address=error.address, value=shown(error.value), reason=error.reason
    )
    return DesignError(field.address, reason, value)


def _written(design: Design, field: Field, value: Value) -> Design:
    if field.block:
        return _write_filters(design, field.stage, ((field, value),))
    if field.stage:
        stage = design.stage(field.stage)
        changes: dict[str, object] = {field.name: value}
        if field.name == "blocks" and stage.overrides:
            changes["overrides"] = tuple(kept for kept in stage.overrides if kept.block <= int(value))  # type: ignore[arg-type]
        if field.name == "blocks":
            design = _target_kept(design, field.stage, int(value))  # type: ignore[arg-type]
        return replace_in_stage(design, field.stage, **changes)
    if field.scope == "stem":
        return structs.replace(design, stem=structs.replace(design.stem, **{field.name: value}))
    if field.scope == "input":
        sizes = [value if name == field.name else size for name, size in zip(INPUT_FIELDS, design.input, strict=True)]
        return structs.replace(design, input=tuple(sizes))
    if field.name == "block":
        return with_block(design, value)  # type: ignore[arg-type]  # the spec admits the two kinds only
    if field.name == "target" and value == block_name(STAGES[-1], design.stages[-1].blocks):
        value = LAST
    return structs.replace(design, **{field.name: value})


def _target_kept(design: Design, stage: str, blocks: int) -> Design:
    """`design` with its last block as the target where the one that it has would go."""
    its_stage, block = design.target_block
    is_going = design.target != LAST and its_stage == stage and block > blocks
    return structs.replace(design, target=LAST) if is_going else design


def with_block(design: Design, kind: BlockKind) -> Design:
    """`design` with blocks of the other kind, and with what that kind cannot have set to what torchvision gives it.

    A basic block has expansion 1, no groups, no dilation, no conv3, and strides on conv1; a bottleneck starts with
    expansion 4 and strides on conv2.
    """
    if kind == design.block:
        return design
    is_basic = kind == "basic"
    stages = {}
    for name in STAGES:
        stage = design.stage(name)
        kept = [structs.replace(override, conv3=None) if is_basic else override for override in stage.overrides]
        stages[name] = structs.replace(
            stage,
            expansion=1 if is_basic else 4,
            groups=1,
            width_per_group=64,
            dilate=False,
            overrides=tuple(override for override in kept if override != Override(override.block)),
        )
    return structs.replace(design, block=kind, stride_on="conv1" if is_basic else "conv2", **stages)


def _write_filters(design: Design, stage: str, chosen: Iterable[tuple[Field, Value]]) -> Design:
    """`design` with other filters in some convolutions of one stage; what its stage says anyway is no override."""
    values = design.stage(stage)
    plain = dict(zip(CONVOLUTIONS[design.block], values.plain_filters(design.block), strict=True))
    overrides = {each.block: each for each in values.overrides}
    for field, value in chosen:
        own = overrides.get(field.block, Override(field.block))
        changed = {field.name: None if value == plain[field.name] else value}
        overrides[field.block] = structs.replace(own, **changed)
    kept = sorted((each for each in overrides.values() if each != Override(each.block)), key=attrgetter("block"))
    return replace_in_stage(design, stage, overrides=tuple(kept))


def _convolution(design: Design, address: str, match: re.Match[str]) -> Field:
    paper, paper_block, torch, torch_block, name = match.groups()
    stage = _stage_of(paper, torch)
    block = int(paper_block) if paper else int(torch_block) + 1
    blocks = design.stage(stage).blocks
    if not 1 <= block <= blocks:
        first, last = (block_name(stage, 1), block_name(stage, blocks)) if paper else ("0", str(blocks - 1))
        raise DesignError(
            address, say("no such block; {stage} has {first} to {last}", stage=stage, first=first, last=last)
        )
    names = CONVOLUTIONS[design.block]
    if name not in names:
        raise DesignError(
            address, say("no such convolution; a {kind} block has {names}", kind=design.block, names=", ".join(names))
        )
    value = design.stage(stage).filters(design.block, block)[names.index(name)]
    return Field(block_name(stage, block), name, OVERRIDE_FIELDS[name], value, stage, block)


def _stage_of(paper: str | None, torch: str | None) -> str:
    return f"conv{paper}_x" if paper else stage_name(torch or 0)


def several(like: str) -> Iterator[str]:
    """The addresses that mean several fields at once, in the naming scheme that `like` uses."""
    yield WIDTH
    yield from (f"{'layer*' if 'layer' in like else 'conv*_x'}.{name}" for name in STAGE_FIELDS)


def addresses(design: Design, like: str) -> Iterator[str]:
    """Every address of a design, blocks' (up to 64 a stage) in the naming scheme that `like` uses."""
    yield from (name for name in DESIGN_FIELDS if name != "base")
    yield from (f"stem.{name}" for name in STEM_FIELDS)
    yield from (f"input.{name}" for name in INPUT_FIELDS)
    for stage in STAGES:
        layer = layer_name(stage)
        yield from (f"{stage}.{name}" for name in STAGE_FIELDS)
        yield from (f"{layer}.{name}" for name in STAGE_FIELDS)
        for block in range(min(design.stage(stage).blocks, 64)):
            for name in CONVOLUTIONS[design.block]:
                yield (f"{layer}.{block}.{name}" if "layer" in like else f"{block_name(stage, block + 1)}.{name}")


def step(design: Design, field: Field, steps: int) -> Design:
    """`design` with `field` moved by `steps`: planes and filters by 8, counts by 1, words and flags to the next one.

    Filters that must be divisible by a stage's groups move by as many groups at least; the target from block to block,
    in forward order. DesignError for the input, which is moved size by size.
    """
    spec = field.spec
    if isinstance(spec, Integer):
        if field.block and field.name in ("conv1", "conv2") and design.block == "bottleneck":
            groups = design.stage(field.stage).groups
            unit = groups * max(1, spec.step // groups) if spec.step % groups else spec.step
            spec = Integer(spec.low, spec.high, step=unit)
        value: Value = spec.stepped(int(field.value), steps)  # type: ignore[arg-type]  # the value of an Integer
    elif isinstance(spec, Choice):
        value = spec.stepped(str(field.value), steps)
    elif isinstance(spec, Flag):
        value = spec.stepped(bool(field.value), steps)
    elif isinstance(spec, BlockName):
        value = _stepped_target(design, steps)
    else:
        raise DesignError(field.address, say("is stepped size by size: {address}", address=f"{field.address}.height"))
    return write(design, field, value)


def _stepped_target(design: Design, steps: int) -> str:
    """The block `steps` behind the target, over the ends of stages; the first or the last where there is none."""
    stage, block = design.target_block
    blocks = [values.blocks for values in design.stages]
    number = sum(blocks[: STAGES.index(stage)]) + block - 1 + steps
    number = min(max(number, 0), sum(blocks) - 1)
    for name, count in zip(STAGES, blocks, strict=True):
        if number < count:
            return block_name(name, number + 1)
        number -= count
    return LAST
