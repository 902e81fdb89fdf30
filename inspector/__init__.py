"""A workbench for ResNets: edit channels, see every shape, parameter and MAC follow.

from inspector import analyze, build, edit, preset

network = analyze(edit(preset("resnet50"), "conv5_x.planes=384"))
network.params, network.macs          # elements, MACs of convolutions and fc
network.find("layer4.2.conv3").node   # shapes (N, C, H, W), weight, params, macs
build(network.design)                 # nn.Module with torchvision's state_dict names; imports torch
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.bridge.build import build
    from inspector.core.design.design import Design
    from inspector.core.design.edit import edit
    from inspector.core.design.presets import preset
    from inspector.core.network.network import analyze

_HOMES = {
    "Design": "inspector.core.design.design",
    "analyze": "inspector.core.network.network",
    "build": "inspector.bridge.build",
    "edit": "inspector.core.design.edit",
    "preset": "inspector.core.design.presets",
}

__all__ = ["Design", "analyze", "build", "edit", "preset"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
