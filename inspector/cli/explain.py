"""`inspector explain`: a concept, or an error of torch."""

from __future__ import annotations

import os
import sys

import click

from inspector.cli.arguments import Subject, assign, load, with_model


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
            click.echo(f"{topic:14}{heading(topic, lang)}")
        return
    text = sys.stdin.read() if subject == "-" and sys.stdin is not None else subject
    diagnosis = None if text in TOPICS or text.lower() in ALIASES else diagnose(text, network.design)
    if diagnosis is None and (" " in text.strip() or subject == "-"):
        raise click.UsageError("no topic, and no shape error of torch that is known here")
    if diagnosis is None:
        click.echo(note(text, network, network.find(place).where if place else (), lang), nl=False)
    else:
        from inspector.report import mistake

        click.echo(mistake.as_text(diagnosis, model), nl=False)
