"""The network as a drawing of its own: SVG, from left to right."""

from __future__ import annotations

from inspector.core.units import dims
from inspector.report.drawing import Drawing, tall, wide
from inspector.report.formats import Subject
from inspector.report.model import Report
from inspector.report.templates import render as filled


def render(subject: Subject) -> str:
    """The drawing, wide."""
    return _svg(wide(subject.network, subject.baseline, Report(subject).title), subject)


def render_tall(subject: Subject) -> str:
    """The drawing, tall."""
    return _svg(tall(subject.network, subject.baseline, Report(subject).title), subject)


_HEAD, _FOOT = 30, 26
"""Pixels above and below the drawing, for what it is of and what its signs mean."""


def _svg(drawing: Drawing, subject: Subject) -> str:
    report = Report(subject)
    size = dims(report.input)
    legend = ["arcs are shortcuts, dashed a projection"]
    legend += [f"● differs from {report.against}"] if report.differs else []
    return filled(
        "picture.svg",
        drawing=drawing,
        height=drawing.height + _HEAD + _FOOT,
        head=_HEAD,
        foot=drawing.height + _HEAD + 8,
        words=[f"{report.title}, input {size}", *(each.words for each in report.edits[:3])],
        legend="; ".join(legend),
    )
