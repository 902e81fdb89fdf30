"""A network and a comparison as a notebook shows them: in the page's own colours, without script, ids or styles.

Half-transparent greys and `currentColor` alone, so that it is legible on light and on dark; below some 60 kB.
"""

from __future__ import annotations

from inspector.core.network.network import Network
from inspector.core.units import dims, exact
from inspector.report.comparison import Compared, as_table
from inspector.report.drawing import SHORT, wide
from inspector.report.formats import subject
from inspector.report.html import bars, card, changes
from inspector.report.model import Report
from inspector.report.templates import render as filled
from inspector.speech import speaking

MOST = 40
"""Changes that are shown; a report has all."""


def network_html(network: Network) -> str:
    """A network in HTML: its numbers, its picture, its stages, and what differs from its preset."""
    with speaking(None):
        report = Report(subject(network))
        told = report.changes if report.differs else ()
        return filled(
            "notebook.html",
            report=report,
            input=dims(report.input),
            cards=tuple(map(card, report.totals)),
            wide=wide(report.network, report.baseline, report.title, SHORT),
            bars=tuple(map(bars, report.parts)),
            bar_names=("params", report.counting.label, "maps"),
            stages=report.parts,
            changes=changes(told[:MOST]) if told else None,
            more=max(0, len(told) - MOST),
        )


def network_text(network: Network) -> str:
    """A network in a line, for where no HTML is shown."""
    with speaking(None):
        report = Report(subject(network))
        params, cost = (each.amount.now for each in report.totals[:2])
        size = f"{exact(params)} params, {exact(cost)} {report.totals[1].name}"
        return f"<{report.title}, input {dims(report.input)}: {size}>"


def comparison_html(found: Compared) -> str:
    """Networks side by side in HTML, and what is new, gone and changed."""
    with speaking(None):
        others = [
            (each.counted(), changes(each.changes[:MOST]), max(0, len(each.changes) - MOST)) for each in found.others
        ]
        return filled("notebook_compare.html", compared=as_table(found.table), others=others)
