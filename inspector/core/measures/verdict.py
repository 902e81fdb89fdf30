"""What was measured on the real module, held against what was analysed: measured by bridge, judged here."""

from __future__ import annotations

from itertools import zip_longest

from msgspec import Struct

from inspector.core.measures.counting import CONVENTIONS, terms
from inspector.core.network.kinds import kind
from inspector.core.network.tree import Place, Tree
from inspector.core.units import Dims


class Measured(Struct, frozen=True):
    """One call of a leaf module: its path, class, output shape, parameters (elements) and torchinfo's mult-adds."""

    path: str
    kind: str
    output: Dims
    params: int
    mult_adds: int


class Measurement(Struct, frozen=True):
    """What torchinfo says of a module: its leaves in the order of their calls, and the totals."""

    layers: tuple[Measured, ...]
    params: int
    mult_adds: int
    versions: dict[str, str]


class Difference(Struct, frozen=True):
    """One thing that is not the same: `name` is the paper's name of the place, "network" for a total."""

    path: str
    name: str
    what: str
    analysed: str
    measured: str


class Verdict(Struct, frozen=True):
    """How many leaves were compared, with which versions, and what differs."""

    layers: int
    versions: dict[str, str]
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


_MISSING = "nothing"


def judge(tree: Tree, measurement: Measurement) -> Verdict:
    """Compare every leaf's path, class, output shape, parameters and mult-adds (torchinfo's), and the totals."""
    counting = CONVENTIONS["torchinfo"]
    differences: list[Difference] = []
    places = [place for place in tree.operations() if kind(place.node).is_module]
    for place, layer in zip_longest(places, measurement.layers):
        differences += _leaf(place, layer)
    totals = (
        ("params", tree.params, measurement.params),
        ("mult-adds", counting.cost(terms(tree.root)), measurement.mult_adds),
    )
    for what, analysed, measured in totals:
        if analysed != measured:
            differences.append(Difference("", "network", what, str(analysed), str(measured)))
    return Verdict(len(measurement.layers), measurement.versions, tuple(differences))


def _leaf(place: Place | None, layer: Measured | None) -> list[Difference]:
    if place is None or layer is None:
        path = layer.path if layer else place.path if place else ""
        name = place.name if place else path
        return [
            Difference(path, name, "layer", place.node.kind if place else _MISSING, layer.kind if layer else _MISSING)
        ]
    node = place.node
    pairs = (
        ("path", place.path, layer.path),
        ("kind", node.kind, layer.kind),
        ("output", list(node.output), list(layer.output)),
        ("params", node.params, layer.params),
        ("mult-adds", CONVENTIONS["torchinfo"].cost(terms(node)), layer.mult_adds),
    )
    return [
        Difference(place.path, place.name, what, str(analysed), str(measured))
        for what, analysed, measured in pairs
        if analysed != measured
    ]
