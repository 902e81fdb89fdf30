"""Channel spaces against Torch-Pruning's dependency groups, and what holds of them in every design."""

from __future__ import annotations

from collections import Counter

import pytest
import strategies
import torch
import torchvision
from carrying import EXAMPLES, IS_LONG
from hypothesis import assume, given, settings
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.network.network import Network, analyze
from inspector.core.weights.spaces import CLASSES, INPUT, Spaces, spaces
from inspector.core.weights.state_dict import tensors

Group = tuple[frozenset[str], frozenset[str]]


def _ours(network: Network) -> set[Group]:
    """The modules whose rows, and whose columns, each space is; but the input's and the classes'."""
    return {
        (
            frozenset(name.rpartition(".")[0] for name in space.producers),
            frozenset(name.rpartition(".")[0] for name in space.consumers),
        )
        for space in spaces(network)
        if space.name not in (INPUT, CLASSES)
    }


def _theirs(module: nn.Module) -> set[Group]:
    """The same by Torch-Pruning's dependency graph, from every convolution's filters."""
    pruning = pytest.importorskip("torch_pruning")
    graph = pruning.DependencyGraph().build_dependency(module, torch.randn(1, 3, 32, 32))
    names = {each: name for name, each in module.named_modules()}
    columns = (pruning.prune_conv_in_channels, pruning.prune_linear_in_channels)
    found = set()
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            group = graph.get_pruning_group(layer, pruning.prune_conv_out_channels, idxs=[0])
            of = [(names[dep.target.module], dep.handler in columns) for dep, _ in group if dep.target.module in names]
            weighted = [(name, is_column) for name, is_column in of if list(module.get_submodule(name).parameters())]
            found.add(
                (
                    frozenset(name for name, is_column in weighted if not is_column),
                    frozenset(name for name, is_column in weighted if is_column),
                )
            )
    return found


COMPARED = PRESETS if IS_LONG else ("resnet18", "resnet50", "resnext50_32x4d")
"""Torch-Pruning takes half a minute for all of them."""


@pytest.mark.parametrize("name", COMPARED)
def test_spaces_are_torch_prunings_groups(name: str) -> None:
    module = torchvision.models.get_model(name.removesuffix("_v1")).eval()
    assert _ours(analyze(preset(name))) == _theirs(module)


@settings(max_examples=EXAMPLES)
@given(strategies.designs(24, 40))
def test_spaces_of_random_designs_are_torch_prunings_groups(design: Design) -> None:
    plain = edit(design, "norm=batch", "input=1,3,32,32", "num_classes=5")  # Torch-Pruning knows no frozen norms
    roles = Spaces(analyze(plain)).roles.values()
    assume(not any(1 < role.groups == role.shape[0] for role in roles))  # to it a depthwise convolution ties both sides
    assert _ours(analyze(plain)) == _theirs(build(plain).eval())


@pytest.mark.parametrize(("name", "count"), [("resnet18", 12), ("resnet50", 37), ("resnext50_32x4d", 37)])
def test_there_are_as_many_as_were_counted(name: str, count: int) -> None:
    assert len(spaces(analyze(preset(name)))) == count + len((INPUT, CLASSES))


def test_an_override_splits_a_space_and_an_identity_merges_two() -> None:
    split = Spaces(analyze(edit(preset("resnet50"), "conv5_3.conv3=1024")))
    assert split.leaving["layer4.1"] == "layer4.0.conv3" != split.leaving["layer4.2"] == "layer4.2.conv3"
    merged = Spaces(analyze(edit(preset("resnet50"), "stem.planes=256")))
    assert merged.leaving["layer1"] == "conv1"


@given(strategies.designs())
def test_every_dimension_belongs_to_one_space_of_its_size(design: Design) -> None:
    network = analyze(design)
    found = Spaces(network)
    assert [(name, role.shape) for name, role in found.roles.items()] == list(tensors(network))
    for role in found.roles.values():
        rows = found.by_name[role.rows].channels if role.rows else None
        assert role.shape[:1] == (() if rows is None else (rows,))
        if role.columns:
            assert role.shape[1] * role.groups == found.by_name[role.columns].channels
    for space in found.by_name.values():
        assert space.channels % space.groups == 0
        assert space.producers or space.name == INPUT
    owned = Counter(name for space in found.by_name.values() for name in space.producers)
    assert owned == Counter(name for name, shape in tensors(network) if shape)
    read = Counter(name for space in found.by_name.values() for name in space.consumers)
    assert read == Counter(name for name, shape in tensors(network) if len(shape) > 1)
