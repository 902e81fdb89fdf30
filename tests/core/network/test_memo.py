from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from caches import forget
from hypothesis import given
from hypothesis import strategies as st
from long_designs import overridden

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network import stages
from inspector.core.network.blocks import MOST_BLOCKS, basic_block, bottleneck
from inspector.core.network.memo import Memo
from inspector.core.network.network import analyze
from inspector.core.network.stages import MOST_COLUMNS, MOST_NODES
from inspector.session.bench import network_of

MOST = 20


@given(st.lists(st.integers(1, 30), max_size=60))
def test_answers_are_right_and_weigh_no_more_than_they_may(asked: list[int]) -> None:
    memo = Memo(lambda key: [key] * key, lambda key: key, MOST)
    for key in asked:
        assert memo(key) == [key] * key
        assert memo.weight <= MOST


def test_what_is_asked_for_again_is_the_same_answer() -> None:
    memo = Memo(lambda key: [key], lambda _: 1, MOST)
    first = memo(0)
    for key in range(1, 5 * MOST):
        memo(key)
        assert memo(0) is first
    memo.clear()
    assert memo.weight == 0
    assert memo(0) is not first


def test_what_is_not_asked_for_again_is_forgotten() -> None:
    memo = Memo(lambda key: [key], lambda _: 1, MOST)
    first = memo(0)
    for key in range(1, 2 * MOST):
        memo(key)
    assert memo(0) is not first


def test_an_answer_too_heavy_is_not_kept_and_drives_out_no_other_for_good() -> None:
    memo = Memo(lambda key: [key], lambda key: key, MOST)
    first = memo(1)
    assert memo(MOST) is not memo(MOST)
    assert memo(1) is first


def test_forgetting_leaves_nothing() -> None:
    network_of(edit(overridden(100), "conv3_4.conv1=24", "block=basic"))
    first = network_of(overridden(100))
    forget()
    assert stages.whole_stage.weight == stages.channels.weight == 0
    assert bottleneck.cache_info().currsize == basic_block.cache_info().currsize == 0
    assert network_of(first.design) is not first


@pytest.mark.parametrize("design", [overridden(1200), overridden(10), preset("resnet50")], ids=["1200", "10", "none"])
@pytest.mark.parametrize("address", ["input.height", "conv4_x.planes", "conv4_6.conv2"])
def test_many_edits_leave_no_more_than_the_caches_may_hold(design: Design, address: str) -> None:
    forget()
    tracemalloc.start()
    for number in range(1, 101):
        stage = analyze(edit(design, f"{address}={32 * number}")).root.children[4]
        assert all(stage.children[number] for number in range(0, len(stage.children), 29))
        assert stages.whole_stage.weight <= MOST_NODES
        assert stages.channels.weight <= MOST_COLUMNS
        assert bottleneck.cache_info().currsize <= MOST_BLOCKS
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    forget()
    assert held < 48 << 20


@pytest.mark.parametrize("blocks", [1200, 10_000])
def test_an_editor_s_memory_is_bounded_however_often_one_edits(blocks: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(blocks)], capture_output=True, text=True, check=True, cwd=TESTS
    )
    assert int(done.stdout) < 48 << 10  # KiB


TESTS = Path(__file__).parents[2]
PROGRAM = """
import re, sys
from pathlib import Path
from long_designs import overridden
from inspector.core.design.edit import edit
from inspector.session.bench import network_of
design = overridden(int(sys.argv[1]))
def look(number):
    network = network_of(edit(design, f"input.height={32 + 32 * number}"))
    for block in range(0, len(network.root.children[4].children), 23):
        network.at((4, block, 0))
look(0)
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])  # KiB; ru_maxrss is inherited
before = peak()
for number in range(1, 60):
    look(number)
print(peak() - before)
"""
