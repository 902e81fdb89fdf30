"""Notes on the concepts, in plain words, with a design's own numbers: one Markdown file a topic and language.

A paragraph that begins with a word in brackets is for designs, or places, of which that is so: `[identity]`. All
numbers are names in braces that `inspector.core.concepts.values` fills in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

from inspector.core.explain.concepts import ALIASES, TOPICS, conditions, values
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.errors import DesignError, nearest

LANGUAGES = {"en": "English", "ko": "한국어"}
"""The languages that every note is written in."""

_CONDITION = re.compile(r"\[([a-z0-9.]+)\] ")

_ONE = re.compile(
    r"(?<![\w.,])1 (block|feature map|map|cell|position|projection|identit|weight|channel|group)(ies|s)\b"
)
_PARTICLE = re.compile(r"(\w)([`*)]*)(은\(는\)|을\(를\)|으로\(로\))")
_CLOSED = "013678"
"""Digits whose Korean readings end in a consonant; of these, 1, 7 and 8 end in ㄹ."""


def language(wanted: str, environment: Mapping[str, str]) -> str:
    """The language that is wanted, or the one of the locale where that is an empty string; English where none is."""
    for name in (wanted, *(environment.get(variable, "") for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if name:
            code = re.split(r"[_.@]", name)[0]
            return code if code in LANGUAGES else "en"
    return "en"


def source(topic: str, lang: str) -> str:
    """The note as it is written, its topic by one of its names. DesignError where there is no such topic."""
    topic = ALIASES.get(topic.lower(), topic)
    if topic not in TOPICS:
        raise DesignError(topic, f"no such topic{nearest(topic, [*TOPICS, *ALIASES])} ({', '.join(TOPICS)})")
    return resources.files("inspector.notes").joinpath(lang, f"{topic}.md").read_text(encoding="utf-8")


def note(topic: str, network: Network, where: Where = (), lang: str = "en") -> str:
    """A note as Markdown, with the numbers of a network and of a place in it."""
    so = conditions(network, where)
    told = []
    for paragraph in source(topic, lang).split("\n\n"):
        match = _CONDITION.match(paragraph)
        if match is None:
            told.append(paragraph)
        elif match[1] in so:
            told.append(paragraph[match.end() :])
    text = "\n\n".join(told).format_map(values(network, where))
    return _with_particles(text) if lang == "ko" else _with_singulars(text)


def _with_singulars(text: str) -> str:
    """English with "1 block" where the number that was filled in is one."""
    return _ONE.sub(lambda match: f"1 {match[1]}{'y' if match[2] == 'ies' else ''}", text)


def _with_particles(text: str) -> str:
    """Korean with the particle that the reading of what was filled in asks for: 3은, 2는."""

    def chosen(match: re.Match[str]) -> str:
        last, signs, both = match.groups()
        closed, open_ = both.rstrip(")").split("(")
        is_closed = last in _CLOSED and not (closed == "으로" and last in "178")
        return f"{last}{signs}{closed if is_closed else open_}"

    return _PARTICLE.sub(chosen, text)


def heading(topic: str, lang: str) -> str:
    """What a note is about: its first line."""
    return source(topic, lang).partition("\n")[0].removeprefix("# ")
