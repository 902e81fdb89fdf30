"""Receptive fields beside the gradient of one output position of real networks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.receptive import receptive_field, receptive_fields
from inspector.core.network.network import analyze

SMALL = [f"conv{n}_x.{what}" for n in (2, 3, 4, 5) for what in ("planes=2", "blocks=1", "expansion=1")]
WIDE = ["conv2_x.width_per_group=64", "stem.planes=2", "num_classes=2"]


def _linear(design: Design) -> nn.Module:
    """The network with weights that let every path through, and averages in the max pool's place."""
    module = build(design).eval()
    for parameter in module.parameters():
        nn.init.constant_(parameter, 0.1)
    for norm in (each for each in module.modules() if isinstance(each, nn.BatchNorm2d)):
        nn.init.ones_(norm.weight)
    if design.stem.pool:
        module.maxpool = nn.AvgPool2d(3, 2, 1)
    return module.double()


def _extent(module: nn.Module, path: str, design: Design) -> tuple[int, int]:
    """Height and width of the input that the middle position of a module's output depends on."""
    seen: list[torch.Tensor] = []
    handle = module.get_submodule(path).register_forward_hook(lambda _m, _i, out: seen.append(out.clone()))
    image = torch.rand(design.input, dtype=torch.double, requires_grad=True)
    module(image)
    handle.remove()
    out = seen[-1]
    (gradient,) = torch.autograd.grad(out[0, :, out.shape[2] // 2, out.shape[3] // 2].sum(), image)
    rows, columns = torch.nonzero(gradient.abs().sum((0, 1)), as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@pytest.mark.parametrize(
    "assignments",
    [
        ("conv3_x.stride=1", "conv4_x.stride=1", "conv5_x.stride=1"),
        ("stride_on=conv1",),
        ("stem.pool=false", "stem.kernel=3", "stem.stride=1", "conv3_x.blocks=2"),
        ("conv4_x.dilate=true", "conv5_x.stride=1", "conv5_x.blocks=2"),
        ("conv5_1.conv3=3", "conv2_x.blocks=2"),
        ("stem.kernel=11", "stem.stride=3"),
    ],
    ids=lambda found: found[0],
)
def test_the_receptive_field_is_what_the_gradient_reaches(assignments: tuple[str, ...]) -> None:
    design = edit(preset("resnet50"), *WIDE, *(each.replace("planes=2", "planes=2") for each in SMALL), *assignments)
    design = edit(design, "input=1,3,511,479")
    network, module = analyze(design), _linear(design)
    for path in ("conv1", "maxpool", "layer1", "layer2.0.downsample", "layer2", "layer3.0.conv2", "layer3", "layer4"):
        try:
            module.get_submodule(path)
        except AttributeError:
            continue
        expected = receptive_field(network, network.find(path).where)
        assert _extent(module, path, design) == (expected, expected), path


def test_resnet50_sees_what_is_known_of_it() -> None:
    network = analyze(preset("resnet50"))
    fields = {name: receptive_field(network, network.find(name).where) for name in ("conv1", "maxpool", "layer4", "fc")}
    assert fields == {"conv1": 7, "maxpool": 11, "layer4": 427, "fc": None}
    for place, field in receptive_fields(network):
        assert receptive_field(network, place.where) == field, place.name
