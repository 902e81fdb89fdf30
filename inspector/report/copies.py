"""What can be copied of a place, or of the whole design."""

from __future__ import annotations

from inspector.core.changes.gradcam import lines, target
from inspector.core.design.differences import edits, value
from inspector.core.design.edit import in_order
from inspector.core.design.presets import preset
from inspector.core.explain.editable import editable, likeliest
from inspector.core.network.network import Network
from inspector.core.network.tree import Place
from inspector.outside import quoted
from inspector.report.design_toml import design_file
from inspector.report.formats import FORMATS, subject
from inspector.speech import say

Item = tuple[str, str]
"""What something is, and its text."""


def copies(network: Network, place: Place) -> list[Item]:
    """What there is to copy, by what it is; the selected place first."""
    design = network.design
    items = [(say("torch's path"), place.path)] if place.path else []
    items += [(say("name"), place.name)]
    fields = editable(design, place)
    if fields:
        field = fields[likeliest(design, place)]
        items += [(say("address"), f"{field.address}={value(field.value)}")]
    items += [(library, "\n".join(code)) for library, code in lines(target(network)).items()]
    assignments = [f"{each.address}={value(each.after)}" for each in edits(design)]
    ordered = in_order(preset(design.base), assignments)
    if len(ordered) == len(assignments):
        items += [
            (say("command"), " ".join(["inspector", design.base, *(f"--set {quoted(each)}" for each in ordered)]))
        ]
    items += [(say("design file"), design_file(design))]
    items += [("Python", FORMATS["code"].render(subject(network)))]
    return items
