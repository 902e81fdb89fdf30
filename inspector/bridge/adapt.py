"""A plan of carrying weights over, done: the old network's values -> the new network's."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

import torch
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.draw import NEW, origins
from inspector.core.weights.plan import Carry, Plan
from inspector.core.weights.spaces import INPUT, Spaces
from inspector.errors import InputError
from inspector.outside import shown
from inspector.speech import say

Values = Mapping[str, torch.Tensor]
"""Tensors by the names of a design's state_dict."""
Pair = tuple[str, str]
"""A new space and an old one."""


class Adapted(NamedTuple):
    """The new network's tensors, in its state_dict's order, and which old channel each new one is (or NEW)."""

    values: dict[str, torch.Tensor]
    origins: dict[Pair, tuple[int, ...]]


def adapt(values: Values, before: Design, after: Design, plan: Plan, seed: int = 0) -> Adapted:
    """The state_dict of `after`, made from `values` of `before` as `plan` says; `seed` is for what starts at random.

    Each tensor has the type of the one that it comes from, a new one that of conv1's or bn1's weight. `values` are not
    touched; a num_batches_tracked that they lack is 0. InputError where another tensor is missing, has another shape,
    or is not of floating-point numbers.
    """
    _check(values, before)
    network = initialised(after, seed)
    scores = _scores(values, Spaces(analyze(before)), plan)
    found = {pair: origins(draw, scores) for pair, draw in plan.draws.items()}
    made = _Maker(values, network, plan, found)
    return Adapted({carry.name: made.tensor(carry) for carry in plan.carries}, found)


def _check(values: Values, design: Design) -> None:
    for name, role in Spaces(analyze(design)).roles.items():
        tensor = values.get(name)
        if tensor is None and not role.shape:
            continue
        what = shown(name, 100)
        if tensor is None:
            raise InputError(say("{name}: there is no such tensor in the weights", name=what))
        if tuple(tensor.shape) != role.shape:
            shapes = list(tensor.shape), list(role.shape)
            raise InputError(
                say("{name}: has the shape {shape}; must be {needed}", name=what, shape=shapes[0], needed=shapes[1])
            )
        if role.shape and not tensor.is_floating_point():
            raise InputError(
                say("{name}: is of {dtype}; must be of floating-point numbers", name=what, dtype=tensor.dtype)
            )


def initialised(design: Design, seed: int) -> nn.Module:
    """The network as it starts, the same for the same seed; the process's own generator stays as it is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build(design)


def _scores(values: Values, spaces: Spaces, plan: Plan) -> dict[str, list[float]]:
    """How strong the channels of the spaces that shrink are.

    The L1 norm of each filter, of each convolution that puts them out scaled to unit norm, summed.
    """
    needed = {name for draw in plan.draws.values() if draw.is_shrunk for name in (draw.source, *draw.together)}
    scores = {}
    for name in needed:
        total = torch.zeros(spaces.channels[name], dtype=torch.float64)
        for producer in spaces.by_name[name].producers:
            if values[producer].ndim > 1:
                norms = values[producer].to(torch.float64).flatten(1).abs().sum(1)
                total += norms / norms.norm().clamp(min=1e-300)
        scores[name] = total.tolist()
    return scores


class _Maker:
    """Makes one tensor of the new network after another."""

    def __init__(self, values: Values, network: nn.Module, plan: Plan, found: Mapping[Pair, tuple[int, ...]]) -> None:
        self._values, self._network, self._plan = values, network, plan
        self._start = network.state_dict()
        self._found = {pair: torch.tensor(origin) for pair, origin in found.items()}
        self._usual = values["bn1.weight"].dtype, values["conv1.weight"].dtype

    def tensor(self, carry: Carry) -> torch.Tensor:
        """What a tensor of the new network is."""
        start: torch.Tensor = self._start[carry.name]
        old = self._values.get(carry.name)
        if carry.method == "copy" and old is not None:
            return old.detach().clone()
        dtype = old.dtype if old is not None else self._usual[start.ndim > 1]
        start = start.to(dtype) if carry.shape else start.clone()
        if carry.method == "silence":
            return torch.zeros_like(start)
        if carry.method == "select":
            return self._selected(carry, start)
        if carry.method == "draw" and old is not None:
            return self._drawn(carry, old, start)
        return start.clone()

    def _selected(self, carry: Carry, start: torch.Tensor) -> torch.Tensor:
        """A projection that passes old channels on: one filter for each, and a batch norm that changes nothing."""
        rows, columns = self._found[carry.rows], self._found[carry.columns]
        made, is_old = start.clone(), rows != NEW
        if made.ndim > 1:
            chosen = (rows[:, None] == columns[None, :]) & is_old[:, None]
            made[is_old] = chosen[is_old].to(made.dtype)[:, :, None, None]
            return made
        path, _, name = carry.name.rpartition(".")
        epsilon = float(getattr(self._network.get_submodule(path), "eps", 0.0))
        made[is_old] = {"weight": sqrt(1 + epsilon), "running_var": 1.0}.get(name, 0.0)
        return made

    def _drawn(self, carry: Carry, old: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
        """Old rows and columns in their new places, new columns of old rows zero, new rows as they start."""
        rows = self._found.get(carry.rows)
        made = start.clone()
        rows = torch.arange(len(made)) if rows is None else rows
        if carry.columns[0] == INPUT:
            old, columns = self._of_input(old, made.shape[1]), torch.arange(made.shape[1])
        elif carry.columns[0]:
            columns = self._found[carry.columns]
        else:
            made[rows != NEW] = old[rows[rows != NEW]]
            return made
        groups, were = carry.groups
        high, wide = len(made) // groups, len(columns) // groups
        for group in range(groups):
            own = rows[group * high : (group + 1) * high]
            places = torch.nonzero(own != NEW).flatten()
            if not len(places):
                continue
            place = int(own[places[0]]) // (len(old) // were) * old.shape[1]
            inside = columns[group * wide : (group + 1) * wide]
            made[places + group * high] = _columns(old[own[places]], inside, place, tuple(made.shape[2:]))
        return made

    def _of_input(self, old: torch.Tensor, count: int) -> torch.Tensor:
        """The first convolution's weight for `count` channels of the input."""
        came = old.shape[1]
        if count == came:
            return old
        if self._plan.rule == "zero":
            return torch.cat([old, old.new_zeros(len(old), count - came, *old.shape[2:])], 1)
        exact = old.to(torch.float64)
        if self._plan.rule == "sum":
            shared = exact.sum(1, keepdim=True) / count
            return shared.expand(-1, count, -1, -1).to(old.dtype)
        return (exact[:, torch.arange(count) % came] * came / count).to(old.dtype)


def _columns(old: torch.Tensor, columns: torch.Tensor, first: int, kernel: tuple[int, ...]) -> torch.Tensor:
    """Columns of old rows: the old ones less `first`, zeros where they are new; kernels brought to size by centring."""
    is_old = columns != NEW
    made = old.new_zeros(len(old), len(columns), *old.shape[2:])
    made[:, is_old] = old[:, columns[is_old] - first]
    if not kernel or kernel == tuple(old.shape[2:]):
        return made
    rim = (kernel[0] - old.shape[-1]) // 2
    return nn.functional.pad(made, (rim, rim, rim, rim))
