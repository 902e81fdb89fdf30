"""Which presets a part of a network could be of, as errors name parts: by names and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.units import Dims
from inspector.core.weights.checkpoint import TITLES
from inspector.core.weights.state_dict import tensors


def fitting(shapes: Mapping[str, Dims]) -> tuple[str, ...]:
    """The presets that have all of these tensors, by torchvision's names, in the presets' order.

    fc may have other classes and conv1 other channels. `resnet50_v1` is not among them: its tensors are resnet50's.
    """
    return tuple(name for name in TITLES if all(_fits(_tensors(name), *each) for each in shapes.items()))


def _fits(own: Mapping[str, Dims], name: str, shape: Dims) -> bool:
    usual = own.get(name)
    if usual is None or len(usual) != len(shape):
        return False
    if name.startswith("fc."):
        return usual[1:] == shape[1:]
    return usual == shape or (name == "conv1.weight" and (usual[0], *usual[2:]) == (shape[0], *shape[2:]))


@cache
def _tensors(name: str) -> dict[str, Dims]:
    return dict(tensors(analyze(preset(name))))
