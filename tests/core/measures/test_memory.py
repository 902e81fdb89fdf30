from __future__ import annotations

from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.presets import preset
from inspector.core.measures.memory import memory
from inspector.core.network.network import analyze


def test_resnet50_has_the_measured_bytes() -> None:
    found = memory(analyze(preset("resnet50")))
    assert found.params["fp32"] == 102_228_128
    assert found.buffers["fp32"] == 212_904
    assert found.train_activations == 86_121_984
    assert found.gradients == 102_228_128
    assert found.optimizer == {"sgd": 0, "sgd+momentum": 102_228_128, "adam": 204_456_256}
    assert found.params["bf16"] == found.params["fp16"] == 51_114_064
    assert found.training("adam") == 102_228_128 * 4 + 212_904 + 86_121_984


@given(designs())
def test_smaller_types_are_smaller(design: Design) -> None:
    found = memory(analyze(design))
    assert found.params["int8"] <= found.params["fp32"] == 2 * found.params["bf16"]
    assert found.buffers["fp16"] < found.buffers["fp32"]
    assert found.inference_peak > 0
