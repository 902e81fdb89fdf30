"""`inspector compare`: several designs side by side."""

from __future__ import annotations

import click

from inspector.cli.arguments import Assignment, Model, assign, with_counting, with_output, with_weights
from inspector.cli.given import load
from inspector.cli.printer import hand_over
from inspector.core.measures.counting import DEFAULT, convention
from inspector.errors import DesignError
from inspector.speech import later, say, speaking


@click.command("compare")
@click.argument("models", type=Model(), nargs=-1, required=True, metavar="MODEL…")
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Compare the first MODEL, edited so, too. Repeatable."),
)
@with_weights
@with_output
@with_counting
@click.option(
    "--format", "format_", type=click.Choice(["text", "md", "json"]), help=later("What FILE ends in, or text.")
)
def command(
    models: tuple[str, ...],
    assignments: tuple[str, ...],
    output: str | None,
    counting: str | None,
    format_: str | None,
    *,
    force: bool,
) -> None:
    """Compare designs side by side: parameters, costs, bytes and shapes, stage by stage.

    Each MODEL is a preset, a design file or a file of weights; differences are against the first.
    """
    from inspector.core.changes.side_by_side import side_by_side
    from inspector.core.network.network import analyze
    from inspector.report.comparison import RENDERED
    from inspector.report.formats import by_ending

    designs = {model: load(model) for model in models}
    named = [(model, designs[model]) for model in models]
    if assignments:
        named.append((" ".join(assignments), assign(named[0][1], assignments)))
    if len(named) < 2:
        raise DesignError(models[0], say("is one design alone; name another one, or edit it with --set"))
    of_file = by_ending(output or "")
    known = format_ or (of_file.name if of_file and of_file.name in RENDERED else "text")
    counted = convention(counting or DEFAULT)
    with speaking(None):  # others read it, and programs
        text = RENDERED[known](
            side_by_side([analyze(design) for _, design in named], [name for name, _ in named], counted)
        )
    hand_over(text, output, force=force)
