"""Names of classes: in a file of their own, or in the config.json beside a file of weights."""

from __future__ import annotations

from pathlib import Path

from inspector.core.cam.labels import labels
from inspector.errors import InputError
from inspector.files.reading import read_text
from inspector.outside import shown

_MOST = 4 * 2**20
"""Bytes of a file that names classes."""


def read(path: Path) -> tuple[str, ...]:
    """The classes that a file or a pipe names. InputError, which begins with its name, where it names none."""
    text = read_text(path, _MOST, takes_pipes=True)
    try:
        return labels(text)
    except InputError as error:
        raise InputError(f"{shown(str(path), 200)}: {error}") from None


def beside(weights: Path, classes: int) -> tuple[str, ...]:
    """The id2label of a config.json beside a file of weights, if it names so many classes; else none."""
    try:
        found = labels(read_text(weights.parent / "config.json", _MOST))
    except InputError:
        return ()
    return found if len(found) == classes else ()
