"""A residual add that fails not for an edit but for a module that was left out of a block, or built otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import structs

from inspector.core.design.edit import edit
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.mistakes.shape_errors import Forward
from inspector.core.names import layer_name
from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.network.tree import FIRST_STAGE, HEAD, Place, below
from inspector.errors import DesignError
from inspector.speech import later, say

_MOST_TIMES = 64
_BLOCKS = 64
"""Blocks of a stage that are looked at."""


def left_out(error: Forward, network: Network) -> Diagnosis | None:
    """A module whose lack gives exactly these numbers, where no edit is likelier; None where there is none."""
    if error.kind == "sum":
        return _projection(error, network) or _expansion(error, network)
    return None


def misfit(error: Forward, network: Network) -> Diagnosis | None:
    """What sizes that no edit gives come from: a padding that was forgotten, a pool that rounds down."""
    if error.kind != "map":
        return None
    (path,), (beside,) = error.numbers
    words = say("path and shortcut have feature maps of different sizes")
    for place in _blocks(error, network):
        node = place.node
        for at in (2, 3):
            sizes = _without_padding(node, node.input[at])
            if path in sizes and beside == node.output[at]:
                why = say(_PADDING, place=f"{place.name}.add", first=path, other=beside)
                return Diagnosis(words, f"{place.name}.add", place.path, why, "", topic="downsampling")
    if 0 < beside - path <= 2 or 0 < path - beside <= 2:
        why = say(_FEWER if path < beside else _MORE, first=path, other=beside)
        return Diagnosis(words, "", "", why, "", topic="downsampling")
    return None


def beside_edit(error: Forward, found: Diagnosis, network: Network) -> str:
    """What else gives the same numbers as an edit: a sentence, or nothing."""
    place = network.get(found.path) if found.path else None
    if error.kind == "fc" and error.numbers[0][0] in (2 * error.numbers[1][0], 3 * error.numbers[1][0]):
        return say(_OR_POSITIONS, n=error.numbers[0][0] // error.numbers[1][0])
    if place is None or len(error.numbers) < 2:
        return ""
    first, other = error.numbers[0], error.numbers[1]
    if (
        error.kind == "map"
        and has_projection(place.node)
        and (first, other)
        == (
            place.node.output[2:3],
            place.node.input[2:3],
        )
    ):
        stride = place.node.input[2] / max(place.node.output[2], 1)
        return say(_OR_PROJECTION, place=place.name, stride=round(stride))
    if error.kind == "sum" and _times(error, network):
        return say(_OR_EXPANSION, n=_times(error, network))
    return ""


def _blocks(error: Forward, network: Network) -> Iterator[Place]:
    """Blocks that the text does not rule out, those of the stages that it shows first; equal ones once."""
    top = network.place
    stages = [below(top, number) for number in range(FIRST_STAGE, HEAD)]
    shown = [stage for stage in stages if f".{stage.path}." in error.seen]
    for stage in shown or stages:
        last: Node | None = None
        for number in range(min(len(stage.node.children), _BLOCKS)):
            place = below(stage, number)
            if place.node is not last:
                yield place
            last = place.node


def _projection(error: Forward, network: Network) -> Diagnosis | None:
    """A block that has no projection though its maps are others than those that come in."""
    for place in _blocks(error, network):
        node = place.node
        numbers = (node.output[1:2], node.input[1:2])
        if has_projection(node) and error.numbers == numbers and node.input[2:] == node.output[2:]:
            why = say(_PROJECTION, place=place.name, came=node.input[1], left=node.output[1], path=place.path)
            return Diagnosis(
                say("the projection was left out"), f"{place.name}.add", place.path, why, "", topic="shortcut"
            )
    return None


def _times(error: Forward, network: Network) -> int:
    """How many times expansion the shortcut has what conv2_x of basic blocks brings; 0 where that is not the case."""
    first = network.root.children[FIRST_STAGE]
    (path,), (beside,) = error.numbers[:2]
    is_shown = not any(f".{layer_name(stage)}." in error.seen for stage in ("conv3_x", "conv4_x", "conv5_x"))
    if network.design.block != "basic" or path != first.children[0].output[1] or not is_shown or not path:
        return 0
    times, rest = divmod(beside, path)
    return times if rest == 0 and 2 <= times <= _MOST_TIMES else 0


def _expansion(error: Forward, network: Network) -> Diagnosis | None:
    """A basic block of which the class's expansion was changed, in code of a person's own."""
    times = _times(error, network)
    frame = error.frame
    if not times or frame.is_library or not (frame.file or frame.code):
        return None
    place = below(below(network.place, FIRST_STAGE), 0)
    (path,), (beside,) = error.numbers[:2]
    planes = network.design.conv5_x.planes * times
    assignment = f"conv5_x.planes={planes}"
    try:
        edit(network.design, assignment)
    except DesignError:
        assignment = ""
    why = say(_EXPANSION, n=times, first=path, other=beside, planes=planes)
    words = say("path and shortcut have different numbers of feature maps")
    return Diagnosis(words, f"{place.name}.add", place.path, why, assignment, topic="planes")


def _without_padding(block: Node, size: int) -> frozenset[int]:
    """The sizes that leave a block's path where some of its 3×3 have no padding."""
    sizes = {(size, False)}
    for node in parts(block).path:
        if node.window is None or not node.weight:
            continue
        bare = structs.replace(node.window, padding=0)
        ways = [(node.window, False), (bare, True)] if node.window.kernel > 1 else [(node.window, False)]
        sizes = {(window.slid(each), is_bare or lacks) for each, is_bare in islice(sizes, 16) for window, lacks in ways}
    return frozenset(each for each, is_bare in sizes if is_bare)


_PROJECTION = later(
    "{came} maps come into {place} and {left} leave it, so its shortcut needs a projection, a 1×1 convolution with a "
    "batch norm; here it is the identity (downsample=None). Put {path}.downsample back; no edit of the network is "
    "needed."
)
_EXPANSION = later(
    "The path still brings {first} maps, as conv2 has them, and the projection {other}: BasicBlock.expansion was set "
    "to {n}, which widens the projections alone. A basic block is widened by its planes: conv5_x.planes={planes} gives "
    "{planes} maps at the end."
)
_OR_EXPANSION = later(
    "If BasicBlock.expansion was set to {n}, it is conv2_1.add that fails: a basic block is widened by its planes "
    "instead."
)
_OR_POSITIONS = later(
    "If no layer was changed, a fixed pool leaves {n} positions of each map of an image that is not square: "
    "nn.AdaptiveAvgPool2d(1) in its place leaves one."
)
_OR_PROJECTION = later(
    "If no stride was changed, it is the shortcut of {place}: its projection was left out (downsample=None), or its "
    "convolution has no stride={stride}."
)
_PADDING = later(
    "At {place} the path brings maps of {first} pixels a side and the shortcut {other}: a 3×3 convolution of the block "
    "has no padding=1, and loses two pixels before its stride. Give it padding=1 (padding=dilation where it is "
    "dilated); no edit of the network is needed."
)
_FEWER = later(
    "The path brings maps of {first} pixels a side and the shortcut {other}: a 3×3 convolution without padding=1 loses "
    "two pixels, and one where it strides by 2. Give it padding=1; no edit of the network is needed."
)
_MORE = later(
    "The path brings maps of {first} pixels a side and the shortcut {other}: a convolution rounds odd sizes up, a pool "
    "in the shortcut without ceil_mode=True rounds them down, and padding=1 on a 1×1 adds two. No edit of the network "
    "is needed."
)
