"""`inspector report`: the shape report."""

from __future__ import annotations

import click

from inspector.cli.arguments import assign, with_counting, with_model, with_output
from inspector.cli.given import load
from inspector.cli.printer import hand_over, tell
from inspector.core.design.design import Design
from inspector.core.measures.counting import DEFAULT
from inspector.outside import shown
from inspector.report.formats import FORMATS, by_ending
from inspector.speech import later, say


@click.command("report")
@with_model
@with_output
@with_counting
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help=later("What FILE ends in, or text, if left out.")
)
def command(
    model: str,
    assignments: tuple[str, ...],
    counting: str | None,
    format_: str | None,
    output: str | None,
    *,
    force: bool,
) -> None:
    """Print the shape report, or write it to a file; the format toml is the design file."""
    of_file = by_ending(output or "")
    name = format_ or (of_file.name if of_file else "text")
    hand_over(rendered(assign(load(model), assignments), name, counting), output, force=force)
    if of_file is not None and of_file.name != name:
        words = say("{file}: written as {format}, whatever its ending says", file=shown(output or "", 200), format=name)
        tell(words)


def rendered(design: Design, format_: str, counting: str | None) -> str:
    """The report on a design, compared with its preset."""
    from inspector.core.network.network import analyze
    from inspector.report.formats import subject

    return FORMATS[format_].render(subject(analyze(design), counting=counting or DEFAULT))
