"""`inspector check`: budgets for CI, and what it leaves for it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from inspector.cli import main


def _out(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    said = capsys.readouterr()
    return said.out, said.err


def test_what_holds_and_by_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--max-params", "26M", "--max-macs", "5G", "--min-resolution", "layer4=7"]) == 0
    out, _ = _out(capsys)
    assert "✓ params" in out
    assert "442,968 left" in out
    assert "resnet50: 3 limits hold" in out
    assert main(["check", "--max-params", "20M", "--set", "conv5_x.planes=384"]) == 0
    assert main(["check", "--max-params", "20M"]) == 1
    out, _ = _out(capsys)
    assert "✗ params" in out
    assert "5,557,032 over" in out
    assert "1 of 1 limits broken" in out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--max-growth", "0%"], 0),
        (["--max-growth", "0%", "--set", "conv5_3.conv3=1024"], 1),
        (["--max-growth", "3%", "--set", "conv5_3.conv3=1024"], 0),
        (["--max-growth", "0%", "--against", "resnet18"], 1),
        (["--feature-maps", "conv5_3=2048"], 0),
        (["--feature-maps", "conv5_3=1024"], 1),
        (["--max-weight-bytes", "103MB"], 0),
        (["--max-weight-bytes", "98MiB"], 0),
        (["--max-weight-bytes", "97MiB"], 1),
        (["--max-weight-bytes", "52MB", "--dtype", "fp16"], 0),
        (["--max-training-memory", "400MB", "--optimizer", "sgd+momentum"], 0),
        (["--max-training-memory", "400MB"], 1),
        (["--max-macs", "4.1G", "--counting", "fvcore"], 1),
        (["--max-macs", "4.1G"], 0),
        (["--max-output-stride", "16"], 1),
        (["--max-depth", "50"], 0),
    ],
)
def test_every_limit_decides_the_exit_code(options: list[str], code: int) -> None:
    assert main(["check", *options]) == code


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "no limit is given"),
        (["--max-params", "20X"], "must be a number above 0"),
        (["--max-params", "20MB"], "must be a number above 0"),
        (["--max-weight-bytes", "80M"], "MiB"),
        (["--min-resolution", "7"], "a place and a number"),
        (["--min-resolution", "conv9=7"], "no such node"),
        (["--counting", "x", "--max-macs", "1"], "x"),
        (["--max-params", "1,5M"], "must be a number above 0"),
    ],
)
def test_what_is_no_budget_is_refused(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *options]) == 2
    assert words in _out(capsys)[1]


def test_a_design_file_has_its_budget_and_options_come_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'base = "resnet50"\n\n[conv5_x]\nplanes = 384\n\n[budget]\nmax_params = "19M"\nmax_growth = "5%"\n\n'
        '[budget.min_resolution]\n"layer4" = 7\nconv4_x = 14\n'
    )
    assert main(["check", str(path)]) == 0
    assert "5 limits hold" in _out(capsys)[0]
    assert main(["check", str(path), "--max-params", "18M"]) == 1
    assert main(["report", str(path), "--format", "toml"]) == 0
    path.write_text(path.read_text().replace("max_params", "max_param"))
    _out(capsys)
    for command in ("check", "report"):
        assert main([command, str(path)]) == 2
        assert "budget.max_param" in _out(capsys)[1]


def test_json_junit_and_an_annotation_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    options = ["--max-params", "20M", "--max-macs", "1G", "--max-depth", "50", "--feature-maps", "conv5_3=1024"]
    assert main(["check", *options, "--json", "--junit", "junit.xml"]) == 1
    told = json.loads(_out(capsys)[0])
    assert told["schema"] == "inspector/check/1"
    assert [(each["limit"], each["holds"], each["left"]) for each in told["limits"]] == [
        ("max-params", False, -5_557_032),
        ("max-macs", False, -3_089_184_256),
        ("max-depth", True, 0),
        ("feature-maps", False, -1024),
    ]
    suite = ET.parse("junit.xml").getroot().find("testsuite")  # noqa: S314  # it is ours
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    cases = {case.get("name"): case.find("failure") is not None for case in suite.iter("testcase")}
    assert cases == {"max-params": True, "max-macs": True, "max-depth": False, "feature-maps conv5_3": True}
    assert main(["check", *options, "--github"]) == 1
    lines = [line for line in _out(capsys)[0].splitlines() if line.startswith("::")]
    assert len(lines) == 1
    assert lines[0].startswith("::error title=over budget::resnet50: 3 of 4 limits broken%0A")
    assert lines[0].count("%0A") == 3
    summary = (tmp_path / "summary.md").read_text()
    assert summary.count("### Budget") == 1
    assert "| ✗ | params | 25,557,032 | ≤ 20,000,000 | 5,557,032 over |" in summary


def test_hostile_names_are_text_in_what_ci_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a|b<x>\n::error::x%.toml"
    path.write_text('base = "resnet18"\n')
    junit = tmp_path / "junit.xml"
    assert main(["check", str(path), "--max-params", "1", "--github", "--junit", str(junit)]) == 1
    lines = _out(capsys)[0].splitlines()
    assert sum(line.startswith("::error") for line in lines) == 1
    ET.parse(junit)  # noqa: S314  # it is ours


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text("mine")
    assert main(["check", "--max-params", "30M", "--junit", str(junit)]) == 2
    assert junit.read_text() == "mine"
    assert "--force" in _out(capsys)[1]
    assert main(["check", "--max-params", "30M", "--junit", str(junit), "--force"]) == 0
    assert main(["check", "--max-params", "1M", "--junit", str(junit)]) == 1  # its own is written anew
    assert "failure" in junit.read_text()
    design = tmp_path / "mine.toml"
    design.write_text('base = "resnet18"\n')
    assert main(["check", str(design), "--max-params", "1M", "--junit", str(design), "--force"]) == 2
    assert design.read_text() == 'base = "resnet18"\n'
    assert main(["check", "--max-params", "1M", "--junit", "-"]) == 2
    assert main(["check", "--max-params", "1M", "--json", "--github"]) == 2


def test_what_is_no_design_is_told_where_ci_looks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    path, junit = tmp_path / "bad.toml", tmp_path / "junit.xml"
    path.write_text('base = "resnet18"\n[conv5_x]\nplanes = 0\n')
    assert main(["check", str(path), "--max-params", "1M", "--github", "--junit", str(junit)]) == 2
    assert "::error title=inspector check::" in _out(capsys)[0]
    assert ET.parse(junit).getroot().get("errors") == "1"  # noqa: S314  # it is ours
    assert "conv5_x.planes" in (tmp_path / "summary.md").read_text()


def test_an_annotation_is_of_the_file_and_a_place_is_one_by_either_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.toml").write_text('base = "resnet50"\n\n[budget.min_resolution]\nlayer4 = 14\n')
    assert main(["check", "m.toml", "--min-resolution", "conv5_x=7"]) == 0
    assert main(["check", "m.toml", "--github"]) == 1
    assert "::error file=m.toml,title=over budget::m.toml" in _out(capsys)[0]
    assert main(["report", "m.toml", "--format", "toml"]) == 0
    assert "[budget.min_resolution]" in _out(capsys)[0]
    for name in ("md", "html", "text", "json"):
        assert main(["report", "m.toml", "--format", name]) == 0
        assert "resolution of conv5_x" in _out(capsys)[0]


def test_a_growth_is_two_testcases_with_names_of_their_own(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    assert main(["check", "--set", "conv5_x.planes=768", "--max-growth", "1%", "--junit", str(junit)]) == 1
    names = [case.get("name") for case in ET.parse(junit).iter("testcase")]  # noqa: S314  # it is ours
    assert names == ["max-growth params", "max-growth macs"]


def test_flops_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--max-macs", "4G", "--counting", "torch-flops"]) == 1
    assert "✗ FLOPs" in _out(capsys)[0]


def test_a_limit_of_a_place_that_an_edit_removes_is_told_in_the_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.toml"
    path.write_text('base = "resnet50"\n\n[budget]\nmax_depth = 50\n\n[budget.min_resolution]\nconv5_3 = 7\n')
    for name in ("text", "md", "html", "json"):
        assert main(["report", str(path), "--set", "conv5_x.blocks=2", "--format", name]) == 0
        out, _ = _out(capsys)
        assert ("min-resolution conv5_3: no such node" in out) == (name != "json")
        assert "depth" in out


def test_a_usage_error_is_no_stale_file(tmp_path: Path) -> None:
    junit = tmp_path / "st.xml"
    assert main(["check", "--max-params", "20M", "--junit", str(junit)]) == 1
    assert main(["check", "--junit", str(junit)]) == 2
    assert ET.parse(junit).getroot().get("errors") == "1"  # noqa: S314  # it is ours
