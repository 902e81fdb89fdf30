"""A picture made ready for a network: scaled, cut, normalised, and the part of it that the network sees."""

from __future__ import annotations

from typing import NamedTuple

import torch
from PIL import Image
from torchvision.transforms.functional import normalize, pil_to_tensor

from inspector.bridge.decode import Decoded
from inspector.core.cam.heat import Picture, Preparation
from inspector.errors import InputError
from inspector.speech import say

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
MODES = {1: "L", 3: "RGB"}

_LARGEST = 1024
"""Pixels of the longer side of what is kept to be looked at."""

Box = tuple[int, int, int, int]


class Ready(NamedTuple):
    """The input, (1, C, H, W), what was done to the picture, and the part of it that the network sees, in RGB.

    That part is kept to be looked at: it has no more than 1,024 pixels along its longer side.
    """

    batch: torch.Tensor
    picture: Picture
    part: Image.Image


def prepared(name: str, found: Decoded, how: Preparation, channels: int) -> Ready:
    """A picture as the network takes it: scaled over its cut part, antialiased, and normalised.

    `name` is as it can be shown. InputError where the network takes neither 1 nor 3 channels.
    """
    if channels not in MODES:
        raise InputError(say("pictures have 1 or 3 channels, the network takes {n}", n=channels))
    if len(how.mean) != channels or len(how.std) != channels:
        numbers = len(how.mean) if len(how.mean) != channels else len(how.std)
        raise InputError(
            say("mean and std have {n} numbers, the network takes {channels} channels", n=numbers, channels=channels)
        )
    box = seen(found.image.size, how)
    part = found.image.crop(box)
    height, width = how.size
    scaled = part.resize((width, height), _FILTERS[how.interpolation]).convert(MODES[channels])
    batch: torch.Tensor = normalize(pil_to_tensor(scaled).float() / 255, list(how.mean), list(how.std))
    notes = found.notes
    if channels == 1 and not found.is_grey:
        notes = (*notes, "coloured")
    elif channels == 3 and found.is_grey:
        notes = (*notes, "grey")
    if max(part.size) > _LARGEST:
        part = fitted(part, _LARGEST, how.size)
    return Ready(batch.unsqueeze(0), Picture(name, found.image.size, found.format, notes, box), part)


def seen(size: tuple[int, int], how: Preparation) -> Box:
    """The part of a picture of `size` (width, height) that the network sees: left, top, right, bottom.

    What is `how.crop` of the largest part of the input's proportions, round the middle; a pixel at least.
    """
    height, width = how.size
    scale = min(size[0] / width, size[1] / height) * min(how.crop, 1.0)
    wide, high = (max(1, min(side, round(part * scale))) for side, part in zip(size, (width, height), strict=True))
    left, top = (size[0] - wide) // 2, (size[1] - high) // 2
    return left, top, left + wide, top + high


def fitted(part: Image.Image, longest: int, size: tuple[int, int]) -> Image.Image:
    """What the network sees at a size to be looked at: `longest` pixels along the longer side of an input (H, W)."""
    height, width = size
    scale = longest / max(height, width)
    return part.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BICUBIC)
