"""The shape report as CSV: a header and one row a layer, raw integers."""

from __future__ import annotations

import csv
import io

from inspector.core.measures.counting import DEFAULT
from inspector.core.units import dims
from inspector.report.formats import Subject
from inspector.report.model import Report

COLUMNS = ("path", "name", "kind", "input", "output", "weight", "params", "macs", "stride", "receptive_field")


def render(subject: Subject) -> str:
    """The report as CSV. Shapes are N×C×H×W with an `x` between the sizes; weight, stride and field may be empty.

    A counting other than conv+fc is a column more, of its name.
    """
    counting, report = subject.counting, Report(subject)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    is_extra = counting.name != DEFAULT
    writer.writerow([*COLUMNS, counting.name] if is_extra else COLUMNS)
    for place, cost, field in report.layers:
        node = place.node
        shapes = (dims(shape).replace("×", "x") for shape in (node.input, node.output, node.weight or ()))
        row = [place.path, place.name, node.kind, *shapes, node.params, node.macs, node.stride, field]
        writer.writerow([*row, cost] if is_extra else row)
    return file.getvalue()
