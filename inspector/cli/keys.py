"""`inspector keys`: every action, and its keys."""

from __future__ import annotations

import click

from inspector.cli.printer import put, tell
from inspector.outside import shown
from inspector.speech import say


@click.command("keys")
def command() -> None:
    """List every action's id, its keys (as the settings have them), and what it does."""
    from inspector.tui import config
    from inspector.tui.keymap import sections, typed_keys

    settings, problems = config.load(config.place())
    for title, rows in sections(settings.keys):
        put(f"{title}\n")
        for action, _ in rows:
            put(f"  {action.id:24}{typed_keys(action, settings.keys):32}{say(action.words)}\n")
    for problem in problems:
        tell(f"{shown(str(config.place()), 200)}: {problem}")
