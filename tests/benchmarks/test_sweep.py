"""Designs that a sweep looks at in a second and a core, and what a page costs; run with `-n 0 --benchmark-only`."""

from __future__ import annotations

import pytest
from long_designs import overridden
from pytest_benchmark.fixture import BenchmarkFixture

from inspector.core.budgets.axes import axis, combinations
from inspector.core.budgets.sweep import points
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.report.formats import FORMATS, subject

RESNET50 = preset("resnet50")
AXES = tuple(axis(RESNET50, f"{stage}.planes=8:1024:8") for stage in ("conv4_x", "conv5_x"))


@pytest.mark.parametrize("memory", [False, True], ids=["params and MACs", "bytes too"])
@pytest.mark.benchmark(group="a sweep of 16,384 designs on one core")
def test_sweep(benchmark: BenchmarkFixture, memory: bool) -> None:  # noqa: FBT001  # what is told apart
    count = combinations(AXES)
    found = benchmark.pedantic(lambda: list(points(RESNET50, AXES, 0, count, memory=memory)), rounds=5)
    benchmark.extra_info["designs a second"] = round(count / benchmark.stats.stats.min)
    assert len(found) == count


@pytest.mark.parametrize("design", [preset("resnet152"), overridden(1200)], ids=["resnet152", "1,200 blocks"])
@pytest.mark.benchmark(group="the HTML report")
def test_html(benchmark: BenchmarkFixture, design: object) -> None:
    about = subject(analyze(design))  # type: ignore[arg-type]
    text = benchmark.pedantic(lambda: FORMATS["html"].render(about), rounds=5, warmup_rounds=1)
    benchmark.extra_info["kB"] = len(text) // 1000
    assert text.startswith("<!DOCTYPE html>")
