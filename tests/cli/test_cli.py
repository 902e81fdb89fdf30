"""The command line as a person meets it: real processes, their streams and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector import preset
from inspector.cli import main
from inspector.core.design.edit import edit
from inspector.report.design_toml import design_file


def _run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inspector", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, errors="replace", **options)  # type: ignore[call-overload,no-any-return]


def test_report_json_is_the_measured_one() -> None:
    done = _run("report", "--set", "conv5_x.planes=256", "--format", "json")
    totals = json.loads(done.stdout)["totals"]
    assert (done.returncode, done.stderr) == (0, "")
    assert (totals["params"], totals["macs"], totals["depth"]) == (13_970_472, 3_532_611_584, 50)


def test_without_a_terminal_the_editor_is_the_text_report() -> None:
    plain, report = _run("resnet18", "--set", "num_classes=10"), _run("report", "resnet18", "--set", "num_classes=10")
    assert plain.stdout == report.stdout
    assert plain.stdout.startswith("resnet18   input 1×3×224×224   18 layers")
    assert (plain.returncode, plain.stderr) == (0, "")


def test_options_may_come_before_the_model() -> None:
    assert _run("--set", "num_classes=10", "resnet18").stdout == _run("resnet18", "--set", "num_classes=10").stdout


def test_version_and_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("inspector 0.")
    assert main(["presets"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 12
    assert out[3].split() == ["resnet50", "50", "bottleneck", "v1.5", "25,557,032", "4,089,184,256"]


def test_a_design_file_is_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.toml"
    path.write_text(design_file(edit(preset("resnet50"), "conv5_x.planes=256")))
    assert main(["report", str(path), "--format", "json", "--set", "num_classes=10"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["design"]["conv5_x"]["planes"] == 256
    assert report["design"]["num_classes"] == 10
    assert report["baseline"] == "resnet50"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    (tmp_path / "toml.toml").write_text("[conv5_x")
    (tmp_path / "key.toml").write_text("[conv5_x]\nplane = 3")
    (tmp_path / "type.toml").write_text("[conv5_x]\nplanes = '384'")
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "there.json").write_text("keep me")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resnet5"], "resnet5: no such preset or file; did you mean resnet50?"),
        (["--set", "conv5_x.plane=3"], "conv5_x.plane: no such address; did you mean conv5_x.planes?"),
        (["--set", "conv5_x.planes=0"], "conv5_x.planes = 0: must be an integer from 1 to 65536"),
        (["--set", "conv5_x.planes=abc"], "conv5_x.planes = abc: must be an integer from 1 to 65536"),
        (["--set", "conv5_x.planes=99999999999"], "conv5_x.planes = 99999999999: must be an integer"),
        (["--set", "conv5_x.planes"], "conv5_x.planes: must be ADDRESS=VALUE"),
        (["toml.toml"], "toml.toml: not TOML: "),
        (["key.toml"], "key.toml: conv5_x.plane = 3: unknown key; did you mean planes?"),
        (["type.toml"], "type.toml: conv5_x.planes = '384': must be an integer from 1 to 65536"),
        (["binary.toml"], "binary.toml: not text in UTF-8"),
        (["folder.toml"], "folder.toml: is a directory, not a design file"),
        (["missing.toml"], "missing.toml: no such file or directory"),
        (["--output", "nowhere/x.json"], "nowhere/x.json: there is no such folder"),
        (["--output", "there.json"], "there.json: there is such a file already; --force overwrites it"),
        (["--output", "folder.toml", "--force"], "folder.toml: is a directory"),
        (["--output", "/dev/full"], "/dev/full: no space left on device"),
        (["--output", ""], "--output needs the name of a file"),
        (["--format", "xml"], "Invalid value for '--format'"),
        (["--nonsense"], "No such option"),
        (["resnet18", "resnet34"], "Got unexpected extra argument"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_2(
    arguments: list[str],
    message: str,
    broken: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(broken)
    before = sorted(broken.iterdir())
    assert main(["report", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"inspector: {message}")
    assert err.count("\n") == 1
    assert sorted(broken.iterdir()) == before
    assert (broken / "there.json").read_text() == "keep me"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a user to become")
def test_a_file_without_rights_is_said(broken: Path) -> None:
    path = broken / "key.toml"
    path.chmod(0)
    broken.chmod(0o755)
    for folder in broken.parents:
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):  # noqa: S108  # pytest's own
            folder.chmod(0o755)
    code = (
        "import os, sys; from inspector.cli import main\n"
        "import inspector.files.design, inspector.files.weights, inspector.core.design.presets\n"
        "main(['config', 'path'])\n"  # what is imported on the way there
        f"os.setuid(65534); sys.exit(main(['report', {str(path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"inspector: {path}: permission denied\n"


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "inspector", "report"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "inspector: standard output: no space left on device\n")


def test_a_reader_that_goes_is_no_error() -> None:
    script = f"{sys.executable} -m inspector report resnet152 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["0"]
    assert done.stderr == ""


def test_a_report_is_written_to_a_file_and_over_it_when_forced(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    assert _run("report", "--format", "json", "--output", str(path)).returncode == 0
    first = path.read_text()
    assert _run("report", "resnet18", "--format", "json", "--output", str(path)).returncode == 2
    assert path.read_text() == first
    assert _run("report", "resnet18", "--format", "json", "-o", str(path), "--force").returncode == 0
    assert json.loads(path.read_text())["baseline"] == "resnet18"
    assert list(tmp_path.iterdir()) == [path]


def test_output_that_knows_no_unicode_is_still_written() -> None:
    done = _run("report", env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "? projection" in done.stdout


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inspector.cli.report.given", interrupt)
    assert main(["report"]) == 130


def test_the_editor_wants_a_terminal_to_read_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main([]) == 2
    assert "needs a terminal on standard input" in capsys.readouterr().err


def test_closed_and_full_streams_do_not_change_the_exit_code() -> None:
    command = f"{sys.executable} -m inspector report"
    for script, code in (
        (f"{command} >&-", 2),
        (f"{command} resnet5 2>/dev/full", 2),
        (f"{command} -o {'x' * 300}", 2),
    ):
        done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)
        assert ("standard output" in done.stderr) == (">&-" in script)


def test_the_ending_of_a_file_decides_its_format_or_is_contradicted_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", "-o", "x.json"]) == 0
    assert json.loads(Path("x.json").read_text())["totals"]["params"] == 25_557_032
    assert main(["report", "-o", "x.toml"]) == main(["report", "-o", "x.py"]) == main(["report", "-o", "x"]) == 0
    assert Path("x.toml").read_text() == 'base = "resnet50"\n'
    assert "def build()" in Path("x.py").read_text()
    assert Path("x").read_text().startswith("resnet50 v1.5")
    assert capsys.readouterr().err == ""
    assert main(["report", "--format", "csv", "-o", "y.json"]) == 0
    assert Path("y.json").read_text().startswith("path,name")
    assert "y.json: written as csv, whatever its ending says" in capsys.readouterr().err
    assert main(["code", "-o", "z.toml"]) == 0
    assert "z.toml: written as Python" in capsys.readouterr().err
