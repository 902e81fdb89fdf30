from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import Network, analyze
from inspector.report.formats import FORMATS, by_ending, subject

GOLDEN = Path(__file__).parent / "golden"


def _render(network: Network, baseline: Network, name: str) -> str:
    return FORMATS[name].render(subject(network, baseline))


def _edited() -> Network:
    return analyze(edit(preset("resnet50"), "conv5_3.conv3=1024", "conv4_x.blocks=2", "input=2,3,65,97"))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "code"])  # code is run, in bridge
def test_a_report_is_what_it_was(name: str) -> None:
    network = _edited()
    text = _render(network, analyze(preset("resnet50")), name)
    path = GOLDEN / f"report.{FORMATS[name].ending}"
    if os.environ.get("INSPECTOR_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
        pytest.fail("golden file written; run again without INSPECTOR_UPDATE_GOLDEN")
    assert text == path.read_text(encoding="utf-8")


@given(designs())
def test_json_and_csv_add_up_to_the_totals(design: Design) -> None:
    network, baseline = analyze(design), analyze(preset(design.base))
    report = json.loads(_render(network, baseline, "json"))
    rows = list(csv.DictReader(io.StringIO(_render(network, baseline, "csv"))))
    layers = report["layers"]
    assert report["schema"] == "inspector/report/1"
    assert report["baseline"] == design.base
    assert report["totals"]["params"] == sum(layer["params"] for layer in layers) == network.params
    assert report["totals"]["macs"] == sum(layer["macs"] for layer in layers) == network.macs
    assert report["totals"]["counting"]["conv+fc"] == network.macs
    assert report["delta"]["params"] == network.params - baseline.params
    assert [(row["path"], int(row["params"]), int(row["macs"])) for row in rows] == [
        (layer["path"], layer["params"], layer["macs"]) for layer in layers
    ]
    assert layers[0]["input"] == list(design.input)
    assert layers[-1]["output"] == [design.input[0], design.num_classes or network.root.children[-1].input[1]]


@given(designs())
def test_text_and_markdown_state_the_exact_totals(design: Design) -> None:
    network, baseline = analyze(design), analyze(preset(design.base))
    for name in ("text", "md"):
        text = _render(network, baseline, name)
        assert f"{network.params:,}" in text
        assert f"{network.macs:,}" in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_the_add_bears_its_blocks_path() -> None:
    report = json.loads(_render(_edited(), _edited(), "json"))
    adds = [layer for layer in report["layers"] if layer["kind"] == "Add"]
    assert [layer["path"] for layer in adds][-1] == "layer4.2"
    assert len(adds) == 12


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("x.json", "json"), ("a.b/x.MD", "md"), ("net.py", "code"), ("x", None), ("json", None), ("x.log", None)],
)
def test_a_format_is_told_by_the_ending(name: str, wanted: str | None) -> None:
    named = by_ending(name)
    assert (named.name if named else None) == wanted
