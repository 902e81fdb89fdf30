"""Edits: a field that is stepped or typed into, the way back, the Grad-CAM target, and the end of what is half done."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from inspector.core.changes.gradcam import address, target
from inspector.core.design import edit as edits
from inspector.core.design.design import Design
from inspector.core.design.differences import value
from inspector.core.design.edit import Field
from inspector.core.design.fields import Choice, Flag
from inspector.core.design.history import History
from inspector.core.network.node import Where
from inspector.core.network.rows import nearest_place
from inspector.core.network.tree import stage_of
from inspector.errors import DesignError
from inspector.session.bench import Bench, Draft, names_of, network_of
from inspector.session.moving import end_finding, jump
from inspector.session.outcome import Outcome, Say, asking, saying
from inspector.session.panes import Pane
from inspector.speech import later, say

How = Literal["keep", "revert", "previous", "next", "blur"]
"""How typing ends: with a key that keeps or takes back or leads to another field, or because something else happens."""


def become(bench: Bench, history: History) -> Bench:
    """Make another history the current one; the place and the marked field stay what they are as far as they can."""
    here = bench.here
    where = nearest_place(bench.network, network_of(history.current), here.where)
    work = structs.replace(here.work, history=history)
    after = bench.over(structs.replace(here, work=work, where=where))
    if where != here.where or history.current.block == bench.design.block:
        return after  # the same fields, or those of another place
    field, (now, _) = bench.field, after.marks
    is_there = field is not None and field.name in names_of(now)
    return after.marking(now, names_of(now).index(field.name)) if field is not None and is_there else after


_LEAST = later("{address} is {value}, the least there is")
_MOST = later("{address} is {value}, the most there is")


def record(bench: Bench, design: Design, label: str) -> Outcome:
    """Make `design` the newest step; of edits that are given up by it, two or more are told."""
    return _followed(bench, bench.history.record(design, label))


def _followed(bench: Bench, history: History) -> Outcome:
    """Make a history with a new step the current one; of edits that are given up by it, two or more are told."""
    before = bench.history
    told = history.steps is not before.steps and before.undone > 1
    effects = (Say(say("{n} edits that were undone are given up", n=before.undone)),) if told else ()
    after = become(bench, history)
    if history.current.target == before.current.target and after.design.target_block != bench.design.target_block:
        read = target(after.network)
        effects = (*effects, Say(say("Grad-CAM reads {block} now: {maps}", block=read.name, maps=read.words)))
    return Outcome(after, effects)


def settle(bench: Bench) -> Bench:
    """End what is being typed or sought, if anything is: nothing else happens to a half-typed design.

    What is not allowed is taken back, all that was typed with it.
    """
    return settle_typing(end_finding(bench, is_kept=True))


def settle_typing(bench: Bench) -> Bench:
    """End what is being typed; a filter stays."""
    if bench.draft is not None:
        draft, is_kept = bench.draft, not bench.complaint
        bench = structs.replace(bench, draft=None, complaint="")
        if not is_kept:
            bench = _taken_back(bench, draft)
    return structs.replace(bench, complaint="") if bench.complaint else bench


def refused(bench: Bench, error: DesignError) -> Outcome:
    """Explain beside the field why something cannot be; aloud where the field is out of sight."""
    effects = () if "detail" in bench.in_sight else (Say(str(error), 5, "warning"),)
    return Outcome(structs.replace(bench, complaint=error.reason), effects)


def _taken_back(bench: Bench, draft: Draft) -> Bench:
    return become(bench, draft.history).standing(draft.where)


def enter(bench: Bench, pane: Pane) -> Bench:
    """Give a pane the focus: one types in the detail alone, and finds in the tree alone."""
    if pane != "detail":
        bench = settle_typing(bench)
    if pane != "tree":
        bench = end_finding(bench, is_kept=True)
    return bench.focused(pane)


def step(bench: Bench, steps: int = 1) -> Bench | Outcome:
    """Step the marked field."""
    field = bench.field
    if field is None:
        return bench
    try:
        design = edits.step(bench.design, field, steps)
    except DesignError as error:  # said beside the field that is marked by now
        return refused(bench, error)
    if design == bench.design:
        words = _LEAST if steps < 0 else _MOST
        return saying(bench, say(words, address=field.address, value=value(field.value)), 2)
    return record(bench, design, field.address)


def step_back(bench: Bench) -> Bench | Outcome:
    """Step the marked field down."""
    return step(bench, -1)


def press(bench: Bench, index: int, part: str) -> Bench | Outcome:
    """Mark a field, and do what its part is for: − and + step, the value is typed into."""
    fields, _ = bench.marks
    bench = bench.marking(fields, index).focused("detail")
    if part in ("−", "+"):
        return step(bench, 1 if part == "+" else -1)
    return begin(bench) if part == "value" else bench


def mark(bench: Bench, fields: int) -> Bench:
    """Mark the field so many further on."""
    known, marked = bench.marks
    return bench.marking(known, marked + fields) if known else bench


def mark_next(bench: Bench) -> Bench:
    """Mark the next field."""
    return mark(bench, 1)


def mark_previous(bench: Bench) -> Bench:
    """Mark the field before."""
    return mark(bench, -1)


def edit(bench: Bench) -> Bench | Outcome:
    """Go to the detail, and type into the marked field."""
    return begin(bench.focused("detail"))


def begin(bench: Bench, text: str | None = None) -> Bench | Outcome:
    """Begin typing into the marked field, over its value or with `text`; a choice is stepped instead."""
    field = bench.field
    if field is None or bench.draft is not None:
        return bench
    if isinstance(field.spec, Choice | Flag):
        return step(bench)
    draft = Draft(field, value(field.value) if text is None else text, bench.history, bench.where)
    bench = structs.replace(bench.focused("detail"), draft=draft, complaint="")
    return bench if text is None else typed(bench, text)


def typed(bench: Bench, text: str) -> Bench | Outcome:
    """Every allowed text is a design at once, all of them one step; the last one stays in force until the next."""
    draft = bench.draft
    if draft is None:
        return bench
    bench = structs.replace(bench, draft=structs.replace(draft, text=text))
    try:
        design = edits.edit(draft.history.current, f"{draft.field.address}={text}")
    except DesignError as error:
        return structs.replace(bench, complaint=error.reason)
    after, effects = _followed(bench, draft.history.record(design, draft.field.address))
    return Outcome(structs.replace(after, complaint=""), effects)


def leave(bench: Bench, how: How) -> Bench:
    """End typing; what is not allowed is mended first, or taken back."""
    draft = bench.draft
    if draft is None or (bench.complaint and how in ("keep", "next", "previous")):
        return bench
    if how == "revert":
        return _taken_back(structs.replace(bench, draft=None, complaint=""), draft)
    if how == "blur":
        return settle(bench)
    bench = structs.replace(bench, draft=None)
    return mark(bench, 1 if how == "next" else -1) if how in ("next", "previous") else bench


def keep(bench: Bench) -> Bench:
    """Keep what was typed."""
    return leave(bench, "keep")


def revert(bench: Bench) -> Bench:
    """Take back all that was typed."""
    return leave(bench, "revert")


def on_to_next(bench: Bench) -> Bench:
    """Keep what was typed, and go to the next field."""
    return leave(bench, "next")


def on_to_previous(bench: Bench) -> Bench:
    """Keep what was typed, and go to the field before."""
    return leave(bench, "previous")


def takes_letter(field: Field | None, letters: str, letter: str) -> bool:
    """Whether a letter typed into a choice, after those before it, chooses one of its options."""
    return _option(field, letters, letter) is not None


def choose(bench: Bench, letter: str) -> Bench | Outcome:
    """Choose the option that begins with the letters typed so far, or else the next one that begins with this one."""
    field, letters = bench.field, bench.letters
    option = _option(field, letters, letter)
    if field is None or option is None:
        return bench
    typed_so_far = f"{letters}{letter}" if option.startswith(f"{letters}{letter}") else letter
    after, effects = record(bench, edits.edit(bench.design, f"{field.address}={option}"), field.address)
    return Outcome(structs.replace(after, letters=typed_so_far), effects)


def _option(field: Field | None, letters: str, letter: str) -> str | None:
    if field is None or not isinstance(field.spec, Choice | Flag):
        return None
    options = field.spec.options if isinstance(field.spec, Choice) else ("true", "false")
    if letters:
        going_on = [option for option in options if option.startswith(letters + letter)]
        if going_on:
            return going_on[0]
    at = options.index(value(field.value))
    return next((option for option in (*options[at + 1 :], *options[: at + 1]) if option.startswith(letter)), None)


def undo(bench: Bench) -> Bench:
    """Go one step back."""
    return become(bench, bench.history.undo())


def redo(bench: Bench) -> Bench:
    """Do one undone step again."""
    return become(bench, bench.history.redo())


def nothing_to_undo(bench: Bench) -> str:
    """Why there is nothing to undo, if so."""
    return "" if bench.history.can_undo else say("nothing to undo: there is no earlier step")


def nothing_to_redo(bench: Bench) -> str:
    """Why there is nothing to redo, if so."""
    return "" if bench.history.can_redo else say("nothing to redo: no edit was undone")


def to_step(bench: Bench, at: int) -> Bench:
    """Go to a step of the history, wherever it is."""
    return become(bench, bench.history.to(at))


def make(bench: Bench, assignments: str) -> Outcome:
    """Make the edits, with blanks between them, as one step, and go to what they are about."""
    written = assignments.split()
    label = written[0].partition("=")[0]
    bench, effects = record(bench, edits.edit(bench.design, *written), " ".join(written))
    for name in (label, label.rpartition(".")[0]):
        place = bench.network.get(name)
        if place is not None:
            bench = jump(bench, place.where)
            break
    return Outcome(bench, (*effects, Say(say("done; r says what followed from it, place by place"), 4)))


def make_target(bench: Bench) -> Bench | Outcome:
    """Make the block that one stands in the Grad-CAM target, or the last block of the stage."""
    block = _block(bench)
    name = bench.network.at(block).name
    design = edits.edit(bench.design, f"target={name}")
    if design == bench.design:
        return saying(bench, say("{block} is the target already; T changes its feature maps", block=name))
    bench, effects = record(bench, design, "target")
    words = say("Grad-CAM reads {block} now: {maps}", block=name, maps=target(bench.network).words)
    return Outcome(bench, (*effects, Say(words)))


def no_block(bench: Bench) -> str:
    """Why no block can be made the target here, if so."""
    return "" if stage_of(bench.where) else say("a target is a block: go to one, or to a stage for its last")


def _block(bench: Bench) -> Where:
    at = bench.where
    return at[:2] if len(at) > 1 else (*at, len(bench.place.node.children) - 1)


def ask_maps(bench: Bench) -> Outcome:
    """Ask for another number of the target's feature maps."""
    return asking(bench, "target")


def set_maps(bench: Bench, assignment: str) -> Outcome:
    """Give the target another number of feature maps by an edit, or by that many filters, and go there."""
    label, equals, _ = assignment.partition("=")
    if not equals:
        label, assignment = address(bench.design), f"{address(bench.design)}={assignment}"
    bench, effects = record(bench, edits.edit(bench.design, assignment), label)
    bench = jump(bench, target(bench.network).where)
    return Outcome(bench, (*effects, Say(say("done; r says what followed from it, place by place"), 4)))
