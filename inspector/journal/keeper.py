"""Journals that follow the bench: what differs from one bench to the next is written down before it is painted."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from inspector.core.design.design import Design
from inspector.errors import InspectorError
from inspector.files.design import read
from inspector.journal.folder import KEPT, OPEN, Found, Journal, Unread, left
from inspector.journal.record import work_of, written
from inspector.outside import shown
from inspector.session.bench import Bench, Offer, Opened, Work

MOST_OFFERED = 100
"""Works that are offered at once, the newest."""


class Seen(NamedTuple):
    """Work that was found, as it is in its journal and as it is offered; and what is wrong with what is no work."""

    works: list[tuple[Found, Work]]
    problems: list[str]


class Keeper:
    """A journal for each open design that something was done in, and the work that was found to be left."""

    def __init__(self, folder: Path | None) -> None:
        """Keeps journals in `folder`; none at all without one."""
        self._folder = folder
        self._journals: dict[int, Journal] = {}
        self._left: dict[int, Found] = {}
        self._offers: dict[int, Offer] = {}
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
                problem = journal.end() or problem
        return problem

    def _write(self, opened: Opened) -> str:
        """Write down the work on a design; where nothing was done in it there is nothing to be kept."""
        journal = self._journals.get(opened.number)
        work = written(opened.work, opened.network.at(opened.where).name)
        if journal is None:
            old = self._left.pop(opened.offer, None)
            if old is None and work.is_empty:
                return ""
            journal = old.resume() if old is not None else Journal(self._folder or Path())
            self._journals[opened.number] = journal
        return journal.write(work)

    def size(self) -> int:
        """How many bytes there are to look through for earlier work."""
        try:
            return sum(each.lstat().st_size for each in self._folder.iterdir()) if self._folder is not None else 0
        except OSError:
            return 0

    def seek(self, *, is_all: bool = False) -> Seen:
        """The work that an editor left which did not end by itself; with `is_all`, what was kept for a while too.

        What its design file says by now is no lost work, if an editor was killed before it could write down that it
        had saved; of work whose file has gone or says something else than what was saved, nothing counts as saved. It
        may take a while, and touches nothing of the keeper's: `found` has it take what was seen.
        """
        known = {each.path for each in self._left.values()}
        seen = Seen([], [])
        for ending in () if self._folder is None else (OPEN, KEPT) if is_all else (OPEN,):
            with suppress(OSError):
                for old in left(self._folder or Path(), ending):
                    if isinstance(old, Unread):
                        seen.problems.append(f"{shown(old.path.name)}: {old.reason}")
                    elif old.path not in known:
                        _see(old, seen)
                    if len(seen.works) == MOST_OFFERED:
                        break
        return seen

    def look(self, *, is_all: bool = False) -> tuple[Offer, ...]:
        """Seek, and offer what was seen."""
        return self.found(self.seek(is_all=is_all))

    def found(self, seen: Seen) -> tuple[Offer, ...]:
        """Offer what was seen, beside what is offered already."""
        known = {each.path for each in self._left.values()}
        for old, work in seen.works:
            if old.path in known:  # two looked at once
                continue
            self._key += 1
            self._left[self._key] = old
            self._offers[self._key] = Offer(self._key, work, old.when, old.work.place)
        return tuple(self._offers[key] for key in self._left)

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

    def end(self) -> str:
        """End: journals of saved work are of no more use, unsaved work is kept for a while; nothing is kept after.

        What is wrong, where some of it cannot be kept; otherwise an empty string.
        """
        self._folder = None
        problems = [journal.end() for journal in self._journals.values()]
        self._journals.clear()
        self.set_aside(list(self._left))
        return next(filter(None, problems), "")

    def let_go(self) -> None:
        """End without a word: journals stay as they are, and are found by the next editor."""
        self._folder = None
        for journal in self._journals.values():
            journal.let_go()
        self._journals.clear()


def _see(old: Found, seen: Seen) -> None:
    """Add a work to what is seen, unless its design file says the same by now."""
    work = work_of(old.work)
    said = None if work.source is None else _said_in(work.source)
    if said is not None and said == work.history.current:
        old.forget()
        return
    is_as_saved = work.source is None or said == work.saved
    seen.works.append((old, work if is_as_saved else structs.replace(work, saved=None)))


def _said_in(source: Path) -> Design | None:
    """What a design file says; None where it cannot be read."""
    try:
        return read(source)
    except (InspectorError, OSError, ValueError):
        return None
