"""Plans of carrying weights over, without values: fates, obstacles, and which channels are drawn."""

from __future__ import annotations

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.draw import NEW, Draw, is_possible, origins, strongest
from inspector.core.weights.obstacles import ROWS, Cost
from inspector.core.weights.plan import Plan, Policy, plan
from inspector.core.weights.record import DESIGN, Proof, promised, ranges, recorded
from inspector.core.weights.state_dict import tensors
from inspector.core.weights.table import Contents, Table, Tensor
from inspector.report.design_toml import design_file

RESNET50 = preset("resnet50")


def _plan(policy: Policy, *assignments: str, base: str = "resnet50") -> Plan:
    before = preset(base)
    return plan(analyze(before), analyze(edit(before, *assignments)), policy)


@pytest.mark.parametrize("policy", ["drop", "slice", "pad"])
@settings(max_examples=30)
@given(strategies.designs())
def test_nothing_edited_nothing_changed(policy: Policy, design: Design) -> None:
    made = plan(analyze(design), analyze(design), policy)
    assert {each.fate for each in made.carries} == {"same"}
    assert not made.obstacles
    assert not made.gone
    assert made.promise.cost == Cost.NOTHING


@pytest.mark.parametrize(
    ("assignments", "same"),
    [
        (("conv5_x.planes=256",), 269),
        (("conv5_x.planes=384",), 269),
        (("conv4_x.planes=128",), 223),
        (("conv4_x.blocks=8",), 320),
        (("num_classes=10",), 318),
    ],
    ids=str,
)
def test_drop_keeps_what_load_state_dict_would(assignments: tuple[str, ...], same: int) -> None:
    assert _plan("drop", *assignments).fates["same"] == same


@pytest.mark.parametrize(
    ("base", "assignments", "told"),
    [
        ("resnet50", ("stem.planes=256",), "layer1.0: its projection is gone; conv1 and layer1.0.conv3 become one"),
        ("resnet50", ("stride_on=conv1",), "layer2.0.conv1: stride 1 → 2"),
        ("resnet50", ("conv5_x.dilate=true",), "layer4.1.conv2: dilation 1 → 2"),
        ("resnet50", ("conv5_x.blocks=2",), "layer4.2 is gone"),
        ("resnet50", ("block=basic",), "block bottleneck → basic"),
        ("resnet50", ("stem.pool=false",), "max pool on → off"),
        (
            "resnext50_32x4d",
            ("conv5_x.groups=16", "conv5_x.width_per_group=8"),
            "layer4.0.conv1: 32×32 channels → 16×64",
        ),
        ("resnet50", ("num_classes=10",), "num_classes 1000 → 10: fc starts at random"),
        ("resnet50", ("num_classes=0",), "fc is gone"),
        ("resnet50", ("norm=frozen",), "norm batch → frozen"),
        ("resnet50", ("conv5_3.conv3=1024",), "layer4.2.conv3: 2048 channels → 1024, the strongest"),
        ("resnet50", ("conv5_3.conv3=1024",), "layer4.2: a new projection passes"),
        ("resnet50", ("stem.kernel=3",), "conv1: kernel 7 → 3"),
        ("resnet50", ("input.channels=1",), "input channels 3 → 1: exact where all of them hold one picture"),
    ],
    ids=str,
)
def test_obstacles_are_said_in_words(base: str, assignments: tuple[str, ...], told: str) -> None:
    assert any(told in each.words for each in _plan("slice", *assignments, base=base).obstacles)


def test_pad_says_that_what_shrinks_is_sliced() -> None:
    padded, sliced = (_plan(policy, "conv5_x.planes=300", "conv4_x.planes=300") for policy in ("pad", "slice"))
    assert padded.carries == sliced.carries
    told = [each.words for each in padded.obstacles if each.kind == "shrunk"]
    assert len(told) == 1
    assert "7 of 38 sets of channels shrink, which pad cannot fill up" in told[0]
    assert not [each for each in sliced.obstacles if each.kind == "shrunk"]


def test_what_costs_more_promises_less() -> None:
    costs = {name: row.cost for name, row in ROWS.items()}
    assert {costs[each] for each in ("merged", "removed", "stride", "dilation", "pool", "block", "groups")} == {
        Cost.ALL
    }
    assert promised(_plan("pad", "conv5_x.planes=600").promise) == "the same outputs as before, up to rounding"
    assert "eval mode" in promised(_plan("pad", "conv5_3.conv3=3000").promise)
    assert "train on" in promised(_plan("slice", "conv5_x.planes=300").promise)
    assert promised(_plan("pad", "conv5_x.blocks=2").promise) == "nothing: it is another function"
    assert "pooled features" in promised(_plan("pad", "num_classes=10").promise)


@given(st.data())
def test_channels_stay_in_their_groups_and_in_order(data: st.DataObject) -> None:
    sizes = st.integers(1, 6)
    layout, was = (data.draw(sizes), data.draw(sizes)), (data.draw(sizes), data.draw(sizes))
    if not is_possible(layout, was):
        return
    draw = Draw("new", "old", layout, was)
    scores = data.draw(st.lists(st.integers(0, 3).map(float), min_size=draw.of, max_size=draw.of))
    found = origins(draw, {"old": scores})
    kept = [channel for channel in found if channel != NEW]
    assert len(found) == draw.channels
    assert kept == sorted(set(kept))
    assert len(kept) == min(layout[0], was[0]) * min(layout[1], was[1])
    for at, channel in enumerate(found):
        if channel != NEW and not draw.is_shrunk:
            assert (at // layout[1], at % layout[1]) == (channel // was[1], channel % was[1])
    for group in range(min(layout[0], was[0])):
        own = {channel // was[1] for channel in found[group * layout[1] : (group + 1) * layout[1]] if channel != NEW}
        assert len(own) == 1


def test_the_strongest_are_kept_and_of_equals_the_lower() -> None:
    assert strongest([1.0, 3.0, 2.0, 3.0, 1.0], 3) == [1, 2, 3]
    assert strongest([1.0, 1.0, 1.0], 2) == [0, 1]
    assert strongest([float("nan"), 0.0, 1.0], 2) == [1, 2]


def test_groups_are_chosen_by_both_spaces_that_they_tie() -> None:
    made = _plan("slice", "conv5_x.groups=2", base="resnext50_32x4d")
    draws = [draw for draw in made.draws.values() if draw.together]
    assert {draw.together for draw in draws} == {(f"layer4.{n}.conv1", f"layer4.{n}.conv2") for n in (0, 1, 2)}
    draw = Draw("new", "one", (1, 2), (2, 2), ("one", "other"))
    assert origins(draw, {"one": [3.0, 3.0, 1.0, 1.0], "other": [0.0, 0.0, 9.0, 9.0]}) == (2, 3)


@given(st.sets(st.integers(0, 60)))
def test_ranges_say_every_number_once(numbers: set[int]) -> None:
    said = ranges(sorted(numbers))
    found: list[int] = []
    for part in said.split(",") if said else ():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    assert found == sorted(numbers)


@settings(max_examples=30)
@given(strategies.designs())
def test_a_file_that_says_its_design_is_of_that_one(design: Design) -> None:
    table = Table(tuple(Tensor(name, shape) for name, shape in tensors(analyze(design))))
    said = ((DESIGN, design_file(design)),)
    assert recorded(Contents("safetensors", (table,), metadata=said)) == design
    assert recorded(Contents("safetensors", (table,))) is None
    assert recorded(Contents("safetensors", (Table(table.tensors[1:]),), metadata=said)) is None
    assert recorded(Contents("safetensors", (table,), metadata=((DESIGN, "base = 3"),))) is None


def test_a_proof_holds_what_was_promised() -> None:
    exact = _plan("pad", "conv5_x.planes=600").promise
    assert Proof(1e-6, 1.0, (1, 3, 8, 8), "float32", 10).holds(exact, "F32")
    assert not Proof(1e-2, 1.0, (1, 3, 8, 8), "float32", 10).holds(exact, "F32")
    assert not Proof(1e-6, 1.0, (1, 3, 8, 8), "float64", 10).holds(exact, "F64")
    assert Proof(float("nan"), 1.0, (1, 3, 8, 8), "float32", 10).holds(exact, "F32")
    assert Proof(9.0, 1.0, (1, 3, 8, 8), "float32", 10).holds(_plan("slice", "conv5_x.planes=300").promise, "F32")
