"""The shape report as JSON, version 1: raw integers, one line a layer."""

from __future__ import annotations

import json

from msgspec import to_builtins

from inspector.core.counting import count
from inspector.core.design import Design
from inspector.core.fields import STAGES
from inspector.core.network import Network, Place

SCHEMA = "inspector/report/1"


def render(network: Network, baseline: Network) -> str:
    """The report as JSON. Shapes are (N, C, H, W); `stride` is null once the head has pooled all positions into one."""
    totals = {
        "depth": network.design.depth,
        "params": network.params,
        "macs": network.macs,
        "counting": count(network),
    }
    delta = {
        "depth": network.design.depth - baseline.design.depth,
        "params": network.params - baseline.params,
        "macs": network.macs - baseline.macs,
    }
    parts = {
        "schema": SCHEMA,
        "design": _design(network.design),
        "baseline": baseline.design.base,
        "totals": totals,
        "delta": delta,
    }
    head = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items())
    layers = ",\n".join(f"    {json.dumps(_layer(place))}" for place in network.operations())
    return f'{{\n{head},\n  "layers": [\n{layers}\n  ]\n}}\n'


def _design(design: Design) -> dict[str, object]:
    """Every value of a design, not only what differs from its base; an override holds what it sets."""
    values: dict[str, object] = to_builtins(design)
    for name in STAGES:
        overrides = [to_builtins(override) for override in design.stage(name).overrides]
        set_only = [{key: value for key, value in each.items() if value is not None} for each in overrides]
        values[name] = {**to_builtins(design.stage(name)), "overrides": set_only}
    return values


def _layer(place: Place) -> dict[str, object]:
    node = place.node
    return {
        "path": place.path,
        "name": place.name,
        "kind": node.kind,
        "input": node.input,
        "output": node.output,
        "weight": node.weight,
        "params": node.params,
        "macs": node.macs,
        "stride": node.stride,
    }
