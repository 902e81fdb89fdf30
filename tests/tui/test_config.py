"""Settings, and the keys that they give."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        'theme = "nord"\nlang = "ko"\ncounting = "fvcore"\nverify = false\nascii = true\ngraphics = true\n'
        '[keys]\n"app.undo" = "ctrl+u"\n"app.find" = ["/", "ctrl+f"]\n"tree.toggle" = "space"\n'
    )
    keys = {"app.undo": "ctrl+u", "app.find": "/,ctrl+f", "tree.toggle": "space"}
    assert load(config) == (
        Settings("fvcore", verify=False, ascii=True, graphics=True, theme="nord", lang="ko", keys=keys),
        [],
    )


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
