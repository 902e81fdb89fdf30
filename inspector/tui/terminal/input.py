"""What a terminal sends, taken apart: pastes, which are text whatever is in them, and the rest, which are keys."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import NamedTuple

from inspector.outside import plain

START, END = "\x1b[200~", "\x1b[201~"
MOST_PASTED = 8 * 2**20
"""Characters of one paste; more than any text that a person reads."""
GIVEN_UP = frozenset({b"\x1b", b"\x03", b"\x11"})
"""Escape, ^c, ^q: alone, after a paste that never ended, they end it."""

_REPORT = re.compile(r"\x1b(?:\[[=>?][0-?]*[ -/]*[@-~]|[\]P][^\x07\x1b]{0,4096}(?:\x07|\x1b\\))")
"""What a terminal says of itself, asked by whoever had it before: never a key."""


class Pasted(NamedTuple):
    """A paste, as text."""

    text: str


class Input:
    """Reads bytes in whatever pieces they come; what is no UTF-8 in them is replaced, a character each."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self._pasted: list[str] | None = None
        self._room = MOST_PASTED
        self._is_stalled = False

    @property
    def is_pasting(self) -> bool:
        """Whether a paste has begun that has not ended."""
        return self._pasted is not None

    @property
    def waits(self) -> bool:
        """Whether something came that may be the beginning of a paste, and has to be told apart from keys."""
        return bool(self._held) and not self.is_pasting

    def feed(self, data: bytes) -> Iterator[str | Pasted]:
        """What has come, as far as it can be told what it is."""
        if self._is_stalled and data in GIVEN_UP:
            self._pasted, self._is_stalled = None, False
            return
        self._is_stalled = False
        text, self._held = self._held + self._decode(data), ""
        while text:
            mark = END if self.is_pasting else START
            before, found, text = text.partition(mark)
            if not found:
                before, self._held = _apart(before, mark)
            if self._pasted is not None:
                self._take(before)
            elif keys := _REPORT.sub(_kept, before):
                yield keys
            if found == END:
                yield Pasted(self._whole())
                self._pasted = None
            elif found:
                self._pasted, self._room = [], MOST_PASTED

    def calm(self) -> Iterator[str | Pasted]:
        """Nothing has come for a while: what was held back was a key; of a paste without an end, what there is."""
        if self._pasted is None:
            held, self._held = self._held, ""
            if held:
                yield held
        elif not self._is_stalled:
            self._is_stalled = True
            if text := self._whole():
                yield Pasted(text)

    def _take(self, some: str) -> None:
        if self._pasted is not None and self._room > 0:
            self._pasted.append(some[: self._room])
            self._room -= len(some)

    def _whole(self) -> str:
        """What was pasted so far, which is done with."""
        text, self._pasted = "".join(self._pasted or ()), []
        return plain(text)


def _apart(text: str, mark: str) -> tuple[str, str]:
    """A text, and what at its end may be the beginning of a mark."""
    held = next((size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), 0)
    return text[: len(text) - held], text[len(text) - held :]


def _kept(report: re.Match[str]) -> str:
    """The reports that Textual asks for: of modes."""
    return report[0] if report[0].endswith("$y") else ""
