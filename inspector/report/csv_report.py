"""The shape report as CSV: a header and one row a layer, raw integers."""

from __future__ import annotations

import csv
import io

from inspector.core.network import Network
from inspector.core.units import dims

COLUMNS = ("path", "name", "kind", "input", "output", "weight", "params", "macs", "stride")


def render(network: Network, baseline: Network) -> str:  # noqa: ARG001  # a row knows no baseline
    """The report as CSV. Shapes are written N×C×H×W with an `x` between the sizes; a weight or stride may be empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place in network.operations():
        node = place.node
        shapes = (dims(shape).replace("×", "x") for shape in (node.input, node.output, node.weight or ()))
        writer.writerow([place.path, place.name, node.kind, *shapes, node.params, node.macs, node.stride])
    return file.getvalue()
