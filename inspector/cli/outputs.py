"""Files that a command writes: none of those that it reads, and another only where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from inspector.cli.given import origin
from inspector.cli.printer import check_free, tell
from inspector.errors import OutputError
from inspector.files.neighbours import looks_like_weights
from inspector.files.output import is_same, is_there
from inspector.outside import shown
from inspector.speech import say


def check_outputs(outputs: Sequence[str], inputs: Iterable[str | None], *, twice: str, force: bool) -> None:
    """That the outputs are different files in folders that are there, and none of them what is read.

    Read are the inputs, what --from names, and the files that lie beside an index of weights. `twice` is what is said
    of the second of two outputs that are one file. Raises OutputError.
    """
    read = [Path(each) for each in (*inputs, origin()) if each]
    taken: list[Path] = []
    for output in outputs:
        path, name = Path(output), shown(output, 200)
        if not path.expanduser().parent.is_dir():
            raise OutputError(say("{file}: there is no such folder", file=name))
        if not output:
            raise click.UsageError(say("--output needs the name of a file"))
        if path.expanduser().is_dir():
            raise OutputError(f"{name}: {say('is a directory')}")
        if force and is_there(path) and not os.access(path.expanduser(), os.W_OK):
            raise OutputError(f"{name}: {say('is read-only')}")
        if any(is_same(path, each) or _is_part(path, each) for each in read):
            raise OutputError(say("{file}: is what is read, and is never written over; name another file", file=name))
        if any(_is_one(path, each) for each in taken):
            raise OutputError(f"{name}: {twice}")
        check_free(output, force=force)
        taken.append(path)


def _is_part(path: Path, index: Path) -> bool:
    """Whether a file can be one of those that an index of weights names: weights that lie beside it."""
    is_index = index.name.lower().endswith(".index.json")
    return is_index and looks_like_weights(path.name) and is_there(path) and is_same(path.parent, index.parent)


def _is_one(path: Path, other: Path) -> bool:
    """Whether two names are of one file, whether or not it is there yet."""
    return is_same(path, other) or os.path.realpath(path.expanduser()) == os.path.realpath(other.expanduser())


NO_FORMAT = ("png", "jpg", "jpeg", "gif", "webp", "bmp", "pdf", "docx", "xlsx")
"""Endings of files that none of our formats is."""


def check_ending(output: str | None) -> None:
    """That a file's name does not promise what is not written: a picture is SVG, and a browser makes others of it."""
    ending = (output or "").rpartition(".")[2].lower() if "." in (output or "") else ""
    if ending in NO_FORMAT:
        words = say(
            "{file}: no format ends in .{ending}; svg is the picture, html the page; a browser makes others",
            file=shown(output or "", 200),
            ending=ending,
        )
        raise OutputError(words)


def tell_format(output: str | None, name: str) -> None:
    """Say what a file was written as where its ending says something else."""
    from inspector.report.formats import FORMATS

    ending = (output or "").rpartition(".")[2].lower() if "." in (output or "") else ""
    if output not in (None, "-") and ending and FORMATS[name].ending != ending:
        file = shown(output or "", 200)
        tell(say("{file}: written as {format}, whatever its ending says", file=file, format=name))
