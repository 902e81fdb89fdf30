"""Editors killed (-9) at any moment: no edit lost, nothing wrongly offered, nothing overwritten unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from adversary.conftest import COUNT, MINUTES
from adversary.harness import attacking
from adversary.life import Life

KILLS = 2 if COUNT + MINUTES == 0 else 4
"""How often an editor is killed in one life, at least; in a quick pass less often."""


@pytest.mark.attacks(1)
def test_killed_among_edits_saves_and_another_hand_s_work(seed: int, tmp_path: Path) -> None:
    with attacking("kills", seed, tmp_path) as attack:
        _live(Life(attack), editors=1)


@pytest.mark.attacks(1)
def test_two_editors_of_the_same_files_killed(seed: int, tmp_path: Path) -> None:
    with attacking("two", seed, tmp_path) as attack:
        _live(Life(attack), editors=2)


def _live(life: Life, editors: int) -> None:
    try:
        for _ in range(KILLS // editors):
            for _ in range(editors):
                life.begin()
            for _ in range(life.chance.randint(0, 5)):
                life.go_on()
            life.quit() if life.chance.random() < 0.1 else life.kill()
            if life.chance.random() < 0.15:
                life.kill_at_the_start()
        life.is_whole()
    finally:
        for session in life.sessions:
            session.editor.close()
