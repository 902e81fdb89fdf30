"""The list of keys, the settings file's command, completion, and the command that explains."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.core.explain.concepts import TOPICS


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C")
    path = tmp_path / "inspector" / "config.toml"
    path.parent.mkdir()
    return path


def test_keys_are_listed_as_the_settings_have_them(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[keys]\n"app.undo" = "z"\n"app.redoo" = "y"\n')
    assert main(["keys"]) == 0
    out, err = capsys.readouterr()
    assert any(line.split()[:2] == ["app.undo", "z"] for line in out.splitlines())
    assert "did you mean app.redo?" in err


def test_the_settings_file_is_found_and_judged(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{config}\n"
    assert main(["config", "validate"]) == 0
    assert "no such file" in capsys.readouterr().out
    config.write_text("ascii = true\n")
    assert main(["config", "validate"]) == 0
    assert "fine" in capsys.readouterr().out
    config.write_text("asci = true\n")
    assert main(["config", "validate"]) == 2
    assert "did you mean ascii?" in capsys.readouterr().err


def test_explain_lists_the_topics_and_prints_one(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert config.parent.exists()
    assert main(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TOPICS)
    assert main(["explain", "filters", "--at", "layer3.0.conv2", "--set", "conv4_x.planes=128"]) == 0
    assert "128 × 128 × 3 × 3 = 147,456 parameters" in capsys.readouterr().out
    assert main(["explain", "gradcam", "resnet18", "--lang", "ko"]) == 0
    assert "특징 맵 512개" in capsys.readouterr().out
    assert main(["explain", "botleneck"]) == 2
    assert "did you mean bottleneck?" in capsys.readouterr().err
    assert main(["explain", "filters", "--at", "conv9_1"]) == 2


def test_explain_answers_an_error_of_torch(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "mat1 and mat2 shapes cannot be multiplied (1x1024 and 2048x1000)"]) == 0
    out = capsys.readouterr().out
    assert "fc: fc was built for other inputs" in out
    assert "inspector resnet50 --set conv5_3.conv3=1024" in out
    assert main(["explain", "no error at all"]) == 2
    assert "no shape error of torch" in capsys.readouterr().err


def test_explain_reads_a_traceback_from_standard_input() -> None:
    text = "Traceback …\n  RuntimeError: running_mean should contain 1024 elements not 2048\n"
    command = [sys.executable, "-m", "inspector", "explain", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "conv5_3.bn3 (layer4.2.bn3)" in done.stdout


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("inspector rep", {"report"}),
        ("inspector resnet5", {"resnet50", "resnet50_v1"}),
        ("inspector --set conv5_x.pl", {"conv5_x.planes=512"}),
        ("inspector report resnet18 --set layer4.1.c", {"layer4.1.conv1=512", "layer4.1.conv2=512"}),
        ("inspector --set conv5_x.planes=8 --set conv5_3.conv3", {"conv5_3.conv3=32"}),
        ("inspector explain gr", {"gradcam", "groups"}),
        ("inspector report --format j", {"json"}),
    ],
)
def test_a_shell_completes_commands_models_addresses_and_topics(words: str, wanted: set[str]) -> None:
    variables = {"_INSPECTOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-c", "from inspector.cli import main; main()"]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert "_INSPECTOR_COMPLETE" in out
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=out, text=True, check=True)  # noqa: S607


def test_designs_are_compared_side_by_side(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["compare", "resnet50", "resnet18", "--set", "conv*_x.expansion=2"]) == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("25,557,032", "11,689,512", "-13,867,520", "17,763,880"))
    target = tmp_path / "table.md"
    assert main(["compare", "resnet50", "resnet18", "-o", str(target)]) == 0
    assert target.read_text().startswith("|  | resnet50 | resnet18 | ± |")
    assert main(["compare", "resnet50"]) == 2
    assert "one design alone" in capsys.readouterr().err


def test_help_tells_the_editor_s_options_and_config_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "--ascii" in capsys.readouterr().out
    assert main(["config"]) == 0
    assert "validate" in capsys.readouterr().out


def test_a_log_is_explained_from_a_file_in_utf_16_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes("RuntimeError: running_mean should contain 1024 elements not 2048\r\n".encode("utf-16"))
    assert main(["explain", str(log)]) == 0
    assert "--set conv5_3.conv3=1024" in capsys.readouterr().out


def test_what_is_piped_in_needs_no_dash() -> None:
    error = b"RuntimeError: running_mean should contain 1024 elements not 2048"
    done = subprocess.run([sys.executable, "-m", "inspector", "explain"], input=error, capture_output=True, check=True)
    assert b"--set conv5_3.conv3=1024" in done.stdout
    done = subprocess.run([sys.executable, "-m", "inspector", "explain"], input=b"", capture_output=True, check=True)
    assert b"degradation" in done.stdout


def test_a_model_may_stand_beside_what_is_piped_in_and_its_end_counts() -> None:
    error = b"RuntimeError: running_mean should contain 256 elements not 512"
    log = b"r" * 20_000_000 + b"\n" + error
    for words in (["resnet34"], ["-", "resnet34"]):
        done = subprocess.run(
            [sys.executable, "-m", "inspector", "explain", *words], input=log, capture_output=True, check=True
        )
        assert b"inspector resnet34 --set conv5_3.conv2=256" in done.stdout


def test_a_number_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "4.12 GMac"]) == 0
    assert "ptflops 0.6.9" in capsys.readouterr().out


def test_three_stages_are_said_to_be_out_of_reach(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "resnet18", "--set", "conv5_x.blocks=0"]) == 2
    assert "three, as ResNets for CIFAR have, are out of reach" in capsys.readouterr().err


def test_countings_and_places_are_completed() -> None:
    from click.testing import CliRunner

    from inspector.cli import cli

    def completed(words: str, incomplete: str) -> str:
        environment = {
            "_INSPECTOR_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split())),
        }
        return CliRunner().invoke(cli, [], prog_name="inspector", env={**environment, "X": incomplete}).output

    assert "fvcore" in completed("inspector report --counting", "")
    assert "conv5_3.conv3" in completed("inspector explain filters --at", "")


def test_explain_speaks_the_language_of_the_settings_and_knows_places(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["explain", "conv2_1"]) == 0
    assert "conv2_1 is a **bottleneck**" in capsys.readouterr().out
    config.write_text('lang = "ko"\n')
    assert main(["explain", "fc"]) == 0
    assert "헤드" in capsys.readouterr().out
    assert main(["explain", "fc", "--lang", "en"]) == 0
    assert "The head" in capsys.readouterr().out
