"""Networks' tensors in other libraries' names, and files of weights made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from inspector.core.units import Dims
from inspector.core.weights.schemes import SCHEMES, Scheme, head, parts, stem
from inspector.core.weights.table import Contents, Table, Tensor


def contents(
    shapes: Mapping[str, Dims] | Iterable[tuple[str, Dims]], place: tuple[str, ...] = (), **said: object
) -> Contents:
    """A file of weights in which these tensors lie at one place."""
    found = tuple(
        Tensor(name, tuple(shape), "I64" if name.endswith("num_batches_tracked") else "F32")
        for name, shape in dict(shapes).items()
    )
    return Contents("safetensors", (Table(found, place),), **said)


def renamed(scheme: Scheme, name: str, prefix: str = "") -> str:
    """A tensor's name in another scheme, by its first rows of names; empty where the scheme has none."""
    inside = scheme.heads[0].inside
    ends, back = _names(scheme.name)
    if not name.startswith("layer"):
        own = ends.get(name, "")
        before = prefix if name.startswith("fc") else prefix + inside
        return before + own if own else ""
    layer, block, rest = name.split(".", 2)
    if rest not in back:
        return ""
    number, count = int(layer[5:]) - 1 + scheme.first_stage, int(block) + scheme.first_block
    pattern = scheme.stage.replace("[1-9]-", layer[-1] + "-").replace("\\", "")
    before, _, tail = pattern.partition("(")
    between, _, tail = tail.partition(")")[2].partition("(")
    return f"{prefix}{inside}{before}{number}{between}{count}{tail.partition(')')[2]}{back[rest]}"


@cache
def _names(scheme_name: str) -> tuple[dict[str, str], dict[str, str]]:
    scheme = next(scheme for scheme in SCHEMES if scheme.name == scheme_name)
    ends = {to: own for own, to in (*stem(scheme, scheme.stems[0]), *head(scheme, scheme.heads[0]))}
    return ends, {to: own for own, to, whose in reversed(list(parts(scheme))) if not whose}


def turned(shape: Dims) -> Dims:
    """A shape as Keras has it: (height, width, in, out), (in, out)."""
    return (shape[2], shape[3], shape[1], shape[0]) if len(shape) == 4 else shape[::-1]
