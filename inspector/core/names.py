"""What stages, blocks and their kinds are called: conv5_x and conv5_3 in the paper, layer4 and layer4.2 in torch."""

from __future__ import annotations

from typing import Literal, NamedTuple

BlockKind = Literal["bottleneck", "basic"]
StrideOn = Literal["conv2", "conv1"]
"""Where a stage's first bottleneck strides: on its 3×3 (torchvision, v1.5), or on its first 1×1 (the paper, v1)."""

Norm = Literal["batch", "frozen"]
"""What normalises: batch norms, or batch norms whose weights, biases and statistics are constants (buffers)."""


class Form(NamedTuple):
    """What all blocks of a design have in common: where bottlenecks stride, and what normalises."""

    stride_on: StrideOn = "conv2"
    norm: Norm = "batch"


STAGES = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")
"""The paper's names of the four stages, in forward order."""


def block_name(stage: str, block: int) -> str:
    """The paper's name of a block, counted from 1: conv5_x, 3 → conv5_3."""
    return f"{stage[:-2]}_{block}"


def layer_name(stage: str) -> str:
    """Torchvision's name of a stage: conv5_x → layer4."""
    return f"layer{STAGES.index(stage) + 1}"


def stage_name(layer: int | str) -> str:
    """The paper's name of torchvision's layer of that number: 4 → conv5_x."""
    return f"conv{int(layer) + 1}_x"
