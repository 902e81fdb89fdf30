"""`inspector fit`: the largest design that holds a budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from inspector.cli import DIFFERS
from inspector.cli.arguments import Address, Assignment, Model, assign, with_counting, with_language, with_weights
from inspector.cli.given import first_model, opening
from inspector.cli.given import given as named
from inspector.cli.limits import baseline, limits, terms, with_limits
from inspector.cli.outputs import check_outputs
from inspector.cli.printer import hand_over, progress, put, tell
from inspector.outside import shown
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.report.fitted import Found

PATIENCE = 1.0
"""Seconds after which it is said how far it is."""


@click.command("fit")
@click.argument("addresses", type=Address(), nargs=-1, required=True, metavar="[MODEL] ADDRESS…")
@click.option("--model", type=Model(), metavar="MODEL", help=later("What is fitted; resnet50."))
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Edit before anything else: conv5_x.planes=384, conv5_3.conv3=1024, input=1,3,512,512. Repeatable."),
)
@with_weights
@with_limits
@with_counting
@click.option(
    "--multiple", type=click.IntRange(1, 65_536), metavar="N", help=later("Values are multiples of N; 8 for channels.")
)
@click.option("--min", "low", type=click.IntRange(1, 65_536), metavar="N", help=later("No value below N."))
@click.option("--max", "high", type=click.IntRange(1, 65_536), metavar="N", help=later("No value above N."))
@click.option("--json", "as_json", is_flag=True, help=later("Print it as JSON."))
@click.option("--output", "-o", metavar="FILE", help=later("Write the fitted design to a design file."))
@click.option("--force", is_flag=True, help=later("Overwrite FILE if there is one."))
@with_language
@click.pass_context
def command(context: click.Context, /, **given: object) -> None:
    """Find the largest value of an ADDRESS with which the design holds a budget; exit 1 where none does.

    Several addresses are scaled together by one factor; width is the planes of the stem and of every stage. Every
    multiple is tried, so that no larger one holds. Limits are options, or [budget] in the design file.
    """
    from inspector.core.budgets.fit import Unfit
    from inspector.report.design_toml import design_file
    from inspector.report.fitted import as_json, as_text

    found = _found(given)
    put(as_json(found) if given["as_json"] else as_text(found))
    if isinstance(found.result, Unfit):
        context.exit(DIFFERS)
    if given["output"]:
        text = design_file(found.result.design, found.budget)
        hand_over(text, str(given["output"]), force=bool(given["force"]))


def _found(given: dict[str, object]) -> Found:
    from inspector.core.budgets.fit import Bounds, fit
    from inspector.core.network.network import analyze
    from inspector.report.fitted import Found

    assignments, words = given["assignments"], given["addresses"]
    assert isinstance(assignments, tuple)  # noqa: S101  # both are repeatable
    assert isinstance(words, tuple)  # noqa: S101
    model, addresses = first_model(words, str(given["model"]) if given["model"] else None)
    if given["output"] is not None:
        read = [model, *([str(given["against"])] if given["against"] else [])]
        _check_output(str(given["output"]), read, force=bool(given["force"]))
    of = named(model)
    for line in opening(of.weights) if of.weights else ():
        tell(line)
    budget, measured = limits(given, of.budget), terms(given)
    network = analyze(assign(of.design, assignments))
    compared = baseline(network, given["against"])
    bounds = Bounds(*(int(given[name] or 0) for name in ("multiple", "low", "high")))  # type: ignore[call-overload]
    with progress() as say_on:
        result = fit(network.design, addresses, budget, compared, measured, bounds, patient(say_on))
    name = " ".join([shown(model, 100), *assignments])
    return Found(name, addresses, network, compared, measured, budget, result)


def _check_output(output: str, read: list[str], *, force: bool) -> None:
    """That the design file can be written once the design is found, and is another than what is read."""
    if output in ("", "-"):
        raise click.UsageError(say("--output needs the name of a file"))
    check_outputs([output], read, twice="", force=force)


def patient(say_on: Callable[[str], None]) -> Callable[[int, int], None]:
    """What says how far it is once that takes longer than one likes to wait without a word, ten times a second."""
    begun = told = time.monotonic()

    def tell_on(done: int, of: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - begun > PATIENCE and now - told > 0.1:
            told = now
            say_on(say("{n} of {count} designs", n=f"{done:,}", count=f"{of:,}"))

    return tell_on
