"""What an edit did: every place that it changed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspector.core.changes.compare import Changed, Effect, Explanation, is_told
from inspector.core.changes.pieces import LOOKED_INTO
from inspector.core.design.differences import Edited, told
from inspector.core.network.network import Network
from inspector.core.network.tree import HEAD
from inspector.core.units import short_difference
from inspector.session.view import View
from inspector.speech import later, say, some
from inspector.tui import keymap
from inspector.tui.terminal.cells import cells, fitted
from inspector.tui.terminal.painted import Piece
from inspector.tui.widgets.listing import Entry, Listed, Listing, Making, Source
from inspector.tui.widgets.runs import Runs

_NUMBER = 9


class Ripple(Listing):
    """The effects of the last edit, or of everything since the baseline."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("ripple")

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(Source(effects, lambda view: view.look.since_baseline, _EMPTY), id=id)


_EMPTY = later("an edit lists here what changes with it, place by place, each with the reason: press + on a number")


def effects(view: View, width: int) -> Making:
    """Every effect that is news, with what it costs, in as many lines as there is room for."""
    news = News(view, width)
    return Making(news.steps(), news.listed)


class Part(NamedTuple):
    """A heading: what of the network the effects under it are in, by its number on top."""

    top: int


class News:
    """The effects that are news, found change by change, and told again when they are looked at.

    What is kept of a change is its place and how many effects of it are news, so that 40,000 blocks are a few MiB.
    """

    def __init__(self, view: View, width: int) -> None:
        self._view, self._width = view, width
        self._is_last = view.previous is not None and not view.look.since_baseline
        before = view.previous if view.previous is not None and self._is_last else view.baseline
        self._explanation = Explanation(before, view.network)
        self._before = before
        self._changes: list[Changed | Part] = []
        self._entries = Runs(self._at)
        self._places = 0
        self._longest = [0, 0, 0]
        self._at_hand: dict[Changed, list[Effect]] = {}
        self._top = -1

    def steps(self) -> Iterator[int]:
        """Find all of them; the effort of each step."""
        for change in self._explanation.changes():
            if isinstance(change, int):
                yield change
                continue
            if told := self._told(change):
                self._begin_part(change.where[0])
                self._changes.append(change)
                self._entries.add(len(told))
                self._places += sum(each.repeats for each in told)
                for each in told:
                    self._longest = [*map(max, self._longest, map(cells, _words(each)))]
            yield LOOKED_INTO

    def _begin_part(self, top: int) -> None:
        """Put a heading above the effects in another part of the network, where several edits have effects."""
        if len(self._explanation.edits) > 1 and top != self._top:
            self._top = top
            self._changes.append(Part(top))
            self._entries.add(1)

    def _at(self, number: int, effect: int) -> Entry:
        change = self._changes[number]
        return self._heading(change) if isinstance(change, Part) else self._entry(self._told(change)[effect])

    def _heading(self, part: Part) -> Entry:
        """A part of the network, the edits that were made in it, and what it comes to."""
        place = self._view.network.at((part.top,))
        old, new, cost = self._before.at((part.top,)).node, place.node, self._view.counting.of
        edits = [each.words for each in self._explanation.edits.values() if _home(each, self._view.network) == part.top]
        more = (new.params - old.params, cost(new) - cost(old))
        numbers = "".join((short_difference(number) if number else "").rjust(_NUMBER) for number in more)
        room = self._width - cells(numbers) - 1
        line = [(fitted(f" {place.name}  {', '.join(edits)}", room), "strong"), (f"{numbers} ", "edited")]
        return Entry(place.where, [line] if self._fits else [[("", "")], line])

    def listed(self, is_whole: bool) -> Listed:  # noqa: FBT001  # what Making asks
        """A heading, and the effects that were found."""
        heading: list[Piece] = [(f" {say('ripple')}", "strong")]
        if not is_whole:
            heading.append(("  " + say("comparing {n} blocks…", n=f"{self._explanation.blocks:,}"), "quiet"))
        elif self._entries:
            edits = tuple(self._explanation.edits.values())
            heading += [
                (f"  {told(edits)}", ""),
                ("  " + some(self._places, "changed {n} place", "changed {n} places"), "quiet"),
            ]
            if self._view.is_carried:
                heading.append((f"  {_weights(self._view)}", "quiet"))
        since = say("since the last edit") if self._is_last else say("since {name}", name=self._view.against)
        heading.append((f"  {since}", "quiet"))
        if is_whole and not self._entries:
            heading.append((say(": nothing has changed"), "quiet"))
        return Listed([*heading, *self._heads(heading)], self._entries)

    def _heads(self, heading: list[Piece]) -> list[Piece]:
        """What the columns of numbers are, at the right end of the heading where there is room."""
        heads = f"{'params':>{_NUMBER}}{self._view.counting.heading:>{_NUMBER}} "
        room = self._width - sum(cells(text) for text, _ in heading) - len(heads)
        return [(" " * room + heads, "quiet")] if room > 0 and self._entries else []

    def _told(self, change: Changed) -> list[Effect]:
        """The effects of a change that are news."""
        told = self._at_hand.get(change)
        if told is None:
            told = [each for each in self._explanation.effects(change) if is_told(each)]
            if len(self._at_hand) == AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[change] = told
        return told

    @property
    def _fits(self) -> bool:
        """Whether an effect has room in one line."""
        return sum(self._longest) + 4 + 2 * _NUMBER + 3 <= self._width

    def _entry(self, effect: Effect) -> Entry:
        lay = _in_one_line if self._fits else _in_two_lines
        return Entry(effect.where, lay(_words(effect), self._longest, _numbers(effect, self._view), self._width))


def _weights(view: View) -> str:
    """What the weights that there are come to."""
    found = view.survival
    lost = found.other_shape.tensors + found.new.tensors + found.gone.tensors
    return some(lost, "weights: {n} tensor does not fit", "weights: {n} tensors do not fit")


def _home(edited: Edited, network: Network) -> int:
    """The part of the network that an edit is made in, by its number on top; -1 where it is about all of it."""
    if edited.address == "num_classes":
        return HEAD
    names = (edited.address, edited.address.rpartition(".")[0])
    place = next((place for name in names if (place := network.get(name)) is not None), None)
    return place.where[0] if place is not None and place.where else -1


AT_HAND = 64
"""Changes whose effects are at hand, of those explained last; others are explained anew."""

_Words = tuple[str, str, str]
"""The name of a place, what changed there, and why."""


def _words(effect: Effect) -> _Words:
    """The name of a place and how many equal ones follow it, what changed there, and why."""
    others = say(" and {n} alike", n=effect.repeats - 1) if effect.repeats > 1 else ""
    return effect.change.name + others, effect.what, effect.why


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
