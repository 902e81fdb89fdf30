"""The shape errors that a person meets who makes an edit of a network by hand, one module after another."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import zip_longest

from msgspec import Struct, structs

from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.network.tree import Place, below
from inspector.core.units import Dims

RUNS = 500
"""How many runs of equal blocks of a stage are told where not all of its blocks are."""

_Pair = tuple[Place | None, Place | None]
"""What stands at a place before and after an edit; None where nothing does."""


class Met(Struct, frozen=True):
    """An error that is met on the way from one network to another, `kind` and `numbers` as in `Forward`.

    `name` and `path` say where (the paper's name and torch's), `size` is the height and width of what arrives there,
    `shortcut` the kind of it at a residual add. `is_alone` where the module at the place was changed before what feeds
    it; `news` modules had to be added before.
    """

    kind: str
    numbers: tuple[Dims, ...]
    name: str
    path: str
    size: Dims = ()
    shortcut: str = ""
    is_alone: bool = False
    news: int = 0


def errors_by_hand(before: Network, after: Network, shown: Container[str] | None = None) -> Iterator[Met]:
    """The errors that a person meets who makes an edit by hand, in forward order: filters first, then what follows.

    Where `shown` is given, a run of equal blocks is told by its first one and by those whose paths are `shown`, and
    only the first `RUNS` of a stage are.
    """
    block: tuple[str, str, Node, Node] | None = None
    news = 0
    for one, other in _changes(before, after, shown):
        old, new = one.node if one else None, other.node if other else None
        place = other or one or before.place
        if block and kind(place.node).is_beside_path:
            yield from _sum(*block, news)
            block = None
        if old is None:
            news += bool(new and new.weight)
        elif new and kind(new).is_block:
            block = (place.name, place.path, old, new)
        elif new and old.weight and new.weight and old.input[1] != new.input[1]:
            for comes, built, is_alone in _mixed(old, new):
                error, numbers = _said(comes, built)
                yield Met(error, numbers, place.name, place.path, comes.input[2:], "", is_alone, news)


def _changes(before: Network, after: Network, shown: Container[str] | None) -> Iterator[_Pair]:
    """Every place that differs, groups before what is in them, in forward order."""
    for one, other in zip(before.children(before.place), after.children(after.place), strict=True):
        if one.node.kind != "Stage":
            yield from _differing(one, other)
        elif one.node is not other.node:
            for pair in _blocks(one, other, shown):
                yield from _differing(*pair)


def _blocks(one: Place, other: Place, shown: Container[str] | None) -> Iterator[_Pair]:
    """The blocks of a stage that were exchanged, by their number."""
    last: tuple[Node | None, Node | None] = (None, None)
    runs = 0
    for number, (old, new) in enumerate(zip_longest(one.node.children, other.node.children)):
        is_run = old is not new and (old is not last[0] or new is not last[1])
        runs += is_run
        if old is not new and (shown is None or (is_run and runs <= RUNS) or f"{one.path}.{number}" in shown):
            yield below(one, number) if old else None, below(other, number) if new else None
        last = old, new


def _differing(one: Place | None, other: Place | None) -> Iterator[_Pair]:
    """A place and all in it that differs, matched by name; what is gone comes last."""
    if one and other and one.node == other.node:
        return
    yield one, other
    olds = {place.name: place for place in _within(one)}
    for child in _within(other):
        yield from _differing(olds.pop(child.name, None), child)
    for gone in olds.values():
        yield from _differing(gone, None)


def _within(place: Place | None) -> list[Place]:
    return [below(place, number) for number in range(len(place.node.children))] if place else []


def _mixed(old: Node, new: Node) -> Iterator[tuple[Node, Node, bool]]:
    """What comes in, what is still there for it, and whether that is the new module before its time."""
    yield new, old, False
    if old.kind == "Conv2d" and old.weight and new.weight and old.weight[0] != new.weight[0]:
        refiltered = (new.weight[0], *old.weight[1:])  # a person changes its own number first, its channels then
        yield new, structs.replace(old, weight=refiltered, window=new.window), False
    yield old, new, True


def _said(comes: Node, built: Node) -> tuple[str, tuple[Dims, ...]]:
    """Kind and numbers of torch's error where `built` gets what comes in at `comes`."""
    if built.kind == "BatchNorm2d":
        return "norm", (comes.input[1:2], built.input[1:2])
    if built.kind == "FrozenBatchNorm2d":  # it multiplies and adds, and checks nothing
        return "sum", (comes.input[1:2], built.input[1:2])
    if built.kind == "Linear":
        return "fc", (comes.input[1:], built.input[1:], built.output[1:])
    groups = built.window.groups if built.window else 1
    return "conv", ((groups,), built.weight or (), comes.input[1:2])


def _sum(name: str, path: str, old: Node, new: Node, news: int) -> Iterator[Met]:
    """The errors of a block's residual add: its shortcut is still the old one, or it alone is new."""
    for comes, built, is_alone in ((new, old, False), (old, new, True)):
        shortcut, a, b = parts(built).shortcut, comes.output, comes.input
        if shortcut.kind == "Projection" and shortcut.children[0].window:
            conv, slid = shortcut.children[0], shortcut.children[0].window.slid
            if not has_projection(comes) and b[1] != conv.input[1]:
                where = f"{name}.downsample.conv", f"{path}.downsample.0"
                yield Met("conv", ((1,), conv.weight or (), b[1:2]), *where, b[2:], "", is_alone, news)
            b = (b[0], conv.output[1], slid(b[2]), slid(b[3]))
        at = _disagreement(a, b)
        if at:
            word = "projection" if shortcut.kind == "Projection" else "identity"
            error, numbers = "map" if at > 1 else "sum", ((a[at],), (b[at],))
            yield Met(error, numbers, f"{name}.add", path, (), word, is_alone, news)


def _disagreement(a: Dims, b: Dims) -> int:
    """Which of two feature maps' sizes torch complains of when b is added to a in place; 0 where b can be broadcast."""
    differing = [at for at in (3, 2, 1) if a[at] != b[at] and b[at] != 1]
    return next((at for at in differing if a[at] != 1), differing[0] if differing else 0)
