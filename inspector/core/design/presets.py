"""torchvision's ResNets, and the paper's ResNet-50, as designs."""

from __future__ import annotations

from functools import cache

from inspector.core.design.design import Design, Stage
from inspector.core.design.fields import PRESETS
from inspector.core.names import BlockKind
from inspector.errors import DesignError, nearest
from inspector.speech import say

_Row = tuple[BlockKind, tuple[int, int, int, int], int, int]

_TABLE: dict[str, _Row] = {  # block, blocks a stage, groups, width_per_group
    "resnet18": ("basic", (2, 2, 2, 2), 1, 64),
    "resnet34": ("basic", (3, 4, 6, 3), 1, 64),
    "resnet50": ("bottleneck", (3, 4, 6, 3), 1, 64),
    "resnet101": ("bottleneck", (3, 4, 23, 3), 1, 64),
    "resnet152": ("bottleneck", (3, 8, 36, 3), 1, 64),
    "resnext50_32x4d": ("bottleneck", (3, 4, 6, 3), 32, 4),
    "resnext101_32x8d": ("bottleneck", (3, 4, 23, 3), 32, 8),
    "resnext101_64x4d": ("bottleneck", (3, 4, 23, 3), 64, 4),
    "wide_resnet50_2": ("bottleneck", (3, 4, 6, 3), 1, 128),
    "wide_resnet101_2": ("bottleneck", (3, 4, 23, 3), 1, 128),
    "resnet50_v1": ("bottleneck", (3, 4, 6, 3), 1, 64),
}


def preset(name: str) -> Design:
    """The design of a torchvision ResNet, or of `resnet50_v1`: the paper's form, which strides on conv1.

    Raises DesignError where there is no such preset.
    """
    if not isinstance(name, str) or name not in _TABLE:
        name = str(name)
        raise DesignError(name, f"{say('no such preset')}{nearest(name, PRESETS)} ({', '.join(PRESETS)})")
    return _preset(name)


@cache
def _preset(name: str) -> Design:
    """Made once: the eleven designs are the same values all the time that a program runs."""
    block, blocks, groups, width_per_group = _TABLE[name]
    conv2_x, conv3_x, conv4_x, conv5_x = (
        Stage(
            blocks=count,
            planes=64 << number,
            expansion=1 if block == "basic" else 4,
            stride=2 if number else 1,
            groups=groups,
            width_per_group=width_per_group,
        )
        for number, count in enumerate(blocks)
    )
    return Design(
        base=name,
        block=block,
        stride_on="conv1" if block == "basic" or name == "resnet50_v1" else "conv2",
        conv2_x=conv2_x,
        conv3_x=conv3_x,
        conv4_x=conv4_x,
        conv5_x=conv5_x,
    )
