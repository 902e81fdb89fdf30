"""A network of three stages, as CIFAR's are, in the terms of a design, which has four: the same function.

conv5_x becomes one block that adds nothing to its identity. Where channels grow and the shortcut has no weights (option
A of He et al. 2015: every other position, padded with channels of zeros), it becomes a projection that selects: the
same numbers, from a 1×1 convolution with weights of 0 and 1 and a batch norm that changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspector.core.units import Dims
from inspector.core.weights.survival import COUNTER
from inspector.speech import later

PADDED = later(
    "shortcuts without weights (option A): the new channels are zeros, half of them before the old ones and half behind"
)
_NORM = ("weight", "bias", "running_mean", "running_var")
_LAST = "layer4.0"


def completed(shapes: Mapping[str, Dims]) -> dict[str, Dims]:
    """The shapes of what has to be made so that a network of three stages is one of four; none for any other.

    `shapes` are by torchvision's names.
    """
    if {name[:6] for name in shapes if name.startswith("layer")} != {"layer1", "layer2", "layer3"}:
        return {}
    made: dict[str, Dims] = {}
    counters = (COUNTER,) if any(name.endswith(COUNTER) for name in shapes) else ()
    for stage in (1, 2, 3):
        made |= _shortcut(shapes, f"layer{stage}.0", counters)
    blocks = {int(name.split(".")[1]) for name in shapes if name.startswith("layer3.") and name.split(".")[1].isdigit()}
    return made | _block(shapes, f"layer3.{max(blocks, default=0)}", counters)


def _out(shapes: Mapping[str, Dims], block: str) -> int:
    last = shapes.get(f"{block}.conv3.weight", shapes.get(f"{block}.conv2.weight", ()))
    return last[0] if len(last) == 4 else 0


def _norm(path: str, channels: int, counters: tuple[str, ...]) -> dict[str, Dims]:
    shapes: dict[str, Dims] = {f"{path}.{name}": (channels,) for name in _NORM}
    return shapes | {f"{path}.{name}": () for name in counters}


def _shortcut(shapes: Mapping[str, Dims], block: str, counters: tuple[str, ...]) -> dict[str, Dims]:
    """The projection of a stage's first block, where its channels grow by an even number and it has none."""
    first, out = shapes.get(f"{block}.conv1.weight", ()), _out(shapes, block)
    path = f"{block}.downsample"
    if len(first) != 4 or f"{path}.0.weight" in shapes or out <= first[1] or (out - first[1]) % 2:
        return {}
    return {f"{path}.0.weight": (out, first[1], 1, 1)} | _norm(f"{path}.1", out, counters)


def _block(shapes: Mapping[str, Dims], like: str, counters: tuple[str, ...]) -> dict[str, Dims]:
    """conv5_x: a block like the last one of conv4_x, with an identity."""
    out = _out(shapes, like)
    made: dict[str, Dims] = {}
    for number in (1, 2, 3):
        weight = shapes.get(f"{like}.conv{number}.weight", ())
        if len(weight) != 4 or not out:
            continue
        wide = (weight[0], out, *weight[2:]) if number == 1 else weight
        made[f"{_LAST}.conv{number}.weight"] = wide
        made |= _norm(f"{_LAST}.bn{number}", weight[0], counters)
    return made
