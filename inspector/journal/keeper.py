"""Journals that follow the bench: what differs from one bench to the next is written down before it is painted."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import structs

from inspector.core.design.design import Design
from inspector.errors import InspectorError
from inspector.files.design import read
from inspector.journal.folder import KEPT, OPEN, Found, Journal, left
from inspector.journal.record import Written, work_of, written
from inspector.session.bench import Bench, Offer, Opened, Work


class Keeper:
    """A journal for each open design that something was done in, and the work that was found to be left."""

    def __init__(self, folder: Path | None) -> None:
        """Keeps journals in `folder`; none at all without one."""
        self._folder = folder
        self._journals: dict[int, Journal] = {}
        self._left: dict[int, Found] = {}
        self._key = 0

    @property
    def kept(self) -> frozenset[int]:
        """The numbers of the designs whose work is in a journal."""
        return frozenset(number for number, journal in self._journals.items() if journal.is_there)

    def follow(self, before: Bench | None, after: Bench) -> str:
        """Write down what has changed from one bench to the next; without a first one, whatever is unsaved.

        What is wrong, where it cannot be written: told once until it can be again, an empty string otherwise.
        """
        if self._folder is None or (before is not None and before.designs is after.designs):
            return ""
        old = {each.number: each for each in before.designs} if before is not None else {}
        problem = ""
        for opened in after.designs:
            known = old.pop(opened.number, None)
            is_news = opened.work.is_unsaved or opened.offer if known is None else opened.work is not known.work
            if is_news:
                problem = self._write(opened) or problem
        for number in old:
            journal = self._journals.pop(number, None)
            if journal is not None:
                journal.end()
        return problem

    def _write(self, opened: Opened) -> str:
        journal = self._journals.get(opened.number)
        if journal is None:
            old = self._left.pop(opened.offer, None)
            journal = old.resume() if old is not None else Journal(self._folder or Path())
            self._journals[opened.number] = journal
        return journal.write(written(opened.work, opened.network.at(opened.where).name))

    def look(self, *, is_all: bool = False) -> tuple[Offer, ...]:
        """The work that an editor left which did not end by itself; with `is_all`, what was kept for a while too.

        It is held until it is dealt with, or this keeper ends. What its design file says by now is no lost work, if an
        editor was killed before it could write down that it had saved; of work whose file has gone or says something
        else than what was saved, nothing counts as saved.
        """
        for ending in () if self._folder is None else (OPEN, KEPT) if is_all else (OPEN,):
            with suppress(OSError):
                for old in left(self._folder or Path(), ending):
                    work = work_of(old.work)
                    if work.source is not None and _said_in(work.source) == work.history.current:
                        old.forget()
                        continue
                    self._key += 1
                    self._left[self._key] = old
        return tuple(Offer(key, _offered(each.work), each.when, each.work.place) for key, each in self._left.items())

    def forget(self, keys: Iterable[int]) -> None:
        """Throw away work that was found."""
        for key in keys:
            if key in self._left:
                self._left.pop(key).forget()

    def set_aside(self, keys: Iterable[int]) -> None:
        """Keep work that was found without offering it, for a while from now on."""
        for key in keys:
            if key in self._left:
                self._left.pop(key).set_aside()

    def end(self) -> None:
        """End: journals of saved work are of no more use, unsaved work is kept for a while; nothing is kept after."""
        self._folder = None
        for journal in self._journals.values():
            journal.end()
        self._journals.clear()
        self.set_aside(list(self._left))


def _offered(kept: Written) -> Work:
    """A work as it is offered: what was saved of it counts as long as its file says that."""
    work = work_of(kept)
    if work.source is None or _said_in(work.source) == work.saved:
        return work
    return structs.replace(work, saved=None)


def _said_in(source: Path) -> Design | None:
    """What a design file says; None where it cannot be read."""
    try:
        return read(source) if source.is_file() else None
    except (InspectorError, OSError, ValueError):
        return None
