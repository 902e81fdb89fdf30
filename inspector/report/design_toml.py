"""A design as a design file: TOML that says only what differs from the base."""

from __future__ import annotations

import tomli_w

from inspector.core.counting import Convention
from inspector.core.design import Design
from inspector.core.design_file import differences
from inspector.core.network import Network


def render(network: Network, _baseline: Network, _counting: Convention) -> str:
    """The design file of the network's design."""
    return design_file(network.design)


def design_file(design: Design) -> str:
    """The text of a design file that `inspector.core.design_file.parse` reads as an equal design."""
    return tomli_w.dumps(differences(design))
