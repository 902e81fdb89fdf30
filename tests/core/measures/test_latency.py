"""Medians, quartiles and shares of made-up samples; what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs
from strategies import designs
from timed import QUIET, made

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures import latency_words as words
from inspector.core.measures.latency import (
    Peak,
    Setup,
    Span,
    Timing,
    by_operation,
    sorts,
    spread,
    timing,
)
from inspector.core.measures.progress import Progress
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network, analyze

RESNET18 = analyze(preset("resnet18"))
seconds = st.floats(1e-6, 1e3)


@given(st.lists(seconds, min_size=1, max_size=40))
def test_quartiles_are_numpy_s(samples: list[float]) -> None:
    found = spread(samples)
    expected = np.percentile(samples, [50, 25, 75])
    assert [found.median, found.low, found.high] == pytest.approx(list(expected), rel=1e-12)
    assert min(samples) <= found.low <= found.median <= found.high <= max(samples)
    assert found.iqr >= 0
    assert found.relative == found.iqr / found.median


@given(st.lists(seconds, min_size=1, max_size=20), st.randoms(), st.integers(-3, 3))
def test_neither_the_order_nor_the_unit_matters(samples: list[float], shuffler: object, power: int) -> None:
    shuffled = samples[:]
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert spread(shuffled) == spread(samples)
    scaled = spread([each * 2.0**power for each in samples])  # exact in binary
    assert scaled.median == pytest.approx(spread(samples).median * 2.0**power, rel=1e-15)
    assert scaled.relative == pytest.approx(spread(samples).relative, rel=1e-9, abs=1e-12)


def test_no_samples_have_no_median() -> None:
    with pytest.raises(ValueError, match="no samples"):
        spread([])
    assert spread([0.0, 0.0]).relative == 0


def _spans(network: Network) -> list[Span]:
    """Calls that take 1, 2, 3 … seconds, with half a second between each two."""
    spans, now = [], 0.0
    for number in range(sum(kind(place.node).is_module for place in network.operations())):
        spans.append((now, now + number + 1))
        now += number + 1.5
    return spans


@given(designs(24, 60))
def test_each_call_is_a_layer_of_its_own_and_sums_lie_between_two(design: Design) -> None:
    network = analyze(design)
    operations = list(network.operations())
    found = by_operation(operations, _spans(network))
    modules = [took for place, took in zip(operations, found, strict=True) if kind(place.node).is_module]
    assert modules == [float(number + 1) for number in range(len(modules))]
    adds = [took for place, took in zip(operations, found, strict=True) if not kind(place.node).is_module]
    assert adds == [0.5] * sum(stage.blocks for stage in design.stages)


def test_more_or_fewer_calls_than_layers_are_refused() -> None:
    operations = list(RESNET18.operations())
    with pytest.raises(ValueError, match="59 calls of 60 modules"):
        by_operation(operations, _spans(RESNET18)[:-1])
    for count, words_ in ((67, "fewer"), (69, "more")):
        with pytest.raises(ValueError, match=f"{words_} operations were timed"):
            timing(RESNET18, QUIET, [1.0], [1.0], [[0.1] * count], Peak(0, 0))


@given(designs(24, 60), st.data())
def test_groups_are_sums_of_what_is_in_them_run_by_run(design: Design, data: st.DataObject) -> None:
    network = analyze(design)
    operations = list(network.operations())
    runs = data.draw(st.integers(1, 4))
    layers = [[data.draw(seconds) for _ in range(3)] for _ in range(runs)]
    layers = [[row[at % 3] * (1 + at) for at in range(len(operations))] for row in layers]
    hooked = [sum(row) * 1.25 for row in layers]
    found = timing(network, QUIET, hooked, hooked, layers, Peak(0, 0))
    assert [each.where for each in found.operations] == [place.where for place in operations]
    assert [(each.path, each.name) for each in found.operations] == [(place.path, place.name) for place in operations]
    assert [each.seconds for each in found.operations] == [spread(column) for column in zip(*layers, strict=True)]
    assert found.layers.where == ()
    assert found.layers.seconds.median == pytest.approx(spread([sum(row) for row in layers]).median)
    assert found.layers.share == pytest.approx(0.8)
    assert found.left.median == pytest.approx(spread([sum(row) / 4 for row in layers]).median)
    assert (found.layers.macs, found.layers.params) == (network.macs, network.params)
    assert found.layers.calls == len(operations)
    for group in found.places:
        inside = [at for at, place in enumerate(operations) if place.where[: len(group.where)] == group.where]
        expected = spread([sum(row[at] for at in inside) for row in layers])
        assert group.seconds.median == pytest.approx(expected.median)
        assert group.calls == len(inside)
    assert sum(each.seconds for each in sorts(found)) == pytest.approx(
        sum(each.seconds.median for each in found.operations)
    )
    assert sum(each.macs for each in sorts(found)) == network.macs


def test_places_that_run_nothing_have_no_time() -> None:
    found = made(RESNET18)
    names = [each.name for each in found.places]
    assert "input" not in names
    assert not [name for name in names if name.endswith("shortcut")]
    assert [each.name for each in found.places if each.path == "layer1.0.relu"] == ["conv2_1.relu1", "conv2_1.relu2"]
    assert {each.path for each in found.places if each.kind == "Add"} >= {"layer1.0", "layer4.1"}


def test_a_timing_is_the_same_on_the_other_side_of_a_pipe() -> None:
    found = made(RESNET18)
    assert json.decode(json.encode(found), type=Timing) == found


def test_conditions_are_stated() -> None:
    assert words.conditions(QUIET) == (
        "Some CPU (AVX2), 2 threads on 4 cores, float32, contiguous (NCHW), torch 2.9.0",
        "medians of 3 runs, after 5 to warm up; in the minute before the load was 0.50",
    )
    setup = Setup(device="cuda", dtype="bfloat16", channels_last=True, runs=1, warm_up=0)
    assert words.conditions(structs.replace(QUIET, setup=setup, processor="Some GPU", load=None)) == (
        "Some GPU, cuda, bfloat16, channels_last (NHWC), torch 2.9.0",
        "medians of 1 run, after 0 to warm up",
    )


def test_a_machine_that_was_not_quiet_is_told() -> None:
    found = made(RESNET18)
    assert words.noise(found) == ""
    noisy = structs.replace(found, runs=(1.0, 1.1, 1.2))
    assert noisy.is_quiet
    noisy = structs.replace(found, runs=(1.0, 1.1, 1.3))
    assert words.noise(noisy).startswith(
        "not quiet: the middle half of the runs spreads over 13.6 % of the median, more than 10 %"
    )


def test_what_has_no_macs_and_is_slow_is_named() -> None:
    operations = list(RESNET18.operations())
    row = [0.5 if place.node.kind == "MaxPool2d" else 0.001 for place in operations]
    found = timing(RESNET18, QUIET, [1.0], [1.0], [row], Peak(8, 8))
    assert words.slowest(found) == "the slowest layer is maxpool: 50.0 % of the time, and no MACs"
    assert words.costless(found) == (
        "without MACs: 54.6 % of the time "
        "(max pool 50.0 %; batch norm 2.0 %; ReLU, in place 1.7 %; residual add 0.8 %; global average pool 0.1 %)"
    )
    assert sorts(found)[0].kind == "MaxPool2d"
    first = timing(RESNET18, QUIET, [1.0], [1.0], [[0.3, *[0.001] * 67]], Peak(8, 8))
    assert words.slowest(first) == "the slowest layer is conv1: 30.0 % of the time, 6.5 % of the MACs"
    assert words.left(made(RESNET18)).startswith("100.000 ms are no layer's")


def test_what_the_peak_was_is_told_as_it_was_measured() -> None:
    found = made(RESNET18)
    assert words.peak(found) == "8 bytes of feature maps, measured and computed"
    assert words.peak(structs.replace(found, peak=Peak(9, 8))) == "9 bytes of feature maps measured, 8 computed"
    told = words.peak(structs.replace(found, peak=Peak(900, 8, is_allocator=True)))
    assert (
        told == "900 bytes beside the weights, by the device's allocator, with workspaces; 8 of feature maps computed"
    )


def test_how_far_it_is_is_told_in_words() -> None:
    assert Progress(2, 5, 55, 12.2).words == "warm-up 2 of 5, about 13 s left"
    assert Progress(2, 5, 55, 601).words == "warm-up 2 of 5, about 11 min left"
    assert Progress(17, 5, 55, 0.3).words == "run 12 of 50, about 1 s left"
    assert Progress(55, 5, 55, 0.0).words == "run 50 of 50, about 0 s left"


def test_numbers_are_to_the_microsecond_and_nothing_is_called_nothing() -> None:
    assert words.milliseconds(0.0228) == "22.800"
    assert [words.percent(share) for share in (0, 1e-9, 0.0005, 0.123, 1)] == ["0.0", "<0.1", "0.1", "12.3", "100.0"]


def test_a_head_without_classes_and_frozen_norms_are_timed_by_their_names() -> None:
    network = analyze(edit(preset("resnet18"), "num_classes=0", "norm=frozen"))
    found = made(network)
    assert [each.kind for each in found.operations if each.name == "fc"] == ["Identity"]
    assert len([each for each in found.operations if each.kind == "FrozenBatchNorm2d"]) == 20
