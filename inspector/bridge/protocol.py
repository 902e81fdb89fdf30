"""What is said between the editor and torch's process: one line of JSON each."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Raw, Struct, json

from inspector.core.budgets.cutting import Cut as Found
from inspector.core.cam.heat import Normalise
from inspector.core.cam.seen import Seen
from inspector.core.design.design import Design
from inspector.core.measures.latency import Setup, Timing
from inspector.core.measures.verdict import Verdict
from inspector.core.mistakes.diagnosis import Diagnosis
from inspector.core.weights.plan import Policy

READY = 0
"""The number of what the process says unasked, once it is there and once it can work; requests count from 1."""


NOTHING = Raw(b"null")
"""A result that there is none of."""


class Request(Struct, frozen=True, tag_field="kind"):
    """What the process is asked. Each kind is a subclass with a tag; `result` is the type of what is answered."""

    result: ClassVar[Any] = None


class Verify(Request, frozen=True, tag="verify"):
    """Build the design's module on `meta`, and hold what torchinfo says of it against what was analysed."""

    result: ClassVar[Any] = Verdict

    design: Design


class Diagnose(Request, frozen=True, tag="diagnose"):
    """Tell which shape error of torch a text has, and the edit of the design that does what was tried by hand.

    `lang` is the language that it is told in, English if left out.
    """

    result: ClassVar[Any] = Diagnosis | None

    text: str
    design: Design
    lang: str = ""


class Cam(Request, frozen=True, tag="cam"):
    """Run designs on a picture, and take Grad-CAM's heat map of each: the edited one, its baseline beside it.

    `names` are what the designs are called, in English, as they stand in the PNG file. `weights` is a file of weights,
    none where it is empty: `take` names the network in it, `origin` is the design that it is of, where that is known.
    They are carried over by `policy`. `target` is an address, the design's own target where it is empty; `category` a
    class by number or name, each network's likeliest where it is empty; `labels` are names of the classes, those of a
    config.json beside the weights if there are none. The picture is shown at `pixels` along its longer side; `as_png`
    asks for the file that `inspector cam` would write, but for the texts in it (`inspector.report.heat.texts`). `lang`
    is the language that it is told in, English if left out.
    """

    result: ClassVar[Any] = Seen

    designs: tuple[Design, ...]
    names: tuple[str, ...]
    picture: str
    weights: str = ""
    take: str = ""
    origin: Design | None = None
    policy: Policy = "slice"
    target: str = ""
    category: str = ""
    labels: tuple[str, ...] = ()
    normalise: Normalise = "max"
    largest: int = 5
    seed: int = 0
    pixels: int = 96
    as_png: bool = False
    lang: str = ""


class Time(Request, frozen=True, tag="time"):
    """Run designs in turn and measure how long each of their layers takes: a timing for each, in their order.

    It is for the process that is called TIMER, which keeps its priority. `lang` is the language that it is told in,
    English if left out.
    """

    result: ClassVar[Any] = tuple[Timing, ...]

    designs: tuple[Design, ...]
    setup: Setup = Setup()
    lang: str = ""


class Cut(Request, frozen=True, tag="cut"):
    """Find what holds a budget by one number alone (`core.budgets.cutting`): `budget` as it is typed.

    `baseline` is what growth is measured against, `pretrained` what there are weights of; `selected` is an address,
    none where it is empty. `lang` is the language that it is told in, English if left out.
    """

    result: ClassVar[Any] = tuple[Found, ...]

    design: Design
    budget: str
    baseline: Design
    pretrained: Design
    counting: str
    selected: str = ""
    lang: str = ""


class Asked(Struct, frozen=True):
    """A request and its number."""

    number: int
    request: Verify | Diagnose | Cam | Time | Cut


class Answer(Struct, frozen=True, omit_defaults=True):
    """What is said of the request of that number: its result, the problem that there is none, or how far it is.

    `progress` is in words, of a request that is being worked on; an answer without it is the last one.
    """

    number: int
    result: Raw = NOTHING
    problem: str = ""
    progress: str = ""


def kind_of(request: Request) -> str:
    """The tag of a request's kind."""
    return str(request.__struct_config__.tag)


def asked(number: int, request: Request) -> bytes:
    """The line that asks."""
    return json.encode({"number": number, "request": request}) + b"\n"


def answered(number: int, result: object = None, problem: str = "", progress: str = "") -> bytes:
    """The line that answers."""
    raw = NOTHING if result is None else Raw(json.encode(result))
    return json.encode(Answer(number, raw, problem, progress)) + b"\n"
