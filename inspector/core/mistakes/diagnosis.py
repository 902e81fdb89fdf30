"""A shape error of torch, met while a network is edited by hand -> the edit of the design that replaces the work."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from msgspec import Struct

from inspector.core.design.design import CONVOLUTIONS, Design, Stage
from inspector.core.design.differences import called, edits
from inspector.core.design.edit import edit, resolve
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.mistakes.by_hand import Met, errors_by_hand
from inspector.core.mistakes.effort import Effort
from inspector.core.mistakes.fitting import Fit, fit, of_stage, tried
from inspector.core.mistakes.shape_errors import Checkpoint, Forward, read
from inspector.core.mistakes.weights import fits
from inspector.core.names import STAGES, block_name, layer_name
from inspector.core.network.network import Network, analyze
from inspector.core.network.tree import HEAD
from inspector.core.units import Dims, dims
from inspector.speech import later, say, some


class Diagnosis(Struct, frozen=True):
    """What a shape error of torch says about a network that is edited by hand.

    `error` says in plain words which error it is, `name` and `path` where it is raised (the paper's name and torch's;
    both empty where no place of the design fits), `why` the reason with its numbers. `edit` is the one edit of the
    design that does all that the hand-made one runs into; several, with spaces between, where one is not enough; empty
    where no edit helps; `is_whole` unless those are the first steps only. `others` are edits that lead to the same
    error, the likeliest first. `topic` is the concept.
    """

    error: str
    name: str
    path: str
    why: str
    edit: str
    others: tuple[str, ...] = ()
    topic: str = ""
    is_whole: bool = True


def diagnose(text: str, design: Design) -> Diagnosis | None:
    """The first shape error of torch in `text` (a whole traceback, or one line), mapped to `design`; None without one.

    `text` may be hard-wrapped, indented and coloured. Raises nothing.
    """
    error = read(text)
    if error is None:
        return None
    if isinstance(error, Checkpoint):
        return _checkpoint(error, analyze(design))
    return _plain(error, analyze(design)) or _forward(error, design)


def _forward(error: Forward, design: Design) -> Diagnosis:
    """The likeliest of the edits that run into an error of a forward pass."""
    effort = Effort()
    ranked = _ranked(error, design, effort)
    if not ranked and error.kind in ("sum", "map"):
        ranked = _ranked(Forward(error.kind, error.numbers[::-1], (), error.seen), design, effort)
    if not ranked:
        return Diagnosis(say(_ERRORS[error.kind]), "", "", say(_NOWHERE, design=called(design)), "")
    best, met = ranked[0]
    others = [other for other, _ in ranked[1:]]
    single = [other for other in others if resolve(design, other.partition("=")[0]).block]
    wide = [other for other in others if other not in single]
    words = say(_ERRORS["image" if met.path == "conv1" else error.kind])
    return Diagnosis(words, met.name, met.path, _reason(met), best, (*single[:4], *wide[:3]), _topic(met))


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


def _plain(error: Forward, network: Network) -> Diagnosis | None:
    """What needs no search: axes in another order, a part of the head left out, fc of other classes."""
    if error.kind == "conv":
        built = error.numbers[1]
        is_stem = len(built) == len(error.comes) == 4 and built[1] in (3, 4) and fits(network, "conv1", built)
        is_turned = is_stem and error.comes[3] == built[1] < error.comes[1]
        words = say("the image's axes are in another order")
        return Diagnosis(words, "conv1", "conv1", say(_AXES), "") if is_turned else None
    if error.kind != "fc":
        return None
    (came,), (inputs,), (classes,) = error.numbers
    head = network.root.children[HEAD]
    _, channels, height, width = head.input
    if inputs == channels and (came == 1 or (came == width and error.comes[0] % (channels * height) == 0)):
        if came == 1:
            words = say("the pooled feature maps were not flattened")
        else:
            words = say("pooling and flattening were left out")
        return Diagnosis(words, "fc", "fc", say(_FLATTEN, inputs=inputs, came=came), "")
    side = isqrt(came // channels)
    if side > 2 and came == channels * side * side:  # an image of another size
        height = width = side
    if inputs == channels and came == channels * height * width:
        product = f"{channels} × {height} × {width}"
        why = say(_POOL, inputs=inputs, came=came, product=product)
        return Diagnosis(say("the average pool was left out"), "fc", "fc", why, "")
    if came == channels != inputs and classes != head.output[1]:
        why = say(
            "fc was replaced by one of {inputs} inputs and {classes} classes, and {came} feature maps arrive.",
            inputs=inputs,
            classes=classes,
            came=came,
        )
        assignment = next(tried(network.design, [f"num_classes={classes}"]), ("",))[0]
        return Diagnosis(say(_ERRORS["fc"]), "fc", "fc", f"{why} {say(_FEEDS)}", assignment, topic="filters")
    return None


def _reason(met: Met) -> str:
    """Why torch refuses, with its numbers."""
    if met.kind == "conv":
        (groups,), weight, (came,) = met.numbers
        built = _channels_of(groups * weight[1])
        what = _IMAGE if met.path == "conv1" else _BUILT
        return f"{say(what, place=met.name, built=built, came=came, maps=_maps(came))} {say(_CONV)}"
    first, second = met.numbers[0][0], met.numbers[1][0]
    if met.kind == "norm":
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
    return {"norm": "batchnorm", "sum": "shortcut", "map": "downsampling"}.get(met.kind, "filters")


def _checkpoint(error: Checkpoint, network: Network) -> Diagnosis:
    """The edit that gives the model's shapes that load_state_dict names; the checkpoint's if the model's are ours."""
    design = called(network.design)
    if not error.model:
        why = say(_NAMES) if error.is_renamed else say(_NOWHERE, design=design)
        return Diagnosis(say("the checkpoint has other names"), "", "", why, "")
    is_ours = all(fits(network, path, shape) for path, shape in error.model.items())
    fitting = fit(network.design, error.saved if is_ours else error.model)
    of = _preset_of(error, network) if is_ours and fitting.left else ""
    if of:
        why = say(
            "The checkpoint has the shapes of {preset}, the model is {design}. Build {preset} to load it.",
            preset=of,
            design=design,
        )
        return Diagnosis(say("the checkpoint is of another network"), "", "", why, "")
    path = next((path for path, shape in error.model.items() if shape), next(iter(error.model)))
    name = _name(path, network, network if is_ours else analyze(edit(network.design, *fitting.edits)))
    whole = " ".join(fitting.edits)
    if whole.startswith("num_classes=") and len(fitting.edits) == 1 and not fitting.left:
        saved, model = (each["fc"] or (0,) for each in (error.saved, error.model))
        why = say(
            "The checkpoint's fc is for {saved} classes, the model's for {model}.", saved=saved[0], model=model[0]
        )
        words = say("the checkpoint is for other classes")
        return Diagnosis(words, name, path, f"{why} {say(_CLASSES)}", whole)
    what = say(
        "The checkpoint has {saved} at {place}, the model {model}.",
        saved=_shape(error.saved[path]),
        place=name or path,
        model=_shape(error.model[path]),
    )
    return Diagnosis(
        say("the checkpoint has other shapes"),
        name,
        path,
        f"{what} {_fitting(fitting, design, is_ours=is_ours)}",
        whole,
        fitting.others,
        _field_topic(whole),
        not fitting.left,
    )


def _fitting(fitting: Fit, design: str, *, is_ours: bool) -> str:
    """How far edits of a design lead to the checkpoint's shapes, or to the model's that are not ours."""
    edits = len(fitting.edits)
    if fitting.left:
        why = say(_NOT_ALL["checkpoint" if is_ours else "model"], design=design)
        return f"{why} {say('The first steps are here.')}" if edits else why
    if edits > 1:
        return say(_SEVERAL["checkpoint" if is_ours else "model"], n=edits)
    return say(_ONE["checkpoint" if is_ours else "model"])


def _preset_of(error: Checkpoint, network: Network) -> str:
    """The preset that the checkpoint has the shapes of, other classes or not, where that is another network."""
    body = {path: shape for path, shape in error.saved.items() if path != "fc"}
    for name in PRESETS if len(body) > 1 else ():
        other = analyze(preset(name))
        is_other = len(edits(other.design, network.design)) > 1 and not name.endswith("_v1")
        if is_other and all(fits(other, *each) for each in body.items()):
            return name
    return ""


def _name(path: str, *networks: Network) -> str:
    """The paper's name of what stands at torch's path in the first network that has it, or an empty string."""
    return next((place.name for each in networks if (place := each.get(path)) is not None), "")


def _shape(of: Dims | None) -> str:
    """A weight's shape in words."""
    return say("nothing") if of is None else dims(of) if of else say("a layer")


def _field_topic(edits: str) -> str:
    """The concept that the first of some edits is about."""
    address = edits.partition("=")[0]
    topics = {"planes": "planes", "expansion": "bottleneck", "groups": "groups", "width_per_group": "groups"}
    return topics.get(address.rpartition(".")[2], "filters")


_ERRORS = {
    "norm": later("a batch norm was built for other channels"),
    "sum": later("path and shortcut have different numbers of feature maps"),
    "map": later("path and shortcut have feature maps of different sizes"),
    "conv": later("a convolution was built for other channels"),
    "image": later("the image has other channels"),
    "fc": later("fc was built for other inputs"),
}
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
_AXES = later(
    "The image comes as height × width × channels, torch wants channels × height × width: image.permute(2, 0, 1) turns "
    "it, and no edit of the network is needed."
)
_FLATTEN = later(
    "fc has {inputs} inputs, one a feature map, and gets {came}: torch.flatten(x, 1) has to stand between avgpool and "
    "fc."
)
_POOL = later("fc has {inputs} inputs, one a feature map, and gets {came} = {product}: avgpool has to stand before it.")
_BUILT = later("{place} was built for {built}, and {maps} arrive.")
_IMAGE = later("{place} was built for {built}, and the image has {came}.")
_FC = later("fc was built for {inputs} inputs, and {maps} arrive.")
_PIXELS = {
    "identity": later("At {place} the path brings maps of {first} pixels a side and the identity {other}."),
    "projection": later("At {place} the path brings maps of {first} pixels a side and the projection {other}."),
}
_SUMMED = {
    "identity": later("At {place} the path brings {maps} and the identity {other}."),
    "projection": later("At {place} the path brings {maps} and the projection {other}."),
}
_NOT_ALL = {
    "checkpoint": later("No edits of {design} give all that the checkpoint has."),
    "model": later("No edits of {design} give all that the model has."),
}
_SEVERAL = {
    "checkpoint": later("No single edit gives all that the checkpoint has; these {n} together do."),
    "model": later("No single edit gives all that the model has; these {n} together do."),
}
_ONE = {
    "checkpoint": later(
        "One edit gives all that the checkpoint has; what was saved for other shapes has to be left out."
    ),
    "model": later("One edit gives all that the model has; what was saved for other shapes has to be left out."),
}
_CLASSES = later(
    "Load it without fc.weight and fc.bias, which are trained anew; strict=False alone does not help, it raises all "
    "the same where shapes differ."
)
_NAMES = later(
    "The same layers are on both sides, with a prefix on one of them, like module. of DataParallel. Take it off the "
    "keys of the checkpoint; no edit of the network is needed."
)
