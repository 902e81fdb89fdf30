"""What stands in the picture of heat maps: in English, as it is handed on to others."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.core.cam.heat import Heat
from inspector.core.cam.words import carried, cell, classes, prepared, warnings, weights
from inspector.speech import speaking


def captions(heat: Heat, among: Sequence[Heat]) -> list[str]:
    """The lines under one of several heat maps: class, target, network where there are several, and "!" caveats."""
    with speaking(None):
        names = dict.fromkeys(each.name for each in among)
        lines = [heat.name] if len(names) > 1 else []
        lines += [classes(heat), f"{heat.target.name}: {heat.target.words}"]
        return [*lines, *(f"!{line}" for line in warnings(heat))]


def notes(heats: Sequence[Heat]) -> list[str]:
    """The lines below all: networks where they are alike, cells, how the picture was made ready, weights."""
    with speaking(None):
        names = list(dict.fromkeys(each.name for each in heats))
        lines = [f"Grad-CAM of {names[0]}"] if len(names) == 1 else []
        lines += dict.fromkeys(f"{each.target.name}: a cell {cell(each)}" for each in heats)
        lines += dict.fromkeys(f"picture {prepared(each.preparation)}" for each in heats)
        lines += dict.fromkeys(_weights(each) for each in heats)
        return lines


def _weights(heat: Heat) -> str:
    return "; ".join([f"{heat.name}: weights {weights(heat.weights, heat.design)}", *carried(heat.weights)])
