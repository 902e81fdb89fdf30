"""analyze(design) -> Network: every operation in forward order, with its shapes, parameters and MACs."""

from __future__ import annotations

from functools import lru_cache

from inspector.core.design.design import Design, Stem
from inspector.core.names import Form, Norm
from inspector.core.network import layers, stages
from inspector.core.network.node import Node, Window
from inspector.core.network.tree import Tree
from inspector.core.units import Dims


class Network(Tree, frozen=True):
    """A design and the tree that follows from it. `root.children` are input, stem, the four stages and head."""

    design: Design


def analyze(design: Design) -> Network:
    """The network that `design` describes: pure, exact, and without torch.

    Stages and blocks that are equal to ones analysed before are the same nodes, so an edit costs what it changes.
    """
    first = Node("input", "input", "Input", design.input, design.input, 1)
    form = Form(design.stride_on, design.norm)
    stem = analyze_stem(design.stem, design.input, design.norm)
    analyzed = []
    x, reach, dilation = stem.output, stem.stride or 1, 1
    for number, values in enumerate(design.stages):
        stage = stages.analyze(number, values, design.block, form, x, reach, dilation)
        if values.dilate:
            dilation *= values.stride
        analyzed.append(stage)
        x, reach = stage.output, stage.stride or 1
    head = _head(x, design.num_classes)
    children = (first, stem, *analyzed, head)
    return Network(
        design=design,
        root=Node(
            "",
            "network",
            "ResNet",
            design.input,
            head.output,
            None,
            sum([node.params for node in children]),
            sum([node.macs for node in children]),
            children=children,
        ),
    )


@lru_cache(maxsize=256)
def analyze_stem(stem: Stem, x: Dims, norm: Norm) -> Node:
    """conv1, bn1, relu, maxpool: (N, C, H, W) → (N, planes, H / 4, W / 4) as torchvision has it."""
    window = Window(stem.kernel, stem.stride, stem.kernel // 2)
    conv = layers.conv2d("conv1", "conv1", x, stem.planes, window, 1)
    behind = layers.batch_norm("bn1", "bn1", conv.output, stem.stride, norm)
    relu = layers.relu("relu", conv.output, stem.stride)
    if stem.pool:
        pool = layers.max_pool("maxpool", conv.output, Window(3, 2, 1), stem.stride)
    else:
        pool = layers.identity("maxpool", conv.output, stem.stride)
    children = (conv, behind, relu, pool)
    return Node(
        "stem", "stem", "Stem", x, pool.output, pool.stride, conv.params + behind.params, conv.macs, children=children
    )


@lru_cache(maxsize=256)
def _head(x: Dims, num_classes: int) -> Node:
    """avgpool, fc: (N, C, H, W) → (N, num_classes); (N, C) where there are no classes, fc passes on what it gets."""
    pool = layers.average_pool("avgpool", x)
    fc = layers.linear("fc", x[:2], num_classes) if num_classes else layers.identity("fc", x[:2], None)
    return Node("head", "head", "Head", x, fc.output, None, fc.params, fc.macs, children=(pool, fc))
