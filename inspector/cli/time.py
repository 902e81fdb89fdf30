"""`inspector time`: measured latency, layer by layer, beside the MACs; several designs in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from msgspec import Struct, convert

from inspector.cli.arguments import Assignment, Model, assign, with_language, with_weights
from inspector.cli.given import load
from inspector.cli.printer import progress, put
from inspector.core.measures.latency import Device, Dtype, Setup
from inspector.errors import MissingError
from inspector.outside import shown
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.core.design.design import Design
    from inspector.core.measures.latency import Timing
    from inspector.core.network.network import Network


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    models: tuple[str, ...]
    assignments: tuple[str, ...]
    compare: bool
    device: Device
    threads: int | None
    batch: str | None
    dtype: Dtype
    channels_last: bool
    runs: int
    as_json: bool


@click.command("time")
@click.argument("models", type=Model(), nargs=-1, metavar="[MODEL]…")
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Edit every MODEL before anything else: conv5_x.planes=384, input=1,3,512,512. Repeatable."),
)
@with_weights
@click.option("--compare", is_flag=True, help=later("Time the MODEL as it is without --set, too, in turn with it."))
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda", "mps"]),
    default="cpu",
    help=later(
        "What it runs on; cpu if left out. cuda and mps are timed by their own events, tested with false ones alone."
    ),
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1024),
    metavar="N",
    help=later("Threads of torch on the cpu; as many as torch itself takes if left out."),
)
@click.option("--batch", metavar="N", help=later("Images in one run; what the input says if left out."))
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float16", "bfloat16", "float64"]),
    default="float32",
    help=later("The type of weights and feature maps; float32 if left out."),
)
@click.option("--channels-last", is_flag=True, help=later("Keep feature maps in memory as N, H, W, C."))
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=50,
    metavar="N",
    help=later("How often each network is run, once whole and once with hooks; 50."),
)
@click.option(
    "--json", "as_json", is_flag=True, help=later("Print it as JSON, in seconds, every layer with its spread.")
)
@with_language
def command(**given: object) -> None:
    """Run the network, and measure how long each layer takes, beside its MACs.

    Each MODEL is a preset (resnet50 if left out), a design file or a file of weights, of which the design alone counts:
    weights are random. Several run in turn and are compared with the first; nothing is said to be faster where times
    spread more than they differ.
    """
    _time(convert(given, Wanted))


def _time(wanted: Wanted) -> None:
    from inspector.core.network.network import analyze
    from inspector.report.timing import Run, as_json, as_text

    networks = [(name, analyze(design)) for name, design in _designs(wanted)]
    setup = Setup(wanted.device, wanted.threads or 0, wanted.dtype, wanted.channels_last, wanted.runs)
    timings = _measured([network for _, network in networks], setup)
    runs = [Run(name, network, timing) for (name, network), timing in zip(networks, timings, strict=True)]
    put(as_json(runs) if wanted.as_json else as_text(runs))


def _designs(wanted: Wanted) -> list[tuple[str, Design]]:
    """The designs that are timed, by the names that they are told apart by."""
    models = wanted.models or ("resnet50",)
    if wanted.compare and (len(models) > 1 or not wanted.assignments):
        raise click.UsageError(say("--compare takes one MODEL, and --set that edits it"))
    batch = (f"input.batch={wanted.batch}",) if wanted.batch is not None else ()
    edits = (*wanted.assignments, *batch)  # --set may give the whole input
    edited = " ".join(wanted.assignments)
    found = []
    for model in models:
        design, name = load(model), shown(model, 40)
        if wanted.compare:
            found.append((name, assign(design, batch)))
        found.append((shown(f"{name} {edited}".rstrip(), 60), assign(design, edits)))
    names = [name for name, _ in found]
    return [
        (f"{name} ({names[:at].count(name) + 1})" if names.count(name) > 1 else name, design)
        for at, (name, design) in enumerate(found)
    ]


def _measured(networks: Sequence[Network], setup: Setup) -> Sequence[Timing]:
    """The times; on a terminal it is said meanwhile how long it takes."""
    try:
        from inspector.bridge.timing import latencies
    except Exception as error:  # noqa: BLE001  # whatever a torch that is missing or broken does
        what = shown(" ".join(str(error).split()), 300) or type(error).__name__
        raise MissingError(say("torch or torchvision cannot be used: {what}", what=what)) from None
    with progress() as tell:
        return latencies(networks, setup, lambda at: tell(at.words))
