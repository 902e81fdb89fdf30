"""What was done when weights were carried over: each tensor's fate, what was promised, and what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct, json

from inspector.core.design.design import Design
from inspector.core.design.differences import edits, value
from inspector.core.design.file import parse
from inspector.core.network.network import analyze
from inspector.core.units import Dims
from inspector.core.weights.obstacles import Cost
from inspector.core.weights.plan import Plan, Promise
from inspector.core.weights.state_dict import has_exactly
from inspector.core.weights.table import Contents
from inspector.errors import DesignError, DesignFileError
from inspector.speech import later, say

SCHEMA = "inspector/adapt/1"
DESIGN, RECORD = "inspector.design", "inspector.record"
"""The keys of a safetensors file's metadata under which its design, as a design file, and its record stand."""

_LONGEST = 4 * 2**20
"""Characters of a design file that is believed."""

_PROMISES = {
    Cost.NOTHING: {
        "outputs": later("the same outputs as before, up to rounding"),
        "features": later("the same pooled features as before, up to rounding"),
    },
    Cost.TRAIN: {
        "outputs": later("the same outputs as before in eval mode, up to rounding"),
        "features": later("the same pooled features as before in eval mode, up to rounding"),
    },
    Cost.PART: {
        "outputs": later("other outputs: what is left out is missing; measure them, and train on from there"),
        "features": later("other pooled features: what is left out is missing; measure them, and train on from there"),
    },
    Cost.ALL: {
        "outputs": later("nothing: it is another function"),
        "features": later("nothing: it is another function"),
    },
}
_TOLERANCES = {"F64": 1e-8, "F32": 1e-3}
"""Of the outputs' scale, by the type of the weights.

Rounding, as sums in another order have it, stays far below but for one output that happens to be near zero; a tensor
that is not what it should be is far above.
"""


class Proof(Struct, frozen=True):
    """How far the new network is from the old one on one input: the largest absolute difference.

    `scale` is the largest absolute value of what the old one puts out, `shape` the new one's input, `computed_in` the
    type of the numbers. `compared` values were held against each other; 0 where none of the old ones has a counterpart.
    """

    difference: float
    scale: float
    shape: Dims
    computed_in: str
    compared: int

    @property
    def is_finite(self) -> bool:
        """Whether what was compared are numbers."""
        return abs(self.difference) + abs(self.scale) < float("inf")

    def holds(self, promise: Promise, dtype: str) -> bool:
        """Whether it is what was promised, for weights of a type; what is no number proves nothing either way."""
        if promise.cost > Cost.TRAIN or not self.is_finite:
            return True
        return self.difference <= _TOLERANCES.get(dtype, 0.1) * self.scale


class Fate(Struct, frozen=True):
    """What became of one tensor: a word or some, and its shapes; `was` is None where it is new."""

    name: str
    fate: str
    was: Dims | None
    shape: Dims


class Kept(Struct, frozen=True):
    """Which of the `of` channels of the old space `source` the space `space` kept: "0-5,7", counted from 0."""

    space: str
    source: str
    of: int
    channels: str


class Recalibrated(Struct, frozen=True):
    """Batch norms whose statistics were taken anew, from so many pictures, made ready as it is said."""

    pictures: int
    ready: str


class Record(Struct, frozen=True):
    """All that there is to tell of weights that were carried over, in English: others read it, and programs.

    `edits` are an address and its values before and after. `sha256` is the source file's. `obstacles` and `promise` are
    in words, as they were said before anything was done.
    """

    source: str
    sha256: str
    policy: str
    input_channels: str | None
    seed: int
    edits: tuple[tuple[str, str, str], ...]
    tensors: tuple[Fate, ...]
    gone: tuple[str, ...]
    kept: tuple[Kept, ...]
    obstacles: tuple[str, ...]
    promise: str
    proof: Proof
    recalibrated: Recalibrated | None = None
    schema: str = SCHEMA

    @property
    def fates(self) -> dict[str, int]:
        """How many tensors have each fate, the most frequent first."""
        return dict(Counter(each.fate for each in self.tensors).most_common())


class Source(Struct, frozen=True):
    """Where weights came from: the file's name and SHA-256, and the design that they were of."""

    name: str
    sha256: str
    design: Design


def record(
    source: Source,
    after: Design,
    plan: Plan,
    origins: Mapping[tuple[str, str], Sequence[int]],
    seed: int,
    proof: Proof,
    recalibrated: Recalibrated | None = None,
) -> Record:
    """The record of a plan that was done; `origins` are the old channels of the new ones, by new and old space."""
    return Record(
        source=source.name,
        sha256=source.sha256,
        policy=plan.policy,
        input_channels=plan.rule,
        seed=seed,
        edits=tuple((each.address, value(each.before), value(each.after)) for each in edits(after, source.design)),
        tensors=tuple(Fate(each.name, each.fate, each.was, each.shape) for each in plan.carries),
        gone=plan.gone,
        kept=tuple(
            Kept(draw.space, draw.source, draw.of, ranges([at for at in origins[pair] if at >= 0]))
            for pair, draw in plan.draws.items()
            if draw.is_shrunk
        ),
        obstacles=tuple(each.words for each in plan.obstacles),
        promise=promised(plan.promise),
        proof=proof,
        recalibrated=recalibrated,
    )


def promised(promise: Promise) -> str:
    """A promise in words, in the language that is spoken."""
    return say(_PROMISES[promise.cost][promise.of])


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers in short: 0, 1, 2, 5 → "0-2,5"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def metadata(of: Record, design_file: str) -> dict[str, str]:
    """What stands in the safetensors file's header beside the tensors: the record, and the design as a design file."""
    return {"format": "pt", DESIGN: design_file, RECORD: json.encode(of).decode()}


def recorded(contents: Contents) -> Design | None:
    """The design that a file says it is of, in its metadata; None where it says none, or is not of that one.

    It tells what shapes do not: strides, dilation, the pool, the input.
    """
    text = dict(contents.metadata).get(DESIGN, "")
    if not 0 < len(text) <= _LONGEST or len(contents.tables) != 1:
        return None
    try:
        design = parse(text)
    except (DesignError, DesignFileError):
        return None
    there = {tensor.name: tensor.shape for tensor in contents.tables[0].tensors}
    return design if has_exactly(analyze(design), there) else None
