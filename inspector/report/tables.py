"""Tables as Markdown has them, whatever is in their cells."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from inspector.outside import shown

LONGEST = 2_000
"""Characters of a cell."""
_MARKS = str.maketrans({**{each: f"\\{each}" for each in "\\`*[|"}, "<": "&lt;", "&": "&amp;"})


def markdown_row(texts: Iterable[str]) -> str:
    """One row of a table: no text in it is a mark of Markdown's, a tag, or more than one line."""
    return f"| {' | '.join(markdown_text(each) for each in texts)} |"


def markdown_text(text: str) -> str:
    """A text that Markdown shows as it is, on one line; an address or a path as code."""
    if isinstance(text, Ours):
        return text.replace("|", "\\|")
    if isinstance(text, Code):
        return f"`{shown(text, LONGEST).replace('`', '').replace('|', chr(92) + '|')}`"
    return shown(text, LONGEST).translate(_MARKS)


class Ours(str):
    """A text of the package's own that is Markdown already."""

    __slots__ = ()


class Code(str):
    """A text that is shown as code: an address, a path."""

    __slots__ = ()


def markup(text: str) -> str:
    """A text as it stands in the HTML that Markdown may have."""
    return escape(shown(text, LONGEST))
