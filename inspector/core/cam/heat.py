"""A heat map and all that it depends on: the network, the picture, the class, the weights."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from inspector.core.changes.gradcam import Target
from inspector.core.design.design import Design
from inspector.core.weights.checkpoint import Checkpoint
from inspector.core.weights.obstacles import Obstacle
from inspector.core.weights.plan import Policy, Promise
from inspector.core.weights.table import Table
from inspector.speech import say

Normalise = Literal["max", "minmax"]
"""How a map becomes one from 0 to 1: by its largest value, so that 0 stays 0; or from its least to its largest, as
torchcam and pytorch-grad-cam do, so that the least is 0 whatever it is."""
Interpolation = Literal["bilinear", "bicubic"]

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GREY_MEAN, GREY_STD = (0.449,), (0.226,)
"""Their means, as timm has it, for networks of one input channel."""


class Preparation(Struct, frozen=True):
    """How a picture becomes an input: scaled to cover `size` (H, W) over `crop`, cut round its middle, normalised.

    `mean` and `std` are per channel, of values from 0 to 1. `source` is what says so: "config.json", "the command";
    empty where it is assumed.
    """

    size: tuple[int, int]
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    crop: float = 1.0
    interpolation: Interpolation = "bilinear"
    source: str = ""


class Picture(Struct, frozen=True):
    """A picture as it was found: its name, width and height as it is looked at, its format, and what was done to it.

    `notes` are keys of `inspector.core.cam.words.NOTES`. `box` is the part that the network sees: left, top, right,
    bottom.
    """

    name: str
    size: tuple[int, int]
    format: str
    notes: tuple[str, ...] = ()
    box: tuple[int, int, int, int] = (0, 0, 0, 0)


class Source(Struct, frozen=True):
    """A file of weights that was opened: where it is, what it is, and what `inspector.bridge.values` needs of it."""

    path: str
    checkpoint: Checkpoint
    table: Table
    ignored: tuple[str, ...] = ()
    sha256: str = ""
    assumed: tuple[str, ...] = ()


class Weights(Struct, frozen=True):
    """Where a network's weights come from.

    `file` is as it can be shown, and empty where all of them start at random. `design` is what they were of, `policy`
    how they were carried over; empty where they are as they were. `random` are the tensors that start at random, of
    `tensors` in all; `obstacles` and `promise` are the plan's. `assumed` is what nothing tells.
    """

    tensors: int
    seed: int
    file: str = ""
    sha256: str = ""
    design: Design | None = None
    policy: Policy | Literal[""] = ""
    random: tuple[str, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    promise: Promise | None = None
    assumed: tuple[str, ...] = ()


class Guess(Struct, frozen=True):
    """A class: its number from 0, its name if it is known, its softmax probability."""

    number: int
    name: str
    probability: float

    @property
    def words(self) -> str:
        """Its name, or "class 3"."""
        return self.name or say("class {n}", n=self.number)


class Map(Struct, frozen=True):
    """A feature map by its number, counted from 0: its weight α, and what it adds to the heat map's sum."""

    number: int
    weight: float
    adds: float


class Heat(Struct, frozen=True):
    """A heat map of Grad-CAM (Selvaraju et al. 2017) with all that it depends on.

    `values` are ReLU(Σ α A) row by row, of the target's size, as they are: not normalised. `positive` is the share of
    what is positive in Σ α A: Σ max(0, L) / Σ |L|. `category` is the class that it is of, `score` its logit; `guesses`
    are the five likeliest. `largest` are the maps of the largest weights, as many as were asked for.
    """

    name: str
    design: Design
    target: Target
    picture: Picture
    preparation: Preparation
    weights: Weights
    category: Guess
    score: float
    guesses: tuple[Guess, ...]
    values: tuple[float, ...]
    positive: float
    normalise: Normalise = "max"
    largest: tuple[Map, ...] = ()

    @property
    def is_dark(self) -> bool:
        """Whether no position speaks for the class."""
        return max(self.values) <= 0

    @property
    def is_flat(self) -> bool:
        """Whether all positions say the same; a map of one position does."""
        return max(self.values) == min(self.values)
