"""Bytes: of weights, of what training keeps, and of what inference holds at its peak."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from msgspec import Struct

from inspector.core.network.blocks import parts
from inspector.core.network.kinds import kind
from inspector.core.network.long_stage import Blocks
from inspector.core.network.node import Node, distinct
from inspector.core.network.tree import HEAD, Tree
from inspector.speech import later

OUTSIDE = later("the framework's own, workspaces of algorithms, and what allocators keep in reserve")
"""What no figure here has in it, in words."""

DTYPES = {"fp32": 4, "fp16": 2, "bf16": 2}
"""Bytes of one element."""
OPTIMIZERS = {"sgd": 0, "sgd+momentum": 1, "adam": 2}
"""Values that an optimizer keeps beside each parameter and its gradient."""
INDEX = 8
"""Bytes of an int64: a batch norm's count of batches, a max pool's index."""


class Memory(Struct, frozen=True):
    """Bytes of a network and of one pass of the whole batch through it, in fp32 where the name says nothing else.

    `params` and `buffers` are by dtype; buffers are a batch norm's running mean and variance, and its int64 count of
    batches; of a frozen one its weights and biases too, and no count. `params["int8"]` has the weights of convolutions
    and fc in int8, the rest in fp32.
    `optimizer` is what is kept beside a parameter and its gradient: SGD nothing, SGD with momentum one value, Adam two.
    `train_activations` is what autograd keeps for the backward pass of a forward pass in train mode.
    `inference_peak` is the largest sum of feature maps alive at once in a forward pass without gradients.
    """

    params: dict[str, int]
    buffers: dict[str, int]
    gradients: int
    optimizer: dict[str, int]
    train_activations: int
    inference_peak: int

    def training(self, optimizer: str) -> int:
        """All that training holds at the end of a forward pass, with one of `optimizer`'s names."""
        kept = self.gradients + self.optimizer[optimizer] + self.train_activations
        return self.params["fp32"] + self.buffers["fp32"] + kept


class _Sizes:
    """Sums over a network: elements put out by batch norms, by those in projections, by the max pool.

    `channels` are those of all batch norms, `norms` is how many there are; `is_frozen` where they are constants.
    """

    def __init__(self, root: Node) -> None:
        self.norm = self.projected = self.pooled = self.channels = self.norms = 0
        self.is_frozen = False
        self._add(root, 1, is_projected=False)

    def _add(self, node: Node, times: int, *, is_projected: bool) -> None:
        """Add a node that stands in so many places."""
        if kind(node).is_norm:
            self.is_frozen = kind(node).is_frozen
            out = times * prod(node.output)
            self.norm += out
            self.projected += out if is_projected else 0
            self.channels += times * node.output[1]
            self.norms += times
        elif node.kind == "MaxPool2d":
            self.pooled += times * prod(node.output)
        elif node.children:
            is_projected = kind(node).is_beside_path
            children = node.children
            if isinstance(children, Blocks):
                self._add_rest(children)
                children = children[:1]
            for child, repeats in distinct(children):
                self._add(child, times * repeats, is_projected=is_projected)

    def _add_rest(self, blocks: Blocks) -> None:
        """Add all blocks of a long stage but the first."""
        sums, positions = blocks.sums, blocks.positions
        self.norm += sums.normed * positions
        self.projected += sums.projected * positions
        self.channels += sums.normed
        self.norms += sums.norms


def memory(tree: Tree) -> Memory:
    """The bytes of a network."""
    sizes, params = _Sizes(tree.root), tree.params
    return Memory(
        params={name: _weight_bytes(tree, sizes, name) for name in (*DTYPES, "int8")},
        buffers={name: _buffer_bytes(sizes, size) for name, size in DTYPES.items()},
        gradients=4 * params,
        optimizer={name: 4 * kept * params for name, kept in OPTIMIZERS.items()},
        train_activations=_kept(tree, sizes),
        inference_peak=inference_peak(tree),
    )


def weight_bytes(tree: Tree, dtype: str) -> int:
    """Bytes of all parameters in one of DTYPES, or in int8 those of convolutions and fc, and the rest in fp32."""
    return _weight_bytes(tree, _Sizes(tree.root), dtype) if dtype == "int8" else DTYPES[dtype] * tree.params


def training_bytes(tree: Tree, optimizer: str) -> int:
    """Bytes that training in fp32 holds at the end of a forward pass, with one of OPTIMIZERS."""
    sizes = _Sizes(tree.root)
    return 4 * (2 + OPTIMIZERS[optimizer]) * tree.params + _buffer_bytes(sizes, 4) + _kept(tree, sizes)


def _weight_bytes(tree: Tree, sizes: _Sizes, dtype: str) -> int:
    if dtype != "int8":
        return DTYPES[dtype] * tree.params
    _, fc = tree.root.children[HEAD].children
    biases = fc.output[1] if fc.weight else 0
    plain = biases + (0 if sizes.is_frozen else 2 * sizes.channels)  # a batch norm has a weight and a bias a channel
    return tree.params + 3 * plain


def _buffer_bytes(sizes: _Sizes, size: int) -> int:
    """A batch norm's two statistics a channel and its counter; of a frozen one its weight and bias too, no counter."""
    return size * 4 * sizes.channels if sizes.is_frozen else size * 2 * sizes.channels + INDEX * sizes.norms


def map_bytes(node: Node) -> int:
    """Bytes in fp32 of the feature map that an operation or a group puts out; an operation in place makes none."""
    return 0 if kind(node).is_in_place else DTYPES["fp32"] * prod(node.output)


def maps_bytes(node: Node) -> int:
    """Bytes in fp32 of all the feature maps that the operations of a node put out."""
    if node.children:
        return sum(times * maps_bytes(child) for child, times in distinct(node.children))
    return map_bytes(node) if kind(node).is_operation else 0


def kept_for_backward(tree: Tree) -> int:
    """Bytes that autograd keeps of one forward pass in train mode: 4·(I + B + (B - D) + MP + A) + 8·MP + 8·F.

    A convolution keeps its input, a batch norm its input and its mean and 1/std, a ReLU its output — in place, so that
    it is the next convolution's input too —, the max pool int64 indices, fc its input. The sum keeps nothing: what the
    projection's batch norm puts out (D) is dropped once it is added. A frozen batch norm keeps its factors alone, 4·F.
    """
    return _kept(tree, _Sizes(tree.root))


def _kept(tree: Tree, sizes: _Sizes) -> int:
    pool, fc = tree.root.children[HEAD].children
    normed, scales = (sizes.norm, 4) if sizes.is_frozen else (2 * sizes.norm, 8)
    elements = prod(tree.root.input) + normed - sizes.projected + sizes.pooled
    features = prod(pool.output) if fc.weight else 0
    return 4 * (elements + features) + INDEX * sizes.pooled + scales * sizes.channels


def inference_peak(tree: Tree, size: int = 4) -> int:
    """Bytes of feature maps alive at the worst moment of a forward pass of torchvision's modules without gradients.

    Elements have `size` bytes: 4 in fp32, 1, 2 or 8.

    An operation needs its input and its output; an in-place one (ReLU, the residual add) makes no new map. Beside them
    live the image, which the caller holds; the stage's input, which `x = self.layer1(x)` holds until the stage is done;
    and a block's input, which the shortcut needs. The max pool makes int64 indices; a frozen batch norm a product and a
    sum, of a factor and a summand a channel (torchvision.ops).
    """
    _, stem, *stages, head = tree.root.children
    image = prod(tree.root.input)
    peaks = [prod(stem.children[0].output), _chain(stem.children[1:], INDEX // size), _chain(head.children)]
    for stage in stages:
        entry = prod(stage.input)
        peaks.append(entry + _block_peak(stage.children[0]))
        if isinstance(stage.children, Blocks):
            peaks.append(entry + stage.children.peak)
            continue
        peaks += [entry + prod(block.input) + _block_peak(block) for block, _ in distinct(stage.children[1:])]
    return size * (image + max(peaks))


def _block_peak(block: Node) -> int:
    """Elements alive beside the block's own input."""
    path, branch, *_ = parts(block)
    inside = max(prod(path[0].output), _chain(path[1:]))
    if branch.kind != "Projection":
        return inside
    _, norm = branch.children
    return max(inside, prod(branch.output) + _normed(norm))


def _chain(operations: Iterable[Node], index: int = 0) -> int:
    """Elements of input and output of the largest of some operations, those in place aside.

    A max pool's index is as long as `index` elements.
    """
    sizes = [0]
    for node in operations:
        if kind(node).is_in_place:
            continue
        indices = index * prod(node.output) if node.kind == "MaxPool2d" else 0
        sizes.append(_normed(node) if kind(node).is_norm else prod(node.input) + prod(node.output) + indices)
    return max(sizes)


def _normed(norm: Node) -> int:
    """Elements of a batch norm's input and output, and of what it makes between."""
    maps, constants = (3, 2) if kind(norm).is_frozen else (2, 0)
    return maps * prod(norm.output) + constants * norm.output[1]
