"""A design as a design file: TOML that says only what differs from the base."""

from __future__ import annotations

import re

import tomli_w

from inspector.core.budgets.budget import NONE, Budget, table
from inspector.core.design.design import Design
from inspector.core.design.fields import BUDGET
from inspector.core.design.file import differences
from inspector.report.formats import Subject


def render(subject: Subject) -> str:
    """The design file of the network's design, with its budget."""
    return design_file(subject.network.design, subject.budget)


def design_file(design: Design, budget: Budget = NONE) -> str:
    """The text of a design file that `inspector.core.design.file.parse` reads as an equal design."""
    said = {**differences(design), **({BUDGET: table(budget)} if budget else {})}
    return _INPUT.sub(_on_one_line, tomli_w.dumps(said))


_INPUT = re.compile(r"^input = \[\n(?: {4}\d{1,9},\n){4}\]", re.MULTILINE)


def _on_one_line(match: re.Match[str]) -> str:
    """Four sizes are read side by side: input = [1, 3, 224, 224]."""
    return f"input = [{', '.join(re.findall('[0-9]+', match[0]))}]"
