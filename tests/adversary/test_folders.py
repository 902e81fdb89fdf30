"""Folders and files removed under the editor: it says so, goes on, and claims to have kept nothing that it has not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from adversary.harness import PARAMS, Editor, Folders, attacking, editing

STEP = "25,559,081 params"
NOT_KEPT = re.compile(r"not (be )?kept|nothing is kept|cannot be kept|no longer kept")


def _is_kept(folders: Folders) -> bool:
    """Whether the edit is in a file of the state folder."""
    return any(b"1001" in each.read_bytes() for each in folders.state.rglob("*") if each.is_file())


def _file_in_its_place(folders: Folders) -> None:
    shutil.rmtree(folders.journals)
    folders.journals.write_text("a file")


def _without_journals(folders: Folders) -> None:
    for each in folders.journals.iterdir():
        each.unlink()


REMOVED: dict[str, Callable[[Folders], object]] = {
    "the state folder": lambda folders: shutil.rmtree(folders.state.parent),
    "the journals": lambda folders: shutil.rmtree(folders.journals),
    "a journal": _without_journals,
    "a journal, emptied": lambda folders: [each.write_bytes(b"") for each in folders.journals.iterdir()],
    "the journals, a file there": _file_in_its_place,
    "the journals, protected": lambda folders: folders.journals.chmod(0o500),
}


@pytest.mark.attacks(1)
def test_a_journal_that_has_gone_is_made_anew_or_missed(seed: int, tmp_path: Path) -> None:
    removed = list(REMOVED)[seed % len(REMOVED)]
    with attacking("removed", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS).press("+").wait_for(STEP).press("u").wait_for(PARAMS)
        attack.did(f"remove {removed}, then +")
        REMOVED[removed](attack.folders)
        editor.press("+").wait_for(STEP)
        editor.wait_for(lambda text: _is_kept(attack.folders) or NOT_KEPT.search(text))
        _quits_truly(editor, attack.folders)


def _quits_truly(editor: Editor, folders: Folders) -> None:
    """What is said on quitting is so: the work is kept, or the edits are lost."""
    editor.press("q").wait_for(lambda text: "the work is kept" in text or "the edits are lost" in text)
    is_said = "the work is kept" in editor.text
    editor.press("q")
    assert editor.ended() == 0
    assert _is_kept(folders) or not is_said, "the work is kept, it said"


@pytest.mark.parametrize("model", ["mine.toml", "~/mine.toml"])
def test_the_folder_of_the_design_is_removed(model: str, tmp_path: Path) -> None:
    with attacking("folder", 0, tmp_path) as attack:
        folder = attack.folders.work / "deep"
        folder.mkdir()
        (folder / "mine.toml").write_text('base = "resnet50"\n')
        name = str(folder / "mine.toml") if model.startswith("~") else f"deep/{model}"
        attack.did(f"start on {name}, remove its folder, and the one that one stands in; +, ^s")
        with editing(attack.folders, name, size=(100, 20)) as editor:
            editor.wait_for(PARAMS)
            shutil.rmtree(attack.folders.work)
            editor.press("+").wait_for(STEP).press("^s").wait_for("enter write").press("enter").wait_for("o such file")
            editor.press("escape").wait_for(lambda text: "enter write" not in text)
            assert "not saved" in editor.text
            _quits_truly(editor, attack.folders)
