"""`inspector report`: the shape report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct, convert

from inspector.cli.arguments import Model, assign, with_counting, with_model, with_output
from inspector.cli.given import Given, given, load, opening
from inspector.cli.outputs import check_ending, check_outputs, tell_format
from inspector.cli.printer import hand_over, put_lines, takes_colour, tell
from inspector.core.design.design import Design
from inspector.core.measures.counting import DEFAULT
from inspector.outside import shown
from inspector.report.formats import FORMATS, by_ending
from inspector.speech import later, say, speaking

if TYPE_CHECKING:
    from inspector.files.checkpoints import Opened
    from inspector.report.formats import Carried, Subject
    from inspector.report.text import Role


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    model: str
    assignments: tuple[str, ...]
    format_: str | None
    output: str | None
    counting: str | None
    against: str | None
    force: bool
    tall: bool
    schema: bool


@click.command("report")
@with_model
@with_output
@with_counting
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), help=later("What FILE ends in, or text, if left out.")
)
@click.option(
    "--against",
    type=Model(),
    metavar="MODEL",
    help=later("What differences are against; the preset that the design began with if left out, or the weights'."),
)
@click.option("--tall", is_flag=True, help=later("Draw the picture (svg) from above to below."))
@click.option("--schema", is_flag=True, help=later("Print the JSON Schema of the format json instead."))
def command(**given_: object) -> None:
    """Print the shape report, or write it to a file; the format toml is the design file."""
    _report(convert(given_, Wanted))


def _report(wanted: Wanted) -> None:
    if wanted.schema:
        from inspector.report.json_report import schema

        hand_over(schema(), wanted.output, force=wanted.force)
        return
    output = wanted.output or ""
    of_file = by_ending(output)
    name = wanted.format_ or (of_file.name if of_file else "text")
    if wanted.format_ is None:
        check_ending(wanted.output)
    if wanted.tall and name != "svg":
        raise click.UsageError(say("--tall is for the format svg"))
    if wanted.output not in (None, "-") and name != "toml":
        check_outputs([output], [wanted.model, wanted.against], twice="", force=wanted.force)
    found = given(wanted.model)
    for line in opening(found.weights) if found.weights else ():
        tell(line)
    design = assign(found.design, wanted.assignments)
    if name == "text" and wanted.output is None and takes_colour():
        put_lines(_coloured(design, wanted.counting, found, wanted.against))
        return
    text = rendered(design, "svg-tall" if wanted.tall else name, wanted.counting, found, wanted.against)
    hand_over(text, wanted.output, force=wanted.force)
    tell_format(wanted.output, name)


def rendered(design: Design, format_: str, counting: str | None, of: Given, against: str | None = None) -> str:
    """The report on a design, compared with its preset, with what its weights are of, or with what is named.

    `of` is what it was before it was edited.
    """
    from inspector.report.formats import TALL

    return (TALL if format_ == TALL.name else FORMATS[format_]).render(_about(design, counting, of, against))


_INKS: dict[Role, dict[str, Any]] = {
    "": {},
    "title": {"bold": True},
    "heading": {"dim": True},
    "group": {"bold": True},
    "changed": {"fg": "yellow"},
}
"""How lines of the text report are shown by a terminal: bold, dim, or coloured."""


def _coloured(
    design: Design, counting: str | None, of: Given, against: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    from inspector.report.model import Report
    from inspector.report.text import lines

    with speaking(None):  # a report is English
        for line, role in lines(Report(_about(design, counting, of, against))):
            yield line, _INKS[role]


def _about(design: Design, counting: str | None, of: Given, against: str | None) -> Subject:
    from inspector.core.budgets.budget import NONE
    from inspector.core.network.network import analyze
    from inspector.report.formats import subject

    weights = of.weights
    compared = load(against) if against else weights.design if weights else None
    about = subject(analyze(design), analyze(compared) if compared else None, counting or DEFAULT)
    return about._replace(weights=_carried(weights) if weights else None, budget=of.budget or NONE)


def _carried(weights: Opened) -> Carried:
    from inspector.core.network.network import analyze
    from inspector.report.formats import Carried

    return Carried(shown(weights.path.name, 200), analyze(weights.design), has_counters=not weights.checkpoint.counters)
