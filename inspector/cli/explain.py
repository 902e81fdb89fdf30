"""`inspector explain`: a concept, or an error of torch."""

from __future__ import annotations

import os
import sys

import click

from inspector.cli.arguments import Subject, assign, load, with_model
from inspector.cli.printer import put
from inspector.errors import InputError

MOST_BYTES = 16 * 2**20
"""Of standard input, where an error stands near its beginning."""


@click.command("explain")
@click.argument("subject", type=Subject(), default="", metavar="[TOPIC | ERROR | -]")
@with_model
@click.option(
    "--at", "place", metavar="PLACE", default="", help="The place whose numbers a note has: conv4_1, layer3.0."
)
@click.option("--lang", type=click.Choice(["en", "ko"]), help="The note's language; the locale's if left out.")
def command(subject: str, model: str, assignments: tuple[str, ...], place: str, lang: str | None) -> None:
    """Explain a concept with a design's numbers, or an error of torch; without a subject, list the topics.

    ERROR is the text of a shape error, one line or a whole traceback; - reads it from standard input.
    """
    from inspector.core.explain.concepts import ALIASES, TOPICS
    from inspector.core.mistakes.diagnosis import diagnose
    from inspector.core.network.network import analyze
    from inspector.notes import heading, language, note

    network = analyze(assign(load(model), assignments))
    lang = language(lang or "", os.environ)
    if not subject:
        for topic in TOPICS:
            put(f"{topic:14}{heading(topic, lang)}\n")
        return
    text = _piped() if subject == "-" else subject
    diagnosis = None if text in TOPICS or text.lower() in ALIASES else diagnose(text, network.design)
    if diagnosis is None and (" " in text.strip() or subject == "-"):
        raise click.UsageError("no topic, and no shape error of torch that is known here")
    if diagnosis is None:
        put(note(text, network, network.find(place).where if place else (), lang))
    else:
        from inspector.report import mistake

        put(mistake.as_text(diagnosis, model))


def _piped() -> str:
    """What is piped in, of which the beginning counts: whatever its encoding, it is text."""
    from inspector.files.reading import text_of

    if sys.stdin is None:
        raise InputError("standard input: is closed")
    try:
        data = sys.stdin.buffer.read(MOST_BYTES)
    except OSError as error:
        raise InputError(f"standard input: {(error.strerror or str(error)).lower()}") from None
    return text_of(data)
