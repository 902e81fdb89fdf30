"""The shape report as JSON, version 1: raw integers, one line a layer."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec import to_builtins

from inspector.core.design.design import Design
from inspector.core.measures.counting import DEFAULT, Convention
from inspector.core.names import STAGES
from inspector.report.check import told
from inspector.report.formats import Subject
from inspector.report.model import Layer, Report

SCHEMA = "inspector/report/1"


def render(subject: Subject) -> str:
    """The report as JSON. Shapes are (N, C, H, W).

    `stride` and `receptive_field` are null once the head has pooled all positions into one. A counting other than
    conv+fc is named in `shown`, and each layer's cost in it is its `cost`.
    """
    report, counting = Report(subject), subject.counting
    network, baseline = report.network, report.baseline
    totals = {
        "depth": network.design.depth,
        "params": network.params,
        "macs": network.macs,
        "counting": {each.convention.name: each.amount.now for each in report.countings},
        "bytes": _bytes(report),
    }
    delta = {
        "depth": network.design.depth - baseline.design.depth,
        "params": network.params - baseline.params,
        "macs": network.macs - baseline.macs,
    }
    parts = {
        "schema": SCHEMA,
        "design": _design(network.design),
        "baseline": report.against,
        **({} if counting.name == DEFAULT else {"shown": counting.name}),
        "totals": totals,
        "delta": delta,
        "target": _target(report),
        "edits": [{"address": each.address, "before": each.before, "after": each.after} for each in report.edits],
        "changes": [each._asdict() for each in report.changes],
        **({} if report.survival is None else {"survival": _survival(report)}),
        **({"budget": [told(each) for each in report.held]} if report.held else {}),
    }
    head = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items())
    layers = ",\n".join(f"    {json.dumps(_layer(row, counting))}" for row in report.layers)
    return f'{{\n{head},\n  "layers": [\n{layers}\n  ]\n}}\n'


def schema() -> str:
    """The JSON Schema of the report."""
    return (Path(__file__).parent / "schema.json").read_text(encoding="utf-8")


def _design(design: Design) -> dict[str, object]:
    """Every value of a design, not only what differs from its base; an override holds what it sets."""
    values: dict[str, object] = to_builtins(design)
    for name in STAGES:
        overrides = [to_builtins(override) for override in design.stage(name).overrides]
        set_only = [{key: value for key, value in each.items() if value is not None} for each in overrides]
        values[name] = {**to_builtins(design.stage(name)), "overrides": set_only}
    return values


def _survival(report: Report) -> dict[str, object]:
    """What of the weights survives, by class: tensors, parameters and bytes."""
    assert report.weights is not None  # noqa: S101  # asked before
    assert report.survival is not None  # noqa: S101
    return {"weights": report.weights.name, **{name: each._asdict() for name, each in report.survival.total.items()}}


def _target(report: Report) -> dict[str, object]:
    """The block whose feature maps Grad-CAM reads, and the lines that say so to two libraries."""
    read = report.target
    return {
        "name": read.name,
        "path": read.path,
        "maps": read.maps,
        "size": read.size,
        "stride": read.stride,
        "receptive_field": read.field,
        "lines": report.target_lines,
    }


def _bytes(report: Report) -> dict[str, object]:
    """fp32 under the plain names, and params and buffers by dtype."""
    bytes_ = report.memory
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


def _layer(of: Layer, counting: Convention) -> dict[str, object]:
    place, cost, field = of
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
    return row if counting.name == DEFAULT else {**row, "cost": cost}
