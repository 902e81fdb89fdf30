"""What an edit did: every place that it changed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from inspector.core.compare import Effect, explain
from inspector.core.describe import called, edits, value
from inspector.core.network import Network
from inspector.core.units import short_difference
from inspector.tui.view import View
from inspector.tui.widgets.listing import Entry, Listing
from inspector.tui.widgets.painted import Piece

ONE_LINE = 100
"""Cells from which an entry takes one line instead of two."""
_NUMBER = 9
_UNTOLD = ("ReLU", "Shortcut")
"""A ReLU is told with what it follows, a shortcut by the projection that comes or goes."""


class Ripple(Listing):
    """The effects of the last edit, or of everything since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "since", "Since the last edit, or the baseline", id="ripple.since"),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._since_baseline = False

    def action_since(self) -> None:
        self._since_baseline = not self._since_baseline
        self._cursor = 0
        self.remake()
        self._keep_in_sight()

    def entries(self, view: View) -> tuple[Sequence[Piece], list[Entry]]:
        is_last = view.previous is not None and not self._since_baseline
        before = view.previous if view.previous is not None and is_last else view.baseline
        told = [each for each in explain(before, view.network) if is_told(each)]
        heading: list[Piece] = [(" ripple", "strong" if self.has_focus else "quiet")]
        if told:
            heading += [("  " + _cause(before, view.network), ""), (f"  {_count(told)}", "quiet")]
        heading.append((f"  since {'the last edit' if is_last else called(before.design)}", "quiet"))
        if not told:
            heading.append((": nothing has changed", "quiet"))
        name = max((len(_name(each)) for each in told), default=0)
        what = max((len(each.what) for each in told), default=0)
        return heading, [Entry(each.where, self._lines(each, view, name, what)) for each in told]

    def _lines(self, effect: Effect, view: View, longest: int, widest: int) -> list[list[Piece]]:
        """One line where there is room, two otherwise; columns as wide as the longest name and the widest change."""
        change, width = effect.change, self.size.width
        params = change.params
        cost = sum(
            sign * view.counting.of(node) for sign, node in ((1, change.after), (-1, change.before)) if node is not None
        )
        numbers: list[Piece] = [
            (_signed(params).rjust(_NUMBER), "edited"),
            (_signed(cost).rjust(_NUMBER) + " ", "edited"),
        ]
        name = _name(effect)
        if width >= ONE_LINE:
            room = width - 2 * _NUMBER - 2
            left = min(longest, room // 3) + 2
            middle = min(widest, (room - left) // 2) + 2
            return [
                [
                    (f" {_fit(name, left)}", ""),
                    (_fit(effect.what, middle), ""),
                    (_fit(effect.why, room - left - middle), "quiet"),
                    *numbers,
                ]
            ]
        left = width - 2 * _NUMBER - 2
        first: list[Piece] = [(f" {_fit(f'{name}  {effect.what}', left)}", ""), *numbers]
        return [first, [(f"   {_fit(effect.why, width - 4)} ", "quiet")]]


def _name(effect: Effect) -> str:
    """The name of a place, and how many equal ones follow it."""
    return effect.change.name + (f" +{effect.repeats - 1}" if effect.repeats > 1 else "")


def is_told(effect: Effect) -> bool:
    """Whether an effect is news: not a group that differs by what is in it, nor a part that came or went with one."""
    node = effect.change.after or effect.change.before
    return not effect.is_part and node is not None and node.kind not in _UNTOLD


def _cause(before: Network, after: Network) -> str:
    """The edits in words: "conv5_3.conv3 2048 → 1024", or how many there are."""
    found = edits(after.design, before.design)
    if len(found) != 1:
        return f"{len(found)} edits"
    return f"{found[0].address} {value(found[0].before)} → {value(found[0].after)}"


def _count(told: Sequence[Effect]) -> str:
    places = sum(each.repeats for each in told)
    return f"changed {places} place{'s' if places > 1 else ''}"


def _signed(number: int) -> str:
    return short_difference(number) if number else ""


def _fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return text.ljust(width) if len(text) <= width else f"{text[: max(width - 1, 0)]}…"[: max(width, 0)]
