"""What must be so of works whose editors are killed: what may be left of each, and which of it is to be offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.report.design_toml import design_file

PRESET = 512
"""The planes of conv5_x in a ResNet-50: what all edits here are of."""

Standing = Literal["must", "may", "must not"]


@cache
def params_of(planes: int) -> int:
    """What ResNet-50 comes to with so many planes in conv5_x; no two are equal."""
    return analyze(edit(preset("resnet50"), f"conv5_x.planes={planes}")).params


@cache
def text_of(planes: int) -> str:
    """The design file of it, to the letter."""
    return design_file(edit(preset("resnet50"), f"conv5_x.planes={planes}"))


class Files:
    """What the design files say, by their names: the planes, or None for what is none that an editor writes."""

    def __init__(self, said: dict[str, int | None]) -> None:
        self._said = said

    def say(self, name: str | None) -> int | None:
        """The planes that a file says; None where there is no such file."""
        return self._said.get(name) if name else None


class Seen(NamedTuple):
    """What the screen says of an open work: its params, its file's name, and whether it is unsaved."""

    params: int
    source: str | None
    is_unsaved: bool


class State(NamedTuple):
    """A work: the planes of each step, the number of the current one, what was saved of it, and where."""

    steps: tuple[int, ...]
    at: int = 0
    saved: int | None = PRESET
    source: str | None = None

    def __repr__(self) -> str:
        """Its last steps, the current one's number, and what was saved of it where."""
        last = self.steps[-4:]
        return f"<… {' '.join(map(str, last))}, at {self.at} of {len(self.steps)}, saved {self.saved} in {self.source}>"

    @property
    def planes(self) -> int:
        """The planes of the current step."""
        return self.steps[self.at]

    @property
    def is_unsaved(self) -> bool:
        """Whether there is more in it than was saved."""
        return self.planes != self.saved

    @property
    def seen(self) -> Seen:
        """What the screen says of it."""
        return Seen(params_of(self.planes), self.source, self.is_unsaved)

    def pushed(self, planes: int) -> State:
        """The work after an edit."""
        if planes == self.planes:
            return self
        return self._replace(steps=(*self.steps[: self.at + 1], planes), at=self.at + 1)

    def after(self, word: str) -> list[State]:
        """What the work goes through while keys are pressed, the last of it being what comes of them."""
        if word == "undo":
            return [self._replace(at=max(self.at - 1, 0))]
        if word == "redo":
            return [self._replace(at=min(self.at + 1, len(self.steps) - 1))]
        if word == "save":
            return [self._replace(saved=self.planes)]
        if word.isdigit():
            return [self.pushed(int(word[: length + 1])) for length in range(len(word))]
        return [self.pushed(self.planes // 8 * 8 + 8 if word == "more" else (self.planes - 1) // 8 * 8)]

    def standing(self, files: Files) -> Standing:
        """Whether it is to be offered once its editor is killed: what was saved is not, what was not is."""
        said = files.say(self.source)
        if self.is_unsaved:
            return "may" if self.source and said == self.planes else "must"
        return "must not" if self.source is None or said == self.saved else "may"

    def opened(self, files: Files) -> State:
        """The work opened again: what was saved of it counts as long as its file says that."""
        is_so = self.source is None or files.say(self.source) == self.saved
        return self if is_so else self._replace(saved=None)


class Moment(NamedTuple):
    """A state of a work, and what its file says then."""

    state: State
    said: int | None


def moments(state: State, said: int | None, words: Iterable[str]) -> list[Moment]:
    """All that a work and its file go through, in order, while words are typed that no question interrupts."""
    passed = [Moment(state, said)]
    for word in words:
        if word == "save":
            said = state.planes
            passed.append(Moment(state, said))
        passed += [Moment(each, said) for each in state.after(word)]
        state = passed[-1].state
    return passed


def left_by_a_kill(passed: Sequence[Moment], seen: int, said: int | None, *, saves: bool) -> list[State]:
    """What may be left of a work whose editor was killed while `seen` params were painted and the file says `said`.

    Nothing that was painted is lost; of what was typed behind it, any part may be there. The file tells something of
    an editor that `saves`; what it says may be another one's.
    """
    first = next((at for at, each in enumerate(passed) if params_of(each.state.planes) == seen), 0)
    return list(dict.fromkeys(each.state for each in passed[first:] if not saves or each.said == said))


class Work:
    """A work that no editor has open, by all that may be left of it.

    `is_kept` says whether it is listed without being offered, None where that cannot be told; one that is `optional`
    need not be there any more.
    """

    def __init__(self, states: Sequence[State], *, is_kept: bool | None = False, is_optional: bool = False) -> None:
        self.states, self.is_kept, self.is_optional = list(states), is_kept, is_optional

    def standing(self, files: Files) -> Standing:
        """Whether it is to be found, whichever of its states it is in."""
        standings = {each.standing(files) for each in self.states}
        only = standings.pop() if len(standings) == 1 else "may"
        return "may" if only == "must" and self.is_optional else only

    def as_seen(self, seen: Seen, files: Files) -> list[State]:
        """The states that it may be in if it is what was seen."""
        return [
            each
            for each in self.states
            if (params_of(each.planes), each.source) == (seen.params, seen.source)
            and each.standing(files) != "must not"
        ]

    def __repr__(self) -> str:
        return f"Work({self.states}, is_kept={self.is_kept}, is_optional={self.is_optional})"


def is_right(found: Sequence[Seen], works: Sequence[Work], files: Files) -> bool:
    """Whether what was found can be the works that must be found, and nothing but works that may be."""
    if not found:
        return all(each.standing(files) != "must" for each in works)
    return any(
        work.as_seen(found[0], files) and is_right(found[1:], [*works[:at], *works[at + 1 :]], files)
        for at, work in enumerate(works)
    )
