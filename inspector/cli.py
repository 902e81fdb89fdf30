"""The command line: arguments -> one call; exit codes; the only printer."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspector.arguments import Subject, assign, load, names_file, with_counting, with_model, with_output
from inspector.core.counting import DEFAULT
from inspector.errors import DesignError, InspectorError, MissingError, OutputError
from inspector.report import FORMATS

if TYPE_CHECKING:
    from inspector.core.design import Design

DIFFERS = 1
INTERRUPTED = 130


class _EditorFirst(click.Group):
    """A group whose unnamed command is the editor: `inspector resnet50` opens it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["edit", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_EditorFirst,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="[COMMAND] [MODEL] …",
)
@click.version_option(package_name="inspector", message="%(prog)s %(version)s", prog_name="inspector")
def cli() -> None:
    """A workbench for ResNets: change channels, see every shape, parameter and MAC follow.

    Without a command, `inspector [MODEL] [--set ADDRESS=VALUE]…` opens the editor; where standard output is no
    terminal it prints the text report. MODEL is a preset (resnet50 if left out) or a design file.
    """


@cli.command("edit")
@with_model
@with_counting
@click.option("--verify/--no-verify", default=None, help="Have torch verify each design, in a process of its own.")
@click.option("--ascii", "is_ascii", is_flag=True, help="Draw with ASCII alone, where box characters fail.")
@click.option("--lang", type=click.Choice(["en", "ko"]), help="The notes' language; the locale's if left out.")
@click.pass_context
def edit_command(
    context: click.Context,
    model: str,
    assignments: tuple[str, ...],
    counting: str | None,
    lang: str | None,
    *,
    verify: bool | None,
    is_ascii: bool,
) -> None:
    """Open the editor (what `inspector MODEL` does)."""
    design = load(model)
    start = assign(design, assignments)
    if sys.stdout is None or not sys.stdout.isatty():
        click.echo(_report(start, "text", counting), nl=False)
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("the editor needs a terminal on standard input")
    gc.disable()  # start-up makes what stays; the app looks after the rest once it has been painted
    from msgspec import structs

    from inspector.tui import config
    from inspector.tui.app import InspectorApp
    from inspector.tui.ascii import is_needed
    from inspector.tui.kept import place

    settings, problems = config.load(config.place())
    given = {"counting": counting, "lang": lang, "verify": verify, "ascii": is_ascii or is_needed(os.environ) or None}
    app = InspectorApp(
        start,
        saved=design,
        source=Path(model) if names_file(model) else None,
        settings=structs.replace(settings, **{name: value for name, value in given.items() if value is not None}),
        state=place(),
        problems=problems,
    )
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # where Textual draws; `2> log` would take the screen
    app.run()
    context.exit(app.return_code or 0)


@cli.command("report")
@with_model
@with_output
@with_counting
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
def report_command(
    model: str, assignments: tuple[str, ...], counting: str | None, format_: str, output: str | None, *, force: bool
) -> None:
    """Print the shape report, or write it to a file; the format toml is the design file."""
    _hand_over(_report(assign(load(model), assignments), format_, counting), output, force=force)


@cli.command("code")
@with_model
@with_output
@click.option("--timm", is_flag=True, help="Only the line of timm that creates the network, where there is one.")
def code_command(model: str, assignments: tuple[str, ...], output: str | None, *, timm: bool, force: bool) -> None:
    """Print a Python file that builds the network with torch and torchvision alone."""
    from inspector.report import python_code

    design = assign(load(model), assignments)
    text = f"{python_code.timm_call(design) or ''}\n" if timm else python_code.render(design)
    if not text.strip():
        raise DesignError(model, "timm's constructor cannot express this design")
    _hand_over(text, output, force=force)


@cli.command("verify")
@with_model
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@click.pass_context
def verify_command(context: click.Context, model: str, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Build the real network, and compare every layer with torchinfo; exit 1 where one differs."""
    from inspector.core.network import analyze
    from inspector.core.verdict import judge
    from inspector.report import verdict as report

    network = analyze(assign(load(model), assignments))
    try:
        from inspector.bridge.build import build
        from inspector.bridge.measure import measure

        measured = measure(build(network.design, "meta"), network.design.input)
    except Exception as error:  # noqa: BLE001  # whatever a torch that is missing or broken does, it is no difference
        said = " ".join(str(error).split())
        raise MissingError(f"torch, torchvision or torchinfo cannot be used: {said or type(error).__name__}") from None
    verdict = judge(network, measured)
    click.echo(report.as_json(verdict) if as_json else report.as_text(network, verdict), nl=False)
    context.exit(0 if verdict.agrees else DIFFERS)


@cli.command("explain")
@click.argument("subject", type=Subject(), default="", metavar="[TOPIC | ERROR | -]")
@with_model
@click.option(
    "--at", "place", metavar="PLACE", default="", help="The place whose numbers a note has: conv4_1, layer3.0."
)
@click.option("--lang", type=click.Choice(["en", "ko"]), help="The note's language; the locale's if left out.")
def explain_command(subject: str, model: str, assignments: tuple[str, ...], place: str, lang: str | None) -> None:
    """Explain a concept with a design's numbers, or an error of torch; without a subject, list the topics.

    ERROR is the text of a shape error, one line or a whole traceback; - reads it from standard input.
    """
    from inspector.core.concepts import ALIASES, TOPICS
    from inspector.core.mistakes import diagnose
    from inspector.core.network import analyze
    from inspector.notes import heading, language, note

    network = analyze(assign(load(model), assignments))
    lang = language(lang or "", os.environ)
    if not subject:
        for topic in TOPICS:
            click.echo(f"{topic:14}{heading(topic, lang)}")
        return
    text = sys.stdin.read() if subject == "-" and sys.stdin is not None else subject
    found = None if text in TOPICS or text.lower() in ALIASES else diagnose(text, network.design)
    if found is None and (" " in text.strip() or subject == "-"):
        raise click.UsageError("no topic, and no shape error of torch that is known here")
    if found is None:
        click.echo(note(text, network, network.find(place).where if place else (), lang), nl=False)
    else:
        from inspector.report import mistake

        click.echo(mistake.as_text(found, model), nl=False)


@cli.command("keys")
def keys_command() -> None:
    """List every action's id, its keys (as the settings have them), and what it does."""
    from inspector.tui import config
    from inspector.tui.actions import remapped, sections
    from inspector.tui.keynames import key_name

    settings, problems = config.load(config.place())
    for title, bindings in sections():
        click.echo(title)
        for each in remapped(bindings, settings.keys):
            if each.id:
                keys = " ".join(key_name(key) for key in each.key.split(","))
                click.echo(f"  {each.id:24}{keys:18}{each.description}")
    for problem in problems:
        click.echo(f"inspector: {config.place()}: {problem}", err=True)


@cli.group("config")
def config_command() -> None:
    """The settings file: where it is, and whether it is right."""


@config_command.command("path")
def config_path_command() -> None:
    """Print where the settings file is, or would be."""
    from inspector.tui import config

    click.echo(config.place())


@config_command.command("validate")
@click.pass_context
def config_validate_command(context: click.Context) -> None:
    """Say what is wrong with the settings file; exit 2 where anything is."""
    from inspector.tui import config

    path = config.place()
    _, problems = config.load(path)
    for problem in problems:
        click.echo(f"inspector: {path}: {problem}", err=True)
    if not problems:
        click.echo(f"{path}: {'fine' if path.exists() else 'no such file; the defaults hold'}")
    context.exit(2 if problems else 0)


@cli.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell: eval "$(inspector completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(cli, {}, "inspector", "_INSPECTOR_COMPLETE").source())


@cli.command("presets")
def presets_command() -> None:
    """List the presets with their parameters and MACs at 1×3×224×224."""
    from inspector.core.describe import version
    from inspector.core.fields import PRESETS
    from inspector.core.network import analyze
    from inspector.core.presets import preset
    from inspector.core.units import exact

    click.echo(f"{'preset':18}{'layers':>6}  {'block':16}{'params':>12}{'MACs (conv+fc)':>17}")
    for name in PRESETS:
        network = analyze(preset(name))
        block = f"{network.design.block} {version(network.design)}"
        numbers = f"{exact(network.params):>12}{exact(network.macs):>17}"
        click.echo(f"{name:18}{network.design.depth:>6}  {block:16}{numbers}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 fine, 1 differs, 2 usage or an invalid design, 3 something is not installed, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(arguments, prog_name="inspector", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except InspectorError as error:
        return _fail(str(error), error.exit_code)
    except click.ClickException as error:
        return _fail(" ".join(error.format_message().split()), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _discard(1)
        return 0
    except OSError as error:
        _discard(1)
        return _fail(f"standard output: {(error.strerror or str(error)).lower()}", 2)
    return code if isinstance(code, int) else 0


def _hand_over(text: str, output: str | None, *, force: bool) -> None:
    """Print `text`, or write it to the file that `--output` names."""
    if output is None or output == "-":
        click.echo(text, nl=False)
        return
    from inspector.report.output import is_there, write

    if not output:
        raise click.UsageError("--output needs the name of a file")
    if not force and is_there(Path(output)):
        raise OutputError(f"{output}: there is such a file already; --force overwrites it")
    write(Path(output), text, overwrite=force)


def _report(design: Design, format_: str, counting: str | None) -> str:
    from inspector.core.network import analyze
    from inspector.core.presets import preset
    from inspector.report import render

    return render(analyze(design), analyze(preset(design.base)), format_, counting or DEFAULT)


def _fail(message: str, code: int) -> int:
    with contextlib.suppress(OSError):  # where nobody can be told, the code says it
        click.echo(f"inspector: {message}", err=True)
        return code
    _discard(2)
    return code


def _discard(stream: int) -> None:
    """Point a standard stream, 1 or 2, at nothing, so that the interpreter's last flush has no more to say."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream)
    os.close(nothing)
