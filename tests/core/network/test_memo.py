from __future__ import annotations

import tracemalloc

from caches import forget
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from inspector.core.design.design import Design, Override
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network import network
from inspector.core.network.blocks import MOST_BLOCKS, bottleneck
from inspector.core.network.memo import Memo
from inspector.core.network.network import MOST_NODES, analyze

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


def _overridden(blocks: int) -> Design:
    """ResNet-50 with a conv4_x of so many blocks, no two of them alike."""
    overrides = tuple(Override(at + 1, conv1=8 + at, conv2=9 + at % 50, conv3=16 + at % 999) for at in range(blocks))
    design = preset("resnet50")
    return structs.replace(design, conv4_x=structs.replace(design.conv4_x, blocks=blocks, overrides=overrides))


def test_many_edits_of_many_blocks_leave_no_more_than_the_caches_may_hold() -> None:
    forget()
    design = _overridden(1200)
    tracemalloc.start()
    for height in range(32, 32 * 60, 32):
        analyze(edit(design, f"input.height={height}"))
        assert network._stage.weight <= MOST_NODES  # noqa: SLF001
        assert bottleneck.cache_info().currsize <= MOST_BLOCKS
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    forget()
    assert held < 32 << 20
