"""`inspector weights FILE`: what a file of weights is, and what of it survives an edit."""

from __future__ import annotations

from pathlib import Path

import click

from inspector.cli.arguments import Assignment, assign, with_language, with_weights
from inspector.cli.given import weights as opened
from inspector.cli.printer import put
from inspector.outside import shown
from inspector.speech import later


@click.command("weights")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Edit the network, and tell what survives: conv5_3.conv3=1024. Repeatable."),
)
@with_weights
@click.option("--json", "as_json", is_flag=True, help=later("Print it as JSON, every tensor with its fate."))
@with_language
def command(file: Path, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Say what FILE is: which ResNet, whose names, what its shapes do not tell; and what survives an edit.

    FILE is a safetensors file or index, or one of torch's (.pth, .pt, .bin, .th), old or new. Nothing in it is run.
    """
    from inspector.core.design.differences import edits
    from inspector.core.network.network import analyze
    from inspector.report import weights

    of = opened(file)
    design, after = of.design, assign(of.design, assignments)
    about = weights.About(
        shown(str(file), 200),
        of.contents,
        of.checkpoint,
        of.teller,
        edits(after, design),
        analyze(design),
        analyze(after),
    )
    put(weights.as_json(about) if as_json else weights.as_text(about))
