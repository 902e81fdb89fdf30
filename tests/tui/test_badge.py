"""The badge, asking a worker that the tests write themselves: late, wrong, broken or gone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from inspector.core.edit import edit
from inspector.core.presets import preset
from inspector.tui.app import InspectorApp
from inspector.tui.settings import Settings
from inspector.tui.widgets import badge as module
from inspector.tui.widgets.badge import Badge

HEAD = """
import json, os, sys, time
def say(number, differences=(), problem=""):
    verdict = None if problem else {"layers": 158, "versions": {"torch": "0"}, "differences": list(differences)}
    print(json.dumps({"number": number, "verdict": verdict, "problem": problem}), flush=True)
print("a library says hello")
print('{"number": 0}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    number, planes = asked["number"], asked["design"]["conv5_x"]["planes"]
"""
WRONG = '{"path": "fc", "name": "fc", "what": "params", "analysed": "7", "measured": "8"}'


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "worker.py"
    monkeypatch.setattr(module, "WORKER", (str(path),))
    monkeypatch.setattr(module, "REST", 0.05)
    monkeypatch.setattr(module, "START", 0.05)
    assert sys.executable
    return path


async def _until(pilot: Pilot[None], words: str) -> Badge:
    badge = pilot.app.query_one(Badge)
    for _ in range(200):
        if words in str(badge.render()):
            return badge
        await pilot.pause(0.05)
    raise AssertionError(f"{words!r} never came, but {badge.render()!s}")


def _app() -> InspectorApp:
    return InspectorApp(preset("resnet50"), settings=Settings(verify=True))


async def test_waiting_then_agreeing(worker: Path) -> None:
    worker.write_text(HEAD + "    time.sleep(0.3); say(number)\n")
    async with _app().run_test(size=(120, 40)) as pilot:
        await _until(pilot, "asking torch")
        badge = await _until(pilot, "✓ torch agrees, 158 layers")
        assert badge.words == "158 layers compared with torch 0: path, output, params, mult-adds; all agree"
        await pilot.press("plus")
        await _until(pilot, "asking torch")
        await _until(pilot, "✓ torch agrees")


async def test_a_difference_is_named_and_gone_to(worker: Path) -> None:
    worker.write_text(HEAD + f"    say(number, [{WRONG}])\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        badge = await _until(pilot, "✗ torch differs, fc")
        assert badge.words == "1 differ, first fc: params 7, torchinfo says 8"
        await pilot.click(Badge)
        await pilot.pause()
        assert app.network.at(app.selected).name == "fc"


async def test_an_answer_for_a_design_that_is_no_longer_current_is_dropped(worker: Path) -> None:
    worker.write_text(
        HEAD + f"    time.sleep(0.5 if planes == 512 else 0); say(number, [{WRONG}] if planes == 512 else [])\n"
    )
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.4)
        app.become(app.history.record(edit(app.history.current, "conv5_x.planes=8"), ""))
        seen = set()
        for _ in range(40):
            seen.add(str(pilot.app.query_one(Badge).render()).split(",")[0])
            await pilot.pause(0.05)
        assert "✓ torch agrees" in seen
        assert not [each for each in seen if "differs" in each]


async def test_why_it_cannot_be_said(worker: Path) -> None:
    worker.write_text(HEAD + "    say(number, problem='RuntimeError: [/x] no')\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, "? not verified: RuntimeError: [/x] no")
        app.become(app.history.record(edit(app.history.current, "conv4_x.blocks=5000"), ""))
        await _until(pilot, "not verified live: over 2000 blocks")


async def test_a_worker_that_dies_is_started_once_more_and_not_for_ever(worker: Path) -> None:
    worker.write_text("raise SystemExit(1)\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, "not verified: torch's process ended twice")
        await pilot.press("plus")
        await pilot.pause()
        assert app.history.current.num_classes == 1001
        await _until(pilot, "not verified: torch's process ended twice")


async def test_a_worker_that_dies_in_between_is_started_anew(worker: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    worker.write_text(
        HEAD.replace("for line", f"first = not os.path.exists({str(mark)!r}); open({str(mark)!r}, 'w')\nfor line")
        + "    if first and planes != 512: os.kill(os.getpid(), 9)\n    say(number)\n"
    )
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, "✓ torch agrees")
        app.become(app.history.record(edit(app.history.current, "conv5_x.planes=8"), ""))
        await _until(pilot, "✓ torch agrees")
        assert app.history.current.conv5_x.planes == 8


async def test_an_answer_that_nobody_waits_for_any_more_is_not_waited_for(
    worker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALE", 0.2)
    worker.write_text(HEAD + "    time.sleep(600 if planes == 512 else 0); say(number)\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        app.become(app.history.record(edit(app.history.current, "conv5_x.planes=8"), ""))
        await _until(pilot, "✓ torch agrees")


@pytest.mark.skipif(sys.platform != "linux", reason="torch's process is paused on Linux alone")
async def test_a_process_that_was_paused_while_one_edited_is_not_taken_for_a_slow_one(
    worker: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "STALE", 1.5)
    monkeypatch.setattr(module, "REST", 0.3)
    starts = tmp_path / "starts"
    worker.write_text(
        HEAD.replace("for line", f"open({str(starts)!r}, 'a').write('x')\nfor line")
        + "    time.sleep(2 if planes == 512 else 0); say(number)\n"
    )
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        while not starts.exists():
            await pilot.pause(0.02)
        await pilot.pause(0.8)  # it is at work by now
        for planes in range(520, 700, 8):
            app.become(app.history.record(edit(app.history.current, f"conv5_x.planes={planes}"), ""))
            await pilot.pause(0.12)
        await _until(pilot, "✓ torch agrees")
    assert starts.read_text() == "x"
