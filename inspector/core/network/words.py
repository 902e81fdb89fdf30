"""What an operation does, in a few words: the phrases that screen and reports share."""

from __future__ import annotations

from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.node import Node
from inspector.speech import say, some


def network(node: Node) -> str:
    """The weighted layers, counted as the paper does: conv1, each block's convolutions, fc; no projection."""
    stages = [stage.children for stage in node.children if stage.kind == "Stage"]
    convolutions = sum(
        len(blocks) * [child.kind for child in parts(blocks[0]).path].count("Conv2d") for blocks in stages
    )
    *_, head = node.children
    return say("{n} layers", n=1 + sum(child.weight is not None for child in head.children) + convolutions)


def stage(node: Node) -> str:
    """How many blocks there are, and of which kind."""
    blocks = len(node.children)
    if node.children[0].kind == "Bottleneck":
        return some(blocks, "{n} bottleneck", "{n} bottlenecks")
    return some(blocks, "{n} basic block", "{n} basic blocks")


def stem(node: Node) -> str:
    """Its convolution, and its pool where there is one: "7×7 /2 · pool /2"."""
    conv, *_, pool = node.children
    return window(conv) + (say(" · pool {slash}", slash=_slash(pool)) if pool.window else "")


def head(node: Node) -> str:
    """The pool, and fc where there is one."""
    has_classes = any(child.weight is not None for child in node.children)
    return say("pool, fc") if has_classes else say("pool, no fc")


def shortcut(block: Node) -> str:
    """The kind of a block's shortcut."""
    return say("↳ projection") if has_projection(block) else say("↳ identity")


def convolution(node: Node) -> str:
    """Kernel and filters: "3×3, 512 filters"; g32 is 32 groups, d2 a dilation of 2."""
    slid = node.window
    groups = f", g{slid.groups}" if slid and slid.groups > 1 else ""
    dilation = f", d{slid.dilation}" if slid and slid.dilation > 1 else ""
    kernel = slid.kernel if slid else 1
    return f"{kernel}×{kernel}, {some(node.output[1], '{n} filter', '{n} filters')}{groups}{dilation}"


def window(node: Node) -> str:
    """A convolution's kernel and stride: "7×7 /2"."""
    slid = node.window
    return f"{slid.kernel}×{slid.kernel} {_slash(node)}".rstrip() if slid else ""


def _slash(node: Node) -> str:
    return f"/{node.window.stride}" if node.window and node.window.stride > 1 else ""
