"""Batch norms' statistics, taken anew from pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import nn

from inspector.bridge.adapt import Values
from inspector.bridge.build import build
from inspector.bridge.decode import decoded
from inspector.bridge.prepare import MODES, prepared
from inspector.core.cam.heat import Preparation
from inspector.core.cam.known import preparation
from inspector.core.design.design import Design
from inspector.core.weights.record import Recalibrated
from inspector.errors import InputError
from inspector.speech import say

_BATCH = 32


def recalibrate(
    values: Values, design: Design, pictures: Iterable[tuple[str, bytes]], tell: Callable[[int], None]
) -> tuple[dict[str, torch.Tensor], Recalibrated]:
    """The same values with the means and variances that pictures, named and encoded, have at each batch norm.

    Each statistic is the mean over batches of 32, in order. `tell` is told how many pictures are done. Raises
    InputError where a picture is none, where there are fewer than two, where the batch norms are frozen, or where the
    input has neither 1 nor 3 channels.
    """
    channels, height, width = design.input[1:]
    if channels not in MODES:
        raise InputError(say("pictures have 1 or 3 channels, the network takes {n}", n=channels))
    how = preparation((height, width), channels)
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
        for batch in _batches(prepared(name, decoded(name, data), how, channels).batch[0] for name, data in pictures):
            network.train()(batch)
            done += len(batch)
            tell(done)
    if not done:
        raise InputError(say("batch norms need two pictures at least"))
    made = {name: value.to(values[name].dtype) for name, value in network.state_dict().items()}
    return made, Recalibrated(done, _words(how, channels))


def _words(how: Preparation, channels: int) -> str:
    """How pictures are made ready, for the record, which is in English."""
    height, width = how.size
    return (
        f"{MODES[channels]}, scaled to cover {height}×{width}, cut to it round the middle, / 255, "
        f"minus {list(how.mean)}, by {list(how.std)}"
    )


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
