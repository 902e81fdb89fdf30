"""A checkpoint of other shapes: what of it is of the ResNet, and the edits of a design that give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.ends import End, ends_in
from inspector.core.mistakes.fitting import Fit, fit
from inspector.core.mistakes.keys import Key, forward_order
from inspector.core.mistakes.load_report import Mismatch
from inspector.core.mistakes.weights import fits
from inspector.core.names import stage_name
from inspector.core.network.network import Network, analyze
from inspector.core.units import Dims, dims
from inspector.errors import DesignError
from inspector.outside import shown
from inspector.speech import later, say

_ENOUGH = 20
"""Modules whose shapes are told, from which on they are a network's."""
Shapes = dict[str, Dims | None]


class Sides(Struct, frozen=True):
    """The shapes that differ, by torch's path of their module, in forward order.

    A shape is () where the error names the module alone, and None where the module is not there. `names` are the keys
    by which the paths are called in the text.
    """

    model: Shapes
    saved: Shapes
    names: dict[str, str]


_BODY = ("weight", "bias", "running_mean", "running_var")


def sides(missing: Iterable[Key], unexpected: Iterable[Key], sizes: Iterable[tuple[Key, Mismatch]]) -> Sides:
    """What an error says of the modules of a ResNet; its head counts where its shape is told."""
    model: Shapes = {}
    saved: Shapes = {}
    names: dict[str, str] = {}
    for keys, own, other in ((missing, model, saved), (unexpected, saved, model)):
        for key in keys:
            if key.path and key.path != "fc" and key.tensor in _BODY:
                own.setdefault(key.path, ())
                other.setdefault(key.path, None)
                names.setdefault(key.path, key.module)
    for key, size in sizes:
        if key.path and (key.path not in model or not model[key.path] or key.tensor == "weight"):
            model[key.path], saved[key.path] = size.model, size.saved
            names.setdefault(key.path, key.module)
    paths = sorted(model, key=forward_order)
    return Sides({path: model[path] for path in paths}, {path: saved[path] for path in paths}, names)


def shapes(found: Sides, network: Network, *, was_loaded: bool) -> Finding | None:
    """The edit that gives the model's shapes that an error names; the checkpoint's if the model's are the design's."""
    if not found.model:
        return None
    design = network.design
    is_ours = all(fits(network, path, shape) for path, shape in found.model.items())
    wanted = found.saved if is_ours else found.model
    fitting, after = _fitted(design, wanted, other_block(found, is_saved=is_ours))
    if set(found.model) == {"fc"} and not fitting.left and len(fitting.edits) == 1:
        return _classes(found, network, fitting, was_loaded=was_loaded)
    path = next((path for path, shape in found.model.items() if shape), next(iter(found.model)))
    name = _name(path, network, analyze(after))
    what = say(
        "The checkpoint has {saved} at {place}, the model {model}.",
        saved=_shape(found.saved[path]),
        place=_placed(found, path, name),
        model=_shape(found.model[path]),
    )
    if 2 * len(fitting.left) > len(wanted):  # steps that mend little lead nowhere
        fitting = Fit((), (), fitting.left)
    blocks = _block_words(found)
    of = "" if fitting.left else _preset_like(after, design)
    told = _PRESETS if len(wanted) >= _ENOUGH else _LIKE_PRESETS
    how = say(told["checkpoint" if is_ours else "model"], preset=of, design=called(design)) if of else ""
    edits = fitting.edits
    if of and len(edits) > 2 and edits[0].startswith("block="):
        words = say("Build {preset} to load it.", preset=of) if is_ours else ""
        why = " ".join(part for part in (how, words) if part)
        return Finding(say("the checkpoint is of another network"), "", "", why, "", topic="bottleneck")
    why = " ".join(part for part in (what, blocks, how, _fitting(fitting, called(design), is_ours=is_ours)) if part)
    return Finding(
        say("the checkpoint has other shapes"),
        name,
        path,
        why,
        " ".join(edits),
        fitting.others,
        _field_topic(edits[0]) if edits else "pretrained",
        not fitting.left,
    )


def _fitted(design: Design, wanted: Mapping[str, Dims | None], block: str) -> tuple[Fit, Design]:
    """The edits that give some shapes, that of the block's kind before all others, and the design that they give."""
    if block and block != design.block:
        with suppress(DesignError):
            rest = fit(edit(design, f"block={block}"), wanted)
            made = Fit((f"block={block}", *rest.edits), (), rest.left)
            return made, edit(design, *made.edits)
    made = fit(design, wanted)
    return made, edit(design, *made.edits)


def other_block(found: Sides, *, is_saved: bool) -> str:
    """The kind of block that one side must have; "" where nothing tells."""
    own, other = (found.saved, found.model) if is_saved else (found.model, found.saved)
    for path, shape in own.items():
        if not path.startswith("layer"):
            continue
        block, _, part = path.rpartition(".") if ".downsample." not in path else (path, "", "")
        first = f"{block}.conv1"
        is_whole = first in own and (own[first] is None) != (other[first] is None)
        if part in ("conv3", "bn3") and not is_whole and (shape is None) != (other[path] is None):
            return "basic" if shape is None else "bottleneck"
        its = other[path]
        if part == "conv1" and shape and its and len(shape) == len(its) == 4 and shape[2] != its[2]:
            return "bottleneck" if shape[2] == 1 else "basic" if shape[2] == 3 and its[2] == 1 else ""
    return ""


def _block_words(found: Sides) -> str:
    saved, model = other_block(found, is_saved=True), other_block(found, is_saved=False)
    return say(_KINDS[saved]) if saved and model and saved != model else ""


def _classes(found: Sides, network: Network, fitting: Fit, *, was_loaded: bool) -> Finding:
    saved, model = (each["fc"] or (0,) for each in (found.saved, found.model))
    called_ = shown(found.names["fc"])
    why = say(
        "The checkpoint's {head} is for {saved} classes, the model's for {model}.",
        head=called_,
        saved=saved[0],
        model=model[0],
    )
    rest = say(_CLASSES_LOADED if was_loaded else _CLASSES, head=called_)
    words = say("the checkpoint is for other classes")
    return Finding(words, _name("fc", network), "fc", f"{why} {rest}", fitting.edits[0], topic="pretrained")


def _fitting(fitting: Fit, design: str, *, is_ours: bool) -> str:
    """How far edits of a design lead to the checkpoint's shapes, or to the model's that are not ours."""
    edits = len(fitting.edits)
    if fitting.left:
        why = say(_NOT_ALL["checkpoint" if is_ours else "model"], design=design)
        return f"{why} {say('The first steps are here.')}" if edits else why
    if edits > 1:
        return say(_SEVERAL["checkpoint" if is_ours else "model"], n=edits)
    return say(_ONE["checkpoint" if is_ours else "model"])


def _preset_like(design: Design, before: Design) -> str:
    """The preset whose weights have the shapes of `design`, where `before` has another's."""
    for name in PRESETS:
        if name.endswith("_v1"):
            continue
        if _body(preset(name)) == _body(design) != _body(before):
            return name
    return ""


def _body(design: Design) -> tuple[object, ...]:
    """All of a design that is in its weights' shapes but for the classes."""
    stages = tuple(
        (each.blocks, each.plain_filters(design.block), each.groups, each.overrides) for each in design.stages
    )
    return design.block, design.input[1], design.stem.planes, design.stem.kernel, stages


def three_stages(found: Sides) -> Finding | None:
    """A checkpoint or a model that ends with layer3, as ResNets for CIFAR do."""
    for side, own in (("checkpoint", found.saved), ("model", found.model)):
        if _lacks_fourth(own) or _ends_at_third(own):
            why = say(_THREE[side])
            return Finding(say("three stages are out of reach"), "", "", why, "", topic="glossary", tells_all=True)
    return None


def _lacks_fourth(own: Mapping[str, Dims | None]) -> bool:
    """Whether layer4 is not there from its first convolution on, while what comes before is."""
    fourth = [own[path] for path in own if path.startswith("layer4.")]
    is_gone = bool(fourth) and all(shape is None for shape in fourth)
    firsts = [own[path] for path in own if path == "conv1" or path.startswith("layer1.0.")]
    return is_gone and own.get("layer4.0.conv1", ()) is None and None not in firsts


def _ends_at_third(own: Mapping[str, Dims | None]) -> bool:
    """Whether fc has as many inputs as layer3 has maps, or the widths are those of CIFAR's networks."""
    if any(shape for path, shape in own.items() if path.startswith("layer4.")):
        return False
    ends = {shape[0] for path, shape in own.items() if shape and _is_last_of("layer3.", path)}
    fc = own.get("fc")
    if fc and len(fc) == 2:
        return fc[1] in ends or (not ends and fc[1] == 64 and _first_width(own) == 16)
    widths = [own.get(f"{layer}.0.conv2") or own.get(f"{layer}.0.conv1") for layer in ("layer1", "layer2", "layer3")]
    return [shape[0] for shape in widths if shape] == [16, 32, 64]


def _first_width(own: Mapping[str, Dims | None]) -> int:
    shape = own.get("conv1") or own.get("layer1.0.conv1") or own.get("bn1")
    return shape[0] if shape else 0


def _is_last_of(layer: str, path: str) -> bool:
    return path.startswith(layer) and path.rpartition(".")[2] in ("conv2", "bn2", "conv3", "bn3")


def foreign(sizes: Sequence[tuple[Key, Mismatch]], design: Design) -> Finding | None:
    """Sizes that differ in a module that is no layer of the ResNet, with what it was built for."""
    if not sizes:
        return None
    key, size = next((each for each in sizes if len(each[1].saved) > 1), sizes[0])
    module = shown(key.module)
    error = say("{name} is no layer of the ResNet", name=module)
    first = say(
        "{name} stands beside the ResNet, with {saved} in the checkpoint and {model} in the model.",
        name=module,
        saved=dims(size.saved) or "()",
        model=dims(size.model) or "()",
    )
    rest = say(_LEAVE_OUT, name=module)
    if size.saved[1:] == size.model[1:] and size.saved[:1] != size.model[:1]:
        what = say(
            "Its outputs differ, {saved} and {model}: most often classes.", saved=size.saved[0], model=size.model[0]
        )
        return Finding(error, "", "", f"{first} {what} {rest}", "", topic="pretrained")
    if len(size.saved) > 1 and len(size.model) > 1 and size.saved[1] != size.model[1]:
        ends = ends_in((size.saved[1], size.model[1]), design)
        told = [_built("checkpoint", size.saved[1], ends[0]), _built("model", size.model[1], ends[1]), rest]
        return Finding(error, "", "", " ".join((first, *filter(None, told))), "", topic="pretrained")
    return Finding(error, "", "", f"{first} {rest}", "", topic="pretrained")


def _built(side: str, inputs: int, end: End | None) -> str:
    return say(_BUILT_FOR[side, end.kind], inputs=inputs, stage=end.stage) if end else ""


def _placed(found: Sides, path: str, name: str) -> str:
    """A place by the paper's name, and by the text's where that is another library's."""
    called_ = found.names.get(path, path)
    own = name or path
    if called_.endswith(path):
        return own
    return say("{name} ({key} in the text)", name=own, key=shown(called_))


def _name(path: str, *networks: Network) -> str:
    """The paper's name of what stands at torch's path in the first network that has it; in none, as it would be."""
    found = next((place.name for each in networks if (place := each.get(path)) is not None), "")
    if found or not path.startswith("layer"):
        return found or path
    layer, block, part = path.split(".", 2)
    return f"{stage_name(layer[5:])[:-2]}_{int(block) + 1}.{part.replace('downsample.0', 'downsample.conv')}"


def _shape(of: Dims | None) -> str:
    """A weight's shape in words."""
    return say("nothing") if of is None else dims(of) if of else say("a layer")


def _field_topic(edits: str) -> str:
    """The concept that the first of some edits is about."""
    address = edits.partition("=")[0]
    topics = {"planes": "planes", "expansion": "bottleneck", "groups": "groups", "width_per_group": "groups"}
    return {**topics, "block": "bottleneck"}.get(address.rpartition(".")[2], "filters")


_KINDS = {
    "bottleneck": later("The checkpoint's blocks are bottlenecks, the model's are basic."),
    "basic": later("The checkpoint's blocks are basic, the model's are bottlenecks."),
}
_PRESETS = {
    "checkpoint": later("The checkpoint has the shapes of {preset}, the model is {design}."),
    "model": later("The model has the shapes of {preset}, which is not {design}."),
}
_LIKE_PRESETS = {
    "checkpoint": later("What is told of the checkpoint is so in {preset}; the model is {design}."),
    "model": later("What is told of the model is so in {preset}, which is not {design}."),
}
_BUILT_FOR = {
    ("checkpoint", "bottleneck"): later("The checkpoint's has {inputs} inputs: what {stage} of bottlenecks ends in."),
    ("checkpoint", "basic"): later("The checkpoint's has {inputs} inputs: what {stage} of basic blocks ends in."),
    ("model", "bottleneck"): later("The model's has {inputs} inputs: what {stage} of bottlenecks ends in."),
    ("model", "basic"): later("The model's has {inputs} inputs: what {stage} of basic blocks ends in."),
}
_THREE = {
    "checkpoint": later(
        "The checkpoint ends with layer3, as the ResNets for CIFAR do. A design has four stages, conv2_x to conv5_x, and "
        "no edit gives one of three: build the network that was saved."
    ),
    "model": later(
        "The model ends with layer3, as the ResNets for CIFAR do. A design has four stages, conv2_x to conv5_x, and no "
        "edit gives one of three: load what was saved from such a network."
    ),
}
_LEAVE_OUT = later(
    "Leave {name} out of the checkpoint and train it anew; strict=False alone does not help, it raises all the same where "
    "shapes differ."
)
_NOT_ALL = {
    "checkpoint": later("No edits of {design} give all that the checkpoint has."),
    "model": later("No edits of {design} give all that the model has."),
}
_SEVERAL = {
    "checkpoint": later("No single edit gives all that the checkpoint has; these {n} together do."),
    "model": later("No single edit gives all that the model has; these {n} together do."),
}
_ONE = {
    "checkpoint": later("One edit gives all that the checkpoint has."),
    "model": later("One edit gives all that the model has; what was saved for other shapes has to be left out."),
}
_CLASSES = later(
    "Load it without {head}.weight and {head}.bias, which are trained anew; strict=False alone does not help, it raises "
    "all the same where shapes differ."
)
_CLASSES_LOADED = later(
    "All else was loaded; {head} begins at random and is to be trained. Nothing else needs an edit."
)
