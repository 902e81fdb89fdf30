"""What an error of torch says, as text."""

from __future__ import annotations

from inspector.core.mistakes.diagnosis import Diagnosis
from inspector.outside import padded, quoted
from inspector.speech import say

_WORDS = 28
"""Cells of the words before what is offered."""


def as_text(diagnosis: Diagnosis, model: str) -> str:
    """Where the error comes from, why, and the command that makes the one edit."""
    place = diagnosis.name + (f" ({diagnosis.path})" if diagnosis.path not in ("", diagnosis.name) else "")
    lines = [f"{place}: {diagnosis.error}" if place else diagnosis.error, "", diagnosis.why]
    if diagnosis.edit:
        options = " ".join(f"--set {quoted(assignment)}" for assignment in diagnosis.edit.split())
        words = say("the edit that does it all:") if diagnosis.is_whole else say("the first steps:")
        lines += ["", f"{padded(words, _WORDS)}inspector {_named(model)} {options}"]
    if diagnosis.others:
        lines.append(padded(say("or, where that is not it:"), _WORDS) + ", ".join(diagnosis.others))
    if diagnosis.topic:
        lines += ["", padded(say("more about it:"), _WORDS) + f"inspector explain {diagnosis.topic}"]
    return "\n".join(lines) + "\n"


def _named(model: str) -> str:
    """MODEL as it is typed; a file's name that would be taken for an option is told apart from one."""
    return quoted(f"./{model}" if model.startswith("-") else model)
