"""Two networks on one input: how far what was carried over is from what it came from."""

from __future__ import annotations

import torch
from torch import nn

from inspector.bridge.adapt import Adapted, Values
from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.draw import NEW
from inspector.core.weights.plan import Plan
from inspector.core.weights.record import Proof
from inspector.core.weights.spaces import Spaces

LARGEST = 256
"""Height and width of the largest picture that the two networks are compared on."""


def measure(values: Values, before: Design, adapted: Adapted, after: Design, plan: Plan, seed: int = 0) -> Proof:
    """Both networks in eval mode on one seeded input, compared as the plan promises: outputs, or pooled features.

    They run in float64 where conv1's weight is, in float32 otherwise.
    """
    dtype = torch.float64 if values["conv1.weight"].dtype == torch.float64 else torch.float32
    networks = _loaded(before, values, dtype), _loaded(after, adapted.values, dtype)
    pictures = _pictures(before.input[1], after, plan, seed)
    is_of_features = plan.promise.of == "features"
    with torch.no_grad():
        old, new = (
            _run(network, picture.to(dtype), is_of_features=is_of_features)
            for network, picture in zip(networks, pictures, strict=True)
        )
    if is_of_features:
        kept = _kept(before, adapted, after, old.shape[1], new.shape[1])
        old, new = old[:, kept[kept != NEW]], new[:, kept != NEW]
    shape, word = tuple(pictures[1].shape), str(dtype).removeprefix("torch.")
    if not old.numel():
        return Proof(0.0, 0.0, shape, word, 0)
    return Proof(float((old - new).abs().max()), float(old.abs().max()), shape, word, old.numel())


def _kept(before: Design, adapted: Adapted, after: Design, count: int, channels: int) -> torch.Tensor:
    """Which of `count` old features each of the `channels` new ones is; those that nobody drew are as they were."""
    last = Spaces(analyze(after)).leaving["layer4"], Spaces(analyze(before)).leaving["layer4"]
    if last in adapted.origins:
        return torch.tensor(adapted.origins[last])
    return torch.arange(channels) if count == channels else torch.full((channels,), NEW)


def _loaded(design: Design, values: Values, dtype: torch.dtype) -> nn.Module:
    """The network of a design with its values, in eval mode."""
    network = build(design).to(dtype)
    network.load_state_dict(
        {name: value for name, value in values.items() if name in network.state_dict()}, strict=False
    )
    return network.eval()


def _run(network: nn.Module, picture: torch.Tensor, *, is_of_features: bool) -> torch.Tensor:
    """What a network puts out, or what its average pool does: (N, classes) or (N, C)."""
    pooled: list[torch.Tensor] = []
    hook = network.get_submodule("avgpool").register_forward_hook(lambda _, __, out: pooled.append(out))
    out: torch.Tensor = network(picture)
    hook.remove()
    return pooled[0].flatten(1) if is_of_features else out


def _pictures(came: int, after: Design, plan: Plan, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """One picture for the old network and the same for the new one, which may have other channels."""
    comes, *size = after.input[1:]
    height, width = (min(each, LARGEST) for each in size)
    random = torch.Generator().manual_seed(seed)
    picture = torch.randn(1, max(came, comes), height, width, generator=random, dtype=torch.float64)
    if came == comes:
        return picture, picture
    if plan.rule == "zero":
        return picture[:, :came], picture
    if plan.rule == "repeat" and comes % came == 0:
        return picture[:, :came], picture[:, torch.arange(comes) % came]
    grey = picture[:, :1]
    return grey.expand(-1, came, -1, -1), grey.expand(-1, comes, -1, -1)
