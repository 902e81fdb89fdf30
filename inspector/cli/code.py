"""`inspector code`: a Python file that builds the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from inspector.cli.arguments import assign, with_model, with_output
from inspector.cli.given import load
from inspector.cli.given import weights as opened
from inspector.cli.printer import hand_over, tell
from inspector.errors import DesignError, WeightsError
from inspector.outside import shown
from inspector.speech import later, say, speaking

if TYPE_CHECKING:
    from inspector.core.design.design import Design
    from inspector.files.checkpoints import Opened
    from inspector.report.python_weights import Stored


@click.command("code")
@with_model
@with_output
@click.option("--timm", is_flag=True, help=later("Only the line of timm that creates the network, where there is one."))
@click.option(
    "--weights", metavar="WEIGHTS", help=later("Load this file, strictly; without MODEL the design is the file's own.")
)
@click.pass_context
def command(
    context: click.Context,
    model: str,
    assignments: tuple[str, ...],
    output: str | None,
    weights: str | None,
    *,
    timm: bool,
    force: bool,
) -> None:
    """Print a Python file that builds the network with torch and torchvision alone."""
    from inspector.report.formats import by_ending
    from inspector.report.python_code import python_file, timm_call

    is_named = context.get_parameter_source("model") is not ParameterSource.DEFAULT
    found = opened(Path(weights)) if weights is not None else None
    design = assign(load(model) if is_named or found is None else found.design, assignments)
    of = _stored(weights, found, design) if weights and found else None
    with speaking(None):  # others read it
        text = f"{timm_call(design) or ''}\n" if timm else python_file(design, of)
    if not text.strip():
        raise DesignError(model, say("timm's constructor cannot express this design"))
    hand_over(text, output, force=force)
    of_file = by_ending(output or "")
    if of_file is not None and of_file.name != "code":
        tell(say("{file}: written as Python, whatever its ending says", file=shown(output or "", 200)))


def _stored(weights: str, of: Opened, design: Design) -> Stored:
    """How the generated file gets at the tensors. WeightsError where they are another design's."""
    from inspector.core.network.network import analyze
    from inspector.core.weights.state_dict import is_of_same_tensors
    from inspector.files.checkpoints import check_values
    from inspector.files.safetensors import FORMAT
    from inspector.files.torch_files import LEGACY, ZIP
    from inspector.report.python_weights import Reader, stored

    check_values(of)
    if not is_of_same_tensors(analyze(of.checkpoint.design), analyze(design)):
        words = say(
            "{file}: its tensors are not of this design; inspector adapt carries them over", file=shown(weights, 200)
        )
        raise WeightsError(words)
    readers: dict[str, Reader] = {FORMAT: "safetensors", ZIP: "torch", LEGACY: "torch"}
    return stored(weights, of.contents, design, readers.get(of.contents.format))
