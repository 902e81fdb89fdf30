"""The folder of journals: each belongs to one editor as long as that runs, and is found by the next one after it.

A journal is locked (flock) by the editor that writes it; the system takes the lock away with the process, however that
ended. It is begun and rewritten beside its place and then renamed, and otherwise appended to, a line a change in one
write: a reader finds every line that was written whole. Where the system has no such locks, no journal is kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOSPC
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from inspector.journal.record import Changed, Named, Written, changes, encoded, read, surplus, whole

fcntl: Any = import_module("fcntl") if os.name == "posix" else None

OPEN, KEPT = ".journal", ".kept"
"""How the names of journals end: of work in progress, and of work that was left unsaved."""

MOST_BYTES = 4 * 2**20
"""What a journal grows to before it is rewritten with its newest steps alone."""
KEPT_DAYS = 30
KEPT_WORKS = 100
"""How long, and how much of, the work that was left unsaved is kept."""


def is_unsaved(work: Written) -> bool:
    """Whether there is more in a work than what is saved of it."""
    return work.history.current != work.saved


class Journal:
    """Where one design's work is written down. Trouble is told once, by `write`, and tried to be mended each time."""

    def __init__(self, folder: Path, path: Path | None = None, file: int = -1, work: Written | None = None) -> None:
        """A journal that is begun with the first work written; or one of `work` in `path`, locked as `file`."""
        self._folder = folder
        self._path = path or folder / f"{time.time_ns()}-{os.getpid()}{OPEN}"
        self._file, self._work = file, work
        self._is_whole = False
        self._dropped = 0
        self._has_told = self._has_ended = False

    @property
    def is_there(self) -> bool:
        """Whether what was written last is in a file."""
        return self._file >= 0 and self._is_whole

    def write(self, work: Written) -> str:
        """Write down what has changed. What is wrong, if it cannot be, the first time; otherwise an empty string."""
        if fcntl is None or self._has_ended:
            return ""
        try:
            self._write(work)
        except (OSError, ValueError) as error:
            self._is_whole = False
            if not self._has_told:
                self._has_told = True
                return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
        return ""

    def _write(self, work: Written) -> None:
        before = self._work
        if before is None or not self._is_whole or os.fstat(self._file).st_size > MOST_BYTES:
            self._rewrite(work)
            return
        lines = list(changes(before, work))
        if any(isinstance(each, Changed) and min(each.keep, each.at) < self._dropped for each in lines):
            self._rewrite(work)
            return
        for each in lines:
            _append(self._file, encoded(_moved(each, self._dropped)))
        self._work = work

    def _rewrite(self, work: Written) -> None:
        """Write the whole work beside the journal, lock it, and put it in its place."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_suffix(".new")
        file = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _append(file, encoded(whole(work)))
            os.fsync(file)
            os.replace(beside, self._path)  # noqa: PTH105  # the descriptor stays with the file
        except OSError:
            os.close(file)
            with suppress(OSError):
                beside.unlink()
            raise
        self._let_go()
        self._file, self._work, self._is_whole, self._has_told = file, work, True, False
        self._dropped = surplus(work.history)

    def end(self) -> None:
        """End the journal: work that is unsaved is kept for a while, any other is of no more use."""
        if self._file >= 0:
            with suppress(OSError):
                if self._work is not None and is_unsaved(self._work):
                    self._path.rename(self._path.with_suffix(KEPT))
                else:
                    self._path.unlink()
        self._let_go()
        self._has_ended = True

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _append(file: int, line: bytes) -> None:
    """Write a line whole; OSError where there is room for a part of it only."""
    if os.write(file, line) != len(line):
        raise OSError(ENOSPC, os.strerror(ENOSPC))


def _moved(line: Changed | Named, dropped: int) -> Changed | Named:
    """A change that counts from the first step that the file has."""
    if isinstance(line, Named):
        return line
    return structs.replace(line, keep=line.keep - dropped, at=line.at - dropped)


class Found(Struct, frozen=True):
    """Work that no editor has open, when it was last written (seconds since 1970), and its journal, locked for now."""

    work: Written
    when: float
    path: Path
    file: int

    def resume(self) -> Journal:
        """The journal that goes on with this work."""
        path = self.path.with_suffix(OPEN)
        with suppress(OSError):
            self.path.rename(path)
        return Journal(path.parent, path, self.file, self.work)

    def forget(self) -> None:
        """Throw the work away."""
        with suppress(OSError):
            self.path.unlink()
        os.close(self.file)

    def set_aside(self) -> None:
        """Keep the work without offering it, for a while from now on; what is kept already, no longer for that."""
        with suppress(OSError):
            if self.path.suffix != KEPT:
                os.utime(self.file)
            self.path.rename(self.path.with_suffix(KEPT))
        os.close(self.file)


def left(folder: Path, ending: str = OPEN) -> Iterator[Found]:
    """The work in journals of one kind that no editor has open, newest first; each is locked until it is dealt with.

    Work of which everything is saved is cleared away, and so is what was kept for too long.
    """
    if fcntl is None:
        return
    _prune(folder)
    for path in sorted(folder.glob(f"*{ending}"), key=_age):
        work = _open(path)
        if work is None:
            continue
        if is_unsaved(work.work):
            yield work
        else:
            with suppress(OSError):
                path.unlink()
            os.close(work.file)


def _open(path: Path) -> Found | None:
    """The work in a journal, if no one has it open and it can be read."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(path.stat(), os.fstat(file)):  # another was put in its place meanwhile
            raise BlockingIOError
        work = read(path.read_bytes().splitlines(keepends=True))
        if work is not None:
            return Found(work, os.fstat(file).st_mtime, path, file)
    except OSError:
        pass
    os.close(file)
    return None


def _prune(folder: Path) -> None:
    """Clear away what was kept for too long, the oldest of too many, and what was left half written."""
    kept = sorted(folder.glob(f"*{KEPT}"), key=_age)
    old = [path for path in (*kept, *folder.glob("*.new")) if _age(path) > KEPT_DAYS * 86_400]
    for path in {*kept[KEPT_WORKS:], *old}:
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _age(path: Path) -> float:
    """Seconds since a file was written; one that has gone is the oldest."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")
