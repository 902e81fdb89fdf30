"""TOML, read in a time that grows with its length alone."""

from __future__ import annotations

import tomllib
from typing import Any

from inspector.speech import say

MOST_DOTS = 32
"""Dots on one line: what the standard library's reader takes for a dotted key grows with the square of its parts."""


def loads(text: str) -> dict[str, Any]:
    """The tables of a TOML text. ValueError, in words, where it is none or is nested too deep to be read."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS and _without_comment(line).count(".") > MOST_DOTS:
            raise ValueError(
                say("line {n} has more than {most} dots: no key is nested that deep", n=number, most=MOST_DOTS)
            )
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(say("tables in tables in tables, too deep to be read")) from None


def _without_comment(line: str) -> str:
    """A line up to its comment; all of it where quotation marks stand before that."""
    before, _, _ = line.partition("#")
    return line if '"' in before or "'" in before else before
