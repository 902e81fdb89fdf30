"""Heat maps as a job of torch's process: from the names of files to small pictures.

What may be read of files, and how, is `inspector.files`' own also here: the editor hands over names, so that neither
pictures nor values pass through its process.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inspector.bridge.cam import check_installed
from inspector.bridge.heats import Run, Wanted, heats
from inspector.bridge.picture import composed, overlay, pixels
from inspector.bridge.prepare import fitted
from inspector.bridge.protocol import Cam
from inspector.core.cam.captions import captions, notes
from inspector.core.cam.known import preparation
from inspector.core.cam.seen import Seen, View
from inspector.core.design.edit import edit
from inspector.files.checkpoints import opened, source
from inspector.files.labels import beside
from inspector.files.pictures import picture
from inspector.outside import shown
from inspector.speech import say

LARGEST_SIDE = 1024
"""Pixels of the longer side of a picture that is shown."""


def look(request: Cam, tell: Callable[[str], None]) -> Seen:
    """The picture and the heat maps that are asked for. Raises a child of InspectorError where there can be none."""
    check_installed()
    tell(say("reading {file}", file=shown(request.picture, 100)))
    data = picture(Path(request.picture))
    runs = _runs(request)
    made = list(heats(runs, [data], _wanted(request, runs), tell))
    tell(say("drawing"))
    longest = min(max(request.pixels, 1), LARGEST_SIDE)
    parts = [fitted(each.part, longest, each.heat.preparation.size) for each in made]
    views = tuple(
        View(each.heat, pixels(overlay(each.values, part, each.heat.normalise)))
        for each, part in zip(made, parts, strict=True)
    )
    told = [each.heat for each in made]
    png = composed(made, [captions(each, told) for each in told], notes(told)) if request.as_png else b""
    return Seen(pixels(parts[0]), views, png)


def _runs(request: Cam) -> list[Run]:
    of = None
    if request.weights:
        of = opened(Path(request.weights), request.take, request.origin, say("the design that they were opened as"))
    weights = source(of) if of is not None else None
    config = of.contents.config if of is not None else ()
    runs = []
    for name, design in zip(request.names, request.designs, strict=True):
        single = edit(design, "input.batch=1")
        channels, height, width = single.input[1:]
        runs.append(Run(name, single, preparation((height, width), channels, config), weights))
    return runs


def _wanted(request: Cam, runs: list[Run]) -> Wanted:
    labels = request.labels
    if not labels and request.weights and len({run.design.num_classes for run in runs}) == 1:
        labels = beside(Path(request.weights), runs[0].design.num_classes)
    return Wanted(
        targets=(request.target,),
        classes=(request.category,) if request.category else (),
        labels=labels,
        policy=request.policy,
        seed=request.seed,
        normalise=request.normalise,
        largest=request.largest,
    )
