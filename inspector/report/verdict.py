"""A verdict in words, and as JSON."""

from __future__ import annotations

import json

from msgspec import to_builtins

from inspector.core.measures.counting import count
from inspector.core.measures.verdict import Verdict
from inspector.core.network.network import Network
from inspector.core.units import exact

SCHEMA = "inspector/verify/1"


def as_text(network: Network, verdict: Verdict) -> str:
    """What was compared, with what, and each difference, a line each."""
    tools = ", ".join(f"{name} {version}" for name, version in verdict.versions.items())
    lines = [
        f"{network.design.base}: built on meta and compared with {tools}",
        f"{verdict.layers} layers: path, output shape, params and mult-adds of each, and the totals",
        f"{exact(network.params)} params, {exact(count(network)['torchinfo'])} mult-adds (torchinfo's counting)",
        "all agree" if verdict.agrees else f"{len(verdict.differences)} differ",
    ]
    rows = [(each.path or each.name, each.what, each.analysed, each.measured) for each in verdict.differences]
    if rows:
        rows.insert(0, ("", "", "inspector", "torchinfo"))
        widths = [max(len(row[at]) for row in rows) for at in range(4)]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
    return "\n".join(lines) + "\n"


def as_json(verdict: Verdict) -> str:
    """The verdict as JSON, version 1."""
    told = {"schema": SCHEMA, "agrees": verdict.agrees, **to_builtins(verdict)}
    return json.dumps(told, indent=2) + "\n"
