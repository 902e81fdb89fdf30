"""What MODEL names: a preset, a design file, or a file of weights, and what is known of that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from inspector.core.design.design import Design
from inspector.errors import DesignError
from inspector.outside import quoted, shown
from inspector.speech import say

if TYPE_CHECKING:
    from inspector.core.budgets.budget import Budget
    from inspector.files.checkpoints import Opened


class Given(NamedTuple):
    """A design, and the weights that it was read off, if it was; the budget that its file has, if it has one."""

    design: Design
    weights: Opened | None = None
    budget: Budget | None = None


TAKE, FROM = "inspector.take", "inspector.from"
"""What --take and --from are kept as."""


def given(model: str) -> Given:
    """What MODEL names. Raises a child of InspectorError, in one line that names it."""
    from inspector.core.design.fields import PRESETS
    from inspector.core.design.presets import preset

    if model in PRESETS:
        return Given(preset(model))
    if names_file(model):
        from inspector.files.design import read_whole
        from inspector.files.weights import is_weights

        if not is_weights(Path(model)):
            design, budget = read_whole(Path(model), takes_pipes=True)
            return Given(design, budget=budget)
        of = weights(Path(model))
        return Given(of.design, of)
    raise _unknown(model)


def _unknown(model: str) -> DesignError:
    from inspector.core.design.fields import PRESETS
    from inspector.errors import nearest

    known = [*PRESETS, *commands(click.get_current_context(silent=True))]
    hint = nearest(model, known) or say(" (presets: {names})", names=", ".join(PRESETS))
    return DesignError(model, f"{say('no such preset or file')}{hint}")


def weights(path: Path) -> Opened:
    """A file of weights, with `--take` and `--from` of the command line. Raises WeightsFileError."""
    from inspector.files.checkpoints import opened

    design = given(origin()).design if origin() else None
    return opened(path, str(_meta().get(TAKE, "")), design, shown(origin(), 200))


def origin() -> str:
    """What --from names; an empty string where it is left out."""
    return str(_meta().get(FROM, ""))


def _meta() -> dict[str, object]:
    context = click.get_current_context(silent=True)
    return context.meta if context else {}


def opening(of: Opened) -> tuple[str, ...]:
    """What a file of weights is, and what is assumed of it, a line each."""
    from inspector.files.checkpoints import told

    return told(of, str(of.path), say("inspector weights {file} tells more", file=quoted(str(of.path))))


def load(model: str) -> Design:
    """The design that MODEL names; of a file of weights it is said what that is."""
    found = given(model)
    if found.weights is not None:
        from inspector.cli.printer import tell

        for line in opening(found.weights):
            tell(line)
    return found.design


def first_model(words: tuple[str, ...], model: str | None) -> tuple[str, tuple[str, ...]]:
    """MODEL and the words that are not: it may come first among addresses, or be named by --model; else resnet50."""
    from inspector.core.design.fields import PRESETS

    if model is None and words and "=" not in words[0] and (words[0] in PRESETS or names_file(words[0])):
        return words[0], words[1:]
    return model or "resnet50", words


def names_file(model: str) -> bool:
    """Whether MODEL is meant as a file: it has a separator or an ending, or there is such a file."""
    from inspector.core.design.fields import PRESETS

    return model not in PRESETS and (os.sep in model or ends_as_file(model) or os.path.lexists(model))


def ends_as_file(word: str) -> bool:
    """Whether a word ends as names of design files and of files of weights do."""
    from inspector.files.neighbours import looks_like_weights

    return word.endswith(".toml") or looks_like_weights(word)


def commands(context: click.Context | None) -> tuple[str, ...]:
    """The names of all commands."""
    root = context.find_root().command if context else None
    return tuple(root.list_commands(context)) if context and isinstance(root, click.Group) else ()
