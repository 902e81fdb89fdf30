"""The badge: what torch said of the design in sight, and nothing of another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from editor import app_of, screen_of
from textual.pilot import Pilot

from inspector.bridge import process
from inspector.core.design.presets import preset
from inspector.tui import effects
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.widgets.badge import Badge

HEAD = """
import json, os, sys, time
def say(number, differences=(), problem=""):
    result = None if problem else {"layers": 158, "versions": {"torch": "0"}, "differences": list(differences)}
    print(json.dumps({"number": number, "result": result, "problem": problem}), flush=True)
print('{"number": 0}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    number, planes = asked["number"], asked["request"]["design"]["conv5_x"]["planes"]
"""
WRONG = '{"path": "fc", "name": "fc", "what": "params", "analysed": "7", "measured": "8"}'


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "worker.py"
    service = process.Torch
    monkeypatch.setattr(process, "Torch", lambda: service((str(path),), rest=0.05))
    monkeypatch.setattr(effects, "START", 0.05)
    return path


async def _until(pilot: Pilot[None], words: str) -> None:
    badge = pilot.app.query_one(Badge)
    for _ in range(200):
        if words in str(badge.render()):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{words!r} never came, but {badge.render()!s}")


def _app() -> InspectorApp:
    return InspectorApp(preset("resnet50"), settings=Settings(verify=True))


async def test_waiting_then_agreeing_and_what_was_compared(worker: Path) -> None:
    worker.write_text(HEAD + "    time.sleep(0.3); say(number)\n")
    async with _app().run_test(size=(120, 40), notifications=True) as pilot:
        await _until(pilot, "asking torch")
        await _until(pilot, "✓ torch agrees, 158 modules")
        await pilot.press("plus")
        await _until(pilot, "asking torch")
        await _until(pilot, "✓ torch agrees")
        await pilot.press("v")
        await pilot.pause()
        assert "158 modules compared with torch 0" in screen_of(pilot)


@pytest.mark.parametrize("edits", [1, 2, 4])
async def test_an_edit_right_after_the_start_is_verified(
    edits: int, worker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "START", 0.5)
    worker.write_text(HEAD + "    say(number)\n")
    async with _app().run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(edits):
            await pilot.press("plus")
        await _until(pilot, "✓ torch agrees, 158 modules")


async def test_a_process_that_dies_while_it_is_idle_is_no_news(worker: Path, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    worker.write_text(f"import os; open({str(pid)!r}, 'w').write(str(os.getpid()))\n" + HEAD + "    say(number)\n")
    async with _app().run_test(size=(120, 40)) as pilot:
        for _ in range(3):
            await _until(pilot, "✓ torch agrees")
            os.kill(int(pid.read_text()), 9)
            await pilot.pause(0.3)
            await _until(pilot, "✓ torch agrees")
            await pilot.press("plus")


async def test_a_difference_is_named_and_gone_to(worker: Path) -> None:
    worker.write_text(HEAD + f"    say(number, [{WRONG}])\n")
    app = _app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await _until(pilot, "✗ torch differs, fc")
        await pilot.click(Badge)
        await pilot.pause()
        assert app.bench.place.name == "fc"
        assert "params 7, torchinfo says 8" in screen_of(pilot)


async def test_why_it_cannot_be_said(worker: Path) -> None:
    worker.write_text(HEAD + "    say(number, problem='RuntimeError: [/x] no')\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, "? not verified: RuntimeError: [/x] no")
        app.do("app.make", "conv4_x.blocks=5000")
        await _until(pilot, "not verified live: over 2000 blocks")


async def test_the_editor_goes_on_without_torch(worker: Path) -> None:
    worker.write_text("raise SystemExit(1)\n")
    app = _app()
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, "not verified: torch's process ended twice")
        await pilot.press("plus")
        await pilot.pause()
        assert app_of(pilot).bench.design.num_classes == 1001
        await _until(pilot, "not verified: torch's process ended twice")
