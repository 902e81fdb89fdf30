"""The screens that teach, beside torch: the toy of a batch norm, and the steps of `_make_layer`."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from strategies import designs
from torch import nn
from torchvision.models import resnet

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.batch_norm import BIAS, IMAGES, INPUT, SIDE, WEIGHT, Channel, Running, forward
from inspector.core.explain.make_layer import beyond, call, steps
from inspector.core.names import STAGES
from inspector.core.network.network import analyze


def _tensor(channels: tuple[Channel, ...]) -> torch.Tensor:
    """Channels as the toy has them, as (N, C, H, W)."""
    return torch.tensor(channels).view(len(channels), IMAGES, SIDE, SIDE).transpose(0, 1)


def test_the_toy_computes_what_torch_computes() -> None:
    norm, running = nn.BatchNorm2d(len(INPUT)), Running()
    with torch.no_grad():
        norm.weight.copy_(torch.tensor(WEIGHT))
        norm.bias.copy_(torch.tensor(BIAS))
    for _ in range(4):
        held = forward(running, is_training=False)
        assert torch.allclose(norm.eval()(_tensor(INPUT)), _tensor(held.output), atol=1e-5)
        assert held.running == running
        found = forward(running, is_training=True)
        assert torch.allclose(norm.train()(_tensor(INPUT)), _tensor(found.output), atol=1e-5)
        running = found.running
        assert torch.allclose(norm.running_mean, torch.tensor(running.mean), atol=1e-6)
        assert torch.allclose(norm.running_var, torch.tensor(running.variance), atol=1e-6)


class Recorded(resnet.ResNet):
    """Torchvision's ResNet, and what `_make_layer` was called with and had at the time."""

    def _make_layer(self, block: object, planes: int, blocks: int, stride: int = 1, dilate: bool = False) -> nn.Module:  # noqa: FBT001, FBT002  # torchvision's signature
        before = self.inplanes
        made = super()._make_layer(block, planes, blocks, stride, dilate)  # type: ignore[arg-type]
        self.__dict__.setdefault("calls", []).append((before, planes, blocks, stride, dilate, self.inplanes, made))
        return made


@pytest.mark.parametrize(
    ("name", "block", "counts", "dilates"),
    [
        ("resnet50", resnet.Bottleneck, [3, 4, 6, 3], False),
        ("resnet50", resnet.Bottleneck, [3, 4, 6, 3], True),
        ("resnet18", resnet.BasicBlock, [2, 2, 2, 2], False),
    ],
)
def test_the_steps_are_torchvision_s(name: str, block: type[nn.Module], counts: list[int], *, dilates: bool) -> None:
    with torch.device("meta"):
        model = Recorded(block, counts, replace_stride_with_dilation=[False, False, dilates])
    network = analyze(edit(preset(name), *(["conv5_x.dilate=true"] if dilates else [])))
    for stage, (before, planes, blocks, stride, dilate, after, made) in zip(STAGES, model.calls, strict=True):
        place = network.find(stage)
        told = {step.name: step for step in steps(network, place)}
        words = f"_make_layer({block.__name__}, {planes}, {blocks}, stride={stride}{', dilate=True' if dilate else ''})"
        assert words in told["call"].code
        assert told["call"].here == f"self.inplanes is {before}"
        assert told["downsample"].is_taken == (made[0].downsample is not None)
        assert told["inplanes"].here == f"{before} → {after}"
        assert told["rest"].is_taken == (len(made) > 1)
        assert len(told["first"].builds) + len(told["rest"].builds) == len(made)
        assert ("dilate" in told) == dilate
        assert beyond(network, place) == ()


@settings(max_examples=25)
@given(designs(widest=24, largest=40))
def test_what_is_built_and_what_cannot_be_is_the_module_s(design: Design) -> None:
    network, module = analyze(design), build(design, "meta")
    for stage in STAGES:
        place = network.find(stage)
        layer = module.get_submodule(place.path)
        made = call(network, place)
        last = layer[0].conv3 if design.block == "bottleneck" else layer[0].conv2
        assert (made.inplanes, made.out) == (layer[0].conv1.in_channels, last.out_channels)
        assert made.stride == layer[0].stride
        assert made.is_projected == (layer[0].downsample is not None)
        built = [network.at(where) for step in steps(network, place) for where in step.builds]
        assert {each.path for each in built if each.depth == 2} == {f"{place.path}.{at}" for at in range(len(layer))}
        assert any(each.node.kind == "Projection" for each in built) == made.is_projected
        later = {f"{place.name[:-2]}_{at + 1}.downsample" for at, each in enumerate(layer) if at and each.downsample}
        assert {what for kind, what in beyond(network, place) if kind == "projections"} == later


def test_what_planes_times_expansion_would_be_is_said_where_it_is_something_else() -> None:
    network = analyze(edit(preset("resnet50"), "conv5_1.conv3=1000"))
    told = {step.name: step for step in steps(network, network.find("conv5_x"))}
    assert told["test"].here == "2 != 1 True, 1024 != 1000 True (planes * expansion is 2048)"
    assert told["inplanes"].here == "1024 → 1000 (planes * expansion is 2048)"
