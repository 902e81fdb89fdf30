"""Bytes beside what torch really allocates and keeps."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from strategies import designs

from inspector.bridge.build import build
from inspector.bridge.peak import Alive
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.memory import Memory, memory
from inspector.core.network.network import analyze


def _kept(module: torch.nn.Module, image: torch.Tensor) -> int:
    """Bytes of the distinct storages that autograd saves in train mode, parameters and buffers aside."""
    own = {tensor.untyped_storage().data_ptr() for tensor in module.state_dict().values()}
    saved: dict[int, int] = {}
    tensors = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
            tensors.append(tensor)  # alive until all are counted, so that no address comes twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module.train()(image)
    return sum(saved.values())


def _agrees(design: Design) -> Memory:
    module, image = build(design), torch.randn(design.input)
    found = memory(analyze(design))
    assert found.params["fp32"] == sum(each.nbytes for each in module.parameters())
    assert found.buffers["fp32"] == sum(each.nbytes for each in module.buffers())
    with torch.no_grad(), Alive(image, module) as alive:
        module.eval()(image)
    assert found.inference_peak == alive.peak
    return found


@settings(max_examples=60)
@given(designs(24, 60))
def test_bytes_equal_what_torch_holds(design: Design) -> None:
    _agrees(design)


@settings(max_examples=60)
@given(designs(24, 60))
def test_kept_for_backward_equals_what_autograd_saves(design: Design) -> None:
    batch, channels, height, width = design.input
    several = edit(design, f"input={batch + 1},{channels},{height},{width}")  # a batch norm trains on more than one
    module, image = build(several), torch.randn(several.input)
    assert memory(analyze(several)).train_activations == _kept(module, image)


def test_resnet50_and_its_half() -> None:
    found = _agrees(edit(preset("resnet50"), "input.height=64", "input.width=64"))
    module = build(preset("resnet50"), "meta").half()
    assert memory(analyze(preset("resnet50"))).params["fp16"] == sum(each.nbytes for each in module.parameters())
    assert memory(analyze(preset("resnet50"))).buffers["fp16"] == sum(each.nbytes for each in module.buffers())
    assert found.inference_peak > 0
