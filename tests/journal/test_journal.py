"""Journals, written and read in a real folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.core.design.edit import edit
from inspector.core.design.history import History
from inspector.core.design.presets import preset
from inspector.journal import folder as folders
from inspector.journal.folder import DAMAGED, KEPT, OPEN, Found, Journal, Unread, left
from inspector.journal.record import Written, begun, encoded, read

RESNET50 = preset("resnet50")
DESIGNS = [edit(RESNET50, f"conv5_x.planes={planes}") for planes in range(8, 80, 8)]


def _work(*edits: int) -> Written:
    history = History.of(RESNET50)
    for number in edits:
        history = history.record(DESIGNS[number], "conv5_x.planes")
    return Written(history, RESNET50)


@st.composite
def histories(draw: st.DrawFn) -> list[History]:
    """Histories as an editor has them one after another: edits, typing over the last one, undo, redo, jumps."""
    found = [History.of(RESNET50)]
    for _ in range(draw(st.integers(1, 12))):
        now = found[-1]
        how = draw(st.sampled_from(["edit", "edit", "type", "undo", "redo", "jump"]))
        design = draw(st.sampled_from(DESIGNS))
        if how == "edit":
            now = now.record(design, "conv5_x.planes")
        elif how == "type":
            now = now.undo().record(design, "conv5_x.planes")
        else:
            now = now.undo() if how == "undo" else now.redo() if how == "redo" else now.to(draw(st.integers(0, 5)))
        found.append(now)
    return found


def _written(folder: Path, works: list[Written]) -> Path:
    journal = Journal(folder)
    for work in works:
        assert journal.write(work) == ""
    (path,) = folder.glob(f"*{OPEN}")
    return path


@settings(max_examples=12)
@given(histories())
def test_a_journal_cut_off_at_every_byte_opens_with_the_work_of_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, found: list[History]
) -> None:
    works = [Written(history, RESNET50, place="conv5_x") for history in found]
    data = _written(tmp_path_factory.mktemp("journal"), works).read_bytes()
    assert read(data.splitlines(keepends=True)) == works[-1]
    lines = data.splitlines(keepends=True)
    states = [read(lines[:count]) for count in range(len(lines) + 1)]
    assert states[0] is None
    assert [state.history for state in states[1:] if state] == _distinct(found)
    for end in range(len(data)):
        assert read(data[:end].splitlines(keepends=True)) == states[data[:end].count(b"\n")]


def _distinct(found: list[History]) -> list[History]:
    return [one for number, one in enumerate(found) if not number or one != found[number - 1]]


def test_damage_in_the_middle_leaves_what_came_before_it(tmp_path: Path) -> None:
    path = _written(tmp_path, [_work(), _work(1), _work(1, 2)])
    lines = path.read_bytes().splitlines(keepends=True)
    lost = (
        b'{"line":"changed","keep":9,"steps":[],"at":0}\n',
        b'{"line":"moved","keep":9,"steps":[],"at":0}\n',
        b'{"line":"moved","keep":0,"steps":[],"at":0}\n',
        b'{"line":"moved","keep":1,"steps":[],"at":1}\n',
        b'{"line":"moved","keep":1,"steps":' + b"[" * 3000 + b"\n",
        b'{"line":"moved","keep":1,"steps":[{"patch":{"stages":{"conv9_x":{}}}}],"at":1}\n',
        b'{"line":"moved","keep":1,"steps":[{"patch":{"fields":{"nothing":1}}}],"at":1}\n',
        b'{"line":"later","keep":1}\n',
    )
    for damaged in (b"\x00\xff\n", b"{}\n", *lost, lines[1][:40] + b"\n"):
        assert read([lines[0], damaged, *lines[1:]]) == _work()
    impossible = lines[1].replace(b'"planes":16', b'"planes":0')
    assert impossible != lines[1]
    assert read([lines[0], impossible]) == _work()
    assert read([b"no journal\n"]) is None


def test_work_that_is_open_is_not_offered_and_work_that_was_left_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(_work(1, 2))
    assert list(left(tmp_path)) == []
    journal._let_go()  # noqa: SLF001  # as the system does it with a process that ends
    found, twice = _left(tmp_path), _left(tmp_path)
    assert found.work == _work(1, 2)
    again, another = found.resume(), twice.resume()
    again.write(_work(1, 2, 3))
    another.write(_work(1, 2, 4))
    twice.forget()
    twice.set_aside()
    assert list(left(tmp_path)) == [], "whoever comes second has a copy, and takes nothing away"
    again._let_go()  # noqa: SLF001
    assert _left(tmp_path).work == _work(1, 2, 3)
    another.let_go()
    assert {each.work for each in left(tmp_path) if isinstance(each, Found)} == {_work(1, 2, 3), _work(1, 2, 4)}


def _left(folder: Path, ending: str = OPEN) -> Found:
    (found,) = left(folder, ending)
    assert isinstance(found, Found)
    return found


def test_what_is_declined_is_kept_for_a_while(tmp_path: Path) -> None:
    _orphan(tmp_path, _work(1))
    found = _left(tmp_path)
    found.set_aside()
    assert list(left(tmp_path)) == []
    found = _left(tmp_path, KEPT)
    assert found.work == _work(1)
    found.set_aside()
    (path,) = tmp_path.iterdir()
    _make_old(path)
    assert list(left(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def _make_old(path: Path) -> None:
    old = time.time() - 31 * 86_400
    os.utime(path, (old, old))


def test_work_of_a_crash_is_offered_however_long_ago_and_then_kept_from_now_on(tmp_path: Path) -> None:
    _orphan(tmp_path, _work(1))
    (path,) = tmp_path.iterdir()
    _make_old(path)
    found = _left(tmp_path)
    found.set_aside()
    found = _left(tmp_path, KEPT)
    assert found.work == _work(1)


def test_a_history_that_was_cut_short_is_undone_past_where_it_begins(tmp_path: Path) -> None:
    history = History.of(RESNET50)
    for number in range(1500):
        history = history.record(DESIGNS[number % 9], "conv5_x.planes")
    journal = Journal(tmp_path)
    for each in (history.to(100), history.to(99), history.to(99).record(DESIGNS[0], "x"), history.to(3)):
        assert journal.write(Written(each, RESNET50)) == ""
        (path,) = tmp_path.iterdir()
        work = read(path.read_bytes().splitlines(keepends=True))
        assert work is not None
        assert work.history.current == each.current


def test_a_path_that_is_no_text_is_written_down(tmp_path: Path) -> None:
    path = _written(tmp_path, [Written(_work(1).history, RESNET50, os.fsencode("m\udcff.toml"))])
    work = read(path.read_bytes().splitlines(keepends=True))
    assert work is not None
    assert work.source == b"m\xff.toml"
    journal = Journal(tmp_path)
    assert "surrogates" in journal.write(Written(_work(1).history, RESNET50, name="\udcff"))


def _orphan(folder: Path, work: Written) -> None:
    journal = Journal(folder)
    journal.write(work)
    journal._let_go()  # noqa: SLF001


def test_at_most_so_many_works_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "KEPT_WORKS", 20)
    for number in range(25):
        journal = Journal(tmp_path)
        journal.write(_work(number % 9))
        journal.end()
    list(left(tmp_path))
    assert len(list(tmp_path.glob(f"*{KEPT}"))) == 20


def test_work_that_is_saved_or_untouched_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(_work(1))
    journal.write(Written(_work(1).history, DESIGNS[1], b"mine.toml"))
    journal.end()
    _orphan(tmp_path, _work())
    assert list(left(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_journal_is_bounded_and_keeps_both_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 20_000)
    monkeypatch.setattr("inspector.journal.record.MOST_BYTES", 5_000)
    journal, history = Journal(tmp_path), History.of(RESNET50)
    largest = 0
    for number in range(600):
        history = history.record(DESIGNS[number % 9], "conv5_x.planes")
        assert journal.write(Written(history, RESNET50)) == ""
        (path,) = tmp_path.iterdir()
        largest = max(largest, path.stat().st_size)
    assert 20_000 < largest < 21_000
    work = read(path.read_bytes().splitlines(keepends=True))
    assert work is not None
    count = len(work.history.steps)
    assert 40 <= count < 300
    assert work.history.steps == (history.steps[0], *history.steps[-count + 1 :])
    assert work.history.current == history.current
    back = history.to(len(history.steps) - 5)
    for far in (back, back.undo(), back.to(3), back.to(4), back.to(0), history, back.to(3).record(DESIGNS[0], "x")):
        assert journal.write(Written(far, RESNET50)) == ""
        work = read(path.read_bytes().splitlines(keepends=True))
        assert work is not None
        assert work.history.current == far.current
        assert path.stat().st_size < 21_000


def test_a_line_is_as_long_as_the_edit_not_as_the_design(tmp_path: Path) -> None:
    design = edit(RESNET50, "conv4_x.blocks=1000", *(f"conv4_{at}.conv1={8 + at}" for at in range(1, 1001)))
    journal, history = Journal(tmp_path), History.of(design)
    journal.write(Written(history.record(edit(design, "num_classes=7"), "x"), design))
    (path,) = tmp_path.iterdir()
    begun = path.stat().st_size
    history = history.record(edit(design, "num_classes=7"), "x")
    for classes in range(8, 28):
        history = history.record(edit(history.current, f"num_classes={classes}"), "num_classes")
        history = history.record(edit(history.current, f"conv4_500.conv1={8 * classes}"), "conv4_500.conv1")
        journal.write(Written(history, design))
    assert path.stat().st_size - begun < 20 * 300
    journal.let_go()
    assert _left(tmp_path).work.history == history


def test_a_journal_that_is_removed_under_its_editor_is_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = Journal(folder)
    journal.write(_work(1))
    (path,) = folder.iterdir()
    path.unlink()
    assert not journal.is_there
    journal.write(_work(1, 2))
    assert journal.is_there
    shutil.rmtree(folder)
    assert not journal.is_there
    assert journal.end() == ""
    assert _left(folder, KEPT).work == _work(1, 2)
    journal = Journal(folder)
    journal.write(_work(3))
    shutil.rmtree(folder)
    folder.write_text("in its place")
    assert journal.write(_work(3, 4)) == "file exists"
    assert journal.end() == "file exists", "what cannot be kept is told"


def test_what_is_no_journal_is_set_aside_with_a_word_and_one_of_a_later_version_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"1{OPEN}").write_bytes(b"[" * 3000)
    (tmp_path / f"2{OPEN}").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / f"3{OPEN}")
    (tmp_path / f"4{OPEN}").mkdir()
    with (tmp_path / f"5{OPEN}").open("wb") as large:
        large.truncate(2**40)
    later = tmp_path / f"6{OPEN}"
    later.write_bytes(b'{"line":"begun","version":3,"first":{"design":{}},"steps":[],"at":0,"saved":null}\n')
    _orphan(tmp_path, _work(1))
    found = list(left(tmp_path))
    assert [each.work for each in found if isinstance(each, Found)] == [_work(1)]
    told = {each.path.stem: each.reason for each in found if isinstance(each, Unread)}
    assert sorted(told) == ["1", "2", "3", "4", "5", "6"]
    assert "later version" in told["6"]
    assert later.exists()
    assert len(list(tmp_path.glob(f"*{DAMAGED}"))) == 5
    assert [each for each in left(tmp_path) if isinstance(each, Unread)] == [Unread(later, told["6"])]


def test_work_that_is_only_offered_holds_no_file(tmp_path: Path) -> None:
    for number in range(60):
        _orphan(tmp_path, _work(number % 9))
    before = len(list(Path("/proc/self/fd").iterdir()))
    found = list(left(tmp_path))
    assert len(found) == 60
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_was_half_written_is_cleared_away_once_nobody_writes_it(tmp_path: Path) -> None:
    for name in ("1.new", "2.new"):
        (tmp_path / name).write_text("half")
    old = time.time() - 120
    os.utime(tmp_path / "1.new", (old, old))
    list(left(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["2.new"]


def test_of_too_many_works_what_nothing_was_done_in_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "KEPT_WORKS", 3)
    for number in (1, 2, 3):
        _orphan(tmp_path, _work(number))
        _left(tmp_path).set_aside()
        (path,) = tmp_path.glob(f"*{KEPT}") if number == 1 else (None,)
        if path is not None:
            os.utime(path, (time.time() - 86_400,) * 2)
    empty = Written(History.of(DESIGNS[0]), RESNET50)
    (tmp_path / f"9{KEPT}").write_bytes(encoded(begun(empty)[0]))
    list(left(tmp_path))
    assert {each.work for each in left(tmp_path, KEPT) if isinstance(each, Found)} == {_work(1), _work(2), _work(3)}


def test_a_full_disk_is_told_once_and_mended_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    assert journal.write(_work(1)) == ""
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert journal.write(_work(1, 2)) == "no space left on device"
        assert journal.write(_work(1, 2, 3)) == ""
    assert journal.write(_work(1, 2, 3, 4)) == ""
    (path,) = tmp_path.iterdir()
    assert read(path.read_bytes().splitlines(keepends=True)) == _work(1, 2, 3, 4)


def test_a_folder_that_cannot_be_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "journal")
    assert journal.write(_work(1)) == "not a directory"
    assert journal.write(_work(1, 2)) == ""
    journal.end()
    assert list(left(tmp_path / "file" / "journal")) == []


WRITER = """
import sys
from pathlib import Path
from inspector.core.design.edit import edit
from inspector.core.design.history import History
from inspector.core.design.presets import preset
from inspector.journal.folder import Journal
from inspector.journal.record import Written
journal, base = Journal(Path(sys.argv[1])), preset("resnet50")
history = History.of(base)
for number in range(1, 60_000):
    history = history.record(edit(base, f"conv5_x.planes={number}"), "conv5_x.planes")
    journal.write(Written(history, base))
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_loses_at_most_the_edit_in_flight(tmp_path: Path) -> None:
    for number in range(8):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.003 * number)
            writer.send_signal(signal.SIGKILL)
            told = int(["1", *writer.stdout.read().split("\n")[:-1]][-1])
        found = _left(tmp_path)
        assert told <= found.work.history.current.conv5_x.planes <= told + 1
        assert len(found.work.history.steps) == found.work.history.current.conv5_x.planes + 1
        found.resume().end()
