"""Stopped, continued, hung up on, interrupted: it ends as it is told to, at once, and puts the terminal right."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import pytest
from adversary.harness import EDITOR, PARAMS, attacking, editing, is_clean

from inspector.cli.printer import CRASHED

SIGNALS = {"SIGTERM": 143, "SIGHUP": 129, "SIGINT": 130, "SIGQUIT": 131}
SOON = 5.0
"""Seconds that quitting may take where nothing is waited for, on a noisy machine."""
CRASHES = """
import sys
from inspector.cli import main
from inspector.tui import app
does = app.do
def do(bench, id, *arguments, **options):
    if id == "app.undo":
        raise ValueError("broken")
    return does(bench, id, *arguments, **options)
app.do = do
sys.exit(main(["--no-verify"]))
"""
"""An editor that crashes where one undoes."""


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(name: str, tmp_path: Path) -> None:
    number = signal.Signals[name]
    with attacking("ends", 0, tmp_path) as attack:
        with editing(attack.folders, size=(100, 20)) as editor:
            editor.wait_for(PARAMS).press("+").wait_for("25,559,081 params")
            attack.did(f"+, {name}")
            assert editor.send(number).ended(SOON) in (SIGNALS[name], -number)
            is_clean(editor)
        assert [each for each in attack.folders.journals.iterdir() if b"1001" in each.read_bytes()], "the work is lost"


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "lost"])
def test_a_crash_exits_70_and_says_what_has_become_of_the_work(tmp_path: Path, *, is_kept: bool) -> None:
    with attacking("crash", 0, tmp_path) as attack:
        with editing(attack.folders, program=(sys.executable, "-c", CRASHES), size=(100, 40)) as editor:
            editor.wait_for(PARAMS).press("+").wait_for("25,559,081 params")
            attack.did(f"+, {'' if is_kept else 'remove the journals, '}u, which crashes")
            if not is_kept:
                shutil.rmtree(attack.folders.journals)
            assert editor.press("u").ended(SOON) == CRASHED
            assert not editor.is_put_right()
            said = editor.text.replace("\n", "")
            assert "ValueError: broken" in said
            assert ("inspector offers it when it starts again" if is_kept else "What was not saved is lost") in said
        if is_kept:
            with editing(attack.folders, size=(100, 20)) as editor:
                editor.wait_for("W opens it").press("W").wait_for("num_classes=1001")


@pytest.mark.attacks(1)
def test_a_signal_at_any_moment(seed: int, tmp_path: Path) -> None:
    with attacking("moments", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        name, keys = (
            attack.chance.choice(list(SIGNALS)),
            attack.chance.choices("++u]?xwi", k=attack.chance.randint(0, 8)),
        )
        attack.did(f"keys {keys}, then {name}")
        editor.wait_for(PARAMS).press(*keys).draw(attack.chance.random() * 0.1)
        assert editor.send(signal.Signals[name]).ended(SOON) in (SIGNALS[name], -signal.Signals[name])
        is_clean(editor)


@pytest.mark.attacks(1)
def test_stopped_and_continued_it_quits_at_the_first_key(seed: int, tmp_path: Path) -> None:
    with attacking("stopped", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS)
        for _ in range(attack.chance.randint(1, 6)):
            seconds = attack.chance.random() * 0.1
            attack.did(f"SIGSTOP, SIGCONT after {seconds:.3f} s")
            editor.send(signal.SIGSTOP).draw(seconds).send(signal.SIGCONT).draw(attack.chance.random() * 0.1)
        attack.did("q")
        assert editor.press("q").ended(SOON) == 0
        is_clean(editor)


@pytest.mark.attacks(1)
def test_suspended_in_a_shell_and_brought_back(seed: int, tmp_path: Path) -> None:
    shell = ("/bin/bash", "--norc", "--noprofile", "-i")
    with attacking("shell", seed, tmp_path) as attack, editing(attack.folders, program=shell, size=(100, 20)) as editor:
        editor.press(" ".join(EDITOR), "enter").wait_for(PARAMS)
        for _ in range(attack.chance.randint(1, 3)):
            attack.did("^z, fg, +, u")
            editor.press("^z").wait_for("Stopped")
            editor.screen.reset()
            editor.press("fg", "enter").wait_for(PARAMS)
            editor.press("+").wait_for("25,559,081 params").press("u").wait_for(PARAMS)
        attack.did("q, echo $?")
        editor.screen.reset()
        editor.press("q").wait_for("bash-", SOON).press("echo ended with $?", "enter").wait_for("ended with 0", SOON)
        assert b"Traceback" not in editor.raw
        editor.press("exit", "enter")
        assert editor.ended() == 0
