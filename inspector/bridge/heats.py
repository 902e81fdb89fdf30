"""Heat maps of several networks, pictures, targets and classes: each with all that it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from msgspec import Struct
from PIL import Image
from torch import nn

from inspector.bridge.cam import Raw, cam
from inspector.bridge.decode import Decoded, decoded
from inspector.bridge.prepare import Ready, prepared
from inspector.bridge.weighing import weighed
from inspector.core.cam.heat import Guess, Heat, Map, Normalise, Preparation, Source, Weights
from inspector.core.cam.labels import numbered
from inspector.core.cam.targets import target_at
from inspector.core.changes.gradcam import Target
from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.plan import Policy
from inspector.errors import InputError
from inspector.speech import say

TOP = 5
Tell = Callable[[str], None]
"""What is told in words how far it is."""


class Run(Struct, frozen=True):
    """A network to run: what it is called, its design, its weights, and how pictures are made ready for it."""

    name: str
    design: Design
    preparation: Preparation
    source: Source | None = None


class Wanted(Struct, frozen=True):
    """What heat maps are wanted of: targets by address, the design's own of an empty one; classes by number or name.

    Of no classes it is each picture's likeliest. `labels` are names of the classes, `largest` how many maps are told.
    """

    targets: tuple[str, ...] = ("",)
    classes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    policy: Policy = "slice"
    seed: int = 0
    normalise: Normalise = "max"
    largest: int = 0


class Made(NamedTuple):
    """A heat map, its values as a tensor (H, W), and the part of the picture that it is of, in RGB."""

    heat: Heat
    values: torch.Tensor
    part: Image.Image


def heats(
    runs: Sequence[Run], pictures: Sequence[tuple[str, bytes]], wanted: Wanted, tell: Tell = lambda _: None
) -> Iterator[Made]:
    """The heat maps: of each network, each picture's, at each target, of each class, in this order.

    Pictures are named as they can be shown, and encoded. Raises a child of InspectorError where something cannot be:
    DesignError of a target, InputError of a picture or class, WeightsFileError, MissingError.
    """
    for run in runs:
        targets = [target_at(analyze(run.design), address) for address in wanted.targets]
        names = _names(run, wanted.labels)
        chosen = _chosen(run.design, wanted.classes, names)
        tell(say("reading weights") if run.source else say("making random weights"))
        module, weights = weighed(run.design, run.source, wanted.policy, wanted.seed)
        worker = _Worker(run, module, weights, names, wanted)
        for name, data in pictures:
            tell(say("running {network} on {picture}", network=run.name, picture=name))
            yield from worker.of(name, decoded(name, data), targets, chosen)  # one at a time: each may be large


class _Worker:
    """One network with its weights."""

    def __init__(self, run: Run, module: nn.Module, weights: Weights, names: tuple[str, ...], wanted: Wanted) -> None:
        self._run, self._module, self._weights, self._names, self._wanted = run, module, weights, names, wanted
        self._dtype = next(module.parameters()).dtype

    def of(
        self, name: str, picture: Decoded, targets: Sequence[Target], classes: Sequence[int | None]
    ) -> Iterator[Made]:
        """The heat maps of one picture."""
        ready = prepared(name, picture, self._run.preparation, self._run.design.input[1])
        for target in targets:
            for number in classes:
                raw = cam(self._module, ready.batch.to(self._dtype), target.path, None if number is None else (number,))
                if tuple(raw.maps.shape[1:]) != target.size:
                    raise AssertionError(target.path, tuple(raw.maps.shape), target.size)
                yield Made(self._heat(raw, ready, target), raw.maps[0], ready.part)

    def _heat(self, raw: Raw, ready: Ready, target: Target) -> Heat:
        odds = raw.scores[0].double().softmax(0)
        likeliest = odds.topk(min(TOP, len(odds))).indices.tolist()
        number = raw.classes[0]
        return Heat(
            name=self._run.name,
            design=self._run.design,
            target=target,
            picture=ready.picture,
            preparation=self._run.preparation,
            weights=self._weights,
            category=self._guess(number, odds),
            score=float(raw.scores[0, number]),
            guesses=tuple(self._guess(each, odds) for each in likeliest),
            values=tuple(raw.maps[0].flatten().tolist()),
            positive=float(raw.positive[0]),
            normalise=self._wanted.normalise,
            largest=_largest(raw, self._wanted.largest),
        )

    def _guess(self, number: int, odds: torch.Tensor) -> Guess:
        return Guess(number, self._names[number] if self._names else "", float(odds[number]))


def _largest(raw: Raw, count: int) -> tuple[Map, ...]:
    """The maps of the largest weights, largest first."""
    weights, adds = raw.weights[0], raw.adds[0]
    order = weights.argsort(descending=True, stable=True)[:count].tolist()
    return tuple(Map(number, float(weights[number]), float(adds[number])) for number in order)


def _names(run: Run, labels: tuple[str, ...]) -> tuple[str, ...]:
    """The classes' names: those that are given, ImageNet's of a thousand that were trained; none otherwise."""
    classes = run.design.num_classes
    if labels and len(labels) != classes:
        said = say(
            "there are names of {n} classes, {network} has {count}", n=len(labels), network=run.name, count=classes
        )
        raise InputError(said)
    if labels or run.source is None or run.source.checkpoint.design.num_classes != classes or classes != 1000:
        return labels
    try:
        from torchvision.models._meta import _IMAGENET_CATEGORIES
    except ImportError:  # another release keeps them elsewhere
        return ()
    return tuple(_IMAGENET_CATEGORIES)


def _chosen(design: Design, classes: Sequence[str], names: tuple[str, ...]) -> list[int | None]:
    """The numbers of the classes; None for the likeliest."""
    if not design.num_classes:
        said = say("the network has no classes (num_classes=0): Grad-CAM needs the score of one, which fc gives")
        raise InputError(said)
    return [numbered(each, names, design.num_classes) for each in classes] if classes else [None]
