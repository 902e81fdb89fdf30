"""What an edit costs, beside what it costs to ask torch; run with `-n 0 --benchmark-only`.

Every round edits to a value that no round before had, so no answer is remembered from an earlier one.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import count, cycle

import pytest
from long_designs import all_overridden, overridden
from pytest_benchmark.fixture import BenchmarkFixture

from inspector.bridge.build import build
from inspector.bridge.measure import measure
from inspector.core.changes.compare import explain
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import Network, analyze

RESNET50 = preset("resnet50")
LONG = edit(RESNET50, "conv3_x.blocks=400", "conv4_x.blocks=700", "conv5_x.blocks=97")
STAGES = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")


class Edits:
    """Edits of one stage after another, each to planes that were not there before."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._edits = cycle([f"{stage}.planes={planes}" for planes in range(8, 16_000) for stage in STAGES])

    def next(self) -> Design:
        return edit(self._design, next(self._edits))


@pytest.mark.benchmark(group="one edit of ResNet-50, recomputed whole")
def test_analyze(benchmark: BenchmarkFixture) -> None:
    edits = Edits(RESNET50)
    network: Network = benchmark(lambda: analyze(edits.next()))
    assert network.design.depth == 50


@pytest.mark.benchmark(group="one edit of ResNet-50, recomputed whole")
def test_build_on_meta_and_torchinfo(benchmark: BenchmarkFixture) -> None:
    edits = Edits(RESNET50)

    def ask() -> int:
        design = edits.next()
        return measure(build(design, "meta"), design.input).params

    assert benchmark.pedantic(ask, rounds=20, warmup_rounds=2)


DESIGNS = {
    "16 blocks": RESNET50,
    "1200 equal blocks": LONG,
    "1200 blocks, each other": overridden(1200),
    "40000 blocks, each other": all_overridden(),
}


@pytest.mark.benchmark(group="growth: one edit of one stage")
@pytest.mark.parametrize("name", DESIGNS)
def test_growth(benchmark: BenchmarkFixture, name: str) -> None:
    edits = Edits(DESIGNS[name])
    network: Network = benchmark(lambda: analyze(edits.next()))
    assert network.params


@pytest.mark.benchmark(group="an edit recomputed, the edit itself aside")
@pytest.mark.parametrize("address", ["input.height", "conv4_x.planes", "conv4_3.conv2"])
@pytest.mark.parametrize("name", DESIGNS)
def test_analyze_alone(benchmark: BenchmarkFixture, name: str, address: str) -> None:
    values = count(32, 32)
    network: Network = benchmark.pedantic(
        analyze, setup=lambda: ((edit(DESIGNS[name], f"{address}={next(values)}"),), {}), rounds=100
    )
    assert network.params


@pytest.mark.benchmark(group="a ripple made whole")
@pytest.mark.parametrize("name", list(DESIGNS)[:3])
def test_explain(benchmark: BenchmarkFixture, name: str) -> None:
    before, after = analyze(DESIGNS[name]), analyze(edit(DESIGNS[name], "input.height=448"))
    assert benchmark.pedantic(explain, args=(before, after), rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="the JSON report, as a process")
@pytest.mark.parametrize("what", ["python alone", "report --format json"])
def test_json_report(benchmark: BenchmarkFixture, what: str) -> None:
    report = ["-m", "inspector", "report", "--set", "conv5_x.planes=256", "--format", "json"]
    arguments = ["-c", "pass"] if what == "python alone" else report
    done = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True), rounds=15
    )
    assert done.returncode == 0
