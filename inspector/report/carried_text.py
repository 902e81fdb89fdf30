"""Weights carried over, as one screen in the reader's language: what is to be said before, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from inspector.core.design.differences import Edited
from inspector.core.units import dims, short_bytes
from inspector.core.weights.checkpoint import Checkpoint, chosen, recast, strangers, words
from inspector.core.weights.plan import Plan
from inspector.core.weights.record import Record, promised
from inspector.outside import cells, quoted, shown
from inspector.speech import later, say, some

_FEW = 3
"""Obstacles of one kind that are told one by one."""

FATES = (
    later("same"),
    later("sliced"),
    later("padded"),
    later("initialised"),
    later("silent"),
    later("selection"),
    later("centred"),
    later("cropped"),
    later("summed"),
    later("repeated"),
)
"""The words that a tensor's fate is made of."""


class About(NamedTuple):
    """The file of weights: its name, which network it is, what is assumed of it, or what tells that it is so."""

    name: str
    checkpoint: Checkpoint
    assumed: tuple[str, ...]
    teller: str


def before(about: About, plan: Plan, edited: tuple[Edited, ...]) -> str:
    """What the file is, what is done to it, and what that costs; to be read before anything is done."""
    rows = [(say("file"), f"{about.name}: {words(about.checkpoint)}")]
    known = about.checkpoint
    rows += [("", line) for line in (chosen(known), recast(known), strangers(known)) if line]
    if about.teller:
        rows.append(("", say("strides, dilation, pool and input are from {teller}", teller=about.teller)))
    elif about.assumed:
        rows.append((say("assumed"), say("{values}; --from DESIGN says otherwise", values=", ".join(about.assumed))))
    rows.append((say("edits"), ", ".join(each.words for each in edited) or say("none")))
    return _lined([*rows, *planned(plan)])


def planned(plan: Plan) -> list[tuple[str, str]]:
    """What becomes of the tensors, what that costs, and what is promised: a label and what it stands for."""
    rows = [(say("tensors"), _fates(plan))]
    rows += [(say("notes") if not at else "", line) for at, line in enumerate(_obstacles(plan))]
    return [*rows, (say("promise"), promised(plan.promise))]


def after(record: Record, plan: Plan, output: str, size: int) -> str:
    """What was measured, where it went, and what comes next."""
    proof = record.proof
    rows = [(say("proof"), _measured(record, plan))]
    if record.recalibrated is not None:
        count = record.recalibrated.pictures
        said = some(count, "batch norms recalibrated on {n} picture", "batch norms recalibrated on {n} pictures")
        rows.append((say("then"), said))
    if not proof.is_finite:
        rows.append(("", say("the weights put out what is no number, so nothing is proven")))
    rows.append((say("written"), f"{shown(output, 200)}, {short_bytes(size)}"))
    rows.append((say("next"), f"inspector code --weights {quoted(output)}"))
    return _lined(rows)


def _measured(record: Record, plan: Plan) -> str:
    proof = record.proof
    if not proof.compared:
        return say("none of the old values has a counterpart to be compared with")
    values = {
        "difference": f"{proof.difference:.3g}",
        "scale": f"{proof.scale:.3g}",
        "input": dims(proof.shape),
        "type": proof.computed_in,
    }
    if plan.promise.of == "features":
        return say("pooled features differ by at most {difference}; the old reach {scale} ({input}, {type})", **values)
    return say("outputs differ by at most {difference}; the old reach {scale} ({input}, {type})", **values)


def _fates(plan: Plan) -> str:
    """How many tensors have each fate: "140 same, 36 sliced"."""
    parts = []
    for fate, count in plan.fates.items():
        parts.append(f"{count} {' + '.join(say(word) for word in fate.split(', '))}")
    if plan.gone:
        parts.append(say("{n} gone", n=len(plan.gone)))
    return ", ".join(parts)


def _obstacles(plan: Plan) -> Iterator[str]:
    """Each obstacle in a line; of many of one kind the first ones, and how many more there are."""
    for _, group in groupby(plan.obstacles, key=lambda each: each.kind):
        same = list(group)
        few = len(same) if len(same) <= _FEW + 1 else _FEW
        yield from (each.words for each in same[:few])
        if few < len(same):
            yield some(len(same) - few, "… and {n} more like this", "… and {n} more like these")


def _lined(rows: Iterable[tuple[str, str]]) -> str:
    """Labels and what they stand for, in two columns."""
    listed = list(rows)
    width = max(cells(label) for label, _ in listed)
    return "".join(f"{label}{' ' * (width - cells(label))}  {text}\n" for label, text in listed)
