"""The shape report as CSV: a header and one row a layer, raw integers."""

from __future__ import annotations

import csv
import io

from inspector.core.measures.counting import DEFAULT
from inspector.core.measures.receptive import receptive_fields
from inspector.core.units import dims
from inspector.report.formats import Subject

COLUMNS = ("path", "name", "kind", "input", "output", "weight", "params", "macs", "stride", "receptive_field")


def render(subject: Subject) -> str:
    """The report as CSV. Shapes are N×C×H×W with an `x` between the sizes; weight, stride and field may be empty.

    A counting other than conv+fc is a column more, of its name.
    """
    network, _, counting = subject
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    is_extra = counting.name != DEFAULT
    writer.writerow([*COLUMNS, counting.name] if is_extra else COLUMNS)
    for place, field in receptive_fields(network):
        node = place.node
        shapes = (dims(shape).replace("×", "x") for shape in (node.input, node.output, node.weight or ()))
        row = [place.path, place.name, node.kind, *shapes, node.params, node.macs, node.stride, field]
        writer.writerow([*row, counting.of(node)] if is_extra else row)
    return file.getvalue()
