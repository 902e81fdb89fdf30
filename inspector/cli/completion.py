"""`inspector completion`: the completion script of a shell."""

from __future__ import annotations

import click

from inspector.cli.printer import put


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell: eval "$(inspector completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    if script is not None:
        root = context.find_root().command
        put(script(root, {}, "inspector", "_INSPECTOR_COMPLETE").source() + "\n")
