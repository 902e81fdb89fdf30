"""An error in a part that stands beside or behind the ResNet: a decoder, a head of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.core.design.differences import called
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.mistakes.ends import ends_in
from inspector.core.mistakes.frames import Frame
from inspector.core.mistakes.shape_errors import Forward
from inspector.core.network.network import Network
from inspector.core.network.node import Node, distinct
from inspector.core.network.tree import FIRST_STAGE, HEAD
from inspector.core.units import dims
from inspector.outside import shown
from inspector.speech import later, say

_RESIDUAL = re.compile(r"\b(?:identity|residual|shortcut|downsample|idconv|idpath|short_?cut|input_tensor)\b")
_DECODER = re.compile(
    r"(?:decoder|fcn|unet|u_net|fpn|deeplab|segment|linknet|refine|aspp|upsample|psp|hrnet|neck|fuse|fusion|lateral|skip"
    r"|deconv|up[0-9_]|interpolate|bn[4-9]|conv[4-9]\b|score|dec[0-9_]|enc[0-9_]|merge|pyramid|depth_?head|seg_)"
)


def is_outside(frame: Frame) -> bool:
    """Whether a traceback ends in code that is no residual block's."""
    if not frame.code and not frame.stem:
        return False
    if _RESIDUAL.search(frame.code) or frame.code.startswith("out +="):
        return False
    return any(_DECODER.search(text.lower()) for text in (frame.code, frame.stem, frame.function))


def outside(error: Forward, network: Network) -> Diagnosis | None:
    """What is said of an error that is raised outside the ResNet; None where it is not, or nothing tells."""
    if error.kind == "cat":
        return _concatenation(error)
    if error.kind == "transposed" or (error.kind == "conv" and is_outside(error.frame)):
        return another_convolution(error, network)
    if error.kind not in ("sum", "map") or not is_outside(error.frame):
        return None
    where = say(_ENDS, code=shown(error.frame.code or error.frame.function, 80), file=shown(error.frame.stem or "?"))
    if error.kind == "map":
        words = say("maps of two sizes are added outside the ResNet")
        return Diagnosis(words, "", "", f"{where} {say(_MULTIPLE)}", "", topic="downsampling")
    told = _come_of([count for (count,) in error.numbers], network)
    words = say("maps of two numbers are added outside the ResNet")
    return Diagnosis(words, "", "", " ".join((where, *filter(None, told), say(_NO_BLOCK))), "", topic="shortcut")


def _concatenation(error: Forward) -> Diagnosis:
    (first,), (second,) = error.numbers[:2]
    why = f"{say(_CAT, first=first, second=second)} {say(_MULTIPLE)}"
    return Diagnosis(
        say("maps of two sizes are concatenated outside the ResNet"), "", "", why, "", topic="downsampling"
    )


def another_convolution(error: Forward, network: Network) -> Diagnosis | None:
    """A convolution that the design does not have, and no edit of it either; None for another error."""
    if error.kind == "transposed":
        return _transposed(error, network)
    if error.kind != "conv" or _has_convolution(network, error.numbers[1]):
        return None
    (groups,), weight, (came,) = error.numbers
    if len(weight) != 4 or weight[1] in (1, 3, 4):
        return None
    built = groups * weight[1]
    if not {built, came} & set(_ends(network)):
        return None
    first = say(_NONE_SUCH, design=called(network.design), weight=dims(weight), built=built, came=came)
    told = _come_of([built, came], network)
    if not all(told):
        return None
    words = say("a convolution outside the ResNet was built for other channels")
    return Diagnosis(words, "", "", " ".join((first, *filter(None, told), say(_NO_BLOCK))), "", topic="filters")


def _transposed(error: Forward, network: Network) -> Diagnosis:
    """A transposed convolution, which no ResNet has, whatever its weight; its channels in are the first dimension."""
    _, weight, (came,) = error.numbers
    built = weight[0] if weight else came
    first = say(_TRANSPOSED, design=called(network.design), weight=dims(weight) or "()", built=built, came=came)
    words = say("a convolution outside the ResNet was built for other channels")
    told = filter(None, _come_of([built, came], network))
    return Diagnosis(words, "", "", " ".join((first, *told, say(_NO_BLOCK))), "", topic="filters")


def _ends(network: Network) -> Iterator[int]:
    """The maps that each stage ends in."""
    for stage in network.root.children[FIRST_STAGE:HEAD]:
        yield stage.output[1]


def _come_of(counts: list[int], network: Network) -> list[str]:
    ends = ends_in(counts, network.design)
    return [say(_COMES_OF[end.kind], count=end.maps, stage=end.stage) if end else "" for end in ends]


def _has_convolution(network: Network, weight: tuple[int, ...]) -> bool:
    """Whether some convolution of the network has a weight of that shape."""
    return any(node.weight == weight for node in _different(network.root))


def _different(node: Node) -> Iterator[Node]:
    """The operations below a node, those in equal blocks once."""
    for child, _ in distinct(node.children):
        yield from _different(child) if child.children else (child,)


_ENDS = later("The traceback ends in {file}, {code}: that is no residual add of the ResNet.")
_NO_BLOCK = later(
    "What stands there has to be built for the maps that its ResNet ends in; no edit of a block mends it."
)
_MULTIPLE = later(
    "Maps are halved on the way down, odd sizes rounded up, and doubled on the way up: the image's height and width "
    "have to be multiples of 32, or the larger map is cropped or interpolated to the smaller. No edit of a block mends "
    "it."
)
_CAT = later(
    "torch.cat gets maps of {first} and of {second} pixels a side; a ResNet concatenates nothing, so it is a decoder's."
)
_NONE_SUCH = later(
    "No convolution of {design} has a weight of {weight}: it stands beside the ResNet. It was built for {built} "
    "channels, and {came} arrive."
)
_TRANSPOSED = later(
    "{design} has no transposed convolution: that of {weight} stands beside the ResNet. It was built for {built} "
    "channels, and {came} arrive."
)
_COMES_OF = {
    "bottleneck": later("{count} maps are what {stage} of bottlenecks ends in."),
    "basic": later("{count} maps are what {stage} of basic blocks ends in."),
}
