"""Grad-CAM against its definition by hand, against pytorch-grad-cam, and where there is no map to be had."""

from __future__ import annotations

import os
import sys
import warnings

import numpy as np
import pytest
import torch
from carrying import small_designs, weights
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from inspector.bridge.build import build
from inspector.bridge.cam import cam, check_installed, spread
from inspector.core.cam.targets import target_at
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.names import STAGES, block_name
from inspector.core.network.network import analyze
from inspector.errors import DesignError, InputError, MissingError

EXAMPLES = int(os.environ.get("INSPECTOR_CARRIED", "25"))
SMALL = edit(preset("resnet18"), "input=2,3,64,96", "num_classes=7", "stem.planes=8")


def _module(design: Design, dtype: torch.dtype = torch.float32) -> nn.Module:
    module = build(design).to(dtype)
    module.load_state_dict(weights(design, dtype))
    return module


def _by_hand(
    module: nn.Module, batch: torch.Tensor, path: str, classes: tuple[int, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """ReLU(Σ α_k A_k), and α_k = the mean over positions of the gradient of the class's score by map k."""
    kept: list[torch.Tensor] = []
    hook = module.get_submodule(path).register_forward_hook(lambda *each: kept.append(each[2]))
    scores = module.eval()(batch)
    hook.remove()
    (gradients,) = torch.autograd.grad(scores[torch.arange(len(batch)), list(classes)].sum(), kept[0])
    alpha = gradients.flatten(2).mean(-1)
    return (alpha[:, :, None, None] * kept[0].detach()).sum(1).clamp(min=0), alpha


@st.composite
def addresses(draw: st.DrawFn, design: Design) -> str:
    stage = draw(st.sampled_from(STAGES))
    block = block_name(stage, draw(st.integers(1, design.stage(stage).blocks)))
    return draw(st.sampled_from(["", "", stage, block, f"{block}.conv1", f"{block}.conv2", "stem", "conv1"]))


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_the_map_is_the_definition_bit_for_bit(data: st.DataObject) -> None:
    design = data.draw(small_designs())
    assume(design.num_classes)
    target = target_at(analyze(design), data.draw(addresses(design)))
    module = _module(design, data.draw(st.sampled_from([torch.float32, torch.float64])))
    batch = torch.randn(design.input, generator=torch.Generator().manual_seed(1)).to(next(module.parameters()).dtype)
    number = st.integers(0, design.num_classes - 1)
    classes = tuple(data.draw(st.lists(number, min_size=len(batch), max_size=len(batch))))
    found = cam(module, batch, target.path, classes)
    maps, alpha = _by_hand(module, batch, target.path, classes)
    assert torch.equal(found.maps, maps)
    assert torch.equal(found.weights, alpha)
    assert torch.equal(found.sums.clamp(min=0), maps)
    assert tuple(found.maps.shape) == (len(batch), *target.size)
    assert found.activations.shape[1] == target.maps
    share = found.sums.clamp(min=0).sum((1, 2)) / found.sums.abs().sum((1, 2))
    assert torch.allclose(found.positive, share.nan_to_num(), equal_nan=False)
    assert torch.allclose(found.adds.sum(1), found.sums.sum((1, 2)), rtol=1e-3, atol=1e-4)


def test_the_likeliest_class_is_taken_of_each_picture() -> None:
    module, batch = _module(SMALL), torch.randn(SMALL.input)
    found = cam(module, batch, "layer4.1")
    assert found.classes == tuple(module.eval()(batch).argmax(1).tolist())
    assert torch.equal(found.scores, module(batch))


def test_the_module_is_left_as_it_was() -> None:
    module = _module(SMALL)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    for is_training in (True, False):
        module.train(is_training)
        cam(module, torch.randn(SMALL.input), "layer4.1")
        assert module.training is is_training
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert all(each.grad is None for each in module.parameters())
    assert not any(each._forward_hooks for each in module.modules())  # noqa: SLF001  # nobody else says


def test_it_works_where_gradients_are_off_and_with_frozen_norms() -> None:
    design = edit(SMALL, "norm=frozen")
    module, batch = _module(design), torch.randn(design.input)
    with torch.no_grad():
        found = cam(module, batch, "layer4.1", (1, 2))
    assert torch.equal(found.maps, _by_hand(module, batch, "layer4.1", (1, 2))[0])


@settings(max_examples=8)
@given(st.data())
def test_behind_the_last_block_the_weights_are_those_of_fc(data: st.DataObject) -> None:
    design = data.draw(small_designs())
    assume(design.num_classes)
    module, found = _module(design, torch.float64), target_at(analyze(design))
    if design.target != "last":
        found = target_at(analyze(design), "conv5_x")
    raw = cam(module, torch.randn(design.input).double(), found.path)
    height, width = found.size
    own = module.get_submodule("fc").weight[list(raw.classes)] / (height * width)
    assert torch.allclose(raw.weights, own.detach(), rtol=1e-9, atol=1e-15)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["", "conv4_x", "conv3_1"])
@pytest.mark.parametrize("seed", range(3))
def test_from_least_to_largest_it_is_what_pytorch_grad_cam_gives(address: str, seed: int) -> None:
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    module = _module(SMALL).eval()
    batch = torch.randn(SMALL.input, generator=torch.Generator().manual_seed(seed))
    path = target_at(analyze(SMALL), address).path
    raw = cam(module, batch, path, (3, 5))
    with GradCAM(module, [module.get_submodule(path)]) as theirs, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = theirs(batch, [ClassifierOutputTarget(3), ClassifierOutputTarget(5)])
    for one, other in zip(raw.maps, expected, strict=True):
        ours = spread(one, (SMALL.input[2], SMALL.input[3]), "minmax").numpy()
        assert np.abs(ours - other).max() < 1e-5


@pytest.mark.filterwarnings("ignore")
def test_its_least_to_largest_is_torchcam_s_before_it_is_enlarged() -> None:
    from torchcam.methods import GradCAM

    module, batch = _module(SMALL).eval(), torch.randn(SMALL.input)
    raw = cam(module, batch, "layer4.1", (3, 5))
    with GradCAM(module, "layer4.1") as theirs:
        (expected,) = theirs([3, 5], module(batch))
    for one, other in zip(raw.maps, expected, strict=True):
        assert float((spread(one, tuple(one.shape), "minmax") - other).abs().max()) < 1e-5


def test_by_its_largest_value_nothing_is_taken_away() -> None:
    values = torch.tensor([[1.0, 2.0], [4.0, 3.0]])
    assert torch.equal(spread(values, (2, 2), "max"), values / 4)
    assert float(spread(values, (2, 2), "minmax").min()) == 0
    assert torch.equal(spread(torch.zeros(2, 2), (4, 4), "max"), torch.zeros(4, 4))
    assert torch.equal(spread(torch.ones(1, 1), (2, 2), "max"), torch.ones(2, 2))
    assert torch.equal(spread(torch.ones(1, 1), (2, 2), "minmax"), torch.zeros(2, 2))


def test_a_network_without_classes_has_no_score() -> None:
    design = edit(SMALL, "num_classes=0")
    with pytest.raises(InputError, match="needs the score"):
        cam(_module(design), torch.randn(design.input), "layer4.1")


def test_what_is_no_number_is_no_map() -> None:
    module = _module(SMALL)
    with torch.no_grad():
        module.get_submodule("conv1").weight[0] = float("nan")
    with pytest.raises(InputError, match="no number"):
        cam(module, torch.randn(SMALL.input), "layer4.1")


@pytest.mark.parametrize(
    "address", ["fc", "head", "avgpool", "conv5_2.bn1", "conv5_2.add", "input", "network", "conv9_1"]
)
def test_what_has_no_maps_of_its_own_is_refused(address: str) -> None:
    with pytest.raises(DesignError):
        target_at(analyze(SMALL), address)


def test_without_torchcam_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchcam", None)
    monkeypatch.setitem(sys.modules, "torchcam.methods", None)
    with pytest.raises(MissingError, match=r"pip install 'inspector\[cam\]'"):
        check_installed()
    assert MissingError.exit_code == 3
