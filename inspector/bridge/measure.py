"""nn.Module -> what torchinfo says of it, layer by layer."""

from __future__ import annotations

import warnings
from importlib.metadata import version

import torch
from torch import nn
from torchinfo import ModelStatistics, summary
from torchinfo.layer_info import LayerInfo

from inspector.core.measures.verdict import Measured, Measurement


def measure(module: nn.Module, shape: tuple[int, ...], device: str = "meta") -> Measurement:
    """Torchinfo's summary of `module` for an input of `shape` (N, C, H, W), both on `device`, in eval mode.

    On `meta` nothing is allocated: torchinfo makes an input of its own on the CPU first, whatever the device, so it is
    handed one.
    """
    x = torch.empty(shape, device=device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchinfo reads `TypedStorage`, which torch deprecates
        stats: ModelStatistics = summary(module, input_data=x, device=device, depth=10, verbose=0, mode="eval")
    layers = tuple(_measured(layer) for layer in stats.summary_list if layer.is_leaf_layer)
    return Measurement(layers, stats.total_params, stats.total_mult_adds, versions())


def versions() -> dict[str, str]:
    """What is measured with, by name."""
    return {name: version(name) for name in ("torch", "torchvision", "torchinfo")}


def _measured(layer: LayerInfo) -> Measured:
    return Measured(_path(layer), layer.class_name, tuple(layer.output_size), layer.num_params, layer.macs)


def _path(layer: LayerInfo) -> str:
    """The names of the modules above a layer and its own, without the network's."""
    names: list[str] = []
    current: LayerInfo | None = layer
    while current is not None and current.depth > 0:
        names.append(current.var_name)
        current = current.parent_info
    return ".".join(reversed(names))
