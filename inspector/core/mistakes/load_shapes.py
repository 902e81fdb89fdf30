"""A checkpoint of other shapes, in words: where it differs, and the edits of a design that give what it has."""

from __future__ import annotations

from collections.abc import Mapping

from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.load_presets import Lead, lead, preset_of
from inspector.core.mistakes.load_sides import Sides, kind_of_blocks
from inspector.core.mistakes.weights import fits
from inspector.core.names import stage_name
from inspector.core.network.network import Network, analyze
from inspector.core.units import Dims, dims
from inspector.outside import shown
from inspector.speech import later, say

_ENOUGH = 20
"""Modules whose shapes are told, from which on they are a network's."""
_MANY = 2
"""Edits beside that of the block's kind with which another preset is easier named than made."""


def shapes(found: Sides, network: Network, *, was_loaded: bool) -> Finding | None:
    """The edit that gives the model's shapes that an error names; the checkpoint's if the model's are the design's."""
    if not found.model:
        return None
    design = network.design
    is_ours = all(fits(network, path, shape) for path, shape in found.model.items())
    wanted, side = (found.saved, "checkpoint") if is_ours else (found.model, "model")
    way = lead(design, wanted, kind_of_blocks(found, is_saved=is_ours))
    if set(found.model) == {"fc"} and not way.left and len(way.edits) == 1:
        return _classes(found, network, way, was_loaded=was_loaded)
    if way.preset and way.edits[0].startswith("block=") and way.steps > _MANY:
        words = say("Build {preset} to load it.", preset=way.preset) if is_ours else ""
        why = " ".join(filter(None, (_like(way, design, wanted, side), words)))
        error = say("the checkpoint is of another network")
        return Finding(error, "", "", why, "", topic="bottleneck", tells_all=True)
    path = next((path for path, shape in found.model.items() if shape), next(iter(found.model)))
    name = _name(path, network, analyze(way.after))
    is_worth = bool(way.edits) and 2 * len(way.left) <= len(wanted)  # steps that mend little lead nowhere
    parts = (
        _differing(found, path, name),
        _block_words(found),
        _like(way, design, wanted, side),
        _leading(way, called(design), side, is_worth=is_worth),
        _elsewhere(found, network) if way.left else "",
    )
    return Finding(
        say("the checkpoint has other shapes"),
        name,
        path,
        " ".join(filter(None, parts)),
        " ".join(way.edits) if is_worth else "",
        way.others,
        _field_topic(way.edits[0]) if way.edits else "pretrained",
        not way.left,
        tells_all=True,
    )


def _differing(found: Sides, path: str, name: str) -> str:
    return say(
        "The checkpoint has {saved} at {place}, the model {model}.",
        saved=_shape(found.saved[path]),
        place=_placed(found, path, name),
        model=_shape(found.model[path]),
    )


def _block_words(found: Sides) -> str:
    saved, model = kind_of_blocks(found, is_saved=True), kind_of_blocks(found, is_saved=False)
    return say(_KINDS[saved]) if saved and model and saved != model else ""


def _like(way: Lead, design: Design, wanted: Mapping[str, Dims | None], side: str) -> str:
    """Which preset has what is told of a side."""
    if way.preset:
        told = _PRESETS if len(wanted) >= _ENOUGH else _LIKE_PRESETS
        return say(told[side], preset=way.preset, design=called(design))
    return say(_ALSO[side], preset=way.also) if way.also else ""


def _leading(way: Lead, design: str, side: str, *, is_worth: bool) -> str:
    """How far edits of a design lead to a side's shapes."""
    if way.left:
        why = say(_NOT_ALL[side], design=design)
        return f"{why} {say('The first steps are here.')}" if is_worth else why
    if len(way.edits) > 1:
        return say(_SEVERAL[side], n=len(way.edits))
    return say(_ONE[side])


def _elsewhere(found: Sides, network: Network) -> str:
    """Which preset one of the sides is like, where neither is the design."""
    design = network.design
    if any(all(fits(network, *each) for each in side.items()) for side in (found.model, found.saved)):
        return ""
    for side, own in (("model", found.model), ("checkpoint", found.saved)):
        name = preset_of(own, design, design)
        if name:
            return say(_NEITHER[side], preset=name, design=called(design))
    return ""


def _classes(found: Sides, network: Network, way: Lead, *, was_loaded: bool) -> Finding:
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
    return Finding(words, _name("fc", network), "fc", f"{why} {rest}", way.edits[0], topic="pretrained")


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
_NEITHER = {
    "model": later("Neither side is {design}, and the model is like {preset}: name that one to have the edits of it."),
    "checkpoint": later(
        "Neither side is {design}, and the checkpoint is like {preset}: name that one to have the edits of it."
    ),
}
_ALSO = {
    "checkpoint": later("{preset} has what is told of the checkpoint, too."),
    "model": later("{preset} has what is told of the model, too."),
}
_LIKE_PRESETS = {
    "checkpoint": later("What is told of the checkpoint is so in {preset}; the model is {design}."),
    "model": later("What is told of the model is so in {preset}, which is not {design}."),
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
    "checkpoint": later("One edit gives all that the checkpoint has."),
    "model": later("One edit gives all that the model has; what was saved for other shapes has to be left out."),
}
_CLASSES = later(
    "Load it without {head}.weight and {head}.bias, which are trained anew; strict=False alone does not help, it "
    "raises all the same where shapes differ."
)
_CLASSES_LOADED = later(
    "All else was loaded; {head} begins at random and is to be trained. Nothing else needs an edit."
)
