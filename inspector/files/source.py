"""A file of weights while it is read: regular, never waited for, read at places, and watched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.errors import WeightsFileError
from inspector.files.neighbours import weights_in
from inspector.files.reading import is_regular
from inspector.outside import shown, why
from inspector.speech import say

_STEP = 2**18
"""Bytes that a window is filled with at once."""


class Source:
    """A regular file, open for reading; `size` is what it had in bytes when it was opened."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._was = _state(descriptor)
        self.size = os.fstat(descriptor).st_size

    def at(self, offset: int, number: int) -> bytes:
        """So many bytes from a place in it. WeightsFileError where it ends before."""
        if offset < 0 or offset + number > self.size:
            raise WeightsFileError(say("ends too early: it was cut off, or it is damaged"))
        parts = []
        while number:
            part = os.pread(self._descriptor, number, offset)
            if not part:
                raise WeightsFileError(changed())
            parts.append(part)
            offset, number = offset + len(part), number - len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def check(self) -> None:
        """That nothing was written to it since it was opened. Raises WeightsFileError where something was."""
        if _state(self._descriptor) != self._was:
            raise WeightsFileError(changed())


class Stream:
    """The bytes of a source from one place to another, one after the other, a window at a time.

    No more than `most` bytes are read of it; those that are skipped are none.
    """

    def __init__(self, source: Source, start: int, end: int, most: int) -> None:
        self._source = source
        self._next, self._end, self._most = start, end, most
        self._window = b""
        self._at = 0

    @property
    def place(self) -> int:
        """Where in the source the next byte is."""
        return self._next - len(self._window) + self._at

    def take(self, number: int) -> bytes:
        """The next bytes. WeightsFileError where there are fewer."""
        start, stop = self._at, self._at + number
        if stop > len(self._window):
            self._fill(number)
            start, stop = 0, number
        self._at = stop
        return self._window[start:stop]

    def byte(self) -> int:
        """The next byte, as a number."""
        if self._at >= len(self._window):
            self._fill(1)
        self._at += 1
        return self._window[self._at - 1]

    def line(self, most: int) -> bytes:
        """The next bytes up to a newline, which is not among them. WeightsFileError where it is longer than `most`."""
        end = self._window.find(b"\n", self._at, self._at + most + 1)
        if end < 0:
            self._fill(min(most + 1, self._end - self.place))
            end = self._window.find(b"\n", 0, most + 1)
        if end < 0:
            raise WeightsFileError(say("a name in its pickle is longer than {n} bytes", n=most))
        start, self._at = self._at, end + 1
        return self._window[start:end]

    def skip(self, number: int) -> None:
        """Leave out the next bytes, unread. WeightsFileError where there are fewer."""
        place = self.place + number
        if place > self._end:
            self._ends()
        if place <= self._next:
            self._at += number
        else:
            self._next, self._window, self._at = place, b"", 0

    def _fill(self, number: int) -> None:
        rest = self._window[self._at :]
        wanted = min(max(number, _STEP), self._end - self._next + len(rest)) - len(rest)
        if len(rest) + wanted < number:
            self._ends()
        if wanted > self._most:
            wanted = number - len(rest)
        self._most -= wanted
        if self._most < 0:
            raise WeightsFileError(say("its pickle is larger than any checkpoint's"))
        self._window, self._at = rest + self._source.at(self._next, wanted), 0
        self._next += wanted

    @staticmethod
    def _ends() -> None:
        raise WeightsFileError(say("ends in the middle of a pickle: it was cut off, or it is damaged"))


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A file of weights, open for as long as the block lasts; whatever is wrong in the block begins with its name.

    Raises WeightsFileError where it is no regular file, cannot be opened, or is written to while the block lasts.
    """
    name = shown(str(path), 200)
    try:
        with _open(path) as source, _unchanged(source):
            yield source
    except WeightsFileError as error:
        raise WeightsFileError(f"{name}: {error}") from None
    except (OSError, ValueError) as error:
        said = WeightsFileError(f"{name}: {why(error)}")
        said.is_missing = isinstance(error, FileNotFoundError)
        raise said from None


def changed() -> str:
    """What is said of a file that is written to while it is read."""
    return say("was changed while it was read; once it is written to its end, open it again")


@contextmanager
def _unchanged(source: Source) -> Iterator[None]:
    """Whatever is wrong with a file that was written to meanwhile is wrong because of that."""
    try:
        yield
    except WeightsFileError:
        source.check()
        raise
    source.check()


@contextmanager
def _open(path: Path) -> Iterator[Source]:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise WeightsFileError(_folder(path))
    if not stat.S_ISREG(mode):
        raise WeightsFileError(say("is a device or a pipe, so no file of weights"))
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not is_regular(descriptor):  # another was put in its place
            raise WeightsFileError(say("is a device or a pipe, so no file of weights"))
        yield Source(descriptor)
    finally:
        os.close(descriptor)


def _folder(path: Path) -> str:
    """What is said of a folder: which weights lie in it."""
    names = weights_in(path)
    if not names:
        return say("is a directory, and no weights lie in it")
    return say("is a directory; name a file in it: {names}", names=shown(", ".join(names[:3]), 120))


def _state(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns
