"""Terminals of any size, from 1×1 on, with every dialog and every key: the editor never ends by it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from adversary.harness import PARAMS, Attack, Editor, answers, attacking, editing, leaves

DIALOGS = (("x",), ("w",), ("W",), ("H",), ("i",), ("I",), ("T",), ("y",), ("c",), ("B",), ("?",), ("^p",), ("/",))
MORE = ((), ("w", "n"), ("w", "r"), ("S",), ("o",), ("m",), ("r",), ("tab",), ("e",), ("d", "4"), ("^s",))
NAVIGATION = ("up", "down", "page up", "page down", "home", "end", "left", "right", "tab", "back tab", "space", "enter")
MOVES = NAVIGATION[:-2]
USUAL = (100, 20)


def _tiny(chance: random.Random) -> tuple[int, int]:
    return chance.choice((1, 2, 3, 10, 40, 80)), chance.choice((1, 2, 3, 4, 5, 6, 8))


def _any(chance: random.Random) -> tuple[int, int]:
    return chance.randint(1, 500), chance.randint(1, 200)


def _squeeze(editor: Editor, attack: Attack, dialog: tuple[str, ...], size: tuple[int, int]) -> None:
    """Open something at a usual size or at this one, and press every key there."""
    is_before = attack.chance.random() < 0.5
    keys = attack.chance.sample(NAVIGATION, len(NAVIGATION))
    attack.did(f"{dialog} {'before' if is_before else 'after'} {size[0]}×{size[1]}, then {keys}")
    if is_before:
        editor.resize(size)
    editor.press(*dialog).draw(0.06)
    if not is_before:
        editor.resize(size).draw(0.03)
    for key in keys:
        editor.press(key)
    editor.draw(0.03)
    assert editor.alive, f"{attack.last} ended it with {editor.exit_code}:\n{editor.text}"
    editor.press("escape").draw(0.13).resize(USUAL)


@pytest.mark.attacks(1)
def test_dialogs_at_tiny_sizes(seed: int, tmp_path: Path) -> None:
    with attacking("tiny", seed, tmp_path) as attack, editing(attack.folders, size=USUAL) as editor:
        editor.wait_for(PARAMS)
        for dialog in attack.chance.sample(DIALOGS, 3):
            _squeeze(editor, attack, dialog, _tiny(attack.chance))
        answers(editor, attack)
        leaves(editor)


@pytest.mark.attacks(1)
def test_dialogs_and_the_tree_in_few_lines_and_in_one(seed: int, tmp_path: Path) -> None:
    """One work is left, so that there is something to list; three seeds are all dialogs."""
    with attacking("lines", seed, tmp_path) as attack:
        with editing(attack.folders, size=(80, 20)) as killed:
            killed.wait_for(PARAMS).press("+").wait_for("25,559,081 params").kill()
        with editing(attack.folders, size=(80, 5)) as editor:
            editor.wait_for("params")
            for dialog in ((), *DIALOGS)[seed % 3 :: 3]:
                _in_few_lines(editor, attack, dialog)
            answers(editor.resize(USUAL), attack)
            leaves(editor)


def _in_few_lines(editor: Editor, attack: Attack, dialog: tuple[str, ...]) -> None:
    attack.did(f"open {dialog or 'nothing'} in 80×5")
    editor.press(*dialog).draw(0.1)
    for lines in (5, 3, 1):
        attack.did(f"80×{lines}, then {' '.join(MOVES)}")
        editor.resize((80, lines)).draw(0.03).press(*MOVES).draw(0.08)
        assert editor.alive, f"{dialog} in {lines} lines ended it with {editor.exit_code}:\n{editor.text}"
    editor.press("escape").draw(0.13).resize((80, 5))


@pytest.mark.attacks(1)
def test_any_size_in_the_middle_of_anything(seed: int, tmp_path: Path) -> None:
    with attacking("sizes", seed, tmp_path) as attack, editing(attack.folders, size=USUAL) as editor:
        editor.wait_for(PARAMS)
        for _ in range(2):
            dialog = attack.chance.choice(DIALOGS + MORE)
            editor.press(*dialog)
            for _ in range(attack.chance.randint(1, 4)):
                size, key = _any(attack.chance), attack.chance.choice(NAVIGATION)
                attack.did(f"{dialog}, {size[0]}×{size[1]}, {key}")
                editor.is_drawn = False
                editor.resize(size).press(key).draw(attack.chance.choice((0, 0.01, 0.05)))
            editor.is_drawn = True
            assert editor.alive, f"{attack.last} ended it with {editor.exit_code}"
            editor.resize(USUAL).press("escape").draw(0.13)
        answers(editor, attack)
        leaves(editor)
