"""Options that limit: what a budget is given by on the command line, over the one in the design file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspector.cli.arguments import Model
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.core.budgets.budget import Budget
    from inspector.core.budgets.quantities import Terms
    from inspector.core.network.network import Network

HELP = {
    "max-params": ("20M", later("Parameters at most; k, M, G of 1000.")),
    "max-macs": ("4G", later("MACs at most, as --counting counts them.")),
    "max-weight-bytes": ("80MB", later("Bytes of the weights at most, in --dtype; MB of 1000, MiB of 1024.")),
    "max-training-memory": (
        "1GiB",
        later("Bytes of weights, gradients, --optimizer and backward, at most."),
    ),
    "max-inference-peak": ("20MB", later("Bytes of feature maps at the peak of a pass without gradients, at most.")),
    "max-depth": ("50", later("Weighted layers at most.")),
    "max-output-stride": ("16", later("Input pixels a position of the last maps at most.")),
    "feature-maps": ("PLACE=1024", later("Feature maps that a place puts out, exactly. Repeatable.")),
    "min-feature-maps": ("PLACE=512", later("Feature maps of a place at least. Repeatable.")),
    "max-feature-maps": ("PLACE=2048", later("Feature maps of a place at most. Repeatable.")),
    "min-resolution": ("PLACE=7", later("Height and width of a place's maps at least. Repeatable.")),
    "max-resolution": ("PLACE=14", later("Height and width of a place's maps at most. Repeatable.")),
    "max-growth": ("5%", later("Params and MACs at most so much more than those of --against.")),
}
"""An example and the help of each; the names are those of `core.budgets.quantities`."""

PREFIX = "limit_"


def with_limits(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """An option for each quantity that may be limited, in whose terms, and what growth is measured against."""
    text = later("What --max-growth is over; the preset that the design began with if left out.")
    command = click.option("--against", type=Model(), metavar="MODEL", help=text)(command)
    text = later("What optimizer --max-training-memory is with; adam if left out.")
    command = click.option(
        "--optimizer", type=click.Choice(["sgd", "sgd+momentum", "adam"]), default="adam", help=text
    )(command)
    text = later("What --max-weight-bytes and --max-inference-peak are of (int8: weights alone); fp32 if left out.")
    command = click.option("--dtype", type=click.Choice(["fp32", "fp16", "bf16", "int8"]), default="fp32", help=text)(
        command
    )
    for name, (example, words) in reversed(HELP.items()):
        several = "PLACE" in example
        command = click.option(
            f"--{name}", f"{PREFIX}{name.replace('-', '_')}", metavar=example, multiple=several, help=words
        )(command)
    return command


def limits(given: dict[str, object], of_file: Budget | None) -> Budget:
    """The budget that the options give, over that of the design file. DesignError where one is none."""
    from inspector.core.budgets.budget import NONE, limit

    found = []
    for name in HELP:
        texts = given[f"{PREFIX}{name.replace('-', '_')}"]
        several = texts if isinstance(texts, tuple) else (texts,) if texts is not None else ()
        found += [limit(name, str(text)) for text in several]
    budget = (of_file or NONE).with_limits(found)
    if not budget:
        message = say("no limit is given: {example}, or [budget] in the design file", example="--max-params 20M")
        raise click.UsageError(message)
    return budget


def terms(given: dict[str, object]) -> Terms:
    """In whose terms the budget is meant."""
    from inspector.core.budgets.quantities import Terms
    from inspector.core.measures.counting import DEFAULT, convention

    return Terms(convention(str(given["counting"] or DEFAULT)), str(given["dtype"]), str(given["optimizer"]))


def baseline(network: Network, against: object) -> Network:
    """What growth is measured against: the MODEL that --against names, or the preset that the design began with."""
    from inspector.cli.given import load
    from inspector.core.design.presets import preset
    from inspector.core.network.network import analyze

    return analyze(load(str(against)) if against else preset(network.design.base))
