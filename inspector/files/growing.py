"""Files that grow line by line while something long is done, and go on where they were left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from inspector.errors import InputError, OutputError
from inspector.files.reading import begins_with, read_bytes
from inspector.outside import shown, why
from inspector.speech import say

MOST_BYTES = 4 * 2**30
BEGIN = '{"sweep":'
"""How the head begins that says what the lines are of."""


class Growing:
    """Lines in a file that is to become another one, each whole; `head` says what they are of.

    With `goes_on` the lines that are there already are `kept`: one that was cut off is none. They are as they are in
    the file: whoever goes on with them sees that they are right, and says so (`damaged`) where they are not, before
    anything is written. With `anew` what is there is written over. Raises InputError where it is of something else,
    OutputError where it is there already, or cannot be written.
    """

    def __init__(self, path: Path, head: str, *, goes_on: bool, anew: bool = False) -> None:
        self.path = path
        self.kept: tuple[bytes, ...] = ()
        self._head = head.encode()
        self._file: BinaryIO | None = None
        there = path.is_file() and path.stat().st_size > 0
        if there and not begins_with(path, BEGIN):
            said = say("{file}: is no sweep that was interrupted; it is left alone", file=shown(str(path), 200))
            raise OutputError(said)
        if there and goes_on:
            self.kept = self._read()
        elif there and not anew:
            said = say(
                "{file}: is left of a sweep that was interrupted; --resume goes on with it, --force begins anew",
                file=shown(str(path), 200),
            )
            raise OutputError(said)

    def _read(self) -> tuple[bytes, ...]:
        first, *lines = read_bytes(self.path, MOST_BYTES).split(b"\n")
        if lines and first != self._head:
            said = say("{file}: is of another sweep; remove it, or name another file", file=shown(str(self.path), 200))
            raise InputError(said)
        return tuple(lines[:-1])

    def damaged(self, line: int) -> InputError:
        """What is to be raised where a kept line, counted from 0, is not what it has to be."""
        name = shown(str(self.path), 200)
        return InputError(say("{file}: line {n} is damaged; remove the file to begin anew", file=name, n=line + 2))

    def __enter__(self) -> Self:
        """Begin to write behind what is kept; nobody else may meanwhile."""
        with _said(self.path):
            file = self.path.open("r+b" if self.path.exists() else "xb")
            self._file = file
            _lock(file)
            file.write(b"".join(line + b"\n" for line in (self._head, *self.kept)))
            file.truncate()
            file.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, lines: Sequence[bytes]) -> None:
        """Put lines behind those that are there, and see that they are there."""
        assert self._file is not None  # noqa: S101  # it is entered
        with _said(self.path):
            self._file.write(b"".join(line + b"\n" for line in lines))
            self._file.flush()
            os.fsync(self._file.fileno())

    def remove(self) -> None:
        """Remove it: what it is for is done."""
        self.path.unlink(missing_ok=True)


def _lock(file: BinaryIO) -> None:
    """Have a file for oneself, on systems that know that."""
    with suppress(ImportError):
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise OutputError(say("{file}: another sweep is writing it", file=shown(str(path), 200))) from None
    except OSError as error:
        raise OutputError(f"{shown(str(path), 200)}: {why(error)}") from None
