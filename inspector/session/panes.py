"""Which panes are in sight, by the room there is, what a person asked for, and where the focus is."""

from __future__ import annotations

from typing import Literal, NamedTuple

from inspector.speech import later

ORDERS = ("params", "cost", "params changed", "cost changed", "bytes")
"""What rankings are by, in the order in which they come."""
RANKED = (later("operations"), later("blocks"), later("stages"))
"""What is ranked; said with `say`."""

Pane = Literal["tree", "ranking", "detail", "picture", "ripple"]

LEAST = (40, 10)
"""Columns and lines below which there is only a word about it."""
WIDE, HUGE = 118, 150
"""Columns from which the detail stands beside the tree, and from which picture and ripple stand side by side."""
TALL, TALLER = 32, 48
"""Lines from which there is room below the tree, and from which there is room for both picture and ripple."""


class Room(NamedTuple):
    """The columns and lines that there are to show something in."""

    columns: int = 120
    lines: int = 40


class Panes(NamedTuple):
    """The pane with the focus, and what a person has asked for.

    That is the ripple, a ranking in the tree's place, the picture other than usual.
    """

    focus: Pane = "tree"
    ripple: bool = False
    ranking: bool = False
    picture: bool = False


class Arrangement(NamedTuple):
    """The panes in sight, and the lines of the dock below the tree; None where the dock has the whole screen."""

    panes: frozenset[Pane]
    dock: int | None


def arrange(room: Room, wanted: Panes) -> Arrangement:
    """What to show. Where there is no room for several panes, the one with the focus is shown."""
    (width, height), focus = room, wanted.focus
    if width < LEAST[0] or height < LEAST[1]:
        return Arrangement(frozenset(), 0)
    main: Pane = "ranking" if wanted.ranking else "tree"
    if height < TALL and focus in ("picture", "ripple"):
        return Arrangement(frozenset({focus}), None)
    panes: set[Pane] = {"detail"} if width < WIDE and focus == "detail" else {main}
    if width >= WIDE:
        panes.add("detail")
    if height < TALL:
        return Arrangement(frozenset(panes), 0)
    both = width >= HUGE and height >= TALLER
    wants_ripple = focus == "ripple" or (wanted.ripple and focus != "picture")
    if both or wants_ripple:
        panes.add("ripple")
    if focus == "picture" or not (wanted.picture or (wants_ripple and not both)):
        panes.add("picture")
    dock = (13 if both else max(9, height // 3)) if "ripple" in panes else 9 if "picture" in panes else 0
    return Arrangement(frozenset(panes), dock)


def in_turn(room: Room, wanted: Panes) -> tuple[Pane, ...]:
    """The panes that are in sight, or would be if they had the focus, in the order that tab goes."""
    shown = arrange(room, wanted).panes
    main: Pane = "ranking" if wanted.ranking else "tree"
    below: list[Pane] = ["picture"] if "picture" in shown else []
    below += ["ripple"] if "ripple" in shown or wanted.ripple else []
    return main, "detail", *below
