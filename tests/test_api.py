"""The public names: as the README says, in a notebook, and beside the command line."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from nbclient import NotebookClient
from strategies import designs

import inspector
from inspector import analyze, compare, edit, preset, report, survey
from inspector.core.design.design import Design
from inspector.core.network import network as core
from inspector.errors import DesignError, MissingError, WeightsFileError
from inspector.report.formats import FORMATS, subject

README = Path(__file__).parents[1] / "README.md"
DATA = Path(__file__).parent / "data"
EDITED = analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))


def test_the_readme_says_what_happens() -> None:
    found = doctest.testfile(str(README), module_relative=False)
    assert found.attempted >= 7
    assert found.failed == 0


def test_a_notebook_runs_and_shows_networks() -> None:
    cells = [
        "from inspector import analyze, compare, edit, preset",
        'network = analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))\nnetwork',
        'compare(analyze(preset("resnet50")), network)',
        "network.to_frame()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [[output.get("data", {}) for output in cell.outputs] for cell in notebook.cells]
    assert "26,105,896 params" in shown[1][0]["text/plain"]
    assert "<svg" in shown[1][0]["text/html"]
    assert "the identity no longer fits the sum" in shown[2][0]["text/html"]
    assert "layer4.2.downsample.0" in shown[3][0]["text/html"] or "rows × 10 columns" in shown[3][0]["text/html"]
    nbformat.validate(notebook)


@settings(max_examples=30)
@given(designs())
def test_a_frame_has_every_operation(design: Design) -> None:
    network = analyze(design)
    frame = network.to_frame()
    assert network.root == core.analyze(design).root
    assert int(frame.params.sum()) == network.params
    assert int(frame.macs.sum()) == network.macs
    told = json.loads(report(network, "json"))["layers"]
    assert list(frame.path) == [each["path"] for each in told]
    assert [tuple(each) for each in frame.output] == [tuple(each["output"]) for each in told]


@pytest.mark.parametrize("name", FORMATS)
def test_reports_are_those_of_the_command_line(name: str) -> None:
    assert report(EDITED, name) == FORMATS[name].render(subject(EDITED))


def test_what_is_asked_for_wrongly_is_said() -> None:
    with pytest.raises(DesignError, match="did you mean"):
        report(EDITED, "htm")
    with pytest.raises(ValueError, match="two networks"):
        compare(EDITED)
    with pytest.raises(WeightsFileError, match="no such file"):
        survey("none.pth")


def test_a_comparison_has_its_changes_and_says_them() -> None:
    found = compare(analyze(preset("resnet50")), EDITED, analyze(preset("resnet18")))
    assert [len(changes) > 0 for changes in found.changes] == [True, True]
    assert "conv5_3.downsample" in str(found)
    assert set(found.to_frame().network) == {"resnet50 with conv5_3.conv3=1024", "resnet18"}


def test_a_checkpoint_is_surveyed_without_torch() -> None:
    found = survey(DATA / "digits.safetensors")
    assert found.design.num_classes == 10
    assert found.network.params == analyze(found.design).params
    assert found.survives(found.design).same.tensors == found.survives(found.design).before
    edited = edit(found.design, "conv5_x.planes=80")
    assert found.survives(edited).other_shape.tensors > 0
    assert "bottleneck ResNet" in str(found)


def test_budgets_and_sweeps_are_asked_for_by_name() -> None:
    with pytest.raises(DesignError, match="fp32 or fp16"):
        inspector.check(EDITED, "max-weight-bytes=1MB", dtype="fp8")
    with pytest.raises(DesignError, match="adam"):
        inspector.check(EDITED, "max-training-memory=1MB", optimizer="lion")
    frame = inspector.sweep(edit(preset("resnet50"), "conv5_3.conv1=100"), "conv5_x.groups=1,3,4")
    assert list(frame["conv5_x.groups"]) == [1, 3, 4]
    assert str(frame.params.dtype) == "Int64"
    assert list(frame.problem != "") == [False, True, False]
    assert inspector.load(DATA / "digits.toml").num_classes == 10


def test_without_pandas_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingError, match="pip install pandas"):
        EDITED.to_frame()


@pytest.mark.parametrize("first", ["analyze", "report", "survey", "compare", "build"])
def test_the_names_are_functions_whatever_is_asked_for_first(first: str) -> None:
    """`report` is a room's name as well."""
    script = f"from inspector import {first}; from inspector import report, analyze, preset; "
    script += "print(report(analyze(preset('resnet18')), 'toml'))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == 'base = "resnet18"\n\n'
    assert set(inspector.__all__) >= {"analyze", "compare", "report", "survey"}


def test_nothing_of_it_imports_torch() -> None:
    script = "import sys; from inspector import analyze, preset, report; "
    script += "report(analyze(preset('resnet50')), 'html'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
