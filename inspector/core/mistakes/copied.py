"""Text as a person copied it out of a terminal or a notebook, without what a screen has put into it."""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

_LONGEST = 4_000_000
"""How many characters of a text are looked at, its last ones: there an error stands behind a long log."""
_PART = 8192
"""Characters of which it is known together where they stand in the packed text."""
_COLOUR = re.compile(r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)?+")
EDGES = " \n│┃>"
"""What stands between two lines of a message: a line break, and the frame or the quotation mark before the next."""


class Copied(Struct, frozen=True):
    """A text once as `lines`, of printable characters, and once `packed`: without blanks, line breaks and frames.

    A message is the same in `packed` wherever it was broken and whatever was put between. `begins` are the positions
    in `packed` at which each part of `lines` begins, `known` those of a part's characters that were asked for.
    """

    lines: str
    packed: str
    begins: list[int]
    known: dict[int, list[int]]

    def place(self, at: int) -> int:
        """The position in `lines` of a character of `packed`."""
        part = bisect_right(self.begins, at) - 1
        if part not in self.known:
            begin = part * _PART
            text = self.lines[begin : begin + _PART]
            self.known[part] = [place for place, char in enumerate(text, begin) if char not in EDGES]
        return self.known[part][at - self.begins[part]]

    def between(self, begin: int, end: int) -> str:
        """The lines that a part of `packed` comes from."""
        return self.lines[self.place(begin) : self.place(end - 1) + 1] if begin < end else ""


def copied(text: str) -> Copied:
    """`text` without colours and without what cannot be seen: control characters, bytes that were no text, marks."""
    text = text[-_LONGEST:]
    text = _COLOUR.sub("", text) if "\x1b" in text or "\x9b" in text else text
    text = text.replace("\t", " ").replace("\N{REPLACEMENT CHARACTER}", "")
    lines = "\n".join([line if line.isprintable() else _printable(line) for line in text.splitlines()])
    begins, parts = [], []
    count = 0
    for begin in range(0, len(lines), _PART):
        begins.append(count)
        parts.append(packed(lines[begin : begin + _PART]))
        count += len(parts[-1])
    return Copied(lines, "".join(parts), begins, {})


def packed(text: str) -> str:
    """A text without what may stand between two lines of a message."""
    for char in EDGES:
        text = text.replace(char, "")
    return text


def _printable(line: str) -> str:
    """A line with a blank for all that is blank, and nothing for all else that has no shape."""
    return "".join([char if char.isprintable() else " " if char.isspace() else "" for char in line])
