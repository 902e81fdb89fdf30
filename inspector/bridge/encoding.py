"""Tensors as the bytes of a safetensors file."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from safetensors.torch import save

from inspector.core.weights.checkpoint import Checkpoint


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
    return found
