"""Settings, the keymap, the list of keys, completion, and the command that explains."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.core.explain.concepts import TOPICS
from inspector.session.actions import ACTIONS
from inspector.tui.config import Settings, load
from inspector.tui.keymap import sections


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C")
    path = tmp_path / "inspector" / "config.toml"
    path.parent.mkdir()
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == (Settings(), [])


def test_what_is_set_counts(config: Path) -> None:
    config.write_text(
        'theme = "nord"\nlang = "ko"\ncounting = "fvcore"\nverify = false\nascii = true\n'
        '[keys]\n"app.undo" = "ctrl+u"\n"app.find" = ["/", "ctrl+f"]\n"tree.toggle" = "space"\n'
    )
    keys = {"app.undo": "ctrl+u", "app.find": "/,ctrl+f", "tree.toggle": "space"}
    assert load(config) == (Settings("fvcore", False, True, "nord", "ko", keys), [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('them = "nord"', "them: unknown setting; did you mean theme?"),
        ('theme = "nrod"', "theme = nrod: unknown; did you mean nord?"),
        ("verify = 1", "verify = 1: must be true or false"),
        ("theme = true", "theme = true: must be a text in quotes"),
        ('counting = "fvcor"', "did you mean fvcore?"),
        ('lang = "de"', "lang = de: unknown"),
        ("keys = 1", "keys: must be a table"),
        ('[keys]\n"app.und" = "u"', "keys.app.und: unknown action; did you mean app.undo?"),
        ('[keys]\n"app.undo" = "ctrl+spcae"', "unknown key ctrl+spcae; did you mean space?"),
        ('[keys]\n"app.undo" = "strg+z"', "unknown key strg+z"),
        ('[keys]\n"app.undo" = 7', "must be a key, or several"),
        ('[keys]\n"app.undo" = ""', "must be a key, or several"),
        ('[keys]\n"app.undo" = "z,"', "must be a key, or several"),
        ('[keys]\n"app.undo" = [""]', "must be a key, or several"),
        ('[keys]\n"app.undo" = "<ignore>"', "unknown key <ignore>"),
        ("= nothing", "not TOML"),
        ('a = "\ud800"', "not text in UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_the_nearest_and_the_rest_counts(config: Path, text: str, problem: str) -> None:
    config.write_bytes(f"ascii = true\n{text}\n".encode("utf-8", "surrogatepass"))
    settings, problems = load(config)
    assert len(problems) == 1
    assert problem in problems[0]
    assert settings == (Settings(ascii=True) if not problem.startswith("not ") else Settings())


def test_a_key_that_two_actions_of_one_pane_are_given_is_said(config: Path) -> None:
    config.write_text('[keys]\n"app.undo" = "z"\n"app.redo" = ["ctrl+y", "z"]\n"tree.first" = "z"\n')
    settings, problems = load(config)
    assert sorted(problems) == [
        'keys: z is "app.redo" and "tree.first", only one of which it can be',
        'keys: z is "app.undo" and "app.redo", only one of which it can be',
        'keys: z is "app.undo" and "tree.first", only one of which it can be',
    ]
    assert settings.keys["app.redo"] == "ctrl+y,z"


@pytest.mark.parametrize(
    ("key", "told"),
    [(",", ""), (" ", "tree.toggle"), ("[", "tree.previous-stage"), ("q", "app.quit"), ("ctrl+z", "app.suspend")],
)
def test_a_key_that_another_action_has_is_said(config: Path, key: str, told: str) -> None:
    config.write_text(f'[keys]\n"app.undo" = "{key}"\n')
    settings, problems = load(config)
    assert any(told in problem for problem in problems) == bool(told)
    assert bool(problems) == bool(told)
    assert settings.keys["app.undo"] == {",": "comma", " ": "space"}.get(key, key)


def test_a_settings_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert load(tmp_path) == (Settings(), ["is a directory, not a settings file"])


def test_every_action_has_an_id_of_its_own() -> None:
    ids = [action.id for _, rows in sections({}) for action, _ in rows]
    assert len(ids) == len(set(ids))
    assert set(ids) == {action.id for action in ACTIONS.values() if action.keys}


def test_a_keymap_gives_other_keys() -> None:
    (_, everywhere), *_ = sections({"app.undo": "ctrl+z"})
    assert [keys for action, keys in everywhere if action.id == "app.undo"] == ["^z"]


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
