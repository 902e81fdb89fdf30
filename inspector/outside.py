"""Text from outside — names of files, pastes, what libraries say — as something that can be shown.

A terminal obeys what it is sent: escape sequences, control characters, marks that turn the writing round. Whatever was
not written here is shown by `shown` (on one line, in a message) or `harmless` (as it stands, on its lines), and what is
pasted is taken by `plain`.
"""

from __future__ import annotations

import re

from inspector.speech import later, say

_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"[\[][0-?]*[ -/]*[@-~]?"  # CSI: colours, keys
    r"|[\]P^_X][^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)?"  # OSC, DCS and their like: up to their end
    r"|[ -/]*[0-~]?"  # the rest
    r")"
)
"""A terminal's escape sequences; one that is cut off ends where it can be none any more."""
_KEPT = frozenset("\n\t")


def shown(value: object, limit: int = 60) -> str:
    """A value on one line, as it is put into a message: control characters escaped, no longer than `limit`."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = value if isinstance(value, str) else repr(list(value) if isinstance(value, tuple) else value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, tables in tables in tables
        text = say("a {kind} too large to show", kind=type(value).__name__)
    text = _escaped(text[: limit + 1], frozenset())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def why(error: BaseException) -> str:
    """What the system says is wrong with a file, as the end of a sentence: "no such file or directory"."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return say(shown(reason[:1].lower() + reason[1:], 200))


_SYSTEM = (
    later("no such file or directory"),
    later("permission denied"),
    later("is a directory"),
    later("not a directory"),
    later("file name too long"),
    later("no space left on device"),
    later("read-only file system"),
    later("too many levels of symbolic links"),
    later("input/output error"),
    later("file exists"),
)
"""What the system says most often."""


def padded(text: str, width: int) -> str:
    """`text` with blanks up to so many cells of a terminal; one blank at least."""
    return text + " " * max(1, width - cells(text))


def cells(text: str) -> int:
    """The cells of a terminal that a text takes: two for a Korean letter, none for a mark on the letter before it.

    For what is printed; what is drawn is measured as Textual measures it, by `inspector.tui.terminal.cells`.
    """
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def harmless(text: str) -> str:
    """`text` with its lines and tabs, and every other character that a terminal could obey escaped."""
    return text if text.isprintable() else _escaped(text, _KEPT)


def plain(text: str) -> str:
    """What was pasted, as text: without escape sequences and whatever else cannot be seen; lines end with newlines."""
    text = _SEQUENCE.sub("", text) if "\x1b" in text else text
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in _KEPT or is_text(char))


def quoted(word: str) -> str:
    """A word of a command, so that a shell takes it as one and as nothing else; what cannot be typed in bash's $'…'."""
    if word.isprintable():
        from shlex import quote

        return quote(word)
    return "$'" + "".join(_typed(char) for char in word) + "'"


def _typed(char: str) -> str:
    """A character as it stands in $'…'; a byte of a name that is no text is that byte."""
    code = ord(char)
    if char.isprintable():
        return f"\\{char}" if char in "'\\" else char
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def is_text(char: str) -> bool:
    """Whether a terminal shows a character, or moves on for it, and does nothing else."""
    return char.isprintable() or (char.isspace() and char > "\x9f" and char not in "\u2028\u2029")


def _escaped(text: str, kept: frozenset[str]) -> str:
    if text.isprintable():
        return text
    return "".join(char if is_text(char) or char in kept else repr(char)[1:-1] for char in text)
