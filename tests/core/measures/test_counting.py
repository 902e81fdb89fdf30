from __future__ import annotations

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, convention, count, terms
from inspector.core.network.network import analyze
from inspector.errors import DesignError

MEASURED = {  # ResNet-50 v1.5 and v1 at 1×3×224×224; None where the tool was not run
    "conv+fc": (4_089_184_256, 3_857_973_248),
    "ptflops": (4_089_185_256, 3_857_974_248),
    "torchinfo": (4_089_238_376, 3_858_027_368),
    "torchprofile": (4_100_300_288, None),
    "fvcore": (4_111_512_576, 3_879_247_872),
    "torch-pruning": (4_121_925_096, 3_889_133_544),
    "ptflops-pytorch": (4_132_436_968, 3_899_118_568),
    "thop": (4_133_742_592, 3_900_424_192),
    "torch-flops": (8_178_368_512, 7_715_946_496),
    "deepspeed-flops": (8_211_108_352, 7_747_105_792),
}


def test_every_convention_says_what_its_tool_said() -> None:
    v15, v1 = count(analyze(preset("resnet50"))), count(analyze(preset("resnet50_v1")))
    assert list(v15) == list(MEASURED)
    for name, (first, second) in MEASURED.items():
        assert v15[name] == first
        assert second is None or v1[name] == second


def test_the_terms_of_resnet50_are_the_measured_ones() -> None:
    found = terms(analyze(preset("resnet50")).root)
    assert found == (4_087_136_256, 2_048_000, 1_000, 11_113_984, 53_120, 9_608_704, 802_816, 100_352, 2_048)


@given(designs())
def test_a_network_costs_what_its_operations_cost(design: Design) -> None:
    network = analyze(design)
    for name, cost in count(network).items():
        operations = (CONVENTIONS[name].cost(terms(place.node)) for place in network.operations())
        assert sum(operations) == cost


def test_a_formula_is_said_in_words() -> None:
    assert CONVENTIONS["fvcore"].formula == "conv MACs + fc MACs + 2 × batch-norm outputs + avg-pool inputs"
    assert CONVENTIONS["fvcore"].label == "MACs (fvcore)"
    assert CONVENTIONS["conv+fc"].label == "MACs"
    headings = [each.heading for each in CONVENTIONS.values()]
    assert len(set(headings)) == len(headings)
    assert max(map(len, headings)) <= 7
    assert all("FLOPs" not in each.label or "2 a MAC" in each.label for each in CONVENTIONS.values())


def test_an_unknown_counting_is_answered_with_the_nearest() -> None:
    with pytest.raises(DesignError, match="fvcor: no such counting; did you mean fvcore"):
        convention("fvcor")
