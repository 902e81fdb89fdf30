"""What is said between the editor and torch's process: one line of JSON each."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Raw, Struct, json

from inspector.core.design.design import Design
from inspector.core.measures.latency import Setup, Timing
from inspector.core.measures.verdict import Verdict
from inspector.core.mistakes.diagnosis import Diagnosis

READY = 0
"""The number of the answer that the process gives unasked once it is there; requests count from 1."""


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


class Time(Request, frozen=True, tag="time"):
    """Run designs in turn and measure how long each of their layers takes: a timing for each, in their order.

    It is for the process that is called TIMER, which keeps its priority, and is never held. `lang` is the language that
    it is told in, English if left out.
    """

    result: ClassVar[Any] = tuple[Timing, ...]

    designs: tuple[Design, ...]
    setup: Setup = Setup()
    lang: str = ""


class Asked(Struct, frozen=True):
    """A request and its number."""

    number: int
    request: Verify | Diagnose | Time


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
