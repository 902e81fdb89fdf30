"""Tensors as the bytes of a safetensors file."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import torch
from safetensors.torch import save

from inspector.bridge.build import build
from inspector.core.weights.checkpoint import Checkpoint

EPSILON = 1e-5
"""torch.nn.BatchNorm2d's default, under the root."""


def encoded(values: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> bytes:
    """A safetensors file with these tensors, and texts beside them in its header."""
    data: bytes = save({name: value.contiguous() for name, value in values.items()}, dict(metadata))
    return data


def renamed(values: Mapping[str, torch.Tensor], checkpoint: Checkpoint) -> dict[str, torch.Tensor]:
    """A file's tensors by their names in the design, and as torch has them where they lie the other way round.

    (height, width, in, out) → (out, in, height, width) of a convolution, (in, out) → (out, in) of fc.
    """
    found = {}
    for name, there in checkpoint.names:
        value = values[there]
        if checkpoint.is_transposed and value.ndim == 4:
            value = value.permute(3, 2, 0, 1).contiguous()
        elif checkpoint.is_transposed and value.ndim == 2:
            value = value.t().contiguous()
        found[name] = value
    return {**found, **_made(checkpoint, found["conv1.weight"].dtype)} if checkpoint.made else found


def _made(checkpoint: Checkpoint, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """What a network of three stages needs to be one of four: projections that select, and a block that adds nothing.

    A projection's filter j is 1 at the old channel j − k, k being half of the channels that are new (option A). The
    block's convolutions start as torchvision's do, its last batch norm at 0.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        start = build(checkpoint.design).state_dict()
    last = max(name for name in checkpoint.made if name.startswith("layer4.0.bn")).rpartition(".")[0]
    made = {}
    for name in checkpoint.made:
        value = start[name].to(dtype) if start[name].is_floating_point() else start[name].clone()
        if name.endswith("downsample.0.weight"):
            out, came = value.shape[:2]
            value = torch.zeros_like(value)
            value[(out - came) // 2 + torch.arange(came), torch.arange(came)] = 1
        elif name.endswith("downsample.1.weight"):
            value = torch.full_like(value, sqrt(1 + EPSILON))
        elif name == f"{last}.weight":
            value = torch.zeros_like(value)
        made[name] = value
    return made
