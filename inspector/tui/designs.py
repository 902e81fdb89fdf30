"""Several designs, each with its history and its place, and the journals that keep them."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from inspector.core.describe import called, edits, value
from inspector.core.design import Design
from inspector.core.flow import Where
from inspector.core.history import History
from inspector.core.network import Network, analyze
from inspector.core.presets import preset
from inspector.core.units import short
from inspector.errors import DesignError, InspectorError, shown
from inspector.tui.moving import Trail
from inspector.tui.panes import PanesApp
from inspector.tui.widgets.rows import nearest_place

if TYPE_CHECKING:
    from inspector.journal.folder import Found, Journal
    from inspector.journal.record import Work
    from inspector.tui.screens.designs import Answer


class Opened(NamedTuple):
    """One open design, and all that is its own. `saved` is what it is compared with to tell unsaved work."""

    history: History
    saved: Design
    baseline: Network
    source: Path | None = None
    name: str = ""
    where: Where = ()
    trail: Trail = Trail()
    journal: Journal | None = None

    @property
    def is_unsaved(self) -> bool:
        return self.history.current != self.saved

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done in it, so that nothing is lost with it."""
        return len(self.history.steps) == 1 and not self.is_unsaved

    @property
    def is_kept(self) -> bool:
        """Whether its work is in a journal."""
        return self.journal is not None and self.journal.is_there

    @property
    def label(self) -> str:
        """Its name, its file's, or what it is."""
        return self.name or (shown(self.source.name) if self.source else called(self.history.current))


class DesignsApp(PanesApp):
    """An app with several designs open, one of them in sight. Every change is in a journal before it is painted."""

    DESIGNS: ClassVar[list[BindingType]] = [
        Binding("w", "designs", "The open designs: new, name, copy, close, compare", id="app.designs"),
        Binding("left_curly_bracket", "other(-1)", "Previous design", id="app.previous-design", key_display="{"),
        Binding("right_curly_bracket", "other(1)", "Next design", id="app.next-design", key_display="}"),
        Binding("H", "history", "History: every edit and its effect", id="app.history"),
        Binding("W", "earlier", "Work that was not saved: open it again", id="app.earlier"),
    ]

    def __init__(self, design: Design, *, saved: Design, source: Path | None, journals: Path | None) -> None:
        super().__init__(saved=saved, source=source)
        self._journals = journals
        self.history = History.of(design)
        self._network = analyze(design)
        self._baseline = analyze(preset(design.base))
        self._called = ""
        self._journal: Journal | None = None
        self._opened = [self._current()]
        self._at = 0
        self._lost: list[Found] = []

    @property
    def network(self) -> Network:
        """What follows from the current design."""
        return self._network

    @property
    def baseline(self) -> Network:
        """What differences are measured against."""
        return self._baseline

    @property
    def opened(self) -> list[Opened]:
        """All open designs, as they are now."""
        self._opened[self._at] = self._current()
        return self._opened

    @property
    def label(self) -> str:
        """The current design's name or file, and which of several it is; an empty string where there is no need."""
        name = self._called or (shown(self.source.name) if self.source else "")
        many = f"{self._at + 1} of {len(self._opened)}" if len(self._opened) > 1 else ""
        return "  ".join(part for part in (name, many) if part)

    @property
    def is_anything_unsaved(self) -> bool:
        return any(each.is_unsaved for each in self.opened)

    @property
    def is_kept(self) -> bool:
        return all(each.is_kept for each in self.opened if each.is_unsaved)

    @property
    def first_unsaved(self) -> str:
        return next((each for each in (self._current(), *self.opened) if each.is_unsaved), self._current()).label

    def go_to_unsaved(self) -> None:
        if not self.is_unsaved:
            self.switch(next((at for at, each in enumerate(self.opened) if each.is_unsaved), self._at))

    def losses(self) -> list[str]:
        unsaved = [each for each in self.opened if each.is_unsaved]
        if len(unsaved) == 1 and self.is_unsaved:
            found = edits(self.history.current, self._saved)
            return [f"{each.address}  {value(each.before)} → {value(each.after)}" for each in found]
        return [f"{each.label}  not saved" for each in unsaved]

    def become(self, history: History) -> None:
        """Make another history the current one, write that down, and show what follows from it."""
        given_up = len(self.history.steps) - 1 - self.history.at
        if given_up > 1 and history.steps is not self.history.steps:
            self.notify(f"{given_up} edits that were undone are given up", timeout=3)
        before, self._network = self._network, analyze(history.current)
        self.history = history
        self.selected = nearest_place(before, self._network, self.selected)
        self.note_down()
        self.show()

    def note_down(self) -> None:
        """Write the current work into its journal; where that cannot be, say so once."""
        if self._journals is None:
            return
        if self._journal is None:
            from inspector.journal.folder import Journal

            self._journal = Journal(self._journals)
        problem = self._journal.write(self._work())
        if problem:
            words = f"edits are not kept for a crash: {problem}. Editing goes on; save with ^s"
            self.notify(words, severity="warning", markup=False, timeout=8)

    def _work(self) -> Work:
        from inspector.journal.record import Work

        source = os.fsencode(self.source.absolute()) if self.source else b""
        return Work(self.history, self._saved, source, self._called, self.name_at(self.selected))

    def _current(self) -> Opened:
        return Opened(
            self.history,
            self._saved,
            self._baseline,
            self.source,
            self._called,
            self.selected,
            self._trail,
            self._journal,
        )

    def action_other(self, steps: int) -> None:
        if len(self._opened) == 1:
            self.notify("one design is open; w opens another", timeout=2)
        else:
            self.switch((self._at + steps) % len(self._opened))

    def switch(self, at: int) -> None:
        """Go to another open design, where one left it."""
        self.settle()
        if at != self._at:
            self._take(self.opened, at)

    def _take(self, opened: list[Opened], at: int) -> None:
        """Make `opened` the open designs, number `at` the current one."""
        self._opened, self._at = opened, at
        there = opened[at]
        self.history, self._saved, self._baseline = there.history, there.saved, there.baseline
        self.source, self._called, self._trail, self._journal = there.source, there.name, there.trail, there.journal
        self._network = analyze(there.history.current)
        self.selected = there.where
        self.detail.complain("")
        self.show()

    def open(self, opened: Opened) -> None:
        """Open one more design and go to it; one that nothing was done in makes room for it."""
        self.settle()
        there = [each for each in self.opened if not each.is_untouched or each.source or each.name]
        for each in self._opened:
            if each not in there and each.journal is not None:
                each.journal.end()
        self._take([*there, opened], len(there))

    def action_designs(self) -> None:
        self.settle()
        self._list_designs(self._at)

    def _list_designs(self, highlighted: int) -> None:
        from inspector.tui.screens.designs import DesignsScreen, Row

        rows = []
        for each in self.opened:
            network = analyze(each.history.current)
            totals = f"{short(network.params):>7} params {short(network.macs):>7} MACs"
            rows.append(Row(each.label, each.name, each.is_unsaved, totals))
        self.push_screen(DesignsScreen(rows, self._at, highlighted), self._answered)

    def _answered(self, answer: Answer | None) -> None:
        if answer is None:
            return
        action, at, text = answer
        if action == "switch":
            self.switch(at)
        elif action == "new":
            self._choose_new()
        elif action == "compare":
            self._compare(at)
        else:
            change = {"copy": self._copy, "close": self._close}.get(action, partial(self._rename, name=text))
            self._list_designs(change(at))

    def _compare(self, at: int) -> None:
        """Make another design the current one's baseline; of two the other one, whichever is pointed at."""
        if at == self._at and len(self._opened) == 2:
            at = 1 - at
        if at == self._at:
            self.notify("point at another design to compare this one with it", timeout=3)
            self._list_designs(at)
            return
        self.compare_with(analyze(self.opened[at].history.current), self.opened[at].label)

    def _choose_new(self) -> None:
        from inspector.tui.screens.choose import ChooseScreen

        def chosen(answer: tuple[Design, Path | None] | None) -> None:
            if answer is not None:
                design, source = answer
                base = analyze(preset(design.base))
                self.open(Opened(History.of(design), design, base, source))

        self.push_screen(ChooseScreen("Open a design", ""), chosen)

    def _copy(self, at: int) -> int:
        """Put a copy behind a design, unsaved work of its own; its number."""
        opened = self.opened
        one = opened[at]
        base = preset(one.history.current.base)
        copy = one._replace(name=f"{one.label} copy", saved=base, source=None, journal=None)
        self._take([*opened[: at + 1], copy, *opened[at + 1 :]], at + 1)
        self.note_down()
        return at + 1

    def _rename(self, at: int, name: str) -> int:
        opened = self.opened
        name = shown(name)
        here, self._opened = self._at, opened
        self._take([*opened[:at], opened[at]._replace(name=name), *opened[at + 1 :]], at)
        self.note_down()
        self.switch(here)
        return at

    def _close(self, at: int) -> int:
        """Close a design, its unsaved work kept for a while; the number of the one that stands there now."""
        opened = self.opened
        if len(opened) == 1:
            self.notify("the last design stays open; q quits", timeout=3)
            return at
        closed, here = opened[at], self._at
        if closed.is_unsaved and not closed.is_kept:
            self.notify("it is not saved and cannot be kept: save it first, with ^s", severity="warning", timeout=4)
            return at
        if closed.journal is not None:
            closed.journal.end()
            if closed.is_unsaved:
                self.notify("closed; W opens it again within 30 days", timeout=4)
        there = [*opened[:at], *opened[at + 1 :]]
        self._take(there, min(here - (here > at), len(there) - 1))
        return min(at, len(there) - 1)

    def compare_with(self, baseline: Network, name: str) -> None:
        """Measure differences against another network."""
        self._baseline = baseline
        self.show()
        self.notify(f"differences are measured against {name}; d shows them in the tree", markup=False, timeout=4)

    def action_history(self) -> None:
        from inspector.tui.screens.history import HistoryScreen

        def chosen(at: int | None) -> None:
            if at is not None:
                self.become(self.history.to(at))

        self.settle()
        self.push_screen(HistoryScreen(self.history), chosen)

    def offer(self) -> None:
        """Offer the work back that an editor left which did not end by itself; it is held until this one ends."""
        if self._journals is not None:
            from inspector.journal.folder import left

            if self.is_unsaved:
                self.note_down()
            with suppress(OSError):
                self._lost = list(left(self._journals))
            if self._lost:
                self.show_offer([(each.when, called(each.work.history.current)) for each in self._lost])

    def show_offer(self, works: list[tuple[float, str]]) -> None:
        """Say that there is work to be had back: when each was last written, and what it is."""
        raise NotImplementedError

    def action_earlier(self) -> None:
        """List the work that was not saved: what is offered first, then what was left earlier."""
        from inspector.journal.folder import KEPT, left
        from inspector.tui.screens.recover import RecoverScreen

        self.settle()
        kept = [] if self._journals is None else list(left(self._journals, KEPT))
        if self._lost or kept:
            found, self._lost = [*self._lost, *kept], []
            self.push_screen(RecoverScreen(found), partial(self._recover, found))
        else:
            self.notify("there is no earlier work", timeout=2)

    def _recover(self, found: list[Found], answer: tuple[str, list[int]] | None) -> None:
        """Go on with some of the work found, or forget it; the rest is kept for a while."""
        action, numbers = answer or ("", [])
        for number, each in enumerate(found):
            if number in numbers and action == "open":
                self._resume(each)
            elif number in numbers:
                each.forget()
            else:
                each.set_aside()
        self.show()

    def _resume(self, found: Found) -> None:
        work = found.work
        network = analyze(work.history.current)
        try:
            where = network.find(work.place).where
        except DesignError:
            where = ()
        base = preset(work.history.current.base)
        source = Path(os.fsdecode(work.source)) if work.source else None
        saved = work.saved if source is None else _saved_in(source, base)
        self.open(Opened(work.history, saved, analyze(base), source, work.name, where, journal=found.resume()))
        self.note_down()

    def exit(self, *arguments: object, **options: object) -> None:
        """End: journals of saved work are of no more use, unsaved work is kept for a while."""
        for each in self.opened:
            if each.journal is not None:
                each.journal.end()
        for found in self._lost:
            found.set_aside()
        self._lost = []
        super().exit(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came


def _saved_in(source: Path, base: Design) -> Design:
    """What a design file says now; `base` where it is gone, or no design file any more."""
    from inspector.core.design_file import read

    try:
        return read(source)
    except InspectorError:
        return base
