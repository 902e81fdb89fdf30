"""`inspector code`: a Python file that builds the network."""

from __future__ import annotations

import click

from inspector.cli.arguments import assign, load, with_model, with_output
from inspector.cli.printer import hand_over, tell
from inspector.errors import DesignError
from inspector.outside import shown
from inspector.speech import later, say, speaking


@click.command("code")
@with_model
@with_output
@click.option("--timm", is_flag=True, help=later("Only the line of timm that creates the network, where there is one."))
def command(model: str, assignments: tuple[str, ...], output: str | None, *, timm: bool, force: bool) -> None:
    """Print a Python file that builds the network with torch and torchvision alone."""
    from inspector.report.formats import by_ending
    from inspector.report.python_code import python_file, timm_call

    design = assign(load(model), assignments)
    with speaking(None):  # others read it
        text = f"{timm_call(design) or ''}\n" if timm else python_file(design)
    if not text.strip():
        raise DesignError(model, say("timm's constructor cannot express this design"))
    hand_over(text, output, force=force)
    of_file = by_ending(output or "")
    if of_file is not None and of_file.name != "code":
        tell(say("{file}: written as Python, whatever its ending says", file=shown(output or "", 200)))
