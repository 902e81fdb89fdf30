"""Notes on the concepts, in plain words, with a design's own numbers: one Markdown file a topic and language.

A file begins with its title and a line of `words:` that a person may look it up by. What follows words in brackets is
told of designs, or places, of which all of them are so, up to the next brackets or the paragraph's end: `[identity]`,
`[bottleneck !narrows]`, and `[]` for all. All numbers are names in braces, which `inspector.core.explain.values` has.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

from inspector.core.explain.claims import so
from inspector.core.explain.concepts import TOPICS
from inspector.core.explain.values import Sight, told
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.errors import DesignError
from inspector.languages import language, languages
from inspector.speech import ENGLISH, say

CONDITION = re.compile(r"\[([a-z0-9.! -]*)\] ")
"""What the words behind it depend on."""

_WORDS = "words: "
_ONE = re.compile(
    r"(?<![\w.,×])1 (block|feature map|map|cell|position|projection|identit|weight|channel|group|tensor|number|filter"
    r"|parameter|byte)(ies|s)\b"
)


class Written(NamedTuple):
    """A note as it is written: what it is about, the words that it is looked up by, and the text below them."""

    title: str
    words: tuple[str, ...]
    text: str


@cache
def written(topic: str, lang: str) -> Written:
    """The note on one of the topics, as it is written in a language; in English, where it is not."""
    notes = resources.files("inspector.notes")
    file = notes.joinpath(lang, f"{topic}.md")
    text = (file if file.is_file() else notes.joinpath(ENGLISH, f"{topic}.md")).read_text(encoding="utf-8")
    title, words, body = text.split("\n", 2)
    return Written(title.removeprefix("# "), tuple(words.removeprefix(_WORDS).split(", ")), body.strip())


def heading(topic: str, lang: str) -> str:
    """What a note is about: its title."""
    return written(topic, lang).title


def name(topic: str, lang: str) -> str:
    """A note's title up to its colon, as plain text: what a list or a line calls it."""
    return heading(topic, lang).partition(":")[0].replace("`", "")


def find(word: str) -> str | None:
    """The topic that a word of any of the languages means, or None: its name, its title, a word it is looked up by."""
    wanted, known = _plain(word), _known()
    if not wanted:
        return None
    if wanted in known:
        return known[wanted]
    within = (topic for words, topic in known.items() if len(wanted) > 2 and wanted in words)
    return next(within, None)


def lookup(word: str) -> str:
    """The topic that a word means; DesignError, with the most likely one and all there are, where it means none."""
    topic = find(word)
    if topic is None:
        import difflib

        close = difflib.get_close_matches(_plain(word)[:80], list(_known()), n=1, cutoff=0.6)
        hint = say("; did you mean {word}?", word=_known()[close[0]]) if close else ""
        raise DesignError(word, f"{say('no such topic')}{hint} ({', '.join(TOPICS)})")
    return topic


@cache
def _known() -> dict[str, str]:
    """Topics by the words that mean them; of two, the one that is learnt first."""
    known = {_plain(topic): topic for topic in TOPICS}
    for topic in TOPICS:
        for lang in languages():
            note_ = written(topic, lang)
            for word in (*note_.words, note_.title):
                known.setdefault(_plain(word), topic)
    return known


def _plain(word: str) -> str:
    """A word without what people write it with in different ways: case, blanks, hyphens, ×."""
    return re.sub(r"[\s_-]", "", word.casefold()).replace("×", "x")


def note(topic: str, network: Network, where: Where = (), lang: str = "en") -> str:
    """A note as Markdown, with the numbers of a network and of a place in it; DesignError for an unknown topic."""
    note_ = written(lookup(topic), lang)
    sight = Sight(network, where)
    text = f"# {note_.title}\n\n{applying(note_.text, so(sight))}".format_map(told(sight))
    if lang == ENGLISH:
        return _with_singulars(text)
    spoken = language(lang)
    return text if spoken is None or spoken.finish is None else spoken.finish(text)


def applying(text: str, conditions: frozenset[str]) -> str:
    """What of a text is told where some conditions are so; paragraphs of which nothing is left are left out."""
    paragraphs = (_of_paragraph(paragraph, conditions) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _of_paragraph(paragraph: str, conditions: frozenset[str]) -> str:
    first, *rest = CONDITION.split(paragraph)
    kept = [first.rstrip()]
    for needed, words in zip(rest[::2], rest[1::2], strict=True):
        if all((name.removeprefix("!") in conditions) != name.startswith("!") for name in needed.split()):
            kept.append(words.rstrip())
    return " ".join(part for part in kept if part)


def _with_singulars(text: str) -> str:
    """English with "1 block" where the number that was filled in is one."""
    return _ONE.sub(lambda match: f"1 {match[1]}{'y' if match[2] == 'ies' else ''}", text)
