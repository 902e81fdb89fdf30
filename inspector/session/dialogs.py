"""What has a dialog opened: which one, and why none where there is nothing to be asked."""

from __future__ import annotations

from inspector.core.design.fields import Integer
from inspector.core.network.kinds import kind
from inspector.core.network.tree import stage_of
from inspector.session.bench import Bench
from inspector.session.outcome import Outcome, asking
from inspector.speech import say


def ask_help(bench: Bench) -> Outcome:
    """List every key."""
    return asking(bench, "help")


def ask_countings(bench: Bench) -> Outcome:
    """List what each tool counts."""
    return asking(bench, "countings")


def ask_note(bench: Bench, topic: str = "") -> Outcome:
    """Open the note on a topic, or on what is selected."""
    return asking(bench, "note", topic)


def ask_steps(bench: Bench) -> Outcome:
    """Step through what a batch norm computes, or through how a stage is made."""
    return asking(bench, "norm" if kind(bench.place.node).is_norm else "steps")


def no_steps(bench: Bench) -> str:
    """Why there is nothing to step through here, if so."""
    is_there = bool(stage_of(bench.where)) or kind(bench.place.node).is_norm
    return "" if is_there else say("go to a stage for how it is made, to a batch norm for how it computes")


def ask_side(bench: Bench) -> Outcome:
    """Show the open designs side by side."""
    return asking(bench, "side")


def ask_edits(bench: Bench) -> Outcome:
    """Ask for edits by their addresses."""
    return asking(bench, "edits")


def ask_budget(bench: Bench) -> Outcome:
    """Ask for a budget."""
    return asking(bench, "budget")


def ask_fit(bench: Bench) -> Outcome:
    """Ask what holds the budget: the selected number first, and what is cheapest to cut."""
    return asking(bench, "fit")


def no_budget(bench: Bench) -> str:
    """Why there is nothing to fit, if so."""
    return "" if bench.budget else say("there is no budget to fit; P sets one")


def ask_curve(bench: Bench) -> Outcome:
    """Show what the marked number does to params and costs over its range."""
    return asking(bench, "curve")


def no_curve(bench: Bench) -> str:
    """Why there is no curve here, if so."""
    is_number = bench.field is not None and isinstance(bench.field.spec, Integer)
    return "" if is_number else say("mark a number in the detail for its curve")


def ask_weights(bench: Bench) -> Outcome:
    """Tell what of pretrained weights survives: those that were opened, or the preset's."""
    return asking(bench, "weights")


def ask_adapt(bench: Bench) -> Outcome:
    """Ask how to carry the weights that were opened over into the design as it is now."""
    return asking(bench, "adapt")


def no_weights(bench: Bench) -> str:
    """Why there are no weights to carry over, if so."""
    return "" if bench.work.weights else say("no file of weights is open: w and n open one")


def ask_look(bench: Bench) -> Outcome:
    """Ask for a picture, and show what the network looks at in it: at this block, or at the target."""
    return asking(bench, "cam")


def ask_error(bench: Bench) -> Outcome:
    """Explain an error of torch that is pasted."""
    return asking(bench, "mistake")
