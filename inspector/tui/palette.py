"""The command palette: every action by what it does, every note, and every place of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol, cast

from textual.app import SystemCommand
from textual.command import Hit, Hits, Provider

from inspector.core.network.kinds import operation
from inspector.core.network.search import search
from inspector.session.actions import ACTIONS
from inspector.session.bench import Bench, network_of
from inspector.speech import later, say, spoken
from inspector.tui.keymap import called, keys_of

TEXTUALS = (
    later("Theme"),
    later("Change the current theme"),
    later("Show keys and help panel"),
    later("Hide keys and help panel"),
    later("Keys"),
)
"""What Textual's own commands say that are left."""


class _Editor(Protocol):
    bench: Bench

    def do(self, id: str, *arguments: object) -> None: ...  # noqa: A002  # the table's word


MOST = 30
"""Places that are offered at once."""
_SAID_BETTER = frozenset({"Quit", "Keys", "Screenshot", "Maximize", "Minimize"})
"""Textual's own commands that the editor has its own for, or none."""


def commands(
    bench: Bench, keymap: Mapping[str, str], run: Callable[[str, str], object], others: Iterable[SystemCommand]
) -> Iterator[SystemCommand]:
    """The actions of the editor and of its tree, but for those that rest; notes; then Textual's own (theme and such).

    `run` runs what Textual calls an action, in the pane of that name.
    """
    for action in ACTIONS.values():
        is_here = action.pane in ("app", "tree") and action.id != "app.palette"
        if action.keys and action.is_listed and is_here and not action.rests(bench):
            yield SystemCommand(
                say(action.words),
                say("Key {keys}", keys=keys_of(action, keymap)),
                partial(run, called(action), action.pane),
            )
    yield from (
        command._replace(title=say(command.title), help=say(command.help))
        for command in others
        if command.title not in _SAID_BETTER
    )
    yield from _notes(run)


def _notes(run: Callable[[str, str], object]) -> Iterator[SystemCommand]:
    from inspector.core.explain.concepts import TOPICS
    from inspector.notes import name

    for topic in TOPICS:
        yield SystemCommand(
            say("Note: {title}", title=name(topic, spoken())),
            topic,
            partial(run, f"app.do('app.note', '{topic}')", "app"),
        )


class Places(Provider):
    """The places that what is typed is found in, those first whose name it is nearest to."""

    async def search(self, query: str) -> Hits:
        app = cast("_Editor", self.app)
        network, matcher = app.bench.network, self.matcher(query)
        for number, where in enumerate(search(network, query, network_of(app.bench.baseline.design))):
            if number == MOST:
                return
            place = network.at(where)
            name = place.name if place.path in ("", place.name) else f"{place.name}  {place.path}"
            score = max(matcher.match(name), 0.01)
            words = say("go to it: {what}", what=operation(place.node))
            yield Hit(score, matcher.highlight(name), partial(app.do, "app.jump", where), name, words)
