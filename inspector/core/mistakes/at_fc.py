"""An error at fc that needs no search: a flatten or a pool left out, positions that a pool left, another fc."""

from __future__ import annotations

from math import isqrt

from inspector.core.design.design import Design
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.mistakes.ends import ends_in
from inspector.core.mistakes.fitting import tried
from inspector.core.mistakes.shape_errors import Forward
from inspector.core.names import STAGES
from inspector.core.network.network import Network
from inspector.core.network.tree import HEAD
from inspector.core.units import dims
from inspector.speech import later, say, some

_FIXED = 7
"""The kernel of the average pool that torchvision's ResNets had before 0.3, with a stride of 1."""
_FEWEST = 4
"""Positions a map from which on they are likelier than other numbers of maps."""


def at_fc(error: Forward, network: Network) -> Diagnosis | None:
    """What is wrong before fc, or with it; None where only an edit of the network tells."""
    (came,), (inputs,), (classes,) = error.numbers
    head = network.root.children[HEAD]
    _, channels, height, width = head.input
    if inputs == channels and (came == 1 or (came == width and error.comes[0] % (channels * height) == 0)):
        return _unflattened(inputs, came)
    if inputs == channels and came == channels * height * width > channels:
        why = say(_POOL, inputs=inputs, came=came, product=f"{channels} × {height} × {width}")
        return _answer(say("the average pool was left out"), f"{why} {say(_ADAPTIVE)}")
    if inputs and came % inputs == 0 and came // inputs >= _FEWEST and inputs >= 64 and came != channels:
        return _positions(inputs, came, network.design)
    if came == channels != inputs and classes != head.output[1]:
        return _replaced(came, inputs, classes, network.design)
    return None


def _unflattened(inputs: int, came: int) -> Diagnosis:
    if came == 1:
        words = say("the pooled feature maps were not flattened")
    else:
        words = say("pooling and flattening were left out")
    return _answer(words, say(_FLATTEN, inputs=inputs, came=came))


def _positions(inputs: int, came: int, design: Design) -> Diagnosis:
    """More than one position of each map leaves the pool."""
    count = came // inputs
    height, width = sides(count)
    product = f"{inputs} × {height} × {width}"
    why = say(_POSITIONS, inputs=inputs, came=came, product=product, size=dims((height, width)))
    reach = 1
    for stage in design.stages:
        reach *= 1 if stage.dilate else stage.stride
    reach *= design.stem.stride * (2 if design.stem.pool else 1)
    bare = dims((height * reach, width * reach))
    fixed = dims(((height + _FIXED - 1) * reach, (width + _FIXED - 1) * reach))
    what = say(_FIXED_POOL if height == width else _NOT_SQUARE, image=fixed, bare=bare, n=_FIXED)
    words = some(
        count,
        "the average pool was left out, or leaves {n} position",
        "the average pool was left out, or leaves {n} positions",
    )
    end = ends_in([came], design)[0]
    more = (
        say(_OF_OTHER_BLOCKS[end.kind], came=came)
        if end and end.kind != design.block and end.stage == STAGES[-1]
        else ""
    )
    return _answer(words, " ".join(filter(None, (why, what, say(_ADAPTIVE_OR, came=came), more))))


def sides(count: int) -> tuple[int, int]:
    """Height and width of so many positions, as near to a square as they can be."""
    height = next((each for each in range(isqrt(count), 0, -1) if count % each == 0), 1)
    return height, count // height


def _replaced(came: int, inputs: int, classes: int, design: Design) -> Diagnosis:
    """Fc has been replaced, by one for another network."""
    why = say(
        "fc was replaced by one of {inputs} inputs and {classes} classes, and {came} feature maps arrive.",
        inputs=inputs,
        classes=classes,
        came=came,
    )
    assignment = next(tried(design, [f"num_classes={classes}"]), ("",))[0]
    error = say("fc was built for other inputs")
    return Diagnosis(
        error,
        "fc",
        "fc",
        f"{why} {say('It has one input for each feature map that conv5_x ends in.')}",
        assignment,
        topic="filters",
    )


def _answer(error: str, why: str) -> Diagnosis:
    return Diagnosis(error, "fc", "fc", why, "", topic="head")


_FLATTEN = later(
    "fc has {inputs} inputs, one a feature map, and gets {came}: torch.flatten(x, 1) has to stand between avgpool and "
    "fc."
)
_POOL = later("fc has {inputs} inputs, one a feature map, and gets {came} = {product}: avgpool has to stand before it.")
_ADAPTIVE = later(
    "nn.AdaptiveAvgPool2d(1) leaves one position whatever the image's size; no edit of the network is needed."
)
_POSITIONS = later(
    "fc has {inputs} inputs, one a feature map, and gets {came} = {product}: {size} positions of each map."
)
_FIXED_POOL = later(
    "An AvgPool2d({n}, stride=1) leaves them of an image of {image}, no pool at all of one of {bare}, and "
    "AdaptiveAvgPool2d of another size than 1 of any."
)
_NOT_SQUARE = later(
    "The image is not square, and the pool is fixed: AvgPool2d({n}, stride=1) leaves them of an image of {image}, no "
    "pool at all of one of {bare}."
)
_OF_OTHER_BLOCKS = {
    "bottleneck": later("If the blocks are bottlenecks, {came} maps leave conv5_x, and fc was built for basic blocks."),
    "basic": later("If the blocks are basic, {came} maps leave conv5_x, and fc was built for bottlenecks."),
}
_ADAPTIVE_OR = later(
    "nn.AdaptiveAvgPool2d(1) in its place leaves one position of each map, or fc is built for {came} inputs; no edit "
    "of a layer is needed."
)
