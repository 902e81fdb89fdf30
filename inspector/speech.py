"""What is said to a person, in the language that they read.

A sentence stands in the code in English, once, with names for its values, and is looked up in the catalogue of the
language that is spoken; the catalogues are `inspector.languages`' own. A process speaks one language at a time, as it
has one reader: sentences are made when they are shown, and none is kept. What is read by programs, and what is handed
on to others, is made in English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

ENGLISH = "en"


class Catalogue(Protocol):
    """What the sentences of the code are in another language: gettext's own translations are one."""

    def gettext(self, message: str, /) -> str:
        """A sentence, or the English one where there is no other."""

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """A sentence about `n` things, in the form that the language has for so many."""


class Language(NamedTuple):
    """A language: its code, its catalogue, and what is done to a sentence once its values are in it."""

    code: str
    catalogue: Catalogue
    finish: Callable[[str], str] | None = None


_spoken: Language | None = None


def speak(language: Language | None) -> None:
    """Say everything in a language from now on; None is English."""
    global _spoken  # noqa: PLW0603  # the one reader of a process
    _spoken = language


def spoken() -> str:
    """The code of the language that is spoken."""
    return _spoken.code if _spoken is not None else ENGLISH


@contextmanager
def speaking(language: Language | None) -> Iterator[None]:
    """Speak a language in a block; None is English."""
    before = _spoken
    speak(language)
    try:
        yield
    finally:
        speak(before)


def say(text: str, /, **values: object) -> str:
    """A sentence in the language that is spoken: "{n} more", n=3. Without values its braces are left as they are."""
    if _spoken is None:
        return text.format_map(values) if values else text
    said = _spoken.catalogue.gettext(text) if text else ""
    said = said.format_map(values) if values else said
    return _spoken.finish(said) if _spoken.finish is not None else said


def some(number: int, one: str, many: str, /, **values: object) -> str:
    """So many things, which both texts have as `n`: 3, "{n} block", "{n} blocks"."""
    if _spoken is None:
        return (one if number == 1 else many).format_map({"n": number, **values})
    said = _spoken.catalogue.ngettext(one, many, number).format_map({"n": number, **values})
    return _spoken.finish(said) if _spoken.finish is not None else said


def later(text: str) -> str:
    """A text that stands in a table in English, and is said with `say` where it is shown."""
    return text


def later_some(one: str, many: str) -> tuple[str, str]:
    """The same for so many things, which are said with `some`."""
    return one, many
