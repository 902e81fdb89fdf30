"""The one way to read a file: at most so many bytes of it, and whatever goes wrong with it in one sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from inspector.errors import InputError
from inspector.outside import shown, why
from inspector.speech import say

LITTLE = 2**16
"""Bytes that are read and understood in the time of a key."""


def read_bytes(path: Path, most: int, what: str = "file", *, takes_pipes: bool = False) -> bytes:
    """What is in a regular file of at most `most` bytes, which is meant to be a `what`: "design file".

    With `takes_pipes` it may be a pipe too, which is read to its end, for as long as that takes; any other device may
    never end, or wait for somebody at a terminal.

    Raises InputError, which begins with the file's name, where it cannot be read, is larger, or is no such file.
    """
    name = shown(str(path), 200)
    try:
        data = _read(path, most, takes_pipes=takes_pipes)
    except IsADirectoryError:
        raise InputError(say("{file}: is a directory, not a {what}", file=name, what=say(what))) from None
    except (OSError, ValueError) as error:
        said = InputError(f"{name}: {why(error)}")
        said.is_missing = isinstance(error, FileNotFoundError)
        raise said from None
    if data is None:
        raise InputError(say("{file}: is a device or a pipe, so no {what}", file=name, what=say(what)))
    if len(data) > most:
        raise InputError(say("{file}: larger than {size}, so no {what}", file=name, size=_size(most), what=say(what)))
    return data


def _read(path: Path, most: int, *, takes_pipes: bool) -> bytes | None:
    """What is in a file, a byte more than `most` where there is more; None of what is neither file nor pipe."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    may_wait = takes_pipes and stat.S_ISFIFO(mode)
    if not (stat.S_ISREG(mode) or may_wait):
        return None
    with open(path, "rb", opener=None if may_wait else _at_once) as file:  # for its opener
        if not may_wait and not is_regular(file.fileno()):  # another was put in its place
            return None
        return file.read(most + 1)


def _at_once(name: str, flags: int) -> int:
    """A file opened without waiting for whoever would write to a pipe in its place."""
    return os.open(name, flags | os.O_NONBLOCK)


def is_regular(path: Path | int) -> bool:
    """Whether there is a file that keeps what is written to it: no device, no pipe. False where that cannot be told."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116  # an open file has no path
    except (OSError, ValueError):
        return False


def read_text(path: Path, most: int, what: str = "file", *, takes_pipes: bool = False) -> str:
    """The text in a file in UTF-8, with or without a byte-order mark. InputError as `read_bytes`, or for no text."""
    try:
        return read_bytes(path, most, what, takes_pipes=takes_pipes).decode("utf-8-sig")
    except UnicodeDecodeError:
        name = shown(str(path), 200)
        raise InputError(say("{file}: not text in UTF-8, so no {what}", file=name, what=say(what))) from None


def is_little(path: Path) -> bool:
    """Whether reading it takes no longer than a key may: LITTLE bytes at most, or nothing that can be read."""
    try:
        return path.stat().st_size <= LITTLE
    except (OSError, ValueError):
        return True


def text_of(data: bytes) -> str:
    """What somebody piped in, as text: in UTF-16 where it begins with that byte-order mark, else in UTF-8.

    Whatever is none in it is replaced: by �, one for each damaged place.
    """
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace")


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


def _size(most: int) -> str:
    return f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"


def begins_with(path: Path, text: str) -> bool:
    """Whether there is a regular file that begins with a text; False where it cannot be read."""
    wanted = text.encode()
    try:
        with path.open("rb") as file:
            return is_regular(path) and file.read(len(wanted)) == wanted
    except OSError:
        return False
