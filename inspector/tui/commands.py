"""The command palette: every action of the editor, by what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.app import App, SystemCommand
from textual.binding import Binding

_WITHOUT_MEANING = frozenset({"Quit", "Keys", "Screenshot"})
"""Textual's own commands that the editor's say better."""


def commands(app: App[None], others: Iterable[SystemCommand]) -> Iterator[SystemCommand]:
    """The app's bindings as commands, then Textual's (theme and the like)."""
    for binding in app._bindings.key_to_bindings.values():  # noqa: SLF001  # there is no public list
        for each in binding:
            if isinstance(each, Binding) and each.id and each.show:
                yield _command(app, each)
    yield from (command for command in others if command.title not in _WITHOUT_MEANING)


def _command(app: App[None], binding: Binding) -> SystemCommand:
    async def run() -> None:
        await app.run_action(binding.action)

    return SystemCommand(binding.description, f"Key {binding.key_display or binding.key}", run)
