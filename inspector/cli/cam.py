"""`inspector cam`: Grad-CAM of the network as it is edited, with the weights that were carried over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from msgspec import Struct, convert

from inspector.cli.arguments import Assignment, At, Model, with_language, with_weights
from inspector.cli.printer import put, tell
from inspector.errors import MissingError, OutputError
from inspector.outside import shown
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.bridge.heats import Made, Run

MOST = 100
"""Heat maps that one picture shows."""


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    model: str
    images: tuple[str, ...]
    assignments: tuple[str, ...]
    weights: str | None
    policy: Literal["drop", "slice", "pad"]
    others: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    labels: str | None
    size: str | None
    mean: str | None
    std: str | None
    largest: int
    compare: bool
    normalise: Literal["max", "minmax"]
    seed: int
    output: str
    array: str | None
    force: bool
    as_json: bool


@click.command("cam")
@click.argument("model", type=Model(), metavar="MODEL")
@click.argument("images", metavar="IMAGE…", nargs=-1, required=True)
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Edit before anything else: conv5_x.planes=384, conv5_3.conv3=1024, input=1,3,512,512. Repeatable."),
)
@click.option("--weights", metavar="FILE", help=later("Weights for MODEL, where it is a preset or a design file."))
@click.option(
    "--policy",
    type=click.Choice(["drop", "slice", "pad"]),
    default="slice",
    help=later("How weights are carried over into an edited network, as by `inspector adapt`; slice."),
)
@click.option(
    "--against",
    "others",
    type=Model(),
    metavar="MODEL",
    multiple=True,
    help=later("Another network beside it. Repeatable."),
)
@click.option("--compare", is_flag=True, help=later("The network as it is without --set beside it."))
@click.option(
    "--target",
    "targets",
    type=At(),
    metavar="PLACE",
    multiple=True,
    help=later("Whose maps are read: a block, a stage, the stem, a convolution; the design's target. Repeatable."),
)
@click.option(
    "--class",
    "classes",
    metavar="N|NAME",
    multiple=True,
    help=later("Which class it is of, by number or name; each picture's likeliest if left out. Repeatable."),
)
@click.option(
    "--labels", metavar="FILE", help=later("Names of the classes: one a line, or JSON; a config.json's id2label too.")
)
@click.option("--size", metavar="N[,M]", help=later("Height and width of the input; the design's if left out."))
@click.option(
    "--mean", metavar="R,G,B", help=later("What is subtracted, of values from 0 to 1; the weights' or ImageNet's.")
)
@click.option("--std", metavar="R,G,B", help=later("What is divided by; the weights' or ImageNet's."))
@click.option(
    "--largest",
    default=0,
    type=click.IntRange(0, 1000),
    metavar="N",
    help=later("Tell the N maps of the largest weights."),
)
@click.option(
    "--normalise",
    type=click.Choice(["max", "minmax"]),
    default="max",
    help=later("max: 0 is no evidence. minmax: 0 is the least value, as torchcam and pytorch-grad-cam have it."),
)
@click.option(
    "--seed", default=0, type=click.IntRange(0, 2**63 - 1), metavar="N", help=later("For what starts at random; 0.")
)
@click.option("--output", "-o", metavar="OUT", required=True, help=later("The PNG file to write."))
@click.option("--array", metavar="FILE", help=later("Write the maps as they are, not normalised, to FILE (.npy)."))
@click.option("--force", is_flag=True, help=later("Overwrite OUT and FILE if there are such."))
@click.option("--json", "as_json", is_flag=True, help=later("Print what they are as JSON, the maps with it."))
@with_weights
@with_language
def command(**given: object) -> None:
    """Run MODEL on each IMAGE, and write Grad-CAM's heat map over it to OUT.

    Several images, targets, classes and networks stand side by side. What a picture would not tell is said: weights
    that start at random, a map of one cell, no evidence for the class, how it was normalised, and what a cell covers.
    """
    _run(convert(given, Wanted))


def _run(wanted: Wanted) -> None:
    from inspector.files.output import save
    from inspector.files.pictures import picture
    from inspector.report import heat

    _check_outputs(wanted)
    pictures = [picture(Path(each)) for each in wanted.images]
    _check_torch()
    runs = _runs(wanted)
    _check_count(wanted, len(runs))
    _check_array(wanted, runs)
    made = _made(runs, pictures, wanted)
    told = [each.heat for each in made]
    from inspector.bridge.picture import composed
    from inspector.core.cam.captions import captions, notes
    from inspector.core.cam.png import with_texts

    png = composed(made, [captions(each, told) for each in told], notes(told))
    save(Path(wanted.output), with_texts(png, heat.texts(told)), overwrite=wanted.force, is_kept=True)
    if wanted.array is not None:
        save(Path(wanted.array), heat.array(told), overwrite=wanted.force, is_kept=True)
    if not any(each.weights.file for each in told):
        tell(say("the weights are random: this map means nothing but that the network runs"))
    put(heat.as_json(told) if wanted.as_json else heat.as_text(told))
    tell(say("{file}: written", file=shown(wanted.output, 200)))


def _check_outputs(wanted: Wanted) -> None:
    """That OUT and FILE can be written. OutputError where they cannot."""
    from inspector.cli.outputs import check_outputs

    outputs = [wanted.output, *([wanted.array] if wanted.array is not None else [])]
    if "-" in outputs:
        raise OutputError(say("pictures and arrays are written to a file, not to standard output"))
    inputs = (*wanted.images, wanted.model, *wanted.others, wanted.weights, wanted.labels)
    twice = say("is where the picture goes; name another file")
    check_outputs(outputs, inputs, twice=twice, force=wanted.force)


def _check_torch() -> None:
    try:
        from inspector.bridge import heats
        from inspector.bridge.cam import check_installed
    except Exception as error:  # noqa: BLE001  # whatever a torch that is missing or broken does
        what = shown(" ".join(str(error).split()), 300) or type(error).__name__
        raise MissingError(say("torch, torchvision or safetensors cannot be used: {what}", what=what)) from None
    del heats
    check_installed()


def _check_count(wanted: Wanted, runs: int) -> None:
    count = runs * len(wanted.images) * max(len(wanted.targets), 1) * max(len(wanted.classes), 1)
    if count > MOST:
        raise click.UsageError(say("{n} heat maps; one picture shows {most} at most", n=count, most=MOST))


def _check_array(wanted: Wanted, runs: list[Run]) -> None:
    """That the maps are of one size, where they are to be one array."""
    from inspector.core.cam.targets import target_at
    from inspector.core.network.network import analyze

    networks = [analyze(run.design) for run in runs]
    targets = wanted.targets or ("",)
    sizes = dict.fromkeys(target_at(network, address).size for network in networks for address in targets)
    if wanted.array is not None and len(sizes) > 1:
        listed = ", ".join(f"{height}×{width}" for height, width in sizes)
        raise click.UsageError(say("--array takes maps of one size; these are of {sizes}", sizes=listed))


def _runs(wanted: Wanted) -> list[Run]:
    from inspector.cli.networks import Choice, beside, edited

    choice = Choice(wanted.assignments, wanted.weights, wanted.size, wanted.mean, wanted.std)
    runs = edited(wanted.model, choice, compare=wanted.compare)
    return [*runs, *(beside(other, choice) for other in wanted.others)]


def _made(runs: list[Run], pictures: list[tuple[str, bytes]], wanted: Wanted) -> list[Made]:
    from inspector.bridge import heats
    from inspector.cli.networks import named

    asked = heats.Wanted(
        targets=wanted.targets or ("",),
        classes=wanted.classes,
        labels=named(wanted.labels, runs),
        policy=wanted.policy,
        seed=wanted.seed,
        normalise=wanted.normalise,
        largest=wanted.largest,
    )
    return list(heats.heats(runs, pictures, asked))
