"""The values of numpy's arrays in a pickle, read from where they lie: nothing is unpickled."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from pathlib import Path

import torch

from inspector.core.weights.table import Span, Table, Tensor
from inspector.errors import WeightsFileError
from inspector.outside import shown
from inspector.speech import say

_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "C64": torch.complex64,
    "C128": torch.complex128,
}
"""Torch's types of elements, by safetensors' words."""


def arrays(path: Path, table: Table, names: Iterable[str]) -> dict[str, torch.Tensor]:
    """The arrays of these names as tensors, in this order; contiguous, on the CPU.

    Raises WeightsFileError, without the file's name, where values are not there any more, or are numbers that torch has
    not. KeyError of an array that the table has no span of.
    """
    tensors = {tensor.name: tensor for tensor in table.tensors}
    spans = dict(table.spans)
    return {name: _tensor(tensors[name], _read(path, spans[name]), is_turned=spans[name].is_turned) for name in names}


def _read(path: Path, span: Span) -> bytes:
    if span.kept or not span.size:
        return span.kept
    with path.open("rb") as file:
        file.seek(span.start)
        data = file.read(span.size)
    return data.decode().encode("latin-1") if span.is_text else data


def _tensor(of: Tensor, data: bytes, *, is_turned: bool) -> torch.Tensor:
    kind = _TYPES.get(of.dtype)
    if kind is None or len(data) != of.nbytes:
        raise WeightsFileError(say("has no values of {name} that can be read", name=shown(of.name)))
    if not prod(of.shape):
        return torch.zeros(of.shape, dtype=kind)
    flat = torch.frombuffer(bytearray(data), dtype=kind)
    if is_turned:
        return flat.reshape(of.shape[::-1]).permute(*range(len(of.shape) - 1, -1, -1)).contiguous()
    return flat.reshape(of.shape)
