"""Disks that are full: it is said, what was there before stays, and nothing half written is left."""

from __future__ import annotations

import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from adversary.harness import PARAMS, PROGRAM, Editor, Folders, as_a_person, attacking, editing, leaves

STEP = "25,559,081 params"
BEFORE = 'base = "resnet50"\n'


@contextmanager
def _small_disk(path: Path) -> Iterator[bool]:
    """A disk of 64 KiB at `path`; False where none may be mounted."""
    path.mkdir()
    command = ["/bin/mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "none", str(path)]
    is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["/bin/umount", "--lazy", str(path)], check=True)


def _nothing_may_grow() -> None:
    as_a_person()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _is_whole(folders: Folders) -> None:
    """The design file says what it said, and nothing lies beside it."""
    assert (folders.work / "mine.toml").read_text() == BEFORE
    assert [each.name for each in folders.work.iterdir()] == ["mine.toml"]
    assert all(each.stat().st_size for each in folders.journals.glob("*.journal")), "an empty journal"


def _is_refused(text: str) -> bool:
    """Whether it is said that there is no room, in however many lines."""
    words = re.sub(r"[│▌\s]+", " ", text).lower()
    return "no space" in words or "too large" in words


def _tries_in_vain(editor: Editor, folders: Folders) -> None:
    """Edit, save and export: each is refused in words, and the files stay what they are."""
    editor.wait_for(PARAMS).press("+").wait_for(STEP).wait_for("not kept")
    editor.press("^s").wait_for(_is_refused)
    _is_whole(folders)
    editor.press("x").wait_for("enter write").press("enter").wait_for("mine.toml")
    editor.wait_for(_is_refused)
    _is_whole(folders)
    editor.press("escape").wait_for(lambda text: "enter write" not in text)
    assert "not saved" in editor.text
    leaves(editor)


def test_on_a_full_disk_nothing_is_half_written(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk") as is_mounted:
        if not is_mounted:
            pytest.skip("no disk may be mounted here")
        with attacking("disk", 0, tmp_path / "disk" / "home") as attack:
            (attack.folders.work / "mine.toml").write_text(BEFORE)
            attack.did("mine.toml, a full disk, +, ^s, x")
            with editing(attack.folders, "mine.toml", size=(100, 20)) as editor:
                editor.wait_for(PARAMS)
                _fill(attack.folders.root / "filler")
                _tries_in_vain(editor, attack.folders)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"0" * 512):
                pass
        except OSError:
            return


def test_where_no_file_may_grow_nothing_is_half_written(tmp_path: Path) -> None:
    with attacking("limit", 0, tmp_path) as attack:
        (attack.folders.work / "mine.toml").write_text(BEFORE)
        attack.did("mine.toml, RLIMIT_FSIZE 0, +, ^s, x")
        with editing(attack.folders, "mine.toml", size=(100, 20), before=_nothing_may_grow) as editor:
            _tries_in_vain(editor, attack.folders)


def test_names_of_devices_are_answered_in_words(tmp_path: Path) -> None:
    with attacking("full", 0, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS).press("+").wait_for(STEP)
        attack.did("export to /dev/full, save to /dev/full, save to /dev/null")
        for keys in (("x", "tab"), ("S",)):
            editor.press(*keys).wait_for("enter write").press("^u", *"/dev/full", "enter").wait_for("/dev/full: ")
            editor.press("escape").wait_for(lambda text: "enter write" not in text)
        editor.press("S").wait_for("enter write").press("^u", *"/dev/null", "enter").draw(0.3).press("escape").draw(0.2)
        assert "not saved" in editor.wait_for(STEP).text, "what went to /dev/null counts as saved"
        leaves(editor)


@pytest.mark.parametrize("options", [("--output", "/dev/full"), ()])
def test_a_report_onto_a_full_disk_is_refused_in_a_line(options: tuple[str, ...], tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "report", *options], stdout=full, stderr=subprocess.PIPE, env=folders.variables, check=False
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert b"no space" in done.stderr.lower()
