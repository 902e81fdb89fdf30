"""Batch norm by number: a toy of two images, three channels and 2×2 positions, step by step as torch computes it."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

EPSILON = 1e-5
MOMENTUM = 0.1
"""Torch.nn.BatchNorm2d's defaults."""

Channel = tuple[float, ...]
"""What one channel has: image 1's positions row by row, then image 2's."""

IMAGES, CHANNELS, SIDE = 2, 3, 2
INPUT: tuple[Channel, ...] = (
    (1.0, 3.0, 5.0, 7.0, 3.0, 5.0, 3.0, 5.0),
    (0.0, 0.0, 0.0, 8.0, 0.0, 0.0, 0.0, 8.0),
    (-2.0, 0.0, 2.0, 0.0, 4.0, -4.0, 0.0, 8.0),
)
WEIGHT: Channel = (1.0, 0.5, 2.0)
BIAS: Channel = (0.0, 1.0, -1.0)


class Running(NamedTuple):
    """The buffers, an entry for each channel: they start at 0 and 1."""

    mean: Channel = (0.0,) * CHANNELS
    variance: Channel = (1.0,) * CHANNELS


class Normed(NamedTuple):
    """One forward pass: what it goes by, what each step makes of the input, and the buffers behind it."""

    mean: Channel
    variance: Channel
    normalised: tuple[Channel, ...]
    output: tuple[Channel, ...]
    running: Running


def forward(running: Running, *, is_training: bool) -> Normed:
    """A forward pass of the toy, in train mode or in eval mode (torch.nn.BatchNorm2d).

    Train mode goes by the mean and the variance (divided by n) of the batch, and moves the running ones a tenth of the
    way towards its mean and its variance divided by n - 1. Eval mode goes by the running ones, and moves nothing.
    """
    mean = tuple(sum(each) / len(each) for each in INPUT)
    squares = [sum((x - middle) ** 2 for x in each) for each, middle in zip(INPUT, mean, strict=True)]
    count = len(INPUT[0])
    variance = tuple(each / count for each in squares)
    moved = Running(_moved(running.mean, mean), _moved(running.variance, tuple(each / (count - 1) for each in squares)))
    if not is_training:
        mean, variance, moved = running.mean, running.variance, running
    normalised = tuple(
        tuple((x - middle) / sqrt(spread + EPSILON) for x in each)
        for each, middle, spread in zip(INPUT, mean, variance, strict=True)
    )
    output = tuple(
        tuple(x * weight + bias for x in each) for each, weight, bias in zip(normalised, WEIGHT, BIAS, strict=True)
    )
    return Normed(mean, variance, normalised, output, moved)


def _moved(old: Channel, towards: Channel) -> Channel:
    return tuple((1 - MOMENTUM) * was + MOMENTUM * now for was, now in zip(old, towards, strict=True))
