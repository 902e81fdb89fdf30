"""Names of tensors in torchvision's words."""

from __future__ import annotations

import time

import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from renaming import renamed

from inspector.core.design.design import Design
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.naming import translated, translation
from inspector.core.weights.schemes import SCHEMES, Scheme
from inspector.core.weights.state_dict import tensors

RESNET152 = [name for name, _ in tensors(analyze(preset("resnet152")))]


@pytest.mark.parametrize(
    ("name", "prefix", "scheme", "torchvision"),
    [
        ("module.layer4.2.conv3.weight", "module.", "torchvision", "layer4.2.conv3.weight"),
        ("fc.weight", "", "torchvision", "fc.weight"),
        ("decoder.conv1.weight", "decoder.", "torchvision", "conv1.weight"),
        ("layer2.0.shortcut.1.bias", "", "kuangliu", "layer2.0.downsample.1.bias"),
        ("layer0.bn1.running_var", "", "Cadene", "bn1.running_var"),
        ("layers.1.0.bn2.weight", "", "NVIDIA", "layer2.0.bn2.weight"),
        ("encoder.5.0.downsample.0.weight", "encoder.", "nn.Sequential", "layer2.0.downsample.0.weight"),
        (
            "resnet.encoder.stages.0.layers.1.layer.2.normalization.bias",
            "resnet.",
            "Hugging Face",
            "layer1.1.bn3.bias",
        ),
        (
            "backbone.bottom_up.res3.0.shortcut.norm.weight",
            "backbone.bottom_up.",
            "detectron2",
            "layer2.0.downsample.1.weight",
        ),
        ("gpu_0/res2_0_branch2a_bn_s", "gpu_0/", "Caffe2", "layer1.0.bn1.weight"),
        ("conv3_x.0.residual_function.3.weight", "", "weiaicunzai", "layer2.0.conv2.weight"),
        ("features.stage1.unit1.body.conv1.conv.weight", "features.", "pytorchcv", "layer1.0.conv1.weight"),
        ("conv2_block1_0_conv/kernel", "", "Keras", "layer1.0.downsample.0.weight"),
        ("conv2_block1_1_bn/conv2_block1_1_bn/moving_mean:0", "", "Keras", "layer1.0.bn1.running_mean"),
        ("stages.1.0.shortcut.conv.weight", "", "timm byobnet", "layer2.0.downsample.0.weight"),
        ("s1.b1.conv2.conv.weight", "", "timm RegNet", "layer1.0.conv2.weight"),
        ("s2.b1.bn.weight", "", "pycls", "layer2.0.downsample.1.weight"),
        ("trunk_output.block1.block1-0.f.b.0.weight", "", "torchvision RegNet", "layer1.0.conv2.weight"),
    ],
)
def test_a_name_of_each_scheme(name: str, prefix: str, scheme: str, torchvision: str) -> None:
    assert translation(name) == (prefix, scheme, torchvision)


@pytest.mark.parametrize("name", ["", ".", "x", "layer1", "layer1.0.", "features.denseblock1.x.weight", "weight"])
def test_other_names_have_none(name: str) -> None:
    assert translation(name) is None


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("prefix", ["", "module.", "a.b-c.features.", "nets.0."])
def test_a_whole_network_of_each_scheme_is_found_whatever_stands_before_it(scheme: Scheme, prefix: str) -> None:
    names = {own: name for name in RESNET152 if (own := renamed(scheme, name, prefix))}

    found = translated(names)

    assert [(network.scheme, network.prefix) for network in found.networks] == [
        (scheme.name, prefix + scheme.heads[0].inside)
    ]
    assert found.networks[0].names == names
    assert not found.networks[0].strange
    assert not found.rest


@given(strategies.designs(), st.data())
def test_a_part_of_the_names_will_do(design: Design, data: st.DataObject) -> None:
    names = [name for name, _ in tensors(analyze(design))]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))

    found = translated(f"module.{name}" for name in chosen)

    assert [network.prefix for network in found.networks] == ["module."]
    assert set(found.networks[0].names.values()) == set(chosen)


def test_two_networks_and_what_is_of_neither() -> None:
    names = [f"encoder_{which}.{name}" for which in "qk" for name in RESNET152]

    found = translated([*names, "queue", "queue_ptr", "encoder_q.layer1.0.se.fc1.weight", "head.conv1.weight"])

    assert sorted(network.prefix for network in found.networks) == ["encoder_k.", "encoder_q."]
    strange = next(network.strange for network in found.networks if network.prefix == "encoder_q.")
    assert strange == {"encoder_q.layer1.0.se.fc1.weight": "layer1.0.se.fc1.weight"}
    assert found.rest == ("queue", "queue_ptr", "head.conv1.weight")


def test_a_head_of_several_layers_is_not_fc() -> None:
    names = translated([*RESNET152[:-2], "fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"])
    assert names.rest == ("fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias")

    names = translated([*RESNET152[:-2], "fc.1.weight", "fc.1.bias"])
    assert names.networks[0].names["fc.1.weight"] == "fc.weight"


@pytest.mark.parametrize(
    "names",
    [
        [f"model.encoder.block.{i}.attn.layer{i % 7}.q_proj.weight" for i in range(50_000)],
        ["layer1." * 200_000, "." * 1_000_000 + "x", "a/" * 500_000, "layers." * 200_000 + "1.2.3"],
        [f"{i}.layer1.0.conv1.weight" for i in range(50_000)],
    ],
    ids=["foreign", "long", "many"],
)
def test_time_is_linear_in_what_is_named(names: list[str]) -> None:
    start = time.perf_counter()
    translated(names)
    assert time.perf_counter() - start < 5
