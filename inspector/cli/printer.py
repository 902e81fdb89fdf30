"""The only printer: data to standard output or to a file, words about it to standard error; text, and nothing else."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from inspector.errors import OutputError
from inspector.outside import cells, harmless, shown, why
from inspector.speech import say

CRASHED = 70
"""The exit code of a fault of our own, which no other code says: EX_SOFTWARE of sysexits.h."""


WIDEST = 88
"""Cells of a line of text beyond which it is hard to read."""


def put(text: str) -> None:
    """Print `text` to standard output as it is, but for what a terminal would obey.

    Raises BrokenPipeError where nobody reads it any more, OutputError where it cannot be written.
    """
    _write(harmless(text))


def takes_colour() -> bool:
    """Whether standard output is a terminal, and nobody wants it plain (no-color.org)."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout is not None and sys.stdout.isatty() and not is_plain


def put_lines(lines: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Print lines on a terminal, each in its style as `click.style` takes it."""
    _write("".join(click.style(harmless(text), **style) + "\n" for text, style in lines))


def put_markdown(text: str) -> None:
    """Print Markdown: set for who reads it in a terminal, as it is for a pipe or a file."""
    if sys.stdout is None or not sys.stdout.isatty():
        put(text.rstrip() + "\n")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as captured:
        console.print(Markdown(harmless(text)), width=min(console.width, WIDEST))
    _write(captured.get())


def _write(text: str) -> None:
    if sys.stdout is None:
        raise OutputError(say("standard output: is closed"))
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(1)
        raise OutputError(say("standard output: {problem}", problem=why(error))) from None


def hand_over(text: str, output: str | None, *, force: bool) -> None:
    """Print `text`, or write it to the file that `--output` names."""
    if output is None or output == "-":
        put(text)
        return
    from inspector.files.output import write

    if not output:
        raise click.UsageError(say("--output needs the name of a file"))
    check_free(output, force=force)
    write(Path(output), text, overwrite=force)


def check_free(output: str, *, force: bool) -> None:
    """That there is no such file yet, unless it may be written over. OutputError where there is."""
    from inspector.files.output import is_there

    if not force and is_there(Path(output)):
        name = shown(output, 200)
        raise OutputError(say("{file}: there is such a file already; --force overwrites it", file=name))


def keeps_nothing(output: str) -> bool:
    """Whether `--output` is standard output, a device or a pipe, beside which nothing is kept."""
    path = Path(output).expanduser()
    return output == "-" or (path.exists() and not path.is_file() and not path.is_dir())


def tell(message: str) -> None:
    """Say something about what is being done."""
    click.echo(f"inspector: {harmless(message)}", err=True)


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """What says on one line of a terminal how far something is, and wipes it at the end; elsewhere it says nothing."""
    told = [""]

    def tell_on(message: str) -> None:
        message = shown(message, WIDEST)
        wiped = " " * max(0, cells(told[0]) - cells(message))
        click.echo(f"\r{message}{wiped}", nl=False, err=True)
        told[0] = message

    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield tell_on
    finally:
        with contextlib.suppress(OSError):
            click.echo(f"\r{' ' * cells(told[0])}\r", nl=False, err=True)


def fail(message: str, code: int) -> int:
    """Say what is wrong; the exit code."""
    with contextlib.suppress(OSError):  # where nobody can be told, the code says it
        tell(message)
        return code
    discard(2)
    return code


def discard(stream: int) -> None:
    """Point a standard stream, 1 or 2, at nothing, so that the interpreter's last flush has no more to say."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream)
    os.close(nothing)
