"""The command line: arguments → one call. One module a command, imported when it is called; exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from inspector.cli.printer import CRASHED, discard, fail, put
from inspector.errors import InspectorError
from inspector.outside import shown, why
from inspector.speech import say, speak

DIFFERS, UNUSABLE, INTERRUPTED = 1, 2, 130
COMMANDS = (
    "adapt",
    "cam",
    "check",
    "code",
    "compare",
    "completion",
    "config",
    "edit",
    "explain",
    "fit",
    "keys",
    "presets",
    "report",
    "sweep",
    "time",
    "verify",
    "weights",
)
"""The commands, each a module of this room with its `command`."""


class _EditorFirst(click.Group):
    """A group whose unnamed command is the editor: `inspector resnet50` opens it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].partition("=")[0] == "--lang":
            rest = args[1:] if "=" in args[0] else args[2:]
            if rest and rest[0] in (*COMMANDS, "--help", "-h", "--version"):
                args = rest  # it is spoken already
        if not args or (args[0] not in COMMANDS and args[0] not in ("--help", "-h", "--version")):
            args = ["edit", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The group's own options, and behind them those of the editor, which is what runs without a command."""
        editor = self.get_command(ctx, "edit")
        options = [each for each in editor.params if isinstance(each, click.Option)] if editor is not None else []
        rows = [row for each in options if (row := each.get_help_record(ctx))]
        with formatter.section(say("Options of the editor")):
            formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        from inspector.cli.arguments import in_language

        return in_language(import_module(f"inspector.cli.{cmd_name}").command)


@click.group(
    cls=_EditorFirst,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="[COMMAND] [MODEL] …",
)
@click.version_option(package_name="inspector", message="%(prog)s %(version)s", prog_name="inspector")
def cli() -> None:
    """A workbench for ResNets: change channels, see every shape, parameter and MAC follow.

    Without a command, `inspector [MODEL] [--set ADDRESS=VALUE]…` opens the editor; where standard output is no
    terminal it prints the text report. MODEL is a preset (resnet50 if left out), a design file,
    or a file of weights.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 fine, 1 differs, 2 usage or an invalid design, 3 something is not installed, 70 a fault of its own, 130
    interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        _speak(sys.argv[1:] if arguments is None else arguments)
        code = cli.main(arguments, prog_name="inspector", standalone_mode=False)
        if sys.stdout is not None:
            put("")
    except BrokenPipeError:
        discard(1)
        return 0
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # whatever it is, it is no difference between designs
        return _failed(error)
    return code if isinstance(code, int) else 0


def _speak(arguments: Sequence[str]) -> None:
    """Speak the language that is asked for, be it for help alone; else that of the settings, or the locale's."""
    from inspector.languages import language, wanted
    from inspector.tui import config, kept

    given = _given(arguments)
    if not given:
        settings, _ = config.load(config.place())
        given = settings.lang or kept.read(kept.place() / "screen.json").lang
    chosen = language(wanted(given, os.environ))
    speak(chosen)
    if chosen is not None:
        import gettext

        from inspector.cli.arguments import in_language
        from inspector.languages import DOMAIN, FOLDER

        os.environ["LANGUAGE"] = chosen.code  # click's own words come by gettext too
        gettext.bindtextdomain(DOMAIN, str(FOLDER))
        in_language(cli)


def _given(arguments: Sequence[str]) -> str:
    """What stands behind --lang."""
    for at, argument in enumerate(arguments):
        if argument == "--lang":
            return arguments[at + 1] if at + 1 < len(arguments) else ""
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return ""


def _failed(error: Exception) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, InspectorError):
        return fail(str(error), error.exit_code)
    if isinstance(error, click.ClickException):
        return fail(shown(" ".join(error.format_message().split()), 1000), error.exit_code)
    if isinstance(error, OSError):
        about = f"{shown(os.fsdecode(error.filename), 200)}: " if isinstance(error.filename, str | bytes) else ""
        return fail(f"{about}{why(error)}", UNUSABLE)
    import traceback

    traceback.print_exception(error)
    said = shown(" ".join(f"{type(error).__name__}: {error}".split()), 300)
    return fail(say("this was a fault of inspector's own: {what}", what=said), CRASHED)
