"""An error of a forward pass, met while a network is edited by hand -> the edit that replaces the work."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from inspector.core.design.design import CONVOLUTIONS, Design, Stage
from inspector.core.design.differences import called
from inspector.core.design.edit import resolve
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.mistakes.by_hand import Met, errors_by_hand
from inspector.core.mistakes.effort import Effort
from inspector.core.mistakes.fitting import of_stage, tried
from inspector.core.mistakes.shape_errors import Forward
from inspector.core.names import STAGES, block_name, layer_name
from inspector.core.network.network import analyze
from inspector.speech import later, say, some


def by_edit(error: Forward, design: Design) -> Diagnosis | None:
    """The likeliest of the edits that run into an error of a forward pass; None where no edit does."""
    effort = Effort()
    ranked = _ranked(error, design, effort)
    if not ranked and error.kind in ("sum", "map"):
        ranked = _ranked(Forward(error.kind, error.numbers[::-1], (), error.seen), design, effort)
    if not ranked:
        return None
    best, met = ranked[0]
    others = [other for other, _ in ranked[1:]]
    single = [other for other in others if resolve(design, other.partition("=")[0]).block]
    wide = [other for other in others if other not in single]
    kind = "norm" if error.kind == "sum" and not met.shortcut else error.kind
    words = say(_ERRORS["image" if met.path == "conv1" else kind])
    return Diagnosis(words, met.name, met.path, _reason(met), best, (*single[:4], *wide[:3]), _topic(met))


def turned(error: Forward) -> Diagnosis | None:
    """An image whose channels come last; None where they do not."""
    if error.kind != "conv":
        return None
    built = error.numbers[1]
    is_stem = len(built) == len(error.comes) == 4 and built[1] in (3, 4)
    if not is_stem or not error.comes[3] == built[1] < error.comes[1]:
        return None
    words = say("the image's axes are in another order")
    return Diagnosis(words, "conv1", "conv1", say(_AXES_OF_ONE if error.comes[0] == 1 else _AXES), "")


def nowhere(error: Forward, design: Design) -> Diagnosis:
    """What is said where no edit leads to the numbers of an error."""
    why = f"{_numbers(error)} {say(_NOWHERE, design=called(design))}".strip()
    return Diagnosis(say(_ERRORS[error.kind]), "", "", why, "", topic=_TOPICS.get(error.kind, "filters"))


def _numbers(error: Forward) -> str:
    """The numbers of an error, wherever it is raised."""
    numbers = error.numbers
    if error.kind == "conv":
        if len(numbers[1]) < 2:
            return ""
        built = numbers[0][0] * numbers[1][1]
        if numbers[1][1] in _COLOURS and numbers[2][0] in _COLOURS:
            return say(_IMAGE, place="conv1", built=_channels_of(built), came=_channels_of(numbers[2][0]))
        return say(_IT_WAS_BUILT, built=_channels_of(built), maps=_maps(numbers[2][0]))
    first, second = numbers[0][0], numbers[1][0]
    if error.kind == "norm":
        return say(_IT_WAS_BUILT, built=_channels_of(second), maps=_maps(first))
    if error.kind == "fc":
        return say(_FC, inputs=second, maps=_maps(first))
    return say(_BOTH_PIXELS if error.kind == "map" else _BOTH_MAPS, first=first, other=second)


def for_other_classes(error: Forward, design: Design) -> Diagnosis | None:
    """The likeliest edit that runs into an error at an fc of other classes than the design's, with those classes."""
    classes = error.numbers[2][0] if error.kind == "fc" else design.num_classes
    changed = next(tried(design, [f"num_classes={classes}"]), None)
    if changed is None:
        return None
    found = by_edit(error, changed[1].design)
    return structs.replace(found, edit=f"{found.edit} {changed[0]}", others=()) if found else None


def _ranked(error: Forward, design: Design, effort: Effort) -> list[tuple[str, Met]]:
    """Every edit that runs into `error`, and where it does, the likeliest first.

    That is what the traceback shows, then one convolution's filters before a whole stage's, a small stride, what needs
    no new module, what is met early, and of equal blocks the last: its feature maps are those that Grad-CAM looks at.
    """
    before, shown = analyze(design), _shown(error, design)
    ranked = []
    for turn, (assignment, after) in enumerate(tried(design, _candidates(design, error), effort)):
        effort.spend(16 * len(shown))
        field = resolve(design, assignment.partition("=")[0])
        width = 0 if field.block else max(1, int(assignment.partition("=")[2]) - 1) if field.name == "stride" else 1
        near = f" .{layer_name(field.stage)}.{field.block - 1}." if field.block else ""
        for step, met in enumerate(errors_by_hand(before, after, shown)):
            if (met.kind, met.numbers) == (error.kind, error.numbers):
                signs = _signs(met.path, design) + near
                fits = sum(piece in signs for piece in error.seen) + (met.size == error.comes[2:])
                ranked.append(((-fits, width, met.is_alone, met.news, step, -turn), assignment, met))
    best: dict[str, Met] = {}
    for _, assignment, met in sorted(ranked, key=lambda each: each[0]):
        best.setdefault(assignment, met)
    return list(best.items())


def _shown(error: Forward, design: Design) -> frozenset[str]:
    """The paths of the blocks that the text shows, each counted from the first one."""
    blocks = {stage: _in_sight(stage, error.seen, design.stage(stage).blocks) for stage in STAGES}
    return frozenset(f"{layer_name(stage)}.{block - 1}" for stage in STAGES for block in blocks[stage])


def _signs(path: str, design: Design) -> str:
    """A path as `Forward.seen` shows it, its block counted from the end as well."""
    layer, _, rest = path.partition(".")
    if not rest:
        return f"^.{path}."
    block = int(rest.partition(".")[0]) - design.stages[int(layer[-1]) - 1].blocks
    return f"^.{path}. .{layer}.{block}."


def _candidates(design: Design, error: Forward) -> Iterator[str]:
    """The edits that a number of `error` suggests, in forward order."""
    if error.kind == "map":
        yield from _strides(design, error)
        return
    numbers = sorted({each for group in error.numbers for each in group} | {_channels(error)})
    yield from (f"{address}={number}" for address in ("input.channels", "stem.planes") for number in numbers)
    for name in STAGES:
        stage = design.stage(name)
        for block in _telling(name, stage, error.seen):
            own = stage.filters(design.block, block)
            for convolution, filters in zip(CONVOLUTIONS[design.block], own, strict=False):
                if filters in numbers:
                    yield from (f"{block_name(name, block)}.{convolution}={number}" for number in numbers)
        for number in numbers:
            yield from of_stage(design, name, number)


def _strides(design: Design, error: Forward) -> Iterator[str]:
    """Strides that make a stage's maps as much larger or smaller as the sizes in `error` are, roundings aside."""
    a, b = (max(group[0], 1) for group in error.numbers)
    for stage in STAGES:
        now = design.stage(stage).stride
        near = (now * a / b, now * b / a)
        strides = [each for each in range(1, 65) if any(abs(each - wanted) < 0.4 * wanted + 1 for wanted in near)]
        yield from (f"{stage}.stride={each}" for each in strides)


def _channels(error: Forward) -> int:
    """The channels that a convolution was built for, all groups together; 0 for another kind of error."""
    return error.numbers[0][0] * error.numbers[1][1] if error.kind == "conv" and len(error.numbers[1]) > 1 else 0


def _telling(name: str, stage: Stage, seen: frozenset[str]) -> list[int]:
    """Blocks that stand for all of a stage's: the first and the last ones, overridden ones, and those in sight."""
    blocks = {1, 2, stage.blocks - 1, stage.blocks} | {each.block for each in stage.overrides[:8]}
    blocks |= _in_sight(name, seen, stage.blocks)
    return sorted(block for block in blocks if 1 <= block <= stage.blocks)


def _in_sight(name: str, seen: frozenset[str], count: int) -> set[int]:
    """The numbers, from 1, of a stage's blocks that are seen, whether counted from the first one or from the end."""
    layer = f".{layer_name(name)}."
    shown = [int(piece[len(layer) : -1]) for piece in seen if piece.startswith(layer) and piece != layer]
    return {block + 1 if block >= 0 else block + 1 + count for block in shown}


def _reason(met: Met) -> str:
    """Why torch refuses, with its numbers."""
    if met.kind == "conv":
        (groups,), weight, (came,) = met.numbers
        built = _channels_of(groups * weight[1])
        what = _IMAGE if met.path == "conv1" else _BUILT
        return f"{say(what, place=met.name, built=built, came=came, maps=_maps(came))} {say(_CONV)}"
    first, second = met.numbers[0][0], met.numbers[1][0]
    if met.kind == "norm" or (met.kind == "sum" and not met.shortcut):
        return f"{say(_BUILT, place=met.name, built=_channels_of(second), maps=_maps(first))} {say(_NORM)}"
    if met.kind == "fc":
        return f"{say(_FC, inputs=second, maps=_maps(first))} {say(_FEEDS)}"
    beside = {"place": met.name, "other": second, "first": first, "maps": _maps(first)}
    if met.kind == "map":
        return f"{say(_PIXELS[met.shortcut], **beside)} {say(_STRIDE)}"
    return f"{say(_SUMMED[met.shortcut], **beside)} {say(_SUM)}"


def _maps(count: int) -> str:
    return some(count, "{n} feature map", "{n} feature maps")


def _channels_of(count: int) -> str:
    return some(count, "{n} channel", "{n} channels")


def _topic(met: Met) -> str:
    """The concept that explains an error."""
    if met.kind == "conv" and met.numbers[0] != (1,):
        return "groups"
    return _TOPICS.get(met.kind, "filters")


_TOPICS = {"norm": "batchnorm", "sum": "shortcut", "map": "downsampling"}
_ERRORS = {
    "norm": later("a batch norm was built for other channels"),
    "sum": later("path and shortcut have different numbers of feature maps"),
    "map": later("path and shortcut have feature maps of different sizes"),
    "conv": later("a convolution was built for other channels"),
    "image": later("the image has other channels"),
    "fc": later("fc was built for other inputs"),
}
_COLOURS = (1, 3, 4)
"""Channels that images have, and no maps of a ResNet."""
_NOWHERE = later(
    "No single edit of {design} leads to these numbers. Is it the one that the error came from, with the same image?"
)
_NORM = later(
    "It has one weight for each filter of the convolution before it, and has to be replaced together with it."
)
_SUM = later("They are added map by map, so there have to be as many on both sides.")
_STRIDE = later("They are added position by position, so both have to stride alike.")
_CONV = later("Every filter has one slice for each channel that comes in.")
_FEEDS = later("It has one input for each feature map that conv5_x ends in.")
_BUILT = later("{place} was built for {built}, and {maps} arrive.")
_IMAGE = later("{place} was built for {built}, and the image has {came}.")
_IT_WAS_BUILT = later("It was built for {built}, and {maps} arrive.")
_BOTH_MAPS = later("The path brings {first} feature maps and the shortcut {other}.")
_BOTH_PIXELS = later("The path brings maps of {first} pixels a side and the shortcut {other}.")
_FC = later("fc was built for {inputs} inputs, and {maps} arrive.")
_PIXELS = {
    "identity": later("At {place} the path brings maps of {first} pixels a side and the identity {other}."),
    "projection": later("At {place} the path brings maps of {first} pixels a side and the projection {other}."),
}
_SUMMED = {
    "identity": later("At {place} the path brings {maps} and the identity {other}."),
    "projection": later("At {place} the path brings {maps} and the projection {other}."),
}
_AXES = later(
    "The images come as batch × height × width × channels, torch wants batch × channels × height × width: "
    "images.permute(0, 3, 1, 2) turns them, and no edit of the network is needed."
)
_AXES_OF_ONE = later(
    "The image comes as height × width × channels, torch wants channels × height × width: image.permute(2, 0, 1) turns "
    "it, images.permute(0, 3, 1, 2) a batch, and no edit of the network is needed."
)
