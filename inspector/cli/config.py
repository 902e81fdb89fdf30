"""`inspector config`: the settings file."""

from __future__ import annotations

import click

from inspector.cli.printer import put, tell
from inspector.outside import shown
from inspector.speech import say


@click.group("config", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """The settings file: where it is, and whether it is right."""
    if context.invoked_subcommand is None:
        put(f"{context.get_help()}\n")


@command.command("path")
def path_command() -> None:
    """Print where the settings file is, or would be."""
    from inspector.tui import config

    put(f"{config.place()}\n")


@command.command("validate")
@click.pass_context
def validate_command(context: click.Context) -> None:
    """Say what is wrong with the settings file; exit 2 where anything is."""
    from inspector.tui import config

    path = config.place()
    _, problems = config.load(path)
    for problem in problems:
        tell(f"{shown(str(path), 200)}: {problem}")
    if not problems:
        name = shown(str(path), 200)
        there, missing = say("{file}: fine", file=name), say("{file}: no such file; the defaults hold", file=name)
        put(f"{there if path.exists() else missing}\n")
    context.exit(2 if problems else 0)
