"""What survives an edit, against the state_dicts of the modules."""

from __future__ import annotations

from collections import Counter

import pytest
import strategies
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.bridge.build import build
from inspector.core.design.design import Design, Override
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network, analyze
from inspector.core.weights.survival import (
    CLASSES,
    COUNTER,
    Fate,
    Survival,
    by_part,
    fates,
    fates_at,
    survival,
    survival_at,
)
from inspector.errors import DesignError

RESNET50 = analyze(preset("resnet50"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("conv5_x.planes=256", (269, 51, 0, 0)),
        ("conv5_x.planes=384", (269, 51, 0, 0)),
        ("conv4_x.planes=128", (223, 97, 0, 0)),
        ("conv*_x.width_per_group=128", (144, 176, 0, 0)),
        ("conv*_x.groups=32 conv*_x.width_per_group=4", (144, 176, 0, 0)),
        ("conv*_x.expansion=2", (204, 116, 0, 0)),
        ("conv5_x.blocks=2", (302, 0, 0, 18)),
        ("conv4_x.blocks=8", (320, 0, 36, 0)),
        ("num_classes=10", (318, 2, 0, 0)),
        ("stride_on=conv1", (320, 0, 0, 0)),
        ("num_classes=0", (318, 0, 0, 2)),
        ("norm=frozen", (267, 0, 0, 53)),
    ],
)
def test_every_row_of_the_table_of_edits(change: str, expected: tuple[int, ...]) -> None:
    found = survival(RESNET50, analyze(edit(preset("resnet50"), *change.split())))
    assert tuple(each.tensors for each in (found.fits, found.other_shape, found.new, found.gone)) == expected


def _counted(told: list[Fate]) -> dict[str, tuple[int, int, int, int]]:
    """Tensors, parameters, elements of buffers, and counters of each class, tensor by tensor."""
    counts: Counter[tuple[str, int]] = Counter()
    for fate in told:
        shape = fate.after if fate.after is not None else fate.before
        is_counter = fate.name.endswith(COUNTER)
        elements = torch.Size(shape or ()).numel()
        counts[fate.of, 0] += 1
        counts[fate.of, 3 if is_counter else 2 if fate.is_buffer else 1] += elements
    names = ("same", "other use", "other shape", "new", "gone")
    return {name: (counts[name, 0], counts[name, 1], counts[name, 2], counts[name, 3]) for name in names}


def _agrees(before: Network, after: Network) -> Survival:
    told, found = list(fates(before, after)), survival(before, after)
    assert dict(zip(_counted(told), map(tuple, found), strict=True)) == _counted(told)
    total = Survival()
    for _, each in by_part(before, after):
        total = total.plus(each)
    assert total == found
    return found


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_fates_are_what_the_state_dicts_say(data: st.DataObject) -> None:
    before = data.draw(strategies.designs(widest=24, largest=40))
    after = before
    for _ in range(data.draw(st.integers(0, 4))):
        try:
            after = edit(after, data.draw(strategies.edits(after)))
        except DesignError:
            continue
    if data.draw(st.integers(0, 4)) == 0:
        after = data.draw(strategies.designs(widest=24, largest=40))
    networks = analyze(before), analyze(after)
    olds, news = (
        {name: tuple(each.shape) for name, each in build(each, "meta").state_dict().items()} for each in (before, after)
    )
    told = list(fates(*networks))
    assert [fate.name for fate in told if fate.after is not None] == list(news)
    assert {fate.name for fate in told} == olds.keys() | news.keys()
    for fate in told:
        assert (fate.before, fate.after) == (olds.get(fate.name), news.get(fate.name))
        of = {"same": fate.before == fate.after, "other use": fate.before == fate.after}
        of |= {"other shape": None not in (fate.before, fate.after) and fate.before != fate.after}
        of |= {"new": fate.before is None, "gone": fate.after is None}
        assert of[fate.of]
        assert bool(fate.why) == (fate.of == "other use")
    _agrees(*networks)


@settings(max_examples=25, deadline=None)
@given(strategies.designs(widest=24, largest=40))
def test_nothing_is_lost_where_nothing_is_edited(design: Design) -> None:
    network = analyze(design)
    found = _agrees(network, network)
    assert found.is_whole
    module = build(design, "meta")
    assert found.same.params == network.params == sum(each.numel() for each in module.parameters())
    assert found.same.buffers + found.same.counters == sum(each.numel() for each in module.buffers())
    assert found.same.nbytes() == sum(each.nbytes for each in module.state_dict().values())


@pytest.mark.parametrize(
    ("change", "others"),
    [
        ("stride_on=conv1", {f"layer{n}.0.conv{k}.weight" for n in (2, 3, 4) for k in (1, 2)}),
        (
            "conv5_x.dilate=true",
            {"layer4.0.conv2.weight", "layer4.0.downsample.0.weight"} | {f"layer4.{n}.conv2.weight" for n in (1, 2)},
        ),
        ("stem.stride=1", {"conv1.weight"}),
        ("stem.pool=false", set()),
        ("input=1,3,64,64", set()),
    ],
)
def test_what_fits_and_means_something_else(change: str, others: set[str]) -> None:
    after = analyze(edit(preset("resnet50"), change))
    told = list(fates(RESNET50, after))
    assert {fate.name for fate in told if fate.of == "other use"} == others
    assert all(fate.of in ("same", "other use") for fate in told)


def test_what_goes_with_a_weight_that_does_not_fit_means_nothing() -> None:
    after = analyze(edit(preset("resnet50"), "conv5_3.conv1=256"))
    others = {fate.name: fate.why for fate in fates(RESNET50, after) if fate.of == "other use"}
    assert set(others) == {f"layer4.2.bn2.{name}" for name in ("weight", "bias", "running_mean", "running_var")}
    assert set(others.values()) == {"conv2 in front of it does not fit"}
    after = analyze(edit(preset("resnet50"), "conv5_x.planes=256"))
    assert next(each for each in fates(RESNET50, after) if each.name == "fc.bias").why == "its weight does not fit"


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_fates_at_a_place_are_those_of_its_tensors(data: st.DataObject) -> None:
    before = data.draw(strategies.designs(widest=24, largest=40))
    try:
        after = edit(before, data.draw(strategies.edits(before)))
    except DesignError:
        return
    networks = analyze(before), analyze(after)
    whole = list(fates(*networks))
    for place in networks[1].places():
        if not place.node.children and not kind(place.node).names:
            assert fates_at(*networks, place.where) == []
        else:
            path = "" if place.name in ("network", "stem", "head") else f"{place.path}."
            its = [fate for fate in whole if fate.name.startswith(path)]
            found = fates_at(*networks, place.where)
            assert found == its if path else set(map(repr, found)) <= set(map(repr, whole))


def test_a_long_stage_is_counted_as_a_short_one() -> None:
    overrides = tuple(Override(block, conv1=8 * block) for block in range(1, 61))
    stage = preset("resnet50").conv4_x
    long = edit(preset("resnet50"), "conv4_x.blocks=60")
    from msgspec import structs

    many = structs.replace(long, conv4_x=structs.replace(stage, blocks=60, overrides=overrides))
    edited = edit(many, "conv4_7.conv1=24")
    for before, after in ((many, edited), (edited, many), (long, many), (many, long), (many, preset("resnet50"))):
        _agrees(analyze(before), analyze(after))


def test_of_other_blocks_a_row_says_what_its_tensors_do() -> None:
    before = analyze(preset("resnet50"))
    after = analyze(edit(preset("resnet50"), "block=basic", "conv2_x.planes=256", "conv3_x.planes=512"))
    told = list(fates(before, after))
    for place in after.places():
        if place.node.children and place.name not in ("network", "stem", "head"):
            its = [fate for fate in told if fate.name.startswith(f"{place.path}.")]
            found = survival_at(before, after, place.where)
            for of, amount in zip(CLASSES, found, strict=True):
                assert amount.tensors == sum(fate.of == of for fate in its), (place.path, of)
