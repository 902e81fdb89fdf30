"""What an error of torch says, as text."""

from __future__ import annotations

from inspector.core.mistakes.diagnosis import Diagnosis


def as_text(found: Diagnosis, model: str) -> str:
    """Where the error comes from, why, and the command that makes the one edit."""
    place = found.name + (f" ({found.path})" if found.path not in ("", found.name) else "")
    lines = [f"{place}: {found.error}" if place else found.error, "", found.why]
    if found.edit:
        options = " ".join(f"--set {assignment}" for assignment in found.edit.split())
        words = "the edit that does it all:" if found.is_whole else "the first steps:          "
        lines += ["", f"{words}  inspector {model} {options}"]
    if found.others:
        lines.append(f"or, where that is not it:   {', '.join(found.others)}")
    if found.topic:
        lines += ["", f"more about it:              inspector explain {found.topic}"]
    return "\n".join(lines) + "\n"
