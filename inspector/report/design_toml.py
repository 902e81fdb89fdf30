"""A design as a design file: TOML that says only what differs from the base."""

from __future__ import annotations

import tomli_w

from inspector.core.design.design import Design
from inspector.core.design.file import differences
from inspector.report.formats import Subject


def render(subject: Subject) -> str:
    """The design file of the network's design."""
    return design_file(subject.network.design)


def design_file(design: Design) -> str:
    """The text of a design file that `inspector.core.design_file.parse` reads as an equal design."""
    return tomli_w.dumps(differences(design))
