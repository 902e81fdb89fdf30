"""What an edit did: every place that it changed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from inspector.core.changes.compare import Effect, explain, is_told
from inspector.core.design.differences import edits, told
from inspector.core.units import plural, short_difference
from inspector.session.view import View
from inspector.tui import keymap
from inspector.tui.terminal.cells import fitted
from inspector.tui.terminal.painted import Piece
from inspector.tui.widgets.listing import Entry, Listed, Listing, Source

_NUMBER = 9


class Ripple(Listing):
    """The effects of the last edit, or of everything since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ripple")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(Source(effects, lambda view: view.look.since_baseline, _EMPTY), id=id)


_EMPTY = "an edit lists here what changes with it, place by place, each with the reason: press + on a number"


def effects(view: View, width: int) -> Listed:
    """Every effect that is news, with what it costs, in as many lines as there is room for."""
    is_last = view.previous is not None and not view.look.since_baseline
    before = view.previous if view.previous is not None and is_last else view.baseline
    news = [each for each in explain(before, view.network) if is_told(each)]
    heading: list[Piece] = [(" ripple", "strong")]
    if news:
        heading += [("  " + told(edits(view.network.design, before.design)), ""), (f"  {_count(news)}", "quiet")]
    heading.append((f"  since {'the last edit' if is_last else view.against}", "quiet"))
    if not news:
        heading.append((": nothing has changed", "quiet"))
    lines = [(_name(each), each.what, each.why) for each in news]
    longest = [max((len(line[at]) for line in lines), default=0) for at in range(3)]
    fits = sum(longest) + 4 + 2 * _NUMBER + 3 <= width
    lay = _in_one_line if fits else _in_two_lines
    return Listed(
        heading,
        [
            Entry(each.where, lay(line, longest, _numbers(each, view), width))
            for each, line in zip(news, lines, strict=True)
        ],
    )


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


def _count(news: Sequence[Effect]) -> str:
    places = sum(each.repeats for each in news)
    return f"changed {plural(places, 'place')}"
