"""What an edit did: every place that it changed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from inspector.core.compare import Effect, explain
from inspector.core.describe import called, edits, value
from inspector.core.network import Network
from inspector.core.units import short_difference
from inspector.tui.cells import fitted
from inspector.tui.view import View
from inspector.tui.widgets.listing import Entry, Listing
from inspector.tui.widgets.painted import Piece

_NUMBER = 9
_UNTOLD = ("ReLU", "Shortcut")
"""A ReLU is told with what it follows, a shortcut by the projection that comes or goes."""


class Ripple(Listing):
    """The effects of the last edit, or of everything since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "since", "Since the last edit, or the baseline", id="ripple.since"),
    ]

    EMPTY = "an edit lists here what changes with it, place by place, each with the reason: press + on a number"

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
        heading: list[Piece] = [(" ripple", "strong")]
        if told:
            heading += [("  " + _cause(before, view.network), ""), (f"  {_count(told)}", "quiet")]
        heading.append((f"  since {'the last edit' if is_last else called(before.design)}", "quiet"))
        if not told:
            heading.append((": nothing has changed", "quiet"))
        lines = [(_name(each), each.what, each.why) for each in told]
        longest = [max((len(line[at]) for line in lines), default=0) for at in range(3)]
        fits = sum(longest) + 4 + 2 * _NUMBER + 3 <= self.size.width
        lay = _in_one_line if fits else _in_two_lines
        return heading, [
            Entry(each.where, lay(line, longest, _numbers(each, view), self.size.width))
            for each, line in zip(told, lines, strict=True)
        ]


_Words = tuple[str, str, str]
"""The name of a place, what changed there, and why."""


def _in_one_line(words: _Words, longest: list[int], numbers: list[str], width: int) -> list[list[Piece]]:
    """Columns as wide as the longest name and the longest change."""
    name, what, why = words
    room = width - longest[0] - longest[1] - 5 - len("".join(numbers)) - 1
    line: list[Piece] = [(f" {fitted(name, longest[0])}  ", ""), (fitted(what, longest[1]) + "  ", "")]
    return [[*line, (fitted(why, room), "quiet"), ("".join(numbers) + " ", "edited")]]


def _in_two_lines(words: _Words, longest: list[int], numbers: list[str], width: int) -> list[list[Piece]]:
    """The reason under the change; the cost is left out where it would leave no room for the change."""
    name, what, why = words
    if longest[0] + longest[1] + 3 + len("".join(numbers)) > width:
        numbers = numbers[:1]
    amounts = "".join(numbers)
    first: list[Piece] = [(f" {fitted(f'{name} {what}', width - len(amounts) - 2)}", ""), (f"{amounts} ", "edited")]
    return [first, [(f"   {fitted(why, width - 4)} ", "quiet")]]


def _numbers(effect: Effect, view: View) -> list[str]:
    """How many more parameters, and how much more cost, of all the equal places together."""
    change, cost = effect.change, view.counting.of
    more = (cost(change.after) if change.after else 0) - (cost(change.before) if change.before else 0)
    both = (effect.repeats * change.params, effect.repeats * more)
    return [(short_difference(number) if number else "").rjust(_NUMBER) for number in both]


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
