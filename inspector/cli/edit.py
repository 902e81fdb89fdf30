"""`inspector [MODEL]`: the editor."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import click

from inspector.cli.arguments import assign, with_counting, with_language, with_model
from inspector.cli.given import given as named
from inspector.cli.given import names_file, opening
from inspector.cli.printer import CRASHED, put, tell
from inspector.speech import later, say, speak, spoken


@click.command("edit")
@with_model
@with_counting
@click.option(
    "--verify/--no-verify", default=None, help=later("Have torch verify each design, in a process of its own.")
)
@click.option("--ascii", "is_ascii", is_flag=True, help=later("Draw with ASCII alone, where box characters fail."))
@with_language
@click.pass_context
def command(
    context: click.Context,
    model: str,
    assignments: tuple[str, ...],
    counting: str | None,
    *,
    verify: bool | None,
    is_ascii: bool,
) -> None:
    """Open the editor (what `inspector MODEL` does)."""
    found = named(model)
    design, weights, budget = found
    start = assign(design, assignments)
    if sys.stdout is None or not sys.stdout.isatty():
        from inspector.cli.report import rendered

        for line in opening(weights) if weights else ():
            tell(line)
        put(rendered(start, "text", counting, found))
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError(say("the editor needs a terminal on standard input"))
    gc.disable()  # start-up makes what stays; the app looks after the rest once it has been painted
    from msgspec import structs

    from inspector.core.budgets.budget import NONE
    from inspector.files.reading import is_regular, whole
    from inspector.session.outcome import Say
    from inspector.tui import config
    from inspector.tui.app import InspectorApp
    from inspector.tui.kept import place
    from inspector.tui.terminal.ascii import is_needed

    work = about = None
    if weights:
        from inspector.tui.carried import carried

        work, about = carried(weights)
    settings, problems = config.load(config.place())
    draw = None
    if settings.graphics:  # its answer has to be there before the editor reads the terminal
        from inspector.tui.terminal import graphics

        problems += filter(None, [graphics.missing()])
        draw = graphics.asked(os.environ)
    is_poor = is_needed(os.environ)
    if is_poor:
        speak(None)  # it has no other letters
    given = {"counting": counting, "lang": spoken(), "verify": verify, "ascii": is_ascii or is_poor or None}
    app = InspectorApp(
        start,
        saved=design,
        source=whole(Path(model)) if not weights and names_file(model) and is_regular(Path(model)) else None,
        weights=work,
        budget=budget or NONE,
        settings=structs.replace(settings, **{name: value for name, value in given.items() if value is not None}),
        state=place(),
    )
    app.words = [
        *([Say(about, 6)] if about else []),
        *(Say(say("settings: {problem}", problem=each), 8, "warning") for each in problems[:5]),
    ]
    app.looking.draw = draw
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # where Textual draws; `2> log` would take the screen
    app.run()
    if app.farewell:
        tell(say("the work could not be kept: {problem}", problem=app.farewell))
    if app.has_crashed or app.return_code == 1:
        words = say("this was a fault of inspector's own, no edit of yours.")
        tell(f"{words} {app.kept_words()}")
        context.exit(CRASHED)
    context.exit(app.return_code or 0)
