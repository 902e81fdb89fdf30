"""The command palette: every action of the editor, by what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from inspector.tui.screens.help import described

_SAID_BETTER = frozenset({"Quit", "Keys", "Screenshot", "Maximize", "Minimize"})
"""Textual's own commands that the editor has its own for, or none."""


def commands(
    app: App[None],
    sections: Sequence[tuple[DOMNode, Sequence[BindingType]]],
    resting: frozenset[str],
    others: Iterable[SystemCommand],
) -> Iterator[SystemCommand]:
    """The bindings of each node as commands, but for the `resting` actions; then Textual's (theme and the like)."""
    for node, bindings in sections:
        for binding in bindings:
            if isinstance(binding, Binding) and binding.show and binding.action not in resting:
                ((keys, words),) = described([binding])
                yield SystemCommand(words, f"Key {keys}", partial(app.run_action, binding.action, node))
    yield from (command for command in others if command.title not in _SAID_BETTER)
