"""`inspector explain`: a concept, or an error of torch."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

import click

from inspector.cli.arguments import At, Subject, assign, with_language, with_model
from inspector.cli.given import ends_as_file, load
from inspector.cli.printer import put, put_markdown
from inspector.errors import DesignError, InputError
from inspector.outside import why
from inspector.speech import later, say, spoken

MOST_BYTES = 16 * 2**20
"""Of a file, and of standard input, where an error ends what is printed."""
MOST_PIPED = 64 * MOST_BYTES
"""Of standard input, so that what never ends is left."""


@click.command("explain")
@click.argument("subject", type=Subject(), default="", metavar="[TOPIC | ERROR | FILE | -]")
@with_model
@click.option(
    "--at",
    "place",
    type=At(),
    metavar="PLACE",
    default="",
    help=later("The place whose numbers a note has: conv4_1, layer3.0."),
)
@with_language
def command(subject: str, model: str, assignments: tuple[str, ...], place: str) -> None:
    """Explain a concept with a design's numbers, an error of torch, or a number; without a subject, list the topics.

    TOPIC is one of the list, a word of it (gradient, 배치 정규화), or a place (conv2_1). ERROR is what torch says of
    shapes or of a checkpoint, one line or a whole traceback, or a number that a tool gives ("4.12 GMac"); FILE is a log
    that has it. What is piped in, or -, is read from standard input; a model may stand in its place.
    """
    if subject and _is_piped() and _is_model(subject):  # `… | inspector explain resnet34`
        subject, model = "-", subject
    text = _given(subject)
    if not text.strip():
        _list()
    elif text is not subject or not _told(subject, model, assignments, place):
        _explain(text, model, assignments, is_word=text is subject)


def _told(subject: str, model: str, assignments: tuple[str, ...], place: str) -> bool:
    """Tell the note that a word means, or that a place calls for; False where it means none."""
    from inspector.core.network.network import analyze
    from inspector.notes import find, note

    network = analyze(assign(load(model), assignments))
    topic = find(subject)
    if topic is not None:
        put_markdown(note(topic, network, network.find(place).where if place else (), spoken()))
        return True
    there = network.get(subject)
    if there is None:
        return False
    from inspector.core.explain.concepts import topic as topic_of

    put_markdown(note(topic_of(network, there.where), network, there.where, spoken()))
    return True


def _explain(text: str, model: str, assignments: tuple[str, ...], *, is_word: bool) -> None:
    """Say what the first error in a text is, or what a number in it is."""
    from inspector.core.mistakes.diagnosis import diagnose
    from inspector.report import mistake

    diagnosis = diagnose(text, assign(load(model), assignments))
    if diagnosis is None:
        raise _unknown(text, is_word=is_word)
    put(mistake.as_text(diagnosis, model))


def _list() -> None:
    """Every topic and what it is about."""
    from inspector.core.explain.concepts import TOPICS
    from inspector.notes import heading

    for topic in TOPICS:
        put(f"{topic:14}{heading(topic, spoken())}\n")


def _given(subject: str) -> str:
    """The text that is meant: what is piped in, what is in a file of that name, or the subject itself."""
    from inspector.files.reading import is_regular, read_bytes, text_of

    if subject == "-" or (not subject and _is_piped()):
        return _piped()
    if subject and is_regular(Path(subject)):
        return text_of(read_bytes(Path(subject), MOST_BYTES, later("log")))
    return subject


def _is_model(word: str) -> bool:
    """Whether a word is a preset or a file of a design or of weights, where the text itself is piped in."""
    from inspector.core.design.fields import PRESETS

    return word in PRESETS or (ends_as_file(word) and Path(word).is_file())


def _unknown(text: str, *, is_word: bool) -> Exception:
    """What is wrong with a text that is no error of torch; a single word was meant as a topic."""
    if is_word and " " not in text.strip():
        from inspector.notes import lookup

        try:
            lookup(text)
        except DesignError as error:
            return error
    return click.UsageError(say("no topic, and no shape error of torch that is known here"))


def _is_piped() -> bool:
    """Whether something is piped in, or read from a file: not a terminal, and not nothing."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _piped() -> str:
    """What is piped in, of which the end counts: whatever its encoding, it is text."""
    from inspector.files.reading import text_of

    if sys.stdin is None:
        raise InputError(say("standard input: is closed"))
    try:
        data = _last_of(sys.stdin.buffer)
    except OSError as error:
        raise InputError(say("standard input: {problem}", problem=why(error))) from None
    return text_of(data)


def _last_of(source: BinaryIO) -> bytes:
    """The last bytes of a stream, as many as count, with those before them that were read together."""
    last = b""
    for _ in range(MOST_PIPED // MOST_BYTES):
        more = source.read(MOST_BYTES)
        last = (last + more)[-MOST_BYTES:] if more else last
        if len(more) < MOST_BYTES:
            break
    return last
