"""Notes on the concepts, in plain words, with a design's own numbers: one Markdown file a topic and language.

A paragraph that begins with a word in brackets is for designs, or places, of which that is so: `[identity]`. All
numbers are names in braces that `inspector.core.concepts.values` fills in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

from inspector.core.concepts import ALIASES, TOPICS, conditions, values
from inspector.core.fields import nearest
from inspector.core.flow import Where
from inspector.core.network import Network
from inspector.errors import DesignError

LANGUAGES = {"en": "English", "ko": "한국어"}
"""The languages that every note is written in."""

_CONDITION = re.compile(r"\[([a-z0-9.]+)\] ")


def language(wanted: str, environment: Mapping[str, str]) -> str:
    """The language that is wanted, or the one of the locale where that is an empty string; English where none is."""
    for name in (wanted, *(environment.get(variable, "") for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))):
        if name:
            return name[:2] if name[:2] in LANGUAGES else "en"
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
        found = _CONDITION.match(paragraph)
        if found is None:
            told.append(paragraph)
        elif found[1] in so:
            told.append(paragraph[found.end() :])
    return "\n\n".join(told).format_map(values(network, where))


def heading(topic: str, lang: str) -> str:
    """What a note is about: its first line."""
    return source(topic, lang).partition("\n")[0].removeprefix("# ")
