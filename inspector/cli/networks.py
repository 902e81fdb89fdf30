"""The networks that a command runs: designs, the weights for them, and how pictures are made ready."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from msgspec.structs import replace

from inspector.cli.arguments import assign
from inspector.cli.given import Given, given, opening
from inspector.cli.given import weights as opened
from inspector.cli.printer import tell
from inspector.outside import shown
from inspector.speech import say

if TYPE_CHECKING:
    from inspector.bridge.heats import Run
    from inspector.core.cam.heat import Preparation, Source
    from inspector.core.design.design import Design
    from inspector.files.checkpoints import Opened

    Weighed = tuple[Source | None, tuple[tuple[str, str], ...]]

_FEW = 2
"""Edits that a network is called by."""


class Choice(NamedTuple):
    """What of the command line says how networks are run."""

    assignments: tuple[str, ...]
    weights: str | None
    size: str | None
    mean: str | None
    std: str | None


def edited(model: str, choice: Choice, *, compare: bool) -> list[Run]:
    """MODEL as it is edited, and as it was beside it where that is asked for."""
    found = _given(model, choice.weights)
    after = assign(found.design, choice.assignments)
    before = found.design
    if found.weights is not None and after == before:
        before = found.weights.design
    weights = _source(found.weights)
    runs = [_run(_called(model, after, found.design), after, weights, choice)]
    if not compare:
        return runs
    if after == before:
        raise click.UsageError(say("--compare: nothing is edited, so there is nothing to compare with"))
    return [_run(shown(Path(model).name, 60), before, weights, choice), *runs]


def beside(model: str, choice: Choice) -> Run:
    """Another MODEL, as it is."""
    found = given(model)
    _tell(found.weights)
    return _run(shown(Path(model).name, 60), found.design, _source(found.weights), choice)


def named(labels: str | None, runs: list[Run]) -> tuple[str, ...]:
    """The classes' names that a file has; of none, those beside the weights, where they are of all networks."""
    from inspector.files.labels import beside as names_beside
    from inspector.files.labels import read

    if labels is not None:
        return read(Path(labels))
    first = runs[0]
    if first.source is None or len({run.design.num_classes for run in runs}) > 1:
        return ()
    return names_beside(Path(first.source.path), first.design.num_classes)


def _given(model: str, weights: str | None) -> Given:
    """MODEL, with the weights that it has, or that are named for it."""
    found = given(model)
    if weights is None:
        _tell(found.weights)
        return found
    if found.weights is not None:
        raise click.UsageError(say("--weights: {model} is a file of weights itself", model=shown(model, 100)))
    of = _as_design(opened(Path(weights)), found.design, model)
    _tell(of)
    return Given(found.design, of)


def _as_design(of: Opened, design: Design, model: str) -> Opened:
    """Weights of which shapes alone tell what they are, as the design's own where they are of the same tensors."""
    from inspector.core.weights.retold import retold

    again = None if of.teller else retold(of.checkpoint, design)
    return of if again is None else of._replace(checkpoint=again, teller=shown(model, 100))


def _tell(of: Opened | None) -> None:
    for line in opening(of) if of is not None else ():
        tell(line)


def _called(model: str, after: Design, before: Design) -> str:
    """What an edited network is called, in any language: "resnet50", "resnet50, conv5_3.conv3 2048 → 1024"."""
    from inspector.core.design.differences import edits

    name = shown(Path(model).name, 60)
    changed = [each.words for each in edits(after, before)]
    return ", ".join([name, *changed[:_FEW]]) + (" …" if len(changed) > _FEW else "")


def _source(of: Opened | None) -> Weighed:
    """What torch needs of the weights, and the config.json beside them."""
    from inspector.files.checkpoints import source

    return (source(of), of.contents.config) if of is not None else (None, ())


def _run(name: str, design: Design, weights: Weighed, choice: Choice) -> Run:
    from inspector.bridge.heats import Run

    sized = assign(design, ("input.batch=1", *_size(choice.size)))
    return Run(name, sized, _prepared(sized, weights[1], choice), weights[0])


def _size(text: str | None) -> tuple[str, ...]:
    """--size as edits of the input."""
    if text is None:
        return ()
    height, _, width = text.partition(",")
    return f"input.height={height.strip()}", f"input.width={(width or height).strip()}"


def _prepared(design: Design, config: tuple[tuple[str, str], ...], choice: Choice) -> Preparation:
    from inspector.core.cam.known import COMMAND, PARTLY, preparation

    _, channels, height, width = design.input
    how = preparation((height, width), channels, config)
    source = COMMAND if choice.mean is not None and choice.std is not None else PARTLY[how.source]
    if choice.mean is not None:
        how = replace(how, mean=_numbers("--mean", choice.mean, channels), source=source)
    if choice.std is not None:
        how = replace(how, std=_numbers("--std", choice.std, channels), source=source)
        if not all(how.std):
            raise click.UsageError(say("{option}: must not be 0, as it is divided by", option="--std"))
    return how


def _numbers(option: str, text: str, channels: int) -> tuple[float, ...]:
    """A number for each channel, or one for all."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) == 1:
        found *= channels
    if len(found) != channels or not all(isfinite(each) for each in found):
        said = say("{option}: must be {n} numbers with commas between, or one", option=option, n=channels)
        raise click.UsageError(said)
    return found
