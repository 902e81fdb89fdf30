"""The folder of journals: each belongs to one editor as long as that runs, and is found by the next one after it.

A journal is locked (flock) by the editor that writes it; the system takes the lock away with the process, however that
ended. It is begun and rewritten beside its place and then renamed, and otherwise appended to, a line a change in one
write: a reader finds every line that was written whole. Where the system has no such locks, no journal is kept.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOSPC
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct

from inspector.files.output import name, named, nameless
from inspector.journal.record import (
    Kept,
    Moved,
    NewerError,
    Told,
    Written,
    begun,
    changes,
    encoded,
    reading,
)
from inspector.outside import why
from inspector.speech import say

fcntl: Any = import_module("fcntl") if os.name == "posix" else None

OPEN, KEPT, DAMAGED = ".journal", ".kept", ".damaged"
"""How the names of journals end: of work in progress, of work that was left unsaved, of what cannot be read."""

MOST_BYTES = 8 * 2**20
"""What a journal grows to, or twice what it began with, before it is rewritten (record.MOST_BYTES)."""
MOST_READ = 32 * 2**20
"""A journal that is larger is none: one of the largest designs that there can be has 20 MiB."""
MOST_PARTS = 2_000_000
"""Objects in a journal, an override each at most; more of them would be made into gigabytes."""
KEPT_DAYS = 30
KEPT_WORKS = 100
"""How long, and how much of, the work that was left unsaved is kept."""
HALF_WRITTEN = 60
"""Seconds after which a file that was being written when its editor was killed is cleared away."""
_TRIES, _PAUSE = 20, 0.01
"""How often, and after how many seconds, a journal is asked for that another editor is just looking at."""


def is_unsaved(work: Written) -> bool:
    """Whether there is more in a work than what is saved of it."""
    return work.history.current != work.saved


class Journal:
    """Where one design's work is written down. Trouble is told once, by `write`, and tried to be mended each time."""

    def __init__(
        self,
        folder: Path,
        path: Path | None = None,
        file: int = -1,
        work: Written | None = None,
        told: Told | None = None,
    ) -> None:
        """A journal that is begun with the first work written; or one of `work` in `path`, locked as `file`.

        With the steps as they were `told` it goes on where that one ends, else it is written anew.
        """
        self._folder = folder
        self._path = path or folder / f"{time.time_ns()}-{os.getpid()}{OPEN}"
        self._file, self._work = file, work
        self._is_whole = told is not None
        self._told: Told = {} if told is None else told
        self._window = range(1, len(work.history.steps) if work is not None else 1)
        self._size = os.fstat(file).st_size if file >= 0 else 0
        self._most = MOST_BYTES
        self._has_told = self._has_ended = False

    @property
    def is_there(self) -> bool:
        """Whether what was written last is in a file, all of it, and that in its place."""
        if self._file < 0 or not self._is_whole:
            return False
        try:
            own = os.fstat(self._file)
            return own.st_size == self._size and os.path.samestat(self._path.stat(), own)
        except OSError:
            return False

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
                return why(error)
        return ""

    def _write(self, work: Written) -> None:
        before = self._work
        if before is None or not self.is_there or self._size > self._most:
            self._rewrite(work)
            return
        is_cut = self._window.stop < len(before.history.steps)
        for each in changes(before, work, self._told):
            moved = self._moved(each)
            if moved is None or is_cut:
                self._rewrite(work)
                return
            self._size += _append(self._file, encoded(moved))
        self._window = range(self._window.start, len(work.history.steps))
        self._work = work

    def _moved(self, line: Moved | Kept) -> Moved | Kept | None:
        """A change as the file counts its steps; None where it is about steps that the file has not."""
        start = self._window.start
        if isinstance(line, Kept) or start == 1:
            return line
        if line.keep < start or 0 < line.at < start:
            return None
        return Moved(line.keep - start + 1, line.steps, line.at and line.at - start + 1, line.place)

    def _rewrite(self, work: Written) -> None:
        """Write the whole work beside the journal, lock it, and put it in its place."""
        for number in [number for number in self._told if number >= self._in_common(work)]:
            del self._told[number]
        line, window = begun(work, self._told)
        data = encoded(line)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._path.with_suffix(".new")
        file, has_name = _new(self._folder, beside)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _append(file, data)
            os.fsync(file)
            if has_name or not named(file, self._path):
                if not has_name:
                    name(file, beside)
                os.replace(beside, self._path)  # noqa: PTH105  # the descriptor stays with the file
        except OSError:
            os.close(file)
            with suppress(OSError):
                beside.unlink()
            raise
        self._let_go()
        self._file, self._work, self._is_whole, self._has_told = file, work, True, False
        self._window, self._most, self._size = window, max(MOST_BYTES, 2 * len(data)), len(data)

    def _in_common(self, work: Written) -> int:
        """How many steps a work begins with in common with the one that was written last."""
        if self._work is None:
            return 0
        pairs = zip(self._work.history.steps, work.history.steps, strict=False)
        return next((at for at, (old, new) in enumerate(pairs) if old is not new), len(work.history.steps))

    def end(self) -> str:
        """End the journal: work that is unsaved is kept for a while, any other is of no more use.

        What is wrong, if it cannot be kept; otherwise an empty string.
        """
        problem = ""
        work = self._work
        if fcntl is not None and work is not None and not self._has_ended:
            try:
                if is_unsaved(work) and not work.is_empty:
                    if not self.is_there:
                        self._rewrite(work)
                    self._path.rename(self._path.with_suffix(KEPT))
                elif self.is_there:
                    self._path.unlink()
            except (OSError, ValueError) as error:
                problem = why(error)
        self._let_go()
        self._has_ended = True
        return problem

    def let_go(self) -> None:
        """End without a word: the journal stays as it is, and is found by the next editor."""
        self._let_go()
        self._has_ended = True

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _new(folder: Path, path: Path) -> tuple[int, bool]:
    """A file to write to, and whether it has a name already: `path`, where the system has none without."""
    file = nameless(folder, os.O_RDWR | os.O_APPEND)
    if file >= 0:
        path.unlink(missing_ok=True)
        return file, False
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.open(path, flags, 0o600), True


def _append(file: int, line: bytes) -> int:
    """Write a line whole, of so many bytes; OSError where there is room for a part of it only."""
    if os.write(file, line) != len(line):
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    return len(line)


class Found(Struct, frozen=True):
    """Work that no editor had open, when it was last written (seconds since 1970), its journal, and which file that is.

    No file is held open: another editor may go on with it meanwhile, or forget it.
    """

    work: Written
    when: float
    path: Path
    stamp: tuple[int, ...]

    def resume(self) -> Journal:
        """The journal that goes on with this work; another one with a copy of it, where an editor has that by now."""
        file = self._held()
        if file < 0:
            return Journal(self.path.parent, work=self.work)
        told, is_all = reading(_lines(file))
        path = self.path.with_suffix(OPEN)
        try:
            self.path.rename(path)
        except OSError:
            path = self.path
        if told.work != self.work or not is_all:
            return Journal(path.parent, path, file, self.work)
        return Journal(path.parent, path, file, self.work, told.told)

    def forget(self) -> None:
        """Throw the work away, unless an editor has it by now."""
        file = self._held()
        if file >= 0:
            with suppress(OSError):
                self.path.unlink()
            os.close(file)

    def set_aside(self) -> None:
        """Keep the work without offering it, for a while from now on; what is kept already, no longer for that."""
        file = self._held()
        if file >= 0:
            with suppress(OSError):
                if self.path.suffix != KEPT:
                    os.utime(file)
                self.path.rename(self.path.with_suffix(KEPT))
            os.close(file)

    def _held(self) -> int:
        """Its file, locked, if it is still the one that was found; else -1."""
        for _ in range(_TRIES):
            file = _locked(self.path)
            if file >= 0:
                if _stamp(os.fstat(file)) == self.stamp:
                    return file
                os.close(file)
                return -1
            if not self.path.exists():
                return -1
            time.sleep(_PAUSE)
        return -1


class Unread(Struct, frozen=True):
    """What is no journal though it is named like one, or is one of a later version: its name, and what is wrong."""

    path: Path
    reason: str


def left(folder: Path, ending: str = OPEN) -> Iterator[Found | Unread]:
    """The work in journals of one kind that no editor has open, newest first, and what cannot be read.

    Work of which everything is saved is cleared away, and so is what was kept for too long.
    """
    if fcntl is None:
        return
    _prune(folder)
    for path in sorted(folder.glob(f"*{ending}"), key=_age):
        try:
            found = _look(path)
        except NewerError:
            yield Unread(path, say("was written by a later version, and is left alone"))
            continue
        except ValueError as error:
            with suppress(OSError):
                path.rename(path.with_suffix(DAMAGED))
            yield Unread(path, say("{problem}; set aside as {file}", problem=error, file=f"{path.stem}{DAMAGED}"))
            continue
        if found is None:
            continue
        if is_unsaved(found.work) and not found.work.is_empty:
            yield found
        else:
            found.forget()


def _look(path: Path) -> Found | None:
    """The work in a journal, if no one has it open. ValueError where it is none."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ValueError(say("is no regular file"))
        file = _locked(path, fcntl.LOCK_SH)
    except OSError:
        return None
    if file < 0:
        return None
    try:
        status = os.fstat(file)
        work = reading(_lines(file))[0].work
    except OSError as error:
        raise ValueError(why(error)) from None
    finally:
        os.close(file)
    if work is None:
        raise ValueError(say("is damaged from its first line on"))
    return Found(work, status.st_mtime, path, _stamp(status))


def _locked(path: Path, how: int | None = None) -> int:
    """A journal opened and locked, if it can be and stands in its place; else -1."""
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return -1
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if how is None else how) | fcntl.LOCK_NB)
        if os.path.samestat(path.stat(), os.fstat(file)):  # no other was put in its place meanwhile
            return file
    except OSError:
        pass
    os.close(file)
    return -1


def _lines(file: int) -> Iterator[bytes]:
    """The lines of a journal; ValueError where it is larger, or has more parts, than any can be."""
    if os.fstat(file).st_size > MOST_READ:
        raise ValueError(say("is larger than {n} MiB", n=MOST_READ >> 20))
    data = os.pread(file, MOST_READ, 0)
    if data.count(b"{") > MOST_PARTS:
        raise ValueError(say("has more parts than work has"))
    return iter(BytesIO(data))


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """Which file it is, and that nothing was written to it."""
    return status.st_dev, status.st_ino, status.st_size


def _prune(folder: Path) -> None:
    """Clear away what was kept for too long, the oldest of too many, and what was left half written."""
    kept = sorted(folder.glob(f"*{KEPT}"), key=_age)
    aside = [*kept, *folder.glob(f"*{DAMAGED}")]
    gone = {path for path in aside if _age(path) > KEPT_DAYS * 86_400}
    gone |= {path for path in folder.glob("*.new") if _age(path) > HALF_WRITTEN}
    many = len(kept) - KEPT_WORKS
    if many > 0:
        empty = [path for path in reversed(kept) if _is_empty(path)]
        others = [path for path in reversed(kept) if path not in empty]
        gone |= set([*empty, *others][:many])
    for path in gone:
        file = _locked(path)
        if file >= 0:
            with suppress(OSError):
                path.unlink()
            os.close(file)


def _is_empty(path: Path) -> bool:
    """Whether nothing was done in what was kept: versions before this one kept that too."""
    try:
        found = _look(path)
    except ValueError:
        return False
    return found is not None and found.work.is_empty


def _age(path: Path) -> float:
    """Seconds since a file was written; one that has gone is the oldest."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return float("inf")
