"""The languages that there are, each a catalogue beside this file: ko.po, compiled when the package is built.

gettext's catalogues, made and compiled by Babel: they are what translators' tools read, they know plurals, and
Python reads the compiled ones by itself, so that nothing of Babel is needed to run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from inspector.speech import ENGLISH, Language, later

FOLDER = Path(__file__).parent
"""Where gettext finds the catalogues."""
DOMAIN = "messages"
"""What gettext calls the catalogues; it is the name under which click looks for its own words."""
NAME = later("English")
"""A language's own name, which is what its catalogue makes of this."""


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, English first."""
    return ENGLISH, *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


@cache
def language(code: str) -> Language | None:
    """A language by its code; None for English, and for one that there is not."""
    if code not in languages()[1:]:
        return None
    import gettext

    with (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return Language(code, gettext.GNUTranslations(file), _FINISH.get(code))


def name(code: str) -> str:
    """What speakers call their language: "한국어"."""
    spoken = language(code)
    return NAME if spoken is None else spoken.catalogue.gettext(NAME)


def following(code: str) -> str:
    """The language behind another one, round and round."""
    every = languages()
    return every[(every.index(code) + 1) % len(every)] if code in every else ENGLISH


def wanted(code: str, environment: Mapping[str, str]) -> str:
    """The language that is wanted, or the one of the locale where that is an empty string; English where none is."""
    for each in (code, *(environment.get(variable, "") for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if each:
            own = re.split(r"[_.@]", each)[0]
            return own if own in languages() else ENGLISH
    return ENGLISH


_PARTICLE = re.compile(r"(\w)([`*)\"]*)(은|을|이|과|으로)\((는|를|가|와|로)\)")
_CLOSED = "013678"
"""Digits whose Korean readings end in a consonant; of these, 1, 7 and 8 end in ㄹ."""


def with_particles(text: str) -> str:
    """Korean with the particle that the reading of what was filled in asks for: 3은, 2는, 블록을."""

    def chosen(match: re.Match[str]) -> str:
        last, signs, closed, open_ = match.groups()
        end = _last_sound(last)
        return f"{last}{signs}{closed if end and not (closed == '으로' and end == 'ㄹ') else open_}"

    return _PARTICLE.sub(chosen, text) if "(" in text else text


def _last_sound(character: str) -> str:
    """The consonant that the reading of a character ends in: "ㄹ", "other", or an empty string for a vowel."""
    if "가" <= character <= "힣":
        final = (ord(character) - ord("가")) % 28
        return "ㄹ" if final == 8 else "other" if final else ""
    if character in _CLOSED:
        return "ㄹ" if character in "178" else "other"
    if character.lower() in "lmnr":  # 엘, 엠, 엔, 알; read letter by letter
        return "ㄹ" if character.lower() in "lr" else "other"
    return ""


_FINISH: dict[str, Callable[[str], str]] = {"ko": with_particles}
