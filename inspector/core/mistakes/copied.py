"""Text as a person copied it out of a terminal or a notebook, without what a screen has put into it."""

from __future__ import annotations

import re

from msgspec import Struct

_LONGEST = 2_000_000
"""How many characters of a text are looked at, its last ones: there an error stands behind a long log."""
_COLOUR = re.compile(r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)?+")
_EDGES = frozenset(" \n│┃>")
"""What stands between two lines of a message: a line break, and the frame or the quotation mark before the next."""


class Copied(Struct, frozen=True):
    """A text once as `lines`, of printable characters, and once `packed`: without blanks, line breaks and frames.

    A message is the same in `packed` wherever it was broken and whatever was put between. `places` are the positions
    of the characters of `packed` in `lines`.
    """

    lines: str
    packed: str
    places: list[int]

    def between(self, begin: int, end: int) -> str:
        """The lines that a part of `packed` comes from."""
        return self.lines[self.places[begin] : self.places[end - 1] + 1] if begin < end else ""


def copied(text: str) -> Copied:
    """`text` without colours and without what cannot be seen: control characters, bytes that were no text, marks."""
    lines = "\n".join([_printable(line) for line in _COLOUR.sub("", text[-_LONGEST:]).splitlines()])
    places = [at for at, char in enumerate(lines) if char not in _EDGES]
    return Copied(lines, "".join([lines[at] for at in places]), places)


def _printable(line: str) -> str:
    """A line with a blank for all that is blank, and nothing for all else that has no shape."""
    if not line.isprintable():
        line = "".join([char if char.isprintable() else " " if char.isspace() else "" for char in line])
    return line.replace("\N{REPLACEMENT CHARACTER}", "")
