"""The one way to read a file: at most so many bytes of it, and whatever goes wrong with it in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

from inspector.errors import InputError, shown


def read_bytes(path: Path, most: int, what: str = "file") -> bytes:
    """What is in a file of at most `most` bytes, which is meant to be a `what`: "design file".

    Raises InputError, which begins with the file's name, where it cannot be read or is larger.
    """
    name = shown(str(path), 200)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except IsADirectoryError:
        raise InputError(f"{name}: is a directory, not a {what}") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        said = InputError(f"{name}: {reason[:1].lower()}{reason[1:]}")
        said.is_missing = isinstance(error, FileNotFoundError)
        raise said from None
    if len(data) > most:
        raise InputError(f"{name}: larger than {most // 2**20} MiB, so no {what}")
    return data


def read_text(path: Path, most: int, what: str = "file") -> str:
    """The text in a file in UTF-8, with or without a byte-order mark. InputError as `read_bytes`, or for no text."""
    try:
        return read_bytes(path, most, what).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{shown(str(path), 200)}: not text in UTF-8, so no {what}") from None


def whole(path: Path) -> Path:
    """A name as a person gave it, made absolute once: `~` is the home folder, the rest is from where one stands."""
    try:
        path = path.expanduser()
    except RuntimeError:  # no such person
        return path
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100  # links stay as they were named
    except OSError:  # the folder that one stands in has gone
        return path
