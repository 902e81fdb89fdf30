"""What costs most, and what changed most: operations in the order of an amount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from textual.binding import BindingType

from inspector.core.changes.compare import Explanation
from inspector.core.changes.pieces import LOOKED_INTO
from inspector.core.changes.ranking import Amount, Dearest, Groups, MostChanged, Ranked
from inspector.core.measures.memory import maps_bytes
from inspector.core.network.kinds import operation
from inspector.core.network.node import Node
from inspector.core.units import difference, exact
from inspector.session.panes import ORDERS, RANKED
from inspector.session.view import View
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.terminal.cells import fitted
from inspector.tui.terminal.painted import Piece
from inspector.tui.widgets.listing import Entry, Listed, Listing, Making, Source

_NAME, _AMOUNT = 25, 16


class Ranking(Listing):
    """The dearest operations, by params or by cost, or those that have changed most since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ranking")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(Source(ranked, lambda view: (view.look.order, view.look.ranks)), id=id)


def ranked(view: View, width: int) -> Making:
    """A ranking in one of the orders: by params or by cost, by what has changed in either, by bytes of maps."""
    order, ranks = ORDERS[view.look.order], view.look.ranks
    what, by_change = order.split()[0], order.endswith("changed")
    amount = {"params": _params, "cost": view.counting.of, "bytes": maps_bytes}[what]
    noun = {"params": "params", "cost": view.counting.heading, "bytes": say("bytes of feature maps, fp32")}[what]
    if by_change:
        words = say("changed most in {noun} since {name}", noun=noun, name=view.against)
    else:
        words = say("costs most in {noun}", noun=noun)
    words = f"{say(RANKED[ranks])}: {words}"
    total = 0 if what == "bytes" else amount(view.network.root)
    if ranks:
        groups = Groups(view.network, amount, view.baseline if by_change else None, stages=RANKED[ranks] == "stages")
        steps, rows = groups.steps(), groups.rows
    else:
        steps, rows = _changed(view, amount) if by_change else _dearest(view, amount)

    def listed(is_whole: bool) -> Listed:  # noqa: FBT001  # what Making asks
        found = rows()
        rest = "" if found else say(": nothing")
        heading: list[Piece] = [(f" {words}", "strong"), (rest if is_whole else f"  {_meanwhile(view)}", "quiet")]
        return Listed(heading, [_entry(view, row, total, width, is_difference=by_change) for row in found])

    return Making(steps, listed)


_Rows = Callable[[], list[Ranked]]


def _dearest(view: View, amount: Amount) -> tuple[Iterator[int], _Rows]:
    """The work of finding what costs most, and what is found."""
    ranking = Dearest(view.network, amount)
    return ranking.steps(), ranking.rows


def _changed(view: View, amount: Amount) -> tuple[Iterator[int], _Rows]:
    """The work of finding what has changed most, and what is found."""
    explanation, ranking = Explanation(view.baseline, view.network), MostChanged(view.network, amount)

    def steps() -> Iterator[int]:
        for change in explanation.changes():
            if not isinstance(change, int):
                ranking.add(explanation.effects(change))
            yield change if isinstance(change, int) else LOOKED_INTO

    return steps(), ranking.rows


def _meanwhile(view: View) -> str:
    """What is done while a ranking is not whole."""
    stages = [len(group.children) for group in view.network.root.children if group.kind == "Stage"]
    return say("ranking {n} blocks…", n=f"{sum(stages):,}")


def _entry(view: View, row: Ranked, total: int, width: int, *, is_difference: bool) -> Entry:
    amount = difference(row.amount) if is_difference else exact(row.amount)
    share = "" if is_difference or not total else f"{100 * row.amount / total:.1f} %"
    node = view.network.at(row.where).node
    is_there = not node.children or row.name == view.network.at(row.where).name
    words = operation(node) if is_there else say("gone")
    pieces: list[Piece] = [
        (f" {row.name[:_NAME].ljust(_NAME)} ", ""),
        (fitted(words, max(width - _NAME - _AMOUNT - 11, 0)), "quiet"),
        (amount.rjust(_AMOUNT), "edited" if is_difference else ""),
        (share.rjust(8) + " ", "quiet"),
    ]
    return Entry(row.where, [pieces])


def _params(node: Node) -> int:
    return node.params
