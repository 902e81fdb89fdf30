"""`inspector check`: a design held against a budget, for CI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.cli import DIFFERS
from inspector.cli.arguments import assign, with_counting, with_language, with_model
from inspector.cli.given import given as named
from inspector.cli.given import names_file, opening
from inspector.cli.limits import baseline, limits, terms, with_limits
from inspector.cli.outputs import check_outputs
from inspector.cli.printer import put, tell
from inspector.errors import InspectorError
from inspector.outside import shown
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.report.check import Checked


@click.command("check")
@with_model
@with_limits
@with_counting
@click.option("--json", "as_json", is_flag=True, help=later("Print it as JSON."))
@click.option("--junit", metavar="FILE", help=later("Write JUnit's XML to FILE too, a testcase for each limit."))
@click.option(
    "--github",
    is_flag=True,
    help=later("Print one annotation of GitHub's that lists all that is broken; add the table to the step's summary."),
)
@click.option("--force", is_flag=True, help=later("Overwrite FILE if there is one."))
@with_language
@click.pass_context
def command(context: click.Context, /, **given: object) -> None:
    """Hold a design against a budget, and say what holds and by how much; exit 1 where a limit is broken.

    Limits are options, or in the design file under [budget], by the same names: max_params = "20M". An option comes
    before the file's.
    """
    from inspector.report.check import as_annotation, as_json, as_junit, as_text, headed

    junit = None if given["junit"] is None else str(given["junit"])
    if given["github"] and given["as_json"]:
        raise click.UsageError(say("--json and --github both print on standard output; --junit goes with either"))
    if junit is not None:
        read = [str(given[name]) for name in ("model", "against") if given[name]]
        _check_junit(junit, read, force=bool(given["force"]))
    try:
        checked = _checked(given)
    except (InspectorError, click.UsageError) as error:
        problem = error.format_message() if isinstance(error, click.UsageError) else str(error)
        _tell_ci(problem, junit, is_github=bool(given["github"]))
        raise
    put(as_json(checked) if given["as_json"] else as_text(checked))
    if junit is not None:
        _write(as_junit(checked), junit)
    if given["github"]:
        put(as_annotation(checked))
        _summarise(headed(checked))
    context.exit(DIFFERS if checked.broken else 0)


def _check_junit(junit: str, read: list[str], *, force: bool) -> None:
    """That the file can be written: over another only where that is one of these, or with --force."""
    from inspector.files.reading import begins_with
    from inspector.report.check import JUNIT

    if junit in ("", "-"):
        raise click.UsageError(say("--junit needs the name of a file"))
    check_outputs([junit], read, twice="", force=force or begins_with(Path(junit), JUNIT))


def _write(text: str, junit: str) -> None:
    from inspector.files.output import write

    write(Path(junit), text, overwrite=True)


def _tell_ci(problem: str, junit: str | None, *, is_github: bool) -> None:
    """Say why nothing could be held against anything, where CI looks for it."""
    from inspector.report.check import error_annotation, error_headed, error_junit

    if junit is not None:
        _write(error_junit(problem), junit)
    if is_github:
        put(error_annotation(problem))
        _summarise(error_headed(problem))


def _checked(given: dict[str, object]) -> Checked:
    from inspector.core.budgets.holding import holdings
    from inspector.core.network.network import analyze
    from inspector.report.check import Checked

    model, assignments = str(given["model"]), given["assignments"]
    assert isinstance(assignments, tuple)  # noqa: S101  # it is repeatable
    found = named(model)
    for line in opening(found.weights) if found.weights else ():
        tell(line)
    budget, measured = limits(given, found.budget), terms(given)
    network = analyze(assign(found.design, assignments))
    compared = baseline(network, given["against"])
    name = " ".join([shown(model, 100), *assignments])
    held = holdings(network, budget, compared, measured)
    return Checked(name, network, compared, measured, held, model if names_file(model) else "")


def _summarise(text: str) -> None:
    """Add to the summary of a step of GitHub's, where there is one."""
    from inspector.files.output import append

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        append(Path(path), text)
    else:
        tell(say("GITHUB_STEP_SUMMARY is not set, so there is no summary to add to"))
