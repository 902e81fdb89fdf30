"""All of the editor's state, as one frozen value: what is open, where one stands, what is being typed and sought."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct, structs

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.budgets.holding import at_once
from inspector.core.design.design import Design
from inspector.core.design.differences import called, edits
from inspector.core.design.edit import Field
from inspector.core.design.history import Baseline, History
from inspector.core.explain.editable import editable, likeliest
from inspector.core.measures.counting import DEFAULT
from inspector.core.measures.latency import Timing
from inspector.core.measures.verdict import Verdict
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Where
from inspector.core.network.tree import Place
from inspector.outside import shown
from inspector.session.panes import Pane, Panes, Room, arrange
from inspector.session.trail import Trail
from inspector.speech import say


class Weights(Struct, frozen=True):
    """The file of weights that was opened, an absolute path, and the design that they are of.

    `take` names the network in it where it has several. Without counters it lacks num_batches_tracked.
    """

    path: Path
    design: Design
    take: str = ""
    has_counters: bool = True

    @property
    def name(self) -> str:
        """The file's name, as it can be shown."""
        return shown(self.path.name)


class Work(Struct, frozen=True):
    """All that is not to be lost of one open design: what a journal writes, and nothing else.

    `saved` is what it is compared with to tell unsaved work, None where its file has gone or says something else by
    now; `source` is its design file, an absolute path. `weights` are those that it was opened with, if any.
    """

    history: History
    saved: Design | None
    source: Path | None = None
    name: str = ""
    weights: Weights | None = None

    @property
    def is_unsaved(self) -> bool:
        """Whether the design is another one than what is saved of it."""
        return self.history.current != self.saved

    @property
    def is_begun(self) -> bool:
        """Whether anything was done in it: an edit, a name."""
        return len(self.history.steps) > 1 or bool(self.name)

    @property
    def label(self) -> str:
        """Its name, its file's, or what it is."""
        return self.title or called(self.history.current)

    @property
    def title(self) -> str:
        """Its name or its file's; an empty string where it has neither."""
        if self.name or self.source:
            return self.name or (shown(self.source.name) if self.source else "")
        return self.weights.name if self.weights else ""


class Opened(Struct, frozen=True):
    """One open design: its work, and where one stands in it. `offer` is the work found that it goes on with, or 0.

    `budget` is the one that its design file has, or is to have where it `sets_budget`.
    """

    number: int
    work: Work
    where: Where = ()
    trail: Trail = Trail()
    offer: int = 0
    budget: Budget = NONE
    sets_budget: bool = False

    @property
    def network(self) -> Network:
        """What follows from its current design."""
        return network_of(self.work.history.current)

    @property
    def is_unsaved(self) -> bool:
        """Whether anything of it is not in its file: the design, or a budget that was put there."""
        return self.work.is_unsaved or self.sets_budget

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done in it, so that it makes room for another."""
        work = self.work
        is_begun = self.is_unsaved or work.source or work.name or work.weights
        return len(work.history.steps) == 1 and not is_begun


class Draft(Struct, frozen=True):
    """What is being typed into a field, and the history and the place that it is taken back to."""

    field: Field
    text: str
    history: History
    where: Where


class Search(Struct, frozen=True):
    """What is being sought, from where, the places that it is found in, and the note that is about it."""

    origin: Where
    text: str = ""
    matches: tuple[Where, ...] = ()
    topic: str = ""

    @property
    def filter(self) -> tuple[Where, ...] | None:
        """The places that the tree shows; None shows all that is unfolded."""
        return self.matches if self.text.strip() else None


class Offer(Struct, frozen=True):
    """Work that was not saved and that no editor has open: when it was last written (seconds since 1970), and where."""

    key: int
    work: Work
    when: float
    place: str = ""


class Check(Struct, frozen=True):
    """What torch said of a design: its verdict, or why there is none; neither while it is being asked."""

    design: Design
    verdict: Verdict | None = None
    problem: str = ""


class Clock(Struct, frozen=True):
    """How long a design takes: its timing once it is measured, `words` on how far that is until then."""

    design: Design
    timing: Timing | None = None
    words: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it is being measured."""
        return self.timing is None


Share = Literal["params", "cost", "time"]
"""What the bar of a row is a share of."""


class Look(NamedTuple):
    """How things are shown.

    Costs by one of the countings; what the bar is a share of; differences as columns; the ripple since the
    baseline; the order of the rankings, and of what: operations, blocks or stages; what a design may have at most.
    """

    counting: str = DEFAULT
    share: Share = "params"
    differs: bool = False
    since_baseline: bool = False
    order: int = 0
    ranks: int = 0
    budget: Budget = NONE


USUAL = Look()


class Bench(Struct, frozen=True):
    """What a person has before them.

    `designs` are open, number `at` in sight; `counter` is the number of the next one. `fields` is the marked field of
    each kind of place, by the names of its fields. `complaint` says why what was typed or stepped to is not allowed,
    `letters` are those of a choice that were typed so far, `sought` is what was last sought. `kept` are the numbers of
    the designs whose work is in a journal.
    """

    designs: tuple[Opened, ...]
    at: int = 0
    counter: int = 1
    room: Room = Room()
    panes: Panes = Panes()
    look: Look = Look()
    lang: str = ""
    fields: dict[tuple[str, ...], int] = {}
    draft: Draft | None = None
    complaint: str = ""
    letters: str = ""
    search: Search | None = None
    sought: str = ""
    offers: tuple[Offer, ...] = ()
    kept: frozenset[int] = frozenset()
    verifies: bool = False
    check: Check | None = None
    clock: Clock | None = None

    @classmethod
    def of(
        cls, work: Work, *, budget: Budget = NONE, lang: str = "", look: Look = USUAL, verifies: bool = False
    ) -> Bench:
        """The bench with one design open; `budget` is that of its file."""
        return cls((Opened(0, work, budget=budget),), lang=lang, look=look, verifies=verifies)

    @property
    def here(self) -> Opened:
        """The design in sight."""
        return self.designs[self.at]

    @property
    def work(self) -> Work:
        """The work on the design in sight."""
        return self.here.work

    @property
    def history(self) -> History:
        """Its history."""
        return self.here.work.history

    @property
    def budget(self) -> Budget:
        """What the design in sight is held against: the person's own budget, and that of its file."""
        own, here = self.look.budget, self.here.budget
        return at_once(self.network, here, own) if own and here else here or own

    @property
    def design(self) -> Design:
        """The design in sight, as it is now."""
        return self.here.work.history.current

    @property
    def network(self) -> Network:
        """What follows from it."""
        return network_of(self.design)

    @property
    def baseline(self) -> Baseline:
        """What its differences are measured against."""
        return self.history.baseline

    @property
    def where(self) -> Where:
        """Where one stands."""
        return self.here.where

    @property
    def place(self) -> Place:
        """The place that one stands at."""
        return self.network.at(self.where)

    @property
    def focus(self) -> Pane:
        """The pane with the focus."""
        return self.panes.focus

    @property
    def in_sight(self) -> frozenset[Pane]:
        """The panes that there is room for."""
        return arrange(self.room, self.panes).panes

    @property
    def unsaved(self) -> tuple[Opened, ...]:
        """The open designs with unsaved work, in their order."""
        return tuple(each for each in self.designs if each.is_unsaved)

    @property
    def marks(self) -> tuple[tuple[Field, ...], int]:
        """The fields of the place that one stands at, and the number of the marked one."""
        design, place = self.design, self.place
        fields = editable(design, place)
        marked = self.fields.get(names_of(fields), likeliest(design, place))
        return fields, min(marked, max(len(fields) - 1, 0))

    @property
    def field(self) -> Field | None:
        """The marked field: what + and − step."""
        fields, marked = self.marks
        return fields[marked] if fields else None

    @property
    def match(self) -> int:
        """Which match of what is being sought one stands on, from 1; 0 for none."""
        matches = self.search.matches if self.search else ()
        return matches.index(self.where) + 1 if self.where in matches else 0

    def over(self, opened: Opened) -> Bench:
        """The bench with another state of the design in sight."""
        return structs.replace(self, designs=(*self.designs[: self.at], opened, *self.designs[self.at + 1 :]))

    def standing(self, where: Where) -> Bench:
        """The bench with another place selected."""
        return self if where == self.where else self.over(structs.replace(self.here, where=where))

    def marking(self, fields: tuple[Field, ...], marked: int) -> Bench:
        """The bench with one of the fields marked, here and at places of the same kind."""
        marked = min(max(marked, 0), max(len(fields) - 1, 0))
        return structs.replace(self, fields={**self.fields, names_of(fields): marked})

    def focused(self, focus: Pane) -> Bench:
        """The bench with another pane in front."""
        return self if focus == self.focus else structs.replace(self, panes=self.panes._replace(focus=focus))


def names_of(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """The names of some fields: places that have the same share the mark."""
    return tuple(field.name for field in fields)


def losses(bench: Bench) -> tuple[str, ...]:
    """The unsaved work, a line each: the edits of the design in sight, or which designs have any."""
    unsaved = bench.unsaved
    if len(unsaved) == 1 and bench.here.is_unsaved:
        budget = (say("the budget of its file"),) if bench.here.sets_budget else ()
        return (*(f"{each.address}  {each.change}" for each in edits(bench.design, bench.work.saved)), *budget)
    return tuple(say("{name}  not saved", name=each.work.label) for each in unsaved)


_RECENT: deque[tuple[Design, Network]] = deque(maxlen=8)
"""The designs looked at last, each with its network: its stages are small, or shared with what core remembers."""


def network_of(design: Design) -> Network:
    """What follows from a design: the same network as long as it is the same design, of the last few."""
    for known, network in _RECENT:
        if known is design:
            return network
    network = analyze(design)
    _RECENT.append((design, network))
    return network
