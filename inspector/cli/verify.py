"""`inspector verify`: the real module, built and compared."""

from __future__ import annotations

import click

from inspector.cli import DIFFERS
from inspector.cli.arguments import assign, with_model
from inspector.cli.given import load
from inspector.cli.printer import put
from inspector.errors import MissingError
from inspector.outside import shown
from inspector.speech import later, say, speaking


@click.command("verify")
@with_model
@click.option("--json", "as_json", is_flag=True, help=later("Print the verdict as JSON."))
@click.pass_context
def command(context: click.Context, model: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Build the real network, and compare every layer with torchinfo; exit 1 where one differs."""
    from inspector.core.measures.verdict import judge
    from inspector.core.network.network import analyze
    from inspector.report import verdict as report

    network = analyze(assign(load(model), assignments))
    try:
        from inspector.bridge.build import build
        from inspector.bridge.measure import measure

        measured = measure(build(network.design, "meta"), network.design.input)
    except Exception as error:  # noqa: BLE001  # whatever a torch that is missing or broken does, it is no difference
        said = shown(" ".join(str(error).split()), 300)
        what = said or type(error).__name__
        raise MissingError(say("torch, torchvision or torchinfo cannot be used: {what}", what=what)) from None
    verdict = judge(network, measured)
    with speaking(None):  # others read it, and programs
        text = report.as_json(verdict) if as_json else report.as_text(network, verdict)
    put(text)
    context.exit(0 if verdict.agrees else DIFFERS)
