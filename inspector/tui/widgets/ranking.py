"""What costs most, and what changed most: operations in the order of an amount."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspector.core.changes.compare import explain
from inspector.core.changes.ranking import Ranked, dearest, most_changed
from inspector.core.network.kinds import operation
from inspector.core.network.node import Node
from inspector.core.units import difference, exact
from inspector.session.view import View
from inspector.tui import keymap
from inspector.tui.terminal.cells import fitted
from inspector.tui.terminal.painted import Piece
from inspector.tui.widgets.listing import Entry, Listed, Listing, Source

_NAME, _AMOUNT = 25, 16


class Ranking(Listing):
    """The dearest operations, by params or by cost, or those that have changed most since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ranking")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(Source(ranked, lambda view: view.look.order), id=id)


def ranked(view: View, width: int) -> Listed:
    """Operations in one of the orders: what costs most in params or in MACs, what has changed most in either."""
    by_cost, by_change = bool(view.look.order % 2), view.look.order >= 2
    amount = view.counting.of if by_cost else _params
    noun = view.counting.heading if by_cost else "params"
    if by_change:
        rows = most_changed(view.network, explain(view.baseline, view.network), amount)
        words = f"changed most in {noun} since {view.against}"
    else:
        rows = dearest(view.network, amount)
        words = f"costs most in {noun}"
    heading: list[Piece] = [(f" {words}", "strong"), ("" if rows else ": nothing", "quiet")]
    total = amount(view.network.root)
    return Listed(heading, [_entry(view, row, total, width, is_difference=by_change) for row in rows])


def _entry(view: View, row: Ranked, total: int, width: int, *, is_difference: bool) -> Entry:
    amount = difference(row.amount) if is_difference else exact(row.amount)
    share = "" if is_difference else f"{100 * row.amount / total:.1f} %"
    node = view.network.at(row.where).node
    words = operation(node) if not node.children else "gone"
    pieces: list[Piece] = [
        (f" {row.name[:_NAME].ljust(_NAME)} ", ""),
        (fitted(words, max(width - _NAME - _AMOUNT - 11, 0)), "quiet"),
        (amount.rjust(_AMOUNT), "edited" if is_difference else ""),
        (share.rjust(8) + " ", "quiet"),
    ]
    return Entry(row.where, [pieces])


def _params(node: Node) -> int:
    return node.params
