"""Errors of torch as templates, for what of them is asked about."""

from __future__ import annotations

NORM = "RuntimeError: running_mean should contain {} elements not {}"
SUM = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"
CONV = (
    "RuntimeError: Given groups={}, weight of size {}, expected input{} "
    "to have {} channels, but got {} channels instead"
)
FC = "RuntimeError: mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})"
SIZE = (
    "\tsize mismatch for {}: copying a param with shape torch.Size({}) from checkpoint, "
    "the shape in current model is torch.Size({})."
)
