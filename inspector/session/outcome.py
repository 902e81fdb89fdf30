"""What an action leads to: the next bench, and effects as data, for those who have a screen, files and processes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.design.design import Design
from inspector.session.bench import Bench


class Say(Struct, frozen=True):
    """Tell the person something, for so many seconds."""

    text: str
    seconds: float = 3
    tone: Literal["information", "warning", "error"] = "information"


class Save(Struct, frozen=True):
    """Write a design file over one that says what `saved` does: answered by `app.saved`.

    Where it says anything else, so that something would be lost, or is not known to say anything, `app.save-over` asks.
    One that `is_new` is in the current folder, and is not written where there is such a file by now. `budget` is the
    one that goes with the design: for a file that has none any more, or in place of what it has where it `sets` one.
    """

    number: int
    design: Design
    saved: Design | None
    path: Path
    is_new: bool = False
    budget: Budget = NONE
    sets: bool = False


class Copy(Struct, frozen=True):
    """Hand a text over to the clipboard; `label` says what it is."""

    label: str
    text: str


class Open(Struct, frozen=True):
    """Open a dialog by its name; it answers with an action."""

    dialog: str
    arguments: tuple[object, ...] = ()


class Leave(Struct, frozen=True):
    """Leave the editor, for good or until the shell's `fg`; where it `is_asked`, only once nothing is unsaved."""

    is_for_good: bool = True
    is_asked: bool = False


class Run(Struct, frozen=True):
    """A job on a design for torch's process, or for the one that measures time.

    "verify" is answered by `app.progress` and `app.done`, "time" by `app.timing` and `app.timed`; "stop" ends that.
    """

    job: Literal["verify", "time", "stop"]
    design: Design


class Recall(Struct, frozen=True):
    """Look for work that was not saved (answered by `earlier.found`), or forget or set aside some of what was found."""

    what: Literal["look", "forget", "set aside"]
    keys: tuple[int, ...] = ()


Effect = Say | Save | Copy | Open | Leave | Run | Recall


class Outcome(NamedTuple):
    """The next bench, and what is to happen beside it."""

    bench: Bench
    effects: tuple[Effect, ...] = ()


def saying(
    bench: Bench, text: str, seconds: float = 3, tone: Literal["information", "warning"] = "information"
) -> Outcome:
    """A bench, and a word about it."""
    return Outcome(bench, (Say(text, seconds, tone),))


def asking(bench: Bench, dialog: str, *arguments: object) -> Outcome:
    """A bench, and a dialog over it."""
    return Outcome(bench, (Open(dialog, arguments),))
