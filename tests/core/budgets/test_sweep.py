"""Sweeps: axes as they are typed, every combination as it is analysed by itself, and the front."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.budgets.axes import axis, combinations
from inspector.core.budgets.sweep import Front, Point, columns, front, front_of, points
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.measures.memory import memory
from inspector.core.network.network import analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("conv5_x.planes=256:512:64", ["256", "320", "384", "448", "512"]),
        ("conv5_x.planes=256:280", ["256", "264", "272", "280"]),
        ("conv4_x.blocks=2:4", ["2", "3", "4"]),
        ("stem.kernel=3:9", ["3", "5", "7", "9"]),
        ("width=0.5:1", ["0.5", "0.625", "0.75", "0.875", "1"]),
        ("width=0.1:0.3:0.1", ["0.1", "0.2", "0.3"]),
        ("block=bottleneck,basic", ["bottleneck", "basic"]),
        ("conv4_x.blocks=2,2,3", ["2", "3"]),
        ("input.height+input.width=128:256:64", ["128", "192", "256"]),
        ("conv*_x.expansion=1,2", ["1", "2"]),
        ("layer4.2.conv3=1024", ["1024"]),
        ("norm=batch,frozen", ["batch", "frozen"]),
    ],
)
def test_an_axis_is_read(text: str, values: list[str]) -> None:
    assert list(axis(RESNET50, text).values) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conv5_x.planes", "ADDRESS=RANGE"),
        ("conv5_x.planes=0:9:3", "from 1 to 65536"),
        ("conv5_x.planes=8:65544:8", "from 1 to 65536"),
        ("conv5_x.planes=9:8", "smaller|larger"),
        ("conv5_x.planes=1:9:0", "LOW:HIGH:STEP"),
        ("conv5_x.planes=a:b", "from 1 to 65536"),
        ("conv5_x.plane=1:2", "no such address"),
        ("stem.kernel=3:7:1", "odd"),
        ("block=bottleneck:basic", "bottleneck or basic"),
        ("input=1:2", "size by size"),
        ("width=0,1", "above 0"),
        ("num_classes=0:65536:0.01", "values"),
        ("=1", "ADDRESS=RANGE"),
    ],
)
def test_what_is_no_axis_is_refused_with_what_is_allowed(text: str, words: str) -> None:
    with pytest.raises(DesignError, match=words):
        axis(RESNET50, text)


def test_more_designs_than_can_be_kept_are_refused() -> None:
    axes = [axis(RESNET50, f"conv{n}_x.planes=8:8192:8") for n in (2, 3)]
    assert combinations(axes) == 1024**2
    with pytest.raises(DesignError, match="would be"):
        combinations([*axes, axis(RESNET50, "conv4_x.blocks=1:6")])


def _made(design: Design, assignments: list[str]) -> tuple[Design, str]:
    """The design with assignments made one by one, or why there is none."""
    for assignment in assignments:
        try:
            design = edit(design, assignment)
        except DesignError as error:
            return design, str(error)
    return design, ""


@given(
    designs(), st.lists(st.sampled_from(["planes", "blocks", "groups", "stride"]), min_size=1, max_size=2), st.data()
)
def test_every_combination_is_what_it_is_by_itself(design: Design, fields: list[str], data: st.DataObject) -> None:
    axes = []
    for number, field in zip((2, 4), fields, strict=False):
        values = data.draw(st.lists(st.integers(1, 48), min_size=1, max_size=3, unique=True))
        axes.append(axis(design, f"conv{number}_x.{field}={','.join(map(str, values))}"))
    counting = data.draw(st.sampled_from(sorted(CONVENTIONS)))
    found = list(points(design, axes, 0, combinations(axes), counting=counting))
    for point, values in zip(found, product(*(each.values for each in axes)), strict=True):
        assert point.values == values
        made, problem = _made(
            design, [f"{each.addresses[0]}={value}" for each, value in zip(axes, values, strict=True)]
        )
        assert point.problem == problem
        if problem:
            assert point.row == ()
            continue
        network = analyze(made)
        bytes_ = memory(network)
        assert dict(zip(columns(memory=True), point.row, strict=True)) == {
            "params": network.params,
            "macs": CONVENTIONS[counting].of(network.root),
            "weight_bytes": bytes_.params["fp32"],
            "backward_bytes": bytes_.train_activations,
            "peak_bytes": bytes_.inference_peak,
        }
    start = data.draw(st.integers(0, len(found)))
    rest = list(points(design, axes, start, len(found), counting=counting, memory=False))
    assert [(each.number, each.values, each.row) for each in rest] == [
        (each.number, each.values, each.row[:2]) for each in found[start:]
    ]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=40))
def test_the_front_is_what_nothing_beats(rows: list[tuple[int, int]]) -> None:
    found = [Point(number, (), row) for number, row in enumerate(rows)]
    best = {
        number
        for number, (params, macs) in enumerate(rows)
        if not any(p >= params and m <= macs and (p, m) != (params, macs) for p, m in rows)
    }
    assert front(found, ("params", "macs")) == best


def test_a_front_is_of_columns() -> None:
    assert front_of("params:peak_bytes", columns(memory=True)) == Front("params", "peak_bytes")
    for text in ("params", "params:mac", "x:macs", ""):
        with pytest.raises(DesignError, match="MORE:LESS"):
            front_of(text, columns(memory=True))
