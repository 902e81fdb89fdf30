"""Times that nobody measured."""

from __future__ import annotations

from inspector.core.measures.latency import Conditions, Peak, Setup, Timing, timing
from inspector.core.network.network import Network

QUIET = Conditions(Setup(threads=2, runs=3), "Some CPU (AVX2)", 4, "2.9.0", (1, 3, 224, 224), 0.5)


def made(network: Network, run: float = 1.0, runs: int = 3) -> Timing:
    """A timing in which every operation takes the same time, and a tenth of each run is no operation's."""
    count = sum(1 for _ in network.operations())
    layers = [[0.9 * run / count] * count for _ in range(runs)]
    return timing(network, QUIET, [run] * runs, [run] * runs, layers, Peak(8, 8))
