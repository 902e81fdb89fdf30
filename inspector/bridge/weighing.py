"""A design's network with the weights that a person has: as they are, carried over, or at random."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import nn

from inspector.bridge.adapt import adapt, initialised
from inspector.bridge.encoding import renamed
from inspector.bridge.values import values
from inspector.core.cam.heat import Source, Weights
from inspector.core.design.design import Design
from inspector.core.measures.memory import memory
from inspector.core.network.network import analyze
from inspector.core.units import short_bytes
from inspector.core.weights.plan import Plan, Policy, plan
from inspector.core.weights.state_dict import tensors
from inspector.errors import InputError
from inspector.outside import shown
from inspector.speech import say

_AT_ONCE = 16
"""Bytes for each parameter: it starts, is carried over, and runs."""


def weighed(design: Design, source: Source | None, policy: Policy, seed: int = 0) -> tuple[nn.Module, Weights]:
    """The network of a design in eval mode, and where its weights come from.

    Those of `source` are carried over by `policy` where they are another design's; what it lacks starts at random, by
    `seed`, and all of it where there is none. The network computes in float32, in float64 where its weights are.
    Raises WeightsFileError where the file cannot be read, InputError where its tensors are no floating-point numbers.
    """
    _check_memory(design, source)
    count = sum(1 for _ in tensors(analyze(design)))
    if source is None:
        names = tuple(name for name, shape in tensors(analyze(design)) if shape)
        return initialised(design, seed).eval(), Weights(count, seed, random=names)
    known = source.checkpoint
    before = known.design
    theirs = [there for _, there in known.names]
    loaded = values(Path(source.path), known.place, theirs, table=source.table, ignored=source.ignored)
    old = renamed(loaded, known)
    _check(old)
    usual = old["conv1.weight"].dtype if "conv1.weight" in old else torch.float32
    old = {**_lacking(before, set(old), usual, seed), **old}
    planned = plan(analyze(before), analyze(design), policy)
    made = adapt(old, before, design, planned, seed).values
    network = initialised(design, seed).to(torch.float64 if usual == torch.float64 else torch.float32)
    network.load_state_dict(made, strict=True)
    return network.eval(), _told(source, planned, count, seed)


def _check_memory(design: Design, source: Source | None) -> None:
    """That this machine's memory suffices for the network and all that it keeps for gradients."""
    network = analyze(design)
    needed = _AT_ONCE * network.params + memory(network).train_activations
    needed += 8 * analyze(source.checkpoint.design).params if source is not None else 0
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # another system
        return
    if needed > there:
        sizes = {"needed": short_bytes(needed), "there": short_bytes(there)}
        raise InputError(say("such a network needs {needed} of memory, this machine has {there}", **sizes))


def _check(old: dict[str, torch.Tensor]) -> None:
    for name, value in old.items():
        if value.ndim and not value.is_floating_point():
            what, dtype = shown(name, 100), value.dtype
            raise InputError(say("{name}: is of {dtype}; must be of floating-point numbers", name=what, dtype=dtype))


def _lacking(design: Design, there: set[str], dtype: torch.dtype, seed: int) -> dict[str, torch.Tensor]:
    """What a file lacks of its own design, as it starts."""
    if there >= {name for name, _ in tensors(analyze(design))}:
        return {}
    start = initialised(design, seed).state_dict()
    lacking = {name: value for name, value in start.items() if name not in there}
    return {name: value.to(dtype) if value.is_floating_point() else value for name, value in lacking.items()}


def _told(source: Source, planned: Plan, count: int, seed: int) -> Weights:
    known = source.checkpoint
    missing = set(known.missing)
    random = [
        each.name
        for each in planned.carries
        if each.shape and (each.method == "initialise" or (each.name in missing and each.method in ("copy", "draw")))
    ]
    is_as_it_was = not planned.obstacles and all(each.fate == "same" for each in planned.carries)
    return Weights(
        tensors=count,
        seed=seed,
        file=shown(Path(source.path).name, 100),
        sha256=source.sha256,
        design=known.design,
        policy="" if is_as_it_was else planned.policy,
        random=tuple(random),
        obstacles=() if is_as_it_was else planned.obstacles,
        promise=None if is_as_it_was else planned.promise,
        assumed=source.assumed,
    )
