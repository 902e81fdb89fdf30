"""`inspector compare`: several designs side by side."""

from __future__ import annotations

import click
from msgspec import Struct, convert

from inspector.cli import DIFFERS
from inspector.cli.arguments import Assignment, Model, assign, with_counting, with_output, with_weights
from inspector.cli.given import load
from inspector.cli.outputs import check_outputs, tell_format
from inspector.cli.printer import hand_over
from inspector.core.measures.counting import DEFAULT, convention
from inspector.errors import DesignError
from inspector.speech import later, say, speaking


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    models: tuple[str, ...]
    assignments: tuple[str, ...]
    output: str | None
    counting: str | None
    format_: str | None
    exit_code: bool
    force: bool


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
    "--format", "format_", type=click.Choice(["text", "md", "json", "html"]), help=later("What FILE ends in, or text.")
)
@click.option("--exit-code", is_flag=True, help=later("Exit with 1 where one differs from the first."))
@click.pass_context
def command(context: click.Context, /, **given: object) -> None:
    """Compare designs side by side: parameters, costs, bytes and shapes; what is new, gone and changed, and why.

    Each MODEL is a preset, a design file or a file of weights; differences are against the first.
    """
    context.exit(_compare(convert(given, Wanted)))


def _compare(wanted: Wanted) -> int:
    from inspector.core.network.network import analyze
    from inspector.report.comparison import RENDERED, compared
    from inspector.report.formats import by_ending

    designs = {model: load(model) for model in wanted.models}
    named = [(model, designs[model]) for model in wanted.models]
    if wanted.assignments:
        named.append((" ".join(wanted.assignments), assign(named[0][1], wanted.assignments)))
    if len(named) < 2:
        raise DesignError(wanted.models[0], say("is one design alone; name another one, or edit it with --set"))
    of_file = by_ending(wanted.output or "")
    known = wanted.format_ or (of_file.name if of_file and of_file.name in RENDERED else "text")
    if wanted.output not in (None, "-"):
        check_outputs([wanted.output or ""], wanted.models, twice="", force=wanted.force)
    counted = convention(wanted.counting or DEFAULT)
    with speaking(None):  # others read it, and programs
        found = compared([analyze(design) for _, design in named], [name for name, _ in named], counted)
        text = RENDERED[known](found)
    hand_over(text, wanted.output, force=wanted.force)
    tell_format(wanted.output, known)
    return DIFFERS if wanted.exit_code and any(each.report.differs for each in found.others) else 0
