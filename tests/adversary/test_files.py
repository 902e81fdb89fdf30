"""Files that are not what they should be: said in a line, set aside, never waited for, never the end of the editor."""

from __future__ import annotations

import re
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from adversary.harness import (
    PARAMS,
    PROGRAM,
    Attack,
    Editor,
    Folders,
    answers,
    as_a_person,
    attacking,
    editing,
    leaves,
    peak_of,
)
from adversary.odd_files import KINDS, WAITS

MOST_MEMORY = 400
"""MiB that an editor may take: it reads nothing whole that is no file of its own."""
LEFT = 1200


def _litter(attack: Attack, kinds: list[str]) -> None:
    """Put a file of each kind where a journal is expected, and one for what was kept, and for the settings."""
    folders = attack.folders
    for number, kind in enumerate(kinds):
        for ending in ("journal", "kept", "new"):
            KINDS[kind](folders.journals / f"{number}-{number}.{ending}")
    for place in (folders.state / "screen.json", folders.config / "config.toml"):
        kind = attack.chance.choice(kinds)
        attack.did(f"{place.name} is {kind}")
        place.unlink(missing_ok=True)
        KINDS[kind](place)


@pytest.mark.attacks(1)
def test_whatever_lies_in_the_state_folder_the_editor_starts(seed: int, tmp_path: Path) -> None:
    with attacking("state", seed, tmp_path) as attack:
        kinds = sorted(KINDS) if seed == 0 else attack.chance.sample(sorted(KINDS), attack.chance.randint(1, 4))
        attack.did(f"journals are {kinds}")
        _litter(attack, kinds)
        with editing(attack.folders, size=(100, 20)) as editor:
            editor.wait_for(PARAMS).press("+").wait_for("25,559,081 params").press("u").wait_for(PARAMS)
            attack.did("W")
            editor.press("W")
            answers(editor, attack)
            assert peak_of(editor) < MOST_MEMORY, f"{peak_of(editor)} MiB"
            leaves(editor)


def _killed_work(folders: Folders) -> Path:
    """The journal of an editor that was killed after one edit."""
    with editing(folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS).press("+").wait_for("25,559,081 params").kill()
    (journal,) = folders.journals.glob("*.journal")
    return journal


def _few_descriptors() -> None:
    as_a_person()
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def test_more_work_was_left_than_files_may_be_open(tmp_path: Path) -> None:
    with attacking("many", 0, tmp_path) as attack:
        journal = _killed_work(attack.folders)
        attack.did(f"{LEFT} copies of its journal, 256 descriptors")
        for number in range(LEFT):
            (journal.parent / f"{number}-1.journal").write_bytes(journal.read_bytes())
        with editing(attack.folders, size=(100, 20), before=_few_descriptors) as editor:
            editor.wait_for(PARAMS).wait_for("W opens").press("+").wait_for("25,559,081 params")
            attack.did("^s a.toml")
            editor.press("^s").wait_for("enter write").press("^u", *"a.toml", "enter").wait_for("wrote")
            assert (attack.folders.work / "a.toml").read_text() == 'base = "resnet50"\nnum_classes = 1001\n'
            attack.did("W, escape")
            editor.press("W").wait_for("─ Work that was not saved").press("escape").wait_for(
                _without("─ Work that was not saved")
            )
            leaves(editor)
        assert len(list(journal.parent.iterdir())) >= LEFT + 1, "work was thrown away unasked"


def test_a_journal_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    with attacking("version", 0, tmp_path) as attack:
        journal = _killed_work(attack.folders)
        data, count = re.subn(rb'"version":\d+', b'"version":99', journal.read_bytes())
        assert count
        journal.write_bytes(data)
        attack.did("start on a journal of version 99, W, quit")
        with editing(attack.folders, size=(100, 20)) as editor:
            editor.wait_for(PARAMS).press("W").wait_for("no earlier work").press("q")
            assert editor.ended() == 0
        assert [each.read_bytes() for each in journal.parent.iterdir()] == [data]


def _without(words: str) -> Callable[[str], bool]:
    return lambda text: words not in text


@pytest.mark.attacks(3)
def test_what_is_no_design_file_is_refused_in_a_line(seed: int, tmp_path: Path) -> None:
    kinds = [kind for kind in KINDS if kind not in WAITS]
    kind = kinds[(seed * 5 + 5) % len(kinds)]
    with attacking("model", seed, tmp_path) as attack:
        path = attack.folders.work / kind.replace(" ", "-")
        KINDS[kind](path)
        command = [*PROGRAM, "report", str(path)]
        attack.did(" ".join(command))
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
            env=attack.folders.variables,
            preexec_fn=as_a_person,  # no threads here
        )
        if kind in ("empty", "utf-16") and done.returncode == 0:  # a design file may say nothing
            return
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr[-2000:]
        assert "Traceback" not in done.stderr


DIALOGS = {
    "open": (("w", "n"), ()),
    "compare": (("B",), ()),
    "export": (("x", "tab"), ("^u",)),
    "save as": (("S",), ("^u",)),
}


def _name(editor: Editor, attack: Attack, dialog: str, name: str) -> None:
    """Give a name in a dialog: whatever it is of, the next key works."""
    attack.did(f"{dialog} {name!r}")
    opening, clearing = DIALOGS[dialog]
    editor.press(*opening).draw(0.15).press(*clearing, *name, "enter").draw(0.15)
    answers(editor, attack)


@pytest.mark.attacks(1)
def test_names_of_odd_files_are_answered(seed: int, tmp_path: Path) -> None:
    with attacking("names", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        for kind, make in KINDS.items():
            make(attack.folders.work / f"{kind.replace(' ', '-')}.toml")
        editor.wait_for(PARAMS)
        odd = ["fifo.toml", *(f"{kind.replace(' ', '-')}.toml" for kind in attack.chance.sample(sorted(KINDS), 2))]
        odd += attack.chance.sample(
            ["/dev/tty", "/dev/zero", "/dev/full", "/dev/null", "~", "~nobody/x", "a/b/c", "."], 1
        )
        for name in odd:
            _name(editor, attack, attack.chance.choice(sorted(DIALOGS)), name)
        assert peak_of(editor) < MOST_MEMORY, f"{peak_of(editor)} MiB"
        assert not [each for each in attack.folders.work.iterdir() if each.name.startswith(".")]
        leaves(editor)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    with attacking("pipe", 0, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        KINDS["fifo"](attack.folders.work / "pipe.toml")
        editor.wait_for(PARAMS)
        for dialog in DIALOGS:
            _name(editor, attack, dialog, "pipe.toml")
        leaves(editor)
