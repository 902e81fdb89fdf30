"""The shapes of a ResNet's modules on both sides of an error, and what kind of ResNet either side is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.keys import Key, forward_order
from inspector.core.mistakes.load_report import Mismatch
from inspector.core.units import Dims
from inspector.speech import later, say

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


_EVERYWHERE = 2
"""Blocks that every stage of every preset has at least: the first ones tell what kind they are all of."""


def kind_of_blocks(found: Sides, *, is_saved: bool) -> str:
    """The kind of block that one side must have; "" where nothing tells."""
    own, other = (found.saved, found.model) if is_saved else (found.model, found.saved)
    for path, shape in own.items():
        layer, _, rest = path.partition(".")
        block, _, part = rest.partition(".")
        if not layer.startswith("layer"):
            continue
        its = other[path]
        first = f"{layer}.{block}.conv1"
        is_whole = first in own and (own[first] is None) != (other[first] is None)
        is_third = part in ("conv3", "bn3") and int(block) < _EVERYWHERE and not is_whole
        if is_third and (shape is None) != (its is None):
            return "basic" if shape is None else "bottleneck"
        if part == "conv1" and shape and its and len(shape) == len(its) == 4 and {shape[2], its[2]} == {1, 3}:
            return "bottleneck" if shape[2] == 1 else "basic"
    return ""


def three_stages(found: Sides) -> Finding | None:
    """A checkpoint or a model that ends with layer3, as ResNets for CIFAR do."""
    for side, own in (("checkpoint", found.saved), ("model", found.model)):
        if _lacks_fourth(own) or _ends_at_third(own):
            words = say("three stages are out of reach")
            return Finding(words, "", "", say(_THREE[side]), "", topic="glossary", tells_all=True)
    return None


def _lacks_fourth(own: Mapping[str, Dims | None]) -> bool:
    """Whether layer4 is not there from its first convolution on, while what comes before is."""
    fourth = [own[path] for path in own if path.startswith("layer4.")]
    is_gone = bool(fourth) and all(shape is None for shape in fourth)
    firsts = [own[path] for path in own if path == "conv1" or path.startswith("layer1.0.")]
    return is_gone and own.get("layer4.0.conv1", ()) is None and None not in firsts


def _ends_at_third(own: Mapping[str, Dims | None]) -> bool:
    """Whether fc has as many inputs as layer3 has maps, or all widths that are told are those of CIFAR's networks."""
    if any(shape for path, shape in own.items() if path.startswith("layer4.")):
        return False
    ends = {shape[0] for path, shape in own.items() if shape and _is_last_of("layer3.", path)}
    fc = own.get("fc")
    if fc and len(fc) == 2 and ends:
        return fc[1] in ends
    widths = {(path[:6], shape) for path, shape in own.items() if shape and len(shape) == 4 and path[:5] == "layer"}
    if fc and len(fc) == 2 and (fc[1] != 64 or not widths):
        return False
    return bool(widths) and all(_is_of_cifar(layer, shape) for layer, shape in widths)


def _is_of_cifar(layer: str, shape: Dims) -> bool:
    """Whether a convolution is one of 16, 32 or 64 filters of 3×3 in layer1, layer2, layer3 (He et al. 2015, 4.2)."""
    planes = 8 * 2 ** int(layer[5:])
    return shape in ((planes, planes, 3, 3), (planes, planes // 2, 3, 3), (planes, planes // 2, 1, 1))


def _is_last_of(layer: str, path: str) -> bool:
    return path.startswith(layer) and path.rpartition(".")[2] in ("conv2", "bn2", "conv3", "bn3")


_THREE = {
    "checkpoint": later(
        "The checkpoint ends with layer3, as the ResNets for CIFAR do. A design has four stages, conv2_x to conv5_x, "
        "and no edit makes three of them: build the network that was saved, or open the file itself, which is told as "
        "one of four stages that computes the same in eval mode."
    ),
    "model": later(
        "The model ends with layer3, as the ResNets for CIFAR do. A design has four stages, conv2_x to conv5_x, and no "
        "edit makes three of them: load what was saved from such a network."
    ),
}
