"""The shape report as JSON, version 1: raw integers, one line a layer."""

from __future__ import annotations

import json

from msgspec import to_builtins

from inspector.core.changes.gradcam import lines, target
from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.measures.counting import DEFAULT, Convention, count
from inspector.core.measures.memory import memory
from inspector.core.measures.receptive import receptive_fields
from inspector.core.names import STAGES
from inspector.core.network.network import Network
from inspector.core.network.tree import Place
from inspector.report.formats import Subject

SCHEMA = "inspector/report/1"


def render(subject: Subject) -> str:
    """The report as JSON. Shapes are (N, C, H, W).

    `stride` and `receptive_field` are null once the head has pooled all positions into one. A counting other than
    conv+fc is named in `shown`, and each layer's cost in it is its `cost`.
    """
    network, baseline, counting = subject
    totals = {
        "depth": network.design.depth,
        "params": network.params,
        "macs": network.macs,
        "counting": count(network),
        "bytes": _bytes(network),
    }
    delta = {
        "depth": network.design.depth - baseline.design.depth,
        "params": network.params - baseline.params,
        "macs": network.macs - baseline.macs,
    }
    parts = {
        "schema": SCHEMA,
        "design": _design(network.design),
        "baseline": called(baseline.design),
        **({} if counting.name == DEFAULT else {"shown": counting.name}),
        "totals": totals,
        "delta": delta,
        "target": _target(network),
    }
    head = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items())
    rows = (_layer(place, field, counting) for place, field in receptive_fields(network))
    layers = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    return f'{{\n{head},\n  "layers": [\n{layers}\n  ]\n}}\n'


def _design(design: Design) -> dict[str, object]:
    """Every value of a design, not only what differs from its base; an override holds what it sets."""
    values: dict[str, object] = to_builtins(design)
    for name in STAGES:
        overrides = [to_builtins(override) for override in design.stage(name).overrides]
        set_only = [{key: value for key, value in each.items() if value is not None} for each in overrides]
        values[name] = {**to_builtins(design.stage(name)), "overrides": set_only}
    return values


def _target(network: Network) -> dict[str, object]:
    """The block whose feature maps Grad-CAM reads, and the lines that say so to two libraries."""
    read = target(network)
    return {
        "name": read.name,
        "path": read.path,
        "maps": read.maps,
        "size": read.size,
        "stride": read.stride,
        "receptive_field": read.field,
        "lines": lines(read),
    }


def _bytes(network: Network) -> dict[str, object]:
    """fp32 under the plain names, and params and buffers by dtype."""
    bytes_ = memory(network)
    return {
        "params": bytes_.params["fp32"],
        "buffers": bytes_.buffers["fp32"],
        "gradients": bytes_.gradients,
        "optimizer": bytes_.optimizer,
        "train_activations": bytes_.train_activations,
        "inference_peak": bytes_.inference_peak,
        "params_by_dtype": bytes_.params,
        "buffers_by_dtype": bytes_.buffers,
    }


def _layer(place: Place, field: int | None, counting: Convention) -> dict[str, object]:
    node = place.node
    row: dict[str, object] = {
        "path": place.path,
        "name": place.name,
        "kind": node.kind,
        "input": node.input,
        "output": node.output,
        "weight": node.weight,
        "params": node.params,
        "macs": node.macs,
        "stride": node.stride,
        "receptive_field": field,
    }
    return row if counting.name == DEFAULT else {**row, "cost": counting.of(node)}
