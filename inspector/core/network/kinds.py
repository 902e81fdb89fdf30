"""Every kind of operation and of group: one row a kind, with all that differs from kind to kind."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from msgspec import Struct

from inspector.core.network import words
from inspector.core.network.node import Node
from inspector.core.units import Dims, dims
from inspector.speech import later, say


class Terms(NamedTuple):
    """How much an operation or a network has of each thing that some tool counts, for the whole batch.

    `conv` and `fc` are MACs, `norm_params` weights and biases once an image, the others elements of feature maps.
    """

    conv: int = 0
    fc: int = 0
    fc_bias: int = 0
    norm: int = 0
    norm_params: int = 0
    relu: int = 0
    max_pool: int = 0
    avg_pool: int = 0
    pooled: int = 0


class Kind(Struct, frozen=True):
    """What is so of every node of one kind.

    `title` says what it is, `words` what one does, `topic` names the note on it, `terms` are what tools count of it,
    `tensors` the shapes of what its module has in the state_dict, and `names` their names, in torch's order.
    `sizes` are the words for what it puts out and takes in, `verb` says what it does to the operation right before it,
    where it is told by that; `title` and `verb` are said with `say`. A kind that `is_operation` runs in a forward pass,
    one that `is_module` has a module in torch, one that `is_block` a path and a shortcut (`blocks.parts`). Without
    `has_path` torch has no module for the group and the paths below it begin anew; without `has_row` it is told with
    what it follows; without `is_told` its change is no news. `is_in_place` makes no new feature map, `is_beside_path`
    is a block's shortcut, `is_norm` normalises, and with constants where it `is_frozen`. `box` is what it is drawn as
    where a picture has a box for it by itself.
    """

    title: str
    words: Callable[[Node], str]
    topic: str
    terms: Callable[[Node], Terms] = lambda _: Terms()
    tensors: Callable[[Node], tuple[Dims, ...]] = lambda _: ()
    names: tuple[str, ...] = ()
    sizes: tuple[str, str] = ("channels", "channels")
    verb: str = ""
    is_operation: bool = True
    is_module: bool = True
    is_block: bool = False
    has_path: bool = True
    has_row: bool = True
    is_told: bool = True
    is_in_place: bool = False
    is_beside_path: bool = False
    is_norm: bool = False
    is_frozen: bool = False
    box: str = ""


def _group(
    title: str, said: Callable[[Node], str], topic: str, *, has_path: bool = True, is_block: bool = False
) -> Kind:
    return Kind(title, said, topic, is_operation=False, is_module=False, has_path=has_path, is_block=is_block)


KINDS: dict[str, Kind] = {
    "ResNet": _group(later("the whole network"), words.network, "filters", has_path=False),
    "Input": Kind(
        later("what goes in: N images of C channels, H×W"),
        lambda node: say("batch of {n}", n=node.output[0]),
        "filters",
        is_operation=False,
        is_module=False,
    ),
    "Stem": _group(later("first convolution and pool"), words.stem, "downsampling", has_path=False),
    "Stage": _group(
        later("a stage: blocks in a row"),
        words.stage,
        "planes",
    ),
    "Bottleneck": _group(later("bottleneck"), words.shortcut, "bottleneck", is_block=True),
    "BasicBlock": _group(later("basic block"), words.shortcut, "bottleneck", is_block=True),
    "Projection": Kind(
        later("projection shortcut"),
        lambda _: say("1×1 projection"),
        "shortcut",
        is_operation=False,
        is_module=False,
        is_beside_path=True,
    ),
    "Shortcut": Kind(
        later("identity shortcut"),
        lambda _: say("identity"),
        "shortcut",
        is_operation=False,
        is_module=False,
        is_told=False,
        is_beside_path=True,
    ),
    "Conv2d": Kind(
        later("convolution"),
        words.convolution,
        "filters",
        lambda node: Terms(conv=node.macs),
        lambda node: (node.weight or (),),
        names=("weight",),
        sizes=("filters", "channels"),
        box="conv",
    ),
    "BatchNorm2d": Kind(
        later("batch norm"),
        lambda _: say("batch norm"),
        "batchnorm",
        lambda node: Terms(norm=prod(node.output), norm_params=node.output[0] * node.params),
        lambda node: (*4 * (node.output[1:2],), ()),
        names=("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
        verb=later("it normalises {what}"),
        is_norm=True,
    ),
    "FrozenBatchNorm2d": Kind(
        later("batch norm, frozen: all of it constants"),
        lambda _: say("frozen batch norm"),
        "batchnorm",
        tensors=lambda node: 4 * (node.output[1:2],),
        names=("weight", "bias", "running_mean", "running_var"),
        verb=later("it normalises {what}"),
        is_norm=True,
        is_frozen=True,
    ),
    "ReLU": Kind(
        later("ReLU, in place"),
        lambda _: "relu",
        "relu",
        lambda node: Terms(relu=prod(node.output)),
        verb=later("it follows {what}"),
        has_row=False,
        is_told=False,
        is_in_place=True,
    ),
    "MaxPool2d": Kind(
        later("max pool"),
        lambda _: say("3×3 max pool"),
        "downsampling",
        lambda node: Terms(max_pool=prod(node.input)),
        box="pool",
    ),
    "Identity": Kind(
        later("switched off: what comes in goes on"),
        lambda node: say("no fc") if node.stride is None else say("no pool"),
        "downsampling",
        is_in_place=True,
    ),
    "Add": Kind(later("residual add"), lambda _: say("path + shortcut"), "shortcut", is_module=False, is_in_place=True),
    "AdaptiveAvgPool2d": Kind(
        later("global average pool"),
        lambda node: say("average {size}", size=dims(node.input[2:])),
        "head",
        lambda node: Terms(avg_pool=prod(node.input), pooled=prod(node.output)),
        box="pool",
    ),
    "Linear": Kind(
        later("fully connected layer"),
        lambda node: f"{node.input[1]} → {node.output[1]}",
        "head",
        lambda node: Terms(fc=node.macs, fc_bias=prod(node.output)),
        lambda node: (node.weight or (), node.output[1:]),
        names=("weight", "bias"),
        sizes=("classes", "inputs"),
        box="fc",
    ),
    "Head": _group(later("what follows the stages"), words.head, "head", has_path=False),
}
"""Every kind by its name: torch's class for a module, the tree's own word for the rest."""


def kind(node: Node) -> Kind:
    """The row of a node's kind."""
    return KINDS[node.kind]


def operation(node: Node) -> str:
    """What a node does: "3×3, 512 filters", "3 bottlenecks", "↳ projection"."""
    return KINDS[node.kind].words(node)


def stride(node: Node) -> int:
    """How many input positions a node moves per output position: 2 where it halves height and width."""
    if node.window is not None:
        return node.window.stride
    if kind(node).is_block:
        return prod(child.window.stride for child in node.children if child.window is not None)
    return stride(node.children[0]) if node.kind in ("Stage", "Projection") else 1
