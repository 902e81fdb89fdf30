from __future__ import annotations

import pytest
import torch
import torchvision
from hypothesis import given
from strategies import designs

from inspector.bridge.build import build
from inspector.bridge.measure import measure
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, count, terms
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network, analyze

TORCHVISION = [name for name in PRESETS if name != "resnet50_v1"]


def _agrees(network: Network) -> None:
    """The analysis equals torchinfo's of the real module, leaf by leaf in the order of the calls."""
    measured = measure(build(network.design, "meta"), network.design.input)
    expected = [
        (
            place.path,
            place.node.kind,
            place.node.output,
            place.node.params,
            CONVENTIONS["torchinfo"].cost(terms(place.node)),
        )
        for place in network.operations()
        if kind(place.node).is_module
    ]
    found = [(layer.path, layer.kind, layer.output, layer.params, layer.mult_adds) for layer in measured.layers]
    assert found == expected
    assert (measured.params, measured.mult_adds) == (network.params, count(network)["torchinfo"])


def _shapes(module: torch.nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(tensor.shape)) for name, tensor in module.state_dict().items()]


@pytest.mark.parametrize("name", TORCHVISION)
def test_presets_are_torchvisions(name: str) -> None:
    network = analyze(preset(name))
    with torch.device("meta"):
        theirs = torchvision.models.get_model(name)
    assert _shapes(build(network.design, "meta")) == _shapes(theirs)
    assert network.params == sum(parameter.numel() for parameter in theirs.parameters())
    measured = measure(theirs, network.design.input)
    assert measured == measure(build(network.design, "meta"), network.design.input)
    _agrees(network)


def test_v1_has_the_weights_of_v15() -> None:
    first, second = (_shapes(build(preset(name), "meta")) for name in ("resnet50", "resnet50_v1"))
    assert first == second
    _agrees(analyze(preset("resnet50_v1")))


@given(designs())
def test_random_designs_equal_torchinfo_leaf_by_leaf(design: Design) -> None:
    _agrees(analyze(design))


@given(designs())
def test_every_weight_has_the_shape_that_the_analysis_says(design: Design) -> None:
    shapes = dict(_shapes(build(design, "meta")))
    for place in analyze(design).operations():
        if place.node.weight is not None:
            assert shapes[f"{place.path}.weight"] == place.node.weight
    weighted = {place.path for place in analyze(design).operations() if place.node.weight is not None}
    assert {name.rpartition(".")[0] for name in shapes} == weighted


@pytest.mark.parametrize(
    ("assignments", "kept"),
    [
        (("conv5_x.planes=256",), (269, 51, 0, 0)),
        (("conv4_x.planes=128",), (223, 97, 0, 0)),
        (tuple(f"layer{n}.width_per_group=128" for n in (1, 2, 3, 4)), (144, 176, 0, 0)),
        (tuple(f"layer{n}.expansion=2" for n in (1, 2, 3, 4)), (204, 116, 0, 0)),
        (("conv5_x.blocks=2",), (302, 0, 0, 18)),
        (("conv4_x.blocks=8",), (320, 0, 36, 0)),
        (("num_classes=10",), (318, 2, 0, 0)),
        (("stride_on=conv1",), (320, 0, 0, 0)),
    ],
    ids=lambda found: str(found[0]),
)
def test_edits_change_as_many_tensors_as_was_measured(
    assignments: tuple[str, ...], kept: tuple[int, int, int, int]
) -> None:
    before = dict(_shapes(build(preset("resnet50"), "meta")))
    after = dict(_shapes(build(edit(preset("resnet50"), *assignments), "meta")))
    same = sum(after.get(name) == shape for name, shape in before.items())
    other = sum(name in after and after[name] != shape for name, shape in before.items())
    assert (same, other, len(after.keys() - before.keys()), len(before.keys() - after.keys())) == kept


@pytest.mark.parametrize("name", TORCHVISION)
def test_with_the_same_weights_the_outputs_are_torchvisions(name: str) -> None:
    torch.manual_seed(0)
    theirs = torchvision.models.get_model(name, num_classes=7)
    ours = build(edit(preset(name), "num_classes=7"))
    ours.load_state_dict(theirs.state_dict())
    image = torch.randn(2, 3, 48, 33)
    for mode in (True, False):
        with torch.no_grad():
            assert torch.equal(ours.train(mode)(image), theirs.train(mode)(image))


def test_dilation_follows_torchvisions_rule() -> None:
    theirs = torchvision.models.resnet50(replace_stride_with_dilation=[False, True, True])
    ours = build(edit(preset("resnet50"), "conv4_x.dilate=true", "conv5_x.dilate=true"))
    ours.load_state_dict(theirs.state_dict())
    image = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours.eval()(image), theirs.eval()(image))


@pytest.mark.parametrize("zero_init_residual", [False, True])
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_the_same_seed_gives_torchvisions_initial_weights(name: str, *, zero_init_residual: bool) -> None:
    torch.manual_seed(3)
    theirs = torchvision.models.get_model(name, zero_init_residual=zero_init_residual).state_dict()
    torch.manual_seed(3)
    ours = build(preset(name), zero_init_residual=zero_init_residual).state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[tensor], theirs[tensor]) for tensor in ours)


def test_build_is_public() -> None:
    import inspector

    assert inspector.build is build
