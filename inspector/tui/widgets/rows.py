"""Which rows the tree shows, and how wide its columns are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from inspector.core.network.kinds import kind
from inspector.core.network.long_stage import Blocks
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where, distinct
from inspector.core.network.tree import FIRST_STAGE, HEAD, STEM
from inspector.core.units import features
from inspector.tui.terminal.cells import bar
from inspector.tui.widgets.runs import Runs

DEEPEST = 4
_BYTES = 11
"""Cells of the column of bytes."""


class Folds(NamedTuple):
    """What is open: every group above `level`, but for those in `toggled`, where it is the other way round."""

    level: int
    toggled: frozenset[Where] = frozenset()

    def is_open(self, where: Where) -> bool:
        return not where or (len(where) < self.level) != (where in self.toggled)

    def toggle(self, where: Where) -> Folds:
        return Folds(self.level, self.toggled ^ {where})


def structure(root: Node) -> tuple[object, ...]:
    """What the rows depend on besides the folds: equal as long as no row comes or goes."""
    groups: list[object] = []
    for group in root.children:
        if isinstance(group.children, Blocks):
            groups.append((group.children[0].kind, group.children.projections))
            continue
        kinds = {
            id(child): (child.kind, *(each.kind for each in child.children)) for child, _ in distinct(group.children)
        }
        groups.append(tuple(map(kinds.__getitem__, map(id, group.children))))
    return tuple(groups)


class Rows(Runs[Where]):
    """Places in the order of their rows, told by the groups that they are in: equal blocks share what is below them."""

    def __init__(self) -> None:
        super().__init__(lambda group, row: self._wheres[group] + self._below[group][row])
        self._groups: dict[Where, int] = {}
        self._wheres: list[Where] = []
        self._below: list[Sequence[Where]] = []

    def add_group(self, group: Where, below: Sequence[Where]) -> None:
        """Add the rows of a group: the ways to them from the group on, the empty one for its own."""
        self._groups[group] = len(self._wheres)
        self._wheres.append(group)
        self._below.append(below)
        self.add(len(below))

    def __contains__(self, where: object) -> bool:
        return isinstance(where, tuple) and self._row(where) is not None

    def index(self, where: Where, *_: int) -> int:
        """The row of a place; ValueError where it has none."""
        row = self._row(where)
        if row is None:
            raise ValueError(where)
        return row

    def _row(self, where: Where) -> int | None:
        for length in range(min(len(where), 2), -1, -1):
            at = self._groups.get(where[:length])
            if at is not None:
                below = self._below[at]
                return self.starts[at] + below.index(where[length:]) if where[length:] in below else None
        return None


def visible(root: Node, folds: Folds) -> Rows:
    """The rows of the tree from top to bottom. A ReLU has none: it is told with the operation that it follows."""
    touched = {where[:length] for where in folds.toggled for length in range(len(where) + 1)}
    rows, known = Rows(), dict[Hashable, list[Where]]()
    rows.add_group((), [()])
    for top, group in enumerate(root.children):
        if group.kind != "Stage":
            rows.add_group((top,), _below(group, (top,), folds))
            continue
        rows.add_group((top,), [()])
        for number, mark in enumerate(_alike(group.children) if folds.is_open((top,)) else ()):
            where = (top, number)
            if where in touched:
                rows.add_group(where, _below(group.children[number], where, folds))
                continue
            if mark not in known:
                known[mark] = _below(group.children[number], where, folds)
            rows.add_group(where, known[mark])
    return rows


def fitting(root: Node, lines: int) -> Folds:
    """What is open to begin with: every block where there are so many lines, else those of the last stages that fit.

    The last one ends in the feature maps that most people come for.
    """
    ends = frozenset({(STEM,), (HEAD,)})
    for folds in (Folds(2), Folds(2, ends)):
        if len(visible(root, folds)) <= lines:
            return folds
    open_ = Folds(1)
    for stage in reversed(range(FIRST_STAGE, HEAD)):
        more = open_.toggle((stage,))
        if len(visible(root, more)) > lines:
            break
        open_ = more
    return open_


def _alike(blocks: Sequence[Node]) -> Iterable[Hashable]:
    """Something for each of some blocks that is equal where they have the same rows."""
    return blocks.projections if isinstance(blocks, Blocks) else map(id, blocks)


def _below(node: Node, where: Where, folds: Folds) -> list[Where]:
    """The rows of a node and of what is open in it, as ways from the node on."""
    rows: list[Where] = [()]
    if node.children and folds.is_open(where):
        for number, child in enumerate(node.children):
            if kind(child).has_row:
                rows += [(number, *rest) for rest in _below(child, (*where, number), folds)]
    return rows


def within(wheres: Iterable[Where]) -> list[Where]:
    """The rows of some places, and those of the groups that they are in, from top to bottom; the network's always."""
    return sorted({()} | {where[:length] for where in wheres for length in range(len(where) + 1)})


class Columns(NamedTuple):
    """Widths of the table's columns in cells; a width of 0 leaves a column out."""

    name: int
    operation: int
    shape: int
    number: int
    bar: int
    difference: int = 0
    bytes: int = 0


def columns(width: int, shape: int, *, differs: bool = False) -> Columns:
    """The columns that fit into `width` cells, for feature maps whose text is `shape` cells long.

    Columns of differences come beside the numbers where there is room, in their place otherwise; there is no bar then.
    """
    number = 8
    left = width - shape - 2 * number - 12
    if differs:
        difference = 10
        left -= 2 * difference
        if left < 22:
            left, number = left + 2 * number, 0
        name = min(18, max(left, 8))
        return Columns(name, min(max(left - name, 0), 30), shape, number, 0, difference)
    if left < 30:
        return Columns(min(left, 24), 0, shape, number, 0)
    if left < 38:
        return Columns(min(18, max(left, 8)), min(max(left - 18, 0), 20), shape, number, 0)
    name = min(18 + max(left - 42, 0) // 4, 24)
    operation = min(17 + max(left - 42, 0) // 2, 30)
    room = left - name - operation
    return Columns(name, operation, shape, number, min(room, 24), bytes=_BYTES if room >= 24 + _BYTES else 0)


def widest_shape(network: Network) -> int:
    """Cells that the longest C×H×W of the network takes; a stage's first block has its largest feature maps."""
    nodes = [network.root, *network.root.children]
    for group in network.root.children:
        nodes += group.children[0].children if group.kind == "Stage" else group.children
    return max(len("C×H×W"), *(len(features(node.output)) for node in nodes))


BARS = 10
"""Cells from which there is room for a bar; in fewer a share is a figure alone."""
_FIGURE = 4


def share(part: float, width: int) -> str:
    """A part of the whole, from 0 to 1, in `width` + 2 cells: a bar and a figure in percent, or the figure alone."""
    percent = 100 * part
    figure = "" if not part else "<0.1" if percent < 0.1 else f"{percent:.1f}" if percent < 99.95 else "100"
    if width < BARS:
        return figure.rjust(width + 2)
    room = width - _FIGURE - 1
    return f"  {bar(part, room).ljust(room)}{figure.rjust(_FIGURE + 1)}"
