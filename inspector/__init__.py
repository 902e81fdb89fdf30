"""A workbench for ResNets: edit channels, see every shape, parameter and MAC follow.

from inspector import analyze, build, edit, preset

network = analyze(edit(preset("resnet50"), "conv5_x.planes=384"))
network.params, network.macs          # elements, MACs of convolutions and fc
network.find("layer4.2.conv3").node   # shapes (N, C, H, W), weight, params, macs
build(network.design)                 # nn.Module with torchvision's state_dict names; imports torch
report(network, "html")               # and md, svg, json, csv, text; compare(network, other); survey("resnet50.pth")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.api import analyze, check, compare, fit, load, report, survey, sweep
    from inspector.bridge.build import build
    from inspector.core.design.design import Design
    from inspector.core.design.edit import edit
    from inspector.core.design.presets import preset
    from inspector.errors import DesignError, InspectorError

_HOMES = {
    "Design": "inspector.core.design.design",
    "analyze": "inspector.api",
    "build": "inspector.bridge.build",
    "check": "inspector.api",
    "compare": "inspector.api",
    "DesignError": "inspector.errors",
    "InspectorError": "inspector.errors",
    "edit": "inspector.core.design.edit",
    "fit": "inspector.api",
    "load": "inspector.api",
    "preset": "inspector.core.design.presets",
    "report": "inspector.api",
    "survey": "inspector.api",
    "sweep": "inspector.api",
}

__all__ = [
    "Design",
    "DesignError",
    "InspectorError",
    "analyze",
    "build",
    "check",
    "compare",
    "edit",
    "fit",
    "load",
    "preset",
    "report",
    "survey",
    "sweep",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOMES[name])
    for each, its_home in _HOMES.items():  # all of one home, since `report` is a room's name as well
        if its_home == _HOMES[name]:
            globals()[each] = getattr(home, each)
    value: object = globals()[name]
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
