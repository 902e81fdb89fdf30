"""What is remembered of earlier analyses, forgotten: for tests that count what is analysed, or analyse otherwise."""

from __future__ import annotations

from inspector.core.network import blocks, network, stages
from inspector.session import bench


def forget() -> None:
    """Let the next analysis remember nothing."""
    for cached in (blocks.bottleneck, blocks.basic_block, network.analyze_stem, network._head):  # noqa: SLF001
        cached.cache_clear()
    stages.whole_stage.clear()
    stages.channels.clear()
    bench._RECENT.clear()  # noqa: SLF001
