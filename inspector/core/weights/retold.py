"""A checkpoint told as another design with the same tensors: shapes do not tell one from the other."""

from __future__ import annotations

from msgspec import structs

from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.checkpoint import Checkpoint
from inspector.core.weights.state_dict import is_of_same_tensors, tensors
from inspector.core.weights.survival import COUNTER


def retold(known: Checkpoint, design: Design) -> Checkpoint | None:
    """The same weights as those of `design`; None where that has other tensors, counters of batches aside.

    Counters that the design has and the file has not are counted as lacking; those that it has not are unknown to it.
    """
    network = analyze(design)
    if not is_of_same_tensors(network, analyze(known.design)):
        return None
    back = dict(known.names)
    own = dict.fromkeys(name for name, _ in tensors(network))
    made = tuple(name for name in own if name in set(known.made))
    lacking = [name for name in own if name.endswith(COUNTER) and name not in back and name not in made]
    return structs.replace(
        known,
        design=design,
        names=tuple((name, back[name]) for name in own if name in back),
        counters=len(lacking),
        unknown=(*known.unknown, *(theirs for name, theirs in known.names if name not in own)),
        made=made,
    )
