"""The lines for pytorch-grad-cam and torch-cam, run by these libraries on the generated model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pytest
import torch
from torch import nn

from inspector.core.changes.gradcam import lines, target
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.report.python_code import python_file

SMALL = ("input=2,3,96,64", "num_classes=5", "stem.planes=8")
DESIGNS = {
    "fewer maps": edit(preset("resnet50"), "input=2,3,96,64", "conv5_3.conv3=1024"),
    "an inner block": edit(preset("resnet18"), *SMALL, "target=conv4_1"),
    "the last of its stage": edit(preset("resnet18"), *SMALL, "target=layer2.1"),
}


def _run(code: Sequence[str], model: nn.Module) -> dict[str, object]:
    names: dict[str, object] = {"model": model}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(code), names)  # noqa: S102  # the lines are what is tested
    return names


@pytest.fixture(params=DESIGNS, ids=DESIGNS)
def design(request: pytest.FixtureRequest) -> Design:
    return DESIGNS[request.param]


@pytest.fixture
def model(design: Design) -> nn.Module:
    names = _run(["__name__ = 'generated'", python_file(design)], nn.Identity())
    built: nn.Module = names["build"]().eval()  # type: ignore[operator]
    assert names["target_layers"](built) == [built.get_submodule(target(analyze(design)).path)]  # type: ignore[operator]
    return built


def _activations(model: nn.Module, design: Design) -> torch.Tensor:
    seen: list[torch.Tensor] = []
    hook = model.get_submodule(target(analyze(design)).path).register_forward_hook(lambda *each: seen.append(each[2]))
    with torch.no_grad():
        model(torch.zeros(design.input))
    hook.remove()
    return seen[0]


def test_the_target_puts_out_the_maps_that_are_promised(model: nn.Module, design: Design) -> None:
    found = target(analyze(design))
    assert _activations(model, design).shape == (design.input[0], found.maps, *found.size)


@pytest.mark.filterwarnings("ignore")
def test_pytorch_grad_cam_takes_the_lines(model: nn.Module, design: Design) -> None:
    found = target(analyze(design))
    cam = _run(lines(found)["pytorch-grad-cam"], model)["cam"]
    images = torch.rand(design.input)
    maps = cam(input_tensor=images, targets=None)  # type: ignore[operator]
    assert maps.shape == (design.input[0], *design.input[2:])
    (read,) = cam.activations_and_grads.activations  # type: ignore[attr-defined]
    assert read.shape == (design.input[0], found.maps, *found.size)


@pytest.mark.filterwarnings("ignore")
def test_torch_cam_takes_the_lines(model: nn.Module, design: Design) -> None:
    found = target(analyze(design))
    cam = _run(lines(found)["torch-cam"], model)["cam"]
    (heat,) = cam(0, model(torch.rand(design.input)))  # type: ignore[operator]
    assert heat.shape == (design.input[0], *found.size)
