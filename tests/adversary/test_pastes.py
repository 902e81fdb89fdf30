"""Pastes: nothing of one is a key, and the editor answers the next key soon, however much was pasted."""

from __future__ import annotations

from pathlib import Path

import pytest
from adversary.harness import PARAMS, Attack, Editor, answers, attacking, editing, leaves

MEGABYTE = 2**20
COLOURED = b"\x1b[31mqq\x1b[0m"
MISTAKE = "running_mean should contain 1024 elements not 2048"
PAYLOADS = (
    COLOURED,
    b"\x1b[31m\x1b[1mqqq\x1b[0m\r\n\x1b[A\x1b[B\x1b[5~\x1bOP\x11\x11",
    b"\x1bq\x1bq\x11\x03\x1a\x13\r\r\r",
    b"\x1b[<0;1;1M\x1b[<0;1;1m\x1b[Mabc\x1b[I\x1b[O\x1b[8;1;1t",
    b"q" * 2000,
    b"64\nq\nq\n",
    b"\xff\xfeqq\xc0",
    b"\x1b[200~qq\x1b[200~",
    "\u202eqq\x9b31m\x7f\0".encode(),
    b"Given groups=1, weight of size [" + b" " * 120 + b"], expected input[" + b" " * 200,
)
TARGETS = {
    "the tree": (),
    "find": ("/",),
    "a number": ("]", "]", "]", "]", "e"),
    "an error": ("I",),
    "a name": ("w", "r"),
    "a file's name": ("x", "tab"),
    "a model": ("w", "n"),
    "a command": ("^p",),
    "help": ("?",),
}


def _paste(editor: Editor, attack: Attack, target: str, payload: bytes) -> None:
    """Paste into something: the editor lives, and nothing has been edited once that is left."""
    attack.did(f"paste {payload[:80]!r}, {len(payload)} bytes, into {target}")
    editor.press(*TARGETS[target]).draw(0.2)
    editor.paste(payload)
    answers(editor, attack)
    editor.wait_for(PARAMS, 5)


@pytest.mark.attacks(1)
def test_nothing_of_a_paste_is_a_key(seed: int, tmp_path: Path) -> None:
    with attacking("pastes", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS)
        for target in attack.chance.sample(sorted(TARGETS), 3):
            _paste(editor, attack, target, attack.chance.choice(PAYLOADS))
        assert not list(attack.folders.work.iterdir()), "a paste wrote a file"
        leaves(editor)


@pytest.mark.attacks(1)
def test_a_megabyte_is_taken_in_a_moment(seed: int, tmp_path: Path) -> None:
    with attacking("megabyte", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS)
        target = ("find", "an error", "a number", "a name", "the tree", "a model")[seed % 6]
        _paste(editor, attack, target, (b"64 \x1b[1mq\x1b[0m 3x3 conv\n" * MEGABYTE)[:MEGABYTE])
        leaves(editor)


def test_coloured_text_is_pasted_without_its_colours(tmp_path: Path) -> None:
    with attacking("colours", 0, tmp_path) as attack, editing(attack.folders, size=(120, 40)) as editor:
        attack.did("paste a coloured number, and a coloured error")
        editor.wait_for(PARAMS).press("]", "]", "]", "]", "e").paste(b"\x1b[1;32m384\x1b[0m").press("enter")
        editor.wait_for("18,993,704 params").press("u").wait_for(PARAMS)
        editor.press("I").paste(f"\x1b[31mRuntimeError:\x1b[0m \x1b[1m{MISTAKE}\x1b[0m".encode())
        editor.wait_for("conv5_3.conv3=1024")
        assert editor.text.count("RuntimeError") == 1, editor.text
        assert "[31m" not in editor.text
        answers(editor, attack)
        leaves(editor)
