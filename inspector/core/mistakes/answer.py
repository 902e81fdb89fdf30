"""What is answered to an error of torch."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from inspector.speech import say

MOST_SENTENCES = 4
"""Findings that are told one after another: what else there is, is met when these are mended."""


class Diagnosis(Struct, frozen=True):
    """What an error of torch says about a network.

    `error` says in plain words which error it is, `name` and `path` where it is raised (the paper's name and torch's;
    both empty where no place of the design fits), `why` the reason with its numbers. `edit` is the one edit of the
    design that does all that the hand-made one runs into; several, with spaces between, where one is not enough; empty
    where no edit helps; `is_whole` unless those are the first steps only. `others` are edits that lead to the same
    error, the likeliest first. `topic` is the concept.
    """

    error: str
    name: str
    path: str
    why: str
    edit: str
    others: tuple[str, ...] = ()
    topic: str = ""
    is_whole: bool = True


class Finding(Diagnosis, frozen=True):
    """One of several things that are wrong with a checkpoint; of one that `tells_all` no word more is said of edits."""

    tells_all: bool = False


def together(found: Sequence[Finding]) -> Diagnosis:
    """Several findings as one: the first one's words and place, the reasons in turn, and the only edit there is."""
    first = found[0]
    told = list(dict.fromkeys(each.why for each in found[:MOST_SENTENCES]))
    edited = next((each for each in found if each.edit), first)
    if not edited.edit and not any(each.tells_all for each in found):
        told.append(say("No edit of the network is needed."))
    return Diagnosis(
        first.error,
        first.name,
        first.path,
        " ".join(told),
        edited.edit,
        edited.others,
        edited.topic or first.topic,
        edited.is_whole,
    )
