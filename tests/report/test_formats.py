"""The same numbers through every format and back; JSON by its schema; a diagram for a pull request."""

from __future__ import annotations

import csv
import io
import json
import re

import jsonschema
import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.file import parse
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.network.network import analyze
from inspector.core.units import exact
from inspector.report.formats import FORMATS, Carried, subject
from inspector.report.json_report import schema
from inspector.report.model import Report
from inspector.report.text import lines

SCHEMA = json.loads(schema())
RESNET50 = preset("resnet50")


@given(designs())
def test_every_format_says_the_same_numbers(design: Design) -> None:
    network = analyze(design)
    about = subject(network)
    said = {name: each.render(about) for name, each in FORMATS.items() if name not in ("html", "svg", "code")}
    told = json.loads(said["json"])
    jsonschema.validate(told, SCHEMA)
    assert parse(said["toml"]) == design
    rows = list(csv.DictReader(io.StringIO(said["csv"])))
    assert [(row["path"], int(row["params"]), int(row["macs"])) for row in rows] == [
        (each["path"], each["params"], each["macs"]) for each in told["layers"]
    ]
    table = re.findall(r"^\| `([^`]+)` \|(.*)\|$", said["md"], re.MULTILINE)
    cells = [[path, *(cell.strip() for cell in rest.split("|"))] for path, rest in table]
    assert [(row[0], row[6], row[7]) for row in cells if len(row) == 10] == [
        (each["path"], exact(each["params"]), exact(each["macs"])) for each in told["layers"]
    ]
    for amount in (network.params, network.macs, told["totals"]["bytes"]["inference_peak"]):
        for name in ("md", "text"):
            assert re.search(rf"(?<![\d,]){exact(amount)}(?![\d,])", said[name]), (name, amount)


def test_reports_of_weights_and_countings_are_as_the_schema_has_them() -> None:
    network = analyze(edit(RESNET50, "conv5_3.conv3=1024", "num_classes=0"))
    about = subject(network, counting="thop")._replace(weights=Carried("x.pth", analyze(RESNET50)))
    told = json.loads(FORMATS["json"].render(about))
    jsonschema.validate(told, SCHEMA)
    assert told["survival"]["weights"] == "x.pth"
    assert told["layers"][0]["cost"] == CONVENTIONS["thop"].of(network.find("conv1").node)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("wrong", [{"totals": {}}, {"layers": [{"path": "x"}]}, {"schema": "other"}])
def test_the_schema_refuses_what_is_none(wrong: dict[str, object]) -> None:
    told = json.loads(FORMATS["json"].render(subject(analyze(RESNET50)))) | wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


@given(designs())
def test_what_follows_adds_up_to_the_difference(design: Design) -> None:
    report = Report(subject(analyze(design), analyze(preset(design.base))))
    network, baseline = report.network, report.baseline
    assert sum(each.params for each in report.changes) == network.params - baseline.params
    assert sum(each.macs for each in report.changes) == network.macs - baseline.macs


@given(designs())
def test_parts_add_up_to_the_whole(design: Design) -> None:
    report = Report(subject(analyze(design)))
    assert sum(part.params.now for part in report.parts) == report.network.params
    assert sum(part.cost.now for part in report.parts) == report.network.macs
    for at in range(3):
        shares = [part.share[at] for part in report.parts]
        assert sum(shares) == pytest.approx(1) or not any(shares)


def test_markdown_has_the_difference_first_and_a_diagram() -> None:
    text = FORMATS["md"].render(subject(analyze(edit(RESNET50, "conv5_3.conv3=1024"))))
    assert text.index("+548,864") < text.index("## The network") < text.index("<summary>Layers</summary>")
    diagram = text.partition("```mermaid\n")[2].partition("```")[0].splitlines()
    assert diagram[0] == "flowchart LR"
    assert '    conv5_x["conv5_x<br/>3 bottlenecks<br/>1024×7×7"]' in diagram
    assert "    input --> stem --> conv2_x --> conv3_x --> conv4_x --> conv5_x --> head" in diagram
    assert "    class conv5_x,head changed" in diagram


def test_an_unedited_network_has_no_differences_to_tell() -> None:
    for name in ("md", "text"):
        assert "what follows" not in FORMATS[name].render(subject(analyze(RESNET50))).lower()


def test_lines_of_text_are_told_apart_for_a_terminal() -> None:
    network = analyze(edit(RESNET50, "conv5_3.conv3=1024"))
    found = list(lines(Report(subject(network))))
    assert "".join(f"{line}\n" for line, _ in found) == FORMATS["text"].render(subject(network))
    roles = {line.split()[0]: role for line, role in reversed(found) if line.strip()}  # the tree comes first
    assert (roles["conv4_x"], roles["conv5_x"], roles["fc"], roles["bn1"]) == ("group", "changed", "changed", "")
