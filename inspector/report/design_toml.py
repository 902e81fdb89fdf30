"""A design as a design file: TOML that says only what differs from the base."""

from __future__ import annotations

import tomli_w

from inspector.core.design import Design
from inspector.core.design_file import differences


def render(design: Design) -> str:
    """The text of a design file that `inspector.core.design_file.parse` reads as an equal design."""
    return tomli_w.dumps(differences(design))
