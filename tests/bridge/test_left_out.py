"""Errors of real forward passes whose cause is no edit: a module left out, a pool, an image, a label."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose
from inspector.core.network.network import analyze

Change = Callable[[nn.Module], None]


def _network(name: str, change: Change = lambda _: None, classes: int = 1000) -> nn.Module:
    with torch.device("meta"):
        network = torchvision.models.get_model(name, weights=None, num_classes=classes)
        change(network)
    return network.to_empty(device="cpu").eval()


def _raised(run: Callable[[], object], *, with_frames: bool = True) -> str:
    with pytest.raises((RuntimeError, ValueError, IndexError, NotImplementedError)) as caught, torch.no_grad():
        run()
    if not with_frames:
        return f"{type(caught.value).__name__}: {caught.value}"
    return "".join(traceback.format_exception(caught.value))


def _passed(network: nn.Module, *shape: int, with_frames: bool = True) -> str:
    return _raised(lambda: network(torch.zeros(*shape)), with_frames=with_frames)


def _found(text: str, design: Design) -> Diagnosis:
    found = diagnose(text, design)
    assert found is not None
    edit(design, *found.edit.split())
    return found


def _of(name: str, size: int = 64, batch: int = 1) -> Design:
    return edit(preset(name), f"input={batch},3,{size},{size}")


@pytest.mark.parametrize("with_frames", [True, False])
@pytest.mark.parametrize("name", ["resnet50", "resnext50_32x4d"])
def test_a_projection_that_is_none(name: str, with_frames: bool) -> None:  # noqa: FBT001  # a parameter of the test
    def change(network: nn.Module) -> None:
        network.layer1[0].downsample = None

    found = _found(_passed(_network(name, change), 1, 3, 64, 64, with_frames=with_frames), _of(name))
    assert (found.error, found.name, found.path) == ("the projection was left out", "conv2_1.add", "layer1.0")
    assert "64 maps come into conv2_1 and 256 leave it" in found.why
    assert not found.edit


@pytest.mark.parametrize("layer", [2, 3, 4])
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_projection_that_is_none_where_it_strides_stands_beside_an_edit(name: str, layer: int) -> None:
    def change(network: nn.Module) -> None:
        network.get_submodule(f"layer{layer}")[0].downsample = None

    def unstrided(network: nn.Module) -> None:
        network.get_submodule(f"layer{layer}")[0].downsample[0].stride = (1, 1)

    for each in (change, unstrided):
        found = _found(_passed(_network(name, each), 1, 3, 64, 64), _of(name))
        assert found.path == f"layer{layer}.0"
        assert found.edit == f"conv{layer + 1}_x.stride=1"
        assert "its projection was left out (downsample=None), or its convolution has no stride=2" in found.why


@pytest.mark.parametrize("size", [64, 96, 75])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("resnet50", "layer1.0.conv2"),
        ("resnet50", "layer2.0.conv2"),
        ("resnet50", "layer4.0.conv2"),
        ("resnet18", "layer1.0.conv1"),
        ("resnet18", "layer2.0.conv1"),
        ("resnet18", "layer3.0.conv2"),
    ],
)
def test_a_padding_that_is_forgotten(name: str, path: str, size: int) -> None:
    def change(network: nn.Module) -> None:
        network.get_submodule(path).padding = (0, 0)

    text = _passed(_network(name, change), 1, 3, size, size)
    numbers = re.findall(r"\((\d+)\)", text)
    if len(numbers) < 2:  # maps of 1×1 are broadcast
        return
    found = _found(text, _of(name, size))
    if found.edit:  # the same numbers come of a stride
        return
    assert found.path == path.rpartition(".")[0]
    assert f"maps of {numbers[0]} pixels a side and the shortcut {numbers[1]}" in found.why
    assert "padding=1" in found.why


def test_an_expansion_of_basic_blocks() -> None:
    from torchvision.models.resnet import BasicBlock, ResNet

    class Mine(BasicBlock):
        expansion = 2

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            identity = x if self.downsample is None else self.downsample(x)
            out = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
            out += identity
            return out

    network = ResNet(Mine, [2, 2, 2, 2]).eval()
    found = _found(_passed(network, 1, 3, 64, 64), _of("resnet18"))
    assert (found.name, found.edit) == ("conv2_1.add", "conv5_x.planes=1024")
    assert "BasicBlock.expansion was set to 2" in found.why
    assert network.layer1[0].downsample[0].out_channels == 128


@pytest.mark.parametrize(("size", "positions"), [(256, 2), (320, 4)])
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_fixed_pool_leaves_positions(name: str, size: int, positions: int) -> None:
    def change(network: nn.Module) -> None:
        network.avgpool = nn.AvgPool2d(7, stride=1)

    found = _found(_passed(_network(name, change), 1, 3, size, size), _of(name, 224))
    inputs = 512 if name == "resnet18" else 2048
    assert f"{inputs} × {positions} × {positions}" in found.why
    assert f"of an image of {size}×{size}" in found.why
    assert "nn.AdaptiveAvgPool2d(1)" in found.why
    assert not found.edit


def test_maps_that_are_not_square() -> None:
    def change(network: nn.Module) -> None:
        network.avgpool = nn.AvgPool2d(7, stride=1)

    found = _found(_passed(_network("resnet34", change), 1, 3, 320, 384), _of("resnet34", 224))
    assert "512 × 4 × 6" in found.why
    assert "of an image of 320×384" in found.why


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("size", [32, 64, 96, 192])
def test_a_pool_larger_than_its_map(name: str, size: int) -> None:
    def change(network: nn.Module) -> None:
        network.avgpool = nn.AvgPool2d(7, stride=1)

    text = _passed(_network(name, change), 1, 3, size, size)
    for design in (_of(name, size), _of(name, 224)):
        found = _found(text, design)
        assert f"maps of {size // 32}×{size // 32} for" in found.why
        assert "7×7" in found.why
        assert size == 192 or "an image of 224 pixels a side" in found.why
        if design.input[2] == 224:
            assert f"for an image of {size}×{size}" in found.why
    _network(name, change)(torch.zeros(1, 3, 224, 224))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet50_v1"])
def test_one_value_a_channel(name: str) -> None:
    design = _of(name, 32)
    network = analyze(design)
    module = _network(name.removesuffix("_v1")).train()
    if name.endswith("v1"):
        for layer in (module.layer2, module.layer3, module.layer4):
            layer[0].conv1.stride, layer[0].conv2.stride = (2, 2), (1, 1)
    entered: list[str] = []
    for path, part in module.named_modules():
        part.register_forward_pre_hook(lambda _, __, path=path: entered.append(path))
    found = _found(_passed(module, 1, 3, 32, 32), design)
    assert found.path == entered[-1] == network.find(found.name).path
    assert "batch of 1 and maps of 1×1" in found.why
    again = _found(_passed(module, 1, 3, 32, 32), _of(name, 224))
    assert (again.path, "image of 32×32" in again.why) == (found.path, True)


def test_an_image_without_a_batch() -> None:
    found = _found(_passed(_network("resnet18"), 3, 64, 64), _of("resnet18"))
    assert "image.unsqueeze(0)" in found.why
    found = _found(_passed(_network("resnet18"), 64, 64), _of("resnet18"))
    assert "image[None, None]" in found.why


def test_what_a_basic_block_cannot_have() -> None:
    resnet34 = torchvision.models.resnet34
    text = _raised(lambda: resnet34(replace_stride_with_dilation=[False, True, True]))
    assert "must be false in a basic block" in _found(text, _of("resnet34")).why
    text = _raised(lambda: resnet34(groups=2))
    assert "must be 1 in a basic block" in _found(text, _of("resnet34")).why


@pytest.mark.parametrize("label", [4, 7, -1])
def test_a_label_out_of_range(label: int) -> None:
    text = _raised(lambda: functional.cross_entropy(torch.zeros(2, 4), torch.tensor([0, label])))
    design = edit(preset("resnet18"), "num_classes=4")
    found = _found(text, design)
    assert found.edit == (f"num_classes={label + 1}" if label > 0 else "")
    if found.edit:
        functional.cross_entropy(torch.zeros(2, label + 1), torch.tensor([0, label]))


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_the_words_of_meta_tensors_are_known_too(device: str) -> None:
    def fc(network: nn.Module) -> None:
        network.fc = nn.Linear(512, 10)

    def bn3(network: nn.Module) -> None:
        network.layer4[2].conv3 = nn.Conv2d(512, 1024, 1, bias=False)
        network.layer4[2].bn3 = nn.BatchNorm2d(1024)

    design = _of("resnet50")
    for change, name, edited in ((fc, "fc", "num_classes=10"), (bn3, "conv5_3.add", "conv5_3.conv3=1024")):
        network = _network("resnet50", change).to(device)
        found = _found(_raised(lambda n=network: n(torch.zeros(1, 3, 64, 64, device=device))), design)
        assert (found.name, found.edit) == (name, edited)


def test_a_decoder_is_no_part_of_the_network() -> None:
    class Decoder(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.body = nn.Sequential(*list(_network("resnet18").children())[:-2])
            self.lateral = nn.Conv2d(channels, 256, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x5 = self.body(x)
            up = functional.interpolate(x5, scale_factor=2.0)
            return self.lateral(x5) if self.lateral.in_channels == 2048 else up + x5

    found = _found(_passed(Decoder(2048).eval(), 1, 3, 64, 64), _of("resnet18"))
    assert "2048 maps are what conv5_x of bottlenecks ends in" in found.why
    assert "512 maps are what conv5_x of basic blocks ends in" in found.why
    assert not found.edit
