"""What is said, taken apart again: which sentence it is, and the values in it."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import NamedTuple

from inspector.speech import Language, speaking

_PART = re.compile(r"⟨(\d+)(?:‖([^⟨⟩]*))?⟩")


class Heard(NamedTuple):
    """A sentence as it stands in the code, and its values; those that are sentences themselves by their texts."""

    text: str
    values: dict[str, str]


class Ears:
    """A catalogue that gives each sentence back with a sign of what it is."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def gettext(self, message: str, /) -> str:
        names = list(dict.fromkeys(field for _, field, _, _ in string.Formatter().parse(message) if field))
        self.texts.append(message)
        return f"⟨{len(self.texts) - 1}" + "".join(f"‖{name}={{{name}}}" for name in names) + "⟩"

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:  # noqa: ARG002  # gettext's signature
        return self.gettext(msgid1)

    def listen(self, said: Callable[[], str]) -> list[Heard]:
        """The sentences that are said, those within others first."""
        with speaking(Language("heard", self)):
            return self.hear(said())

    def hear(self, text: str) -> list[Heard]:
        heard: list[Heard] = []
        while (found := _PART.search(text)) is not None:
            pairs = (pair.partition("=") for pair in (found[2] or "").split("‖") if pair)
            heard.append(Heard(self.texts[int(found[1])], {name: value for name, _, value in pairs}))
            text = text[: found.start()] + self.texts[int(found[1])].replace("‖", "") + text[found.end() :]
        return heard
