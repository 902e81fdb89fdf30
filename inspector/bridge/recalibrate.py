"""Batch norms' statistics, taken anew from pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator

import torch
from PIL import Image, ImageOps
from torch import nn
from torchvision.transforms.functional import normalize, pil_to_tensor

from inspector.bridge.adapt import Values
from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.weights.record import Recalibrated
from inspector.errors import InputError
from inspector.speech import say

_BATCH = 32
_MODES = {1: "L", 3: "RGB"}
_MEANS: dict[int, list[float]] = {1: [0.449], 3: [0.485, 0.456, 0.406]}
_STDS: dict[int, list[float]] = {1: [0.226], 3: [0.229, 0.224, 0.225]}
"""ImageNet's, as torchvision's pretrained weights want it; a grey picture's are their means (timm)."""


def recalibrate(
    values: Values, design: Design, pictures: Iterable[tuple[str, bytes]], tell: Callable[[int], None]
) -> tuple[dict[str, torch.Tensor], Recalibrated]:
    """The same values with the means and variances that pictures, named and encoded, have at each batch norm.

    Each statistic is the mean over batches of 32, in order. `tell` is told how many pictures are done. Raises
    InputError where a picture is none, where there are fewer than two, where the batch norms are frozen, or where the
    input has neither 1 nor 3 channels.
    """
    channels, height, width = design.input[1:]
    if channels not in _MODES:
        raise InputError(say("pictures have 1 or 3 channels, the network takes {n}", n=channels))
    network = build(design).to(torch.float32)
    network.load_state_dict(values)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if not norms:
        raise InputError(say("frozen batch norms have no statistics of batches; norm=batch has"))
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    done = 0
    with torch.no_grad():
        for batch in _batches(_ready(name, data, channels, (width, height)) for name, data in pictures):
            network.train()(batch)
            done += len(batch)
            tell(done)
    if not done:
        raise InputError(say("batch norms need two pictures at least"))
    made = {name: value.to(values[name].dtype) for name, value in network.state_dict().items()}
    return made, Recalibrated(done, _words(channels, height, width))


def _words(channels: int, height: int, width: int) -> str:
    """How pictures are made ready, for the record, which is in English."""
    return (
        f"{_MODES[channels]}, scaled to cover {height}×{width}, cut to it round the middle, / 255, "
        f"minus {_MEANS[channels]}, by {_STDS[channels]}"
    )


def _ready(name: str, data: bytes, channels: int, size: tuple[int, int]) -> torch.Tensor:
    """A picture as the network takes it: (C, H, W). InputError where it is none."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            fitted = ImageOps.fit(picture.convert(_MODES[channels]), size, Image.Resampling.BILINEAR)
    except Exception as error:  # decoders raise what they come across
        raise InputError(say("{file}: is no picture that can be read", file=name)) from error
    made: torch.Tensor = normalize(pil_to_tensor(fitted).float() / 255, _MEANS[channels], _STDS[channels])
    return made


def _batches(pictures: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Batches of 32; a single one that is left over joins the last, as one alone may have one value a channel."""
    held: list[torch.Tensor] = []
    for picture in pictures:
        held.append(picture)
        if len(held) == _BATCH + 2:
            yield torch.stack(held[:_BATCH])
            held = held[_BATCH:]
    if len(held) > 1:
        yield torch.stack(held)
