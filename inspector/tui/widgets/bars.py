"""The single lines: what is open, how much it comes to, which keys there are."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

from inspector.core.budgets.budget import Budget
from inspector.core.budgets.holding import gauge, holdings
from inspector.core.budgets.quantities import COMPARED, Terms
from inspector.core.design.differences import called
from inspector.core.measures.memory import DTYPES, kept_for_backward
from inspector.core.network.network import Network
from inspector.core.units import ago, difference, exact, short, short_bytes, short_difference
from inspector.errors import DesignError
from inspector.session.actions import ACTIONS
from inspector.session.bench import Bench, Offer
from inspector.session.view import Title, View
from inspector.speech import later, say, some
from inspector.tui.keymap import LINES, Entry, shortest
from inspector.tui.terminal.cells import QUIET, cells, filled, fitted
from inspector.tui.terminal.keys import name_of


class Bar(Static):
    """One line of the screen; what it shows already is not drawn again."""

    _said: object = None

    @property
    def _room(self) -> int:
        """Cells of a line that is as wide as the screen, before it is laid out too."""
        return self.size.width or self.app.size.width

    def draw(self, line: Content, *, is_layout: bool = False) -> None:
        if (line.plain, line.spans) != self._said:
            self._said = line.plain, line.spans
            self.update(line, layout=is_layout)


class TitleBar(Bar):
    """Which design is open, at which input, and whether it has unsaved edits."""

    _title: Title | None = None

    def show(self, title: Title) -> None:
        """Say what of it there is room for: numbers go first, the program's name after them."""
        self._title = title
        self._draw(title)

    def on_resize(self) -> None:
        if self._title is not None:
            self._draw(self._title)

    def _draw(self, title: Title) -> None:
        parts = [
            Content.styled(" inspector ", "$text-primary bold"),
            Content(f"  {title.design}" + (say(", edited") if title.is_edited else "")),
            Content.styled(f"   ● {say('not saved')}" if title.is_unsaved else "", "$text-warning"),
            Content.styled(f"   {title.name}" if title.name else "", QUIET),
            Content.styled(f"   {title.input}", QUIET),
            *([Content.styled(f"   {title.work}", "$text-accent")] if title.work else []),
        ]
        for spare in (len(parts) - 1, 0):
            if sum(cells(part.plain) for part in parts) > self._room:
                del parts[spare]
        self.draw(Content("").join(parts))


class Totals(Bar):
    """Parameters and MACs, with their differences and to what they are, and bytes where there is room."""

    _view: View | None = None

    def show(self, view: View) -> None:
        self._view = view
        self._draw(view)

    def on_resize(self) -> None:
        if self._view is not None:
            self._draw(self._view)

    def _draw(self, view: View) -> None:
        """The longest way of saying it that fits: exact numbers first, the baseline's name, exact differences next.

        Where there is room for a part of the name only, it is cut off with a sign.
        """
        counting = view.counting
        params, cost = view.network.params, counting.of(view.network.root)
        more_params, more_cost = params - view.baseline.params, cost - counting.of(view.baseline.root)
        weights, backward = _bytes(view.network)
        others = _others(view)
        against = "   " + say("against {name}", name=view.against)
        is_usual = view.against == view.network.design.base  # whose name stands in the title
        survive = _survive(view)
        choices = (
            (exact, difference, against, survive + weights + backward, False),
            (exact, difference, against, survive + weights, False),
            (exact, difference, against, survive, False),
            *([(exact, difference, survive, "", False)] if view.weights else []),
            (exact, difference, against, "", False),
            (exact, difference, "", "", False) if is_usual else (exact, short_difference, against, "", True),
            (exact, short_difference, "", "", True),
            (short, short_difference, "", "", True),
            (short, _nothing, "", "", True),
        )
        for number, delta, name, rest, is_short in choices:
            parts = [
                (" " + say("{n} params", n=number(params)) + " ", "bold"),
                _delta(delta(more_params), more_params),
                *_gauge(view.budget.of("max-params"), params, is_short=is_short),
                (f"    {number(cost)} {say(counting.unit)}", "bold"),
                (f" {counting.name} " if delta is not _nothing else " ", QUIET),
                _delta(delta(more_cost), more_cost),
                *_gauge(view.budget.of("max-macs"), cost, is_short=is_short),
                *others,
                (f"{name}{rest}", QUIET),
            ]
            room = self._room - sum(cells(text) for text, _ in parts)
            if room >= 0:
                break
        if room < 0:  # what holds can be left unsaid
            parts = [part for part in parts if part not in others]
            room = self._room - sum(cells(text) for text, _ in parts)
        few = _survive(view, is_short=True) if view.weights else ""
        if few and survive not in name + rest and room >= cells(few):
            parts.append((few, QUIET))
        elif not name and not is_usual and room > _LEAST_NAME:
            before, _, behind = say("   vs {name}").partition("{name}")
            named = fitted(view.against, room - cells(before + behind)).rstrip()
            parts.append((f"{before}{named}{behind}", QUIET))
        self.draw(Content.assemble(*parts))


_LEAST_NAME = 12
"""Cells below which the beginning of a name says nothing, with the words before it."""


def _survive(view: View, *, is_short: bool = False) -> str:
    """How many of the tensors that there are weights for survive; nothing where that is of no interest."""
    if not view.is_carried:
        return ""
    found = view.survival
    words = say("{n} of {count} tensors survive", n=found.same.tensors, count=found.before)
    return "   " + (say("{n}/{count} survive", n=found.same.tensors, count=found.before) if is_short else words)


def _bytes(network: Network) -> tuple[str, str]:
    weights = DTYPES["fp32"] * network.params
    kept = kept_for_backward(network)
    return (
        "   " + say("{bytes} weights", bytes=short_bytes(weights)),
        "   " + say("{bytes} for backward", bytes=short_bytes(kept)),
    )


def _nothing(_: int) -> str:
    """No difference, where there is no room for one beside what is left of a budget."""
    return ""


def _gauge(limit: int, amount: int, *, is_short: bool) -> list[tuple[str, str]]:
    """What is left of a budget, if there is one."""
    words, colour = gauge(limit, amount, is_short=is_short), "$text-error bold" if amount > limit else "$text-success"
    if not words:
        return []
    return [("" if is_short else f"  {filled(amount / limit, _GAUGE)}", colour), (f"  {words}", colour)]


_GAUGE = 6
"""Cells of the gauge that fills while one edits."""


def _others(view: View) -> list[tuple[str, str]]:
    """The other limits of a budget: the first that is broken, or that they hold."""
    budget = Budget(tuple(each for each in view.budget.limits if each.name not in COMPARED))
    if not budget:
        return []
    try:
        held = holdings(view.network, budget, view.baseline, Terms(view.counting))
    except DesignError as error:  # of a place that the design has no more
        return [(f"   {error}", "$text-error bold")]
    broken = [each for each in held if not each.is_held]
    if not broken:
        return [("   " + some(len(held), "{n} other limit holds", "{n} other limits hold"), "$text-success")]
    more = f" +{len(broken) - 1}" if len(broken) > 1 else ""
    return [(f"   {broken[0].what} {broken[0].brief}{more}", "$text-error bold")]


def _delta(text: str, amount: int) -> tuple[str, str]:
    return text, "$text-warning" if amount else QUIET


class Key(NamedTuple):
    """A key, what it does, and what a click on it runs; nothing for one that rests."""

    key: str
    words: str
    action: str


def resting(pane: str, bench: Bench) -> tuple[bool, ...]:
    """Which entries of a pane's line of keys rest."""
    return tuple(bool(ACTIONS[entry.ids[0]].rests(bench)) for entry in LINES[pane])


def keys(pane: str, bench: Bench, keymap: Mapping[str, str]) -> list[Key]:
    """What can be done in a pane ("field" while a value is being typed), with the keys that a keymap gives."""
    return [_key(entry, bench, keymap) for entry in LINES[pane]]


def _key(entry: Entry, bench: Bench, keymap: Mapping[str, str]) -> Key:
    key, words = shortest(entry, keymap)
    action = ACTIONS[entry.ids[0]]
    if action.rests(bench):
        return Key(key, words, "")
    pressed = name_of(keymap.get(action.id, action.keys).split(",")[0])
    return Key(key, words, f"app.simulate_key('{pressed}')" if action.by else f"app.do('{action.id}')")


class KeyBar(Bar):
    """The keys of the pane that has the focus; each can be clicked."""

    _keys: Sequence[Key] = ()

    def show(self, keys: Sequence[Key]) -> None:
        """Show other keys, those without an action faintly."""
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        shown = list(self._keys)
        while len(shown) > 3 and _length(shown, 2) > self._room:
            del shown[-3]  # the last two lead to help and out
        gap = " " * (3 if _length(shown, 3) <= self._room else 2)
        parts = [Content(" ")]
        for key, words, action in shown:
            if len(parts) > 1:
                parts.append(Content(gap))
            if action:
                markup = f"[@click={action}][bold $text-accent]$key[/] $words[/]"
                parts.append(Content.from_markup(markup, key=key, words=words))
            else:
                parts.append(Content.styled(f"{key} {words}", "$foreground 30%"))
        self.draw(Content("").join(parts))


def _length(keys: Sequence[Key], gap: int) -> int:
    """Cells of the line, with so many between two keys."""
    return 1 + gap * (len(keys) - 1) + sum(cells(key) + 1 + cells(words) for key, words, _ in keys)


class Hint(Bar):
    """A line above the totals, as long as fits: for who is here for the first time, or of work to be had back."""

    _style = "$text-primary"
    _texts: tuple[str, ...] = ()

    def __init__(self, *, id: str, is_first: bool) -> None:  # noqa: A002
        super().__init__(id=id)
        self._is_first = is_first
        self.display = False

    def show(self, bench: Bench) -> None:
        """Say it until something is edited."""
        if len(bench.history.steps) > 1:
            self.display = self._is_first = False
            return
        self._texts, self._style = tuple(map(say, _FIRST)), "$text-primary"
        if bench.offers:
            self._texts, self._style = _of_offers(bench.offers), "$text-warning"
        self.display = bool(bench.offers) or self._is_first
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        texts = [text for text in self._texts if cells(text) <= self._room]
        self.draw(Content.styled(texts[0] if texts else "", self._style))


_FIRST = (
    later(
        " first time here?  ↑ ↓ move   e and a number edit   u takes back   r says what it did   / finds   ? all keys"
    ),
    later(" first time?  ↑ ↓ move   e edit   u undo   r what it did   / find   ? help"),
    later(" ↑ ↓ move   e edit   r what it did   ? help"),
)


def _of_offers(offers: Sequence[Offer]) -> tuple[str, ...]:
    """There is work that was not saved: when the newest was last written, and what it is."""
    first = offers[0]
    when, what = ago(time.time() - first.when), called(first.work.history.current)
    count = say(" (and {n} more)", n=len(offers) - 1) if len(offers) > 1 else ""
    return (
        say(" work that was not saved: {what}, {when}{count}   W opens it", what=what, when=when, count=count),
        say(" work that was not saved, {when}{count}   W opens it", when=when, count=count),
        say(" unsaved work   W opens it"),
    )
