"""The single lines: what is open, how much it comes to, which keys there are."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from inspector.core.counting import CONVENTIONS, DEFAULT, Convention
from inspector.core.describe import version
from inspector.core.history import History
from inspector.core.memory import DTYPES, kept_for_backward
from inspector.core.network import Network
from inspector.core.units import ago, difference, dims, exact, short, short_bytes, short_difference
from inspector.tui.cells import QUIET
from inspector.tui.keynames import key_name


class Bar(Static):
    """One line of the screen; what it shows already is not drawn again."""

    _said: object = None

    def say(self, line: Content) -> None:
        if (line.plain, line.spans) != self._said:
            self._said = line.plain, line.spans
            self.update(line, layout=False)


class TitleBar(Bar):
    """Which design is open, at which input, and whether it has unsaved edits."""

    def show(self, network: Network, *, is_edited: bool, is_unsaved: bool, file: str, against: str) -> None:
        design = network.design
        parts = [
            Content.styled(" inspector ", "$text-primary bold"),
            Content(f"  {design.base} {version(design)}".rstrip() + (", edited" if is_edited else "")),
            Content.styled("   ● not saved" if is_unsaved else "", "$text-warning"),
            Content.styled(f"   {file}" if file else "", QUIET),
            Content.styled(f"   {dims(design.input)}", QUIET),
            Content.styled(f"   against {against}" if against else "", QUIET),
        ]
        self.say(Content("").join(parts))


class Totals(Bar):
    """Parameters and MACs, with their differences to the baseline, and bytes where there is room."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._network: Network | None = None
        self._baseline: Network | None = None
        self._counting = CONVENTIONS[DEFAULT]

    def show(self, network: Network, baseline: Network, counting: Convention) -> None:
        self._network, self._baseline, self._counting = network, baseline, counting
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """The longest way of saying it that fits: exact numbers first, exact differences next."""
        if self._network is None or self._baseline is None:
            return
        params, cost = self._network.params, self._counting.of(self._network.root)
        more_params, more_cost = params - self._baseline.params, cost - self._counting.of(self._baseline.root)
        choices = [
            (exact, difference, _bytes(self._network)),
            (exact, difference, ""),
            (exact, short_difference, ""),
            (short, short_difference, ""),
        ]
        for number, delta, rest in choices:
            parts = [
                Content.styled(f" {number(params)} params ", "bold"),
                _delta(delta(more_params), more_params),
                Content.styled(f"    {number(cost)} {self._counting.unit}", "bold"),
                Content.styled(f" {self._counting.name} ", QUIET),
                _delta(delta(more_cost), more_cost),
                Content.styled(rest, QUIET),
            ]
            line = Content("").join(parts)
            if cell_len(line.plain) <= self.size.width:
                break
        self.say(line)


def _bytes(network: Network) -> str:
    weights = DTYPES["fp32"] * network.params
    return f"   {short_bytes(weights)} weights   {short_bytes(kept_for_backward(network))} for backward"


def _delta(text: str, amount: int) -> Content:
    return Content.styled(text, "$text-warning" if amount else QUIET)


Key = tuple[str, str, str]
"""A key, what it does, and the action that a click on it runs; no action for one that rests."""


def keys(pane: str, history: History, keymap: Mapping[str, str]) -> list[Key]:
    """What can be done in a pane: "field" while a value is being typed, "tree", "detail", or one of the others.

    `keymap` gives other keys to actions, by their ids.
    """
    found = _keys(pane, history)
    if not keymap:
        return found
    return [(_key(keymap.get(_IDS.get(action, action), ""), key), words, action) for key, words, action in found]


_IDS = {"app.more": "app.step-up", "app.less": "app.step-down", "app.maps": "app.grad-cam"}
"""Ids of actions that have other names."""


def _key(mapped: str, key: str) -> str:
    return key_name(mapped.partition(",")[0]) if mapped else key


def _keys(pane: str, history: History) -> list[Key]:
    if pane == "field":
        return [
            ("enter", "keep", "app.leave('keep')"),
            ("esc", "take back", "app.leave('revert')"),
            ("↑ ↓", "other fields", "app.leave('next')"),
        ]
    undo = ("u", "undo", "app.undo" if history.can_undo else "")
    redo = ("^r", "redo", "app.redo" if history.can_redo else "")
    ripple = ("r", "ripple", "app.ripple")
    steps = [("+", "more", "app.more"), ("-", "less", "app.less"), undo]
    away = [("?", "help", "app.help"), ("q", "quit", "app.quit")]
    tree = ("esc", "tree", "app.tree")
    if pane == "detail":
        return [("enter", "type", "app.edit"), tree, *steps, ripple, redo, *away]
    if pane in _OTHERS:
        return [*_OTHERS[pane][:2], tree, *_OTHERS[pane][2:], *away]
    found = [ripple, ("/", "find", "app.find"), ("i", "note", "app.note"), ("b", "baseline", "app.baseline")]
    more = [("T", "grad-cam", "app.maps"), ("m", "maps", "app.picture"), ("w", "designs", "app.designs")]
    rest = [*more, ("x", "export", "app.export"), ("o", "order", "app.ranking"), ("c", "counts", "app.countings"), redo]
    return [("e", "edit", "app.edit"), *steps, *found, *rest, *away]


_GO = ("enter", "go there", "app.tree")
_OTHERS: dict[str, list[Key]] = {
    "ripple": [("↑ ↓", "choose", "app.focus('ripple')"), _GO, ("r", "since", "app.since")],
    "ranking": [("↑ ↓", "choose", "app.focus('ranking')"), _GO, ("o", "next order", "app.order")],
    "picture": [("← →", "choose", "app.focus('picture')"), ("enter", "edit", "app.edit"), ("m", "away", "app.picture")],
}
"""The keys of the panes that come on demand."""


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
        while len(shown) > 3 and _length(shown) + 2 * len(shown) > self.size.width:
            del shown[-3]  # the last two lead to help and out
        gap = " " * (3 if _length(shown) + 3 * len(shown) <= self.size.width else 2)
        parts = [Content(" ")]
        for key, words, action in shown:
            if action:
                markup = f"[@click={action}][bold $text-accent]$key[/] $words[/]"
                parts += [Content.from_markup(markup, key=key, words=words), Content(gap)]
            else:
                parts.append(Content.styled(f"{key} {words}{gap}", "$foreground 30%"))
        self.say(Content("").join(parts))


def _length(keys: Sequence[Key]) -> int:
    return sum(len(key) + 1 + len(words) for key, words, _ in keys)


class Hint(Bar):
    """A line above the totals, as long as fits: for who is here for the first time, or of work to be had back."""

    _texts: tuple[str, ...] = (
        " first time here?  ↑ ↓ move   e and a number edit   u takes back   r says what it did   / finds   ? all keys",
        " first time?  ↑ ↓ move   e edit   u undo   r what it did   / find   ? help",
        " ↑ ↓ move   e edit   r what it did   ? help",
    )
    _style = "$text-primary"

    def offer(self, works: Sequence[tuple[float, str]]) -> None:
        """Say that there is work that was not saved; `works` are when each was last written, and what it is."""
        when, what = works[0]
        count = f" (and {len(works) - 1} more)" if len(works) > 1 else ""
        self._texts = (
            f" work that was not saved: {what}, {ago(time.time() - when)}{count}   W opens it",
            f" work that was not saved, {ago(time.time() - when)}{count}   W opens it",
            " unsaved work   W opens it",
        )
        self._style = "$text-warning"
        self.display = True
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        texts = [text for text in self._texts if cell_len(text) <= self.app.size.width]
        self.say(Content.styled(texts[0] if texts else "", self._style))
