from __future__ import annotations

from msgspec import structs

from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, terms
from inspector.core.measures.verdict import Measured, Measurement, judge
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network, analyze

NETWORK = analyze(preset("resnet18"))


def _measured(network: Network) -> Measurement:
    """What torchinfo would say if it agreed."""
    cost = CONVENTIONS["torchinfo"].cost
    layers = tuple(
        Measured(place.path, place.node.kind, place.node.output, place.node.params, cost(terms(place.node)))
        for place in network.operations()
        if kind(place.node).is_module
    )
    return Measurement(layers, network.params, cost(terms(network.root)), {"torch": "0"})


def test_equal_measurements_agree() -> None:
    verdict = judge(NETWORK, _measured(NETWORK))
    assert verdict.agrees
    assert verdict.layers == 60


def test_each_difference_is_said_with_its_place() -> None:
    measured = _measured(NETWORK)
    layers = list(measured.layers)
    layers[5] = structs.replace(layers[5], output=(1, 64, 1, 1))
    layers[7] = structs.replace(layers[7], params=3, mult_adds=4)
    verdict = judge(NETWORK, structs.replace(measured, layers=tuple(layers), params=1))
    found = [(each.name, each.what, each.measured) for each in verdict.differences]
    assert found == [
        ("conv2_1.bn1", "output", "[1, 64, 1, 1]"),
        ("conv2_1.conv2", "params", "3"),
        ("conv2_1.conv2", "mult-adds", "4"),
        ("network", "params", "1"),
    ]


def test_a_layer_too_many_or_too_few_is_a_difference() -> None:
    measured = _measured(NETWORK)
    fewer = judge(NETWORK, structs.replace(measured, layers=measured.layers[:-1]))
    more = judge(NETWORK, structs.replace(measured, layers=(*measured.layers, measured.layers[-1])))
    assert [(each.name, each.what, each.measured) for each in fewer.differences] == [("fc", "layer", "nothing")]
    assert [(each.name, each.what, each.analysed) for each in more.differences] == [("fc", "layer", "nothing")]
