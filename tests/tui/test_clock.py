"""Time in the editor: measured by a process of its own, told, shown as the bar's share, and ended."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest
from editor import app_of, editor, make, press, screen_of
from textual.pilot import Pilot

from inspector.core.design.presets import preset
from inspector.files.design import read

ROW = re.compile(r"^ +[▸▾] (stem|conv\d_x|head) [^│]*? (\d+\.\d)[^\w│]*│", re.MULTILINE)
DIGITS = read(Path(__file__).parents[1] / "data" / "digits.toml")


async def _until(pilot: Pilot[None], seconds: float = 300, *, is_timed: bool = True) -> None:
    """Wait until the editor holds a measurement, or until it measures no more."""
    async with asyncio.timeout(seconds):
        while (clock := app_of(pilot).bench.clock) and clock.is_running:
            await pilot.pause(0.05)
    assert (app_of(pilot).bench.clock is not None) == is_timed
    await pilot.pause()


async def test_k_measures_and_the_bar_is_the_share_of_time() -> None:
    async with editor(DIGITS) as pilot:
        app_of(pilot).do("app.time")
        begun = app_of(pilot).bench.clock  # before its process can say how far it is
        assert begun is not None
        assert begun.words == "measuring; K ends it"
        await _until(pilot)
        text = screen_of(pilot)
        assert "% time" in text or "share of time" in text
        assert re.search(r"\d ms a run \(\d", text), text
        clock = app_of(pilot).bench.clock
        assert clock is not None
        assert clock.timing is not None
        shares = {row[1]: float(row[2]) for row in ROW.finditer(text)}
        assert set(shares) == {"stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"}
        for place in clock.timing.places:
            if place.name in shares:
                assert shares[place.name] == pytest.approx(100 * place.share, abs=0.051)


async def test_the_selected_place_says_its_own_time() -> None:
    async with editor(DIGITS, size=(120, 60)) as pilot:
        await press(pilot, "K")
        await _until(pilot)
        clock = app_of(pilot).bench.clock
        assert clock is not None
        assert clock.timing is not None
        line = next(line for line in screen_of(pilot).splitlines() if re.search(r"\btime\b.* ms\b", line))
        assert re.search(r"\d\.\d+ ms|\d+ ms", line)


async def test_an_edit_has_what_was_measured_told_as_of_the_design_before_and_k_measures_again() -> None:
    async with editor(DIGITS) as pilot:
        await press(pilot, "K")
        await _until(pilot)
        make(pilot, "conv5_x.planes=96")
        await pilot.pause()
        assert "% time" not in screen_of(pilot)
        await press(pilot, "K")
        await _until(pilot)
        clock = app_of(pilot).bench.clock
        assert clock is not None
        assert clock.design == app_of(pilot).bench.design
        assert "% time" in screen_of(pilot) or "share of time" in screen_of(pilot)


async def test_k_again_ends_it_and_its_process() -> None:
    async with editor(preset("resnet152")) as pilot:
        await press(pilot, "K")
        task = app_of(pilot).effects._timing  # noqa: SLF001  # which no person sees
        assert task is not None
        await pilot.pause(0.5)
        await press(pilot, "K")
        assert "no longer measured" in screen_of(pilot)
        await asyncio.wait((task,), timeout=20)
        assert task.cancelled()
        assert app_of(pilot).bench.clock is None


async def test_the_tree_is_moved_in_and_edited_while_it_measures() -> None:
    async with editor(preset("resnet152")) as pilot:
        await press(pilot, "K", "down", "down")
        place = app_of(pilot).bench.place.name
        make(pilot, "conv5_x.planes=384")
        await pilot.pause()
        clock = app_of(pilot).bench.clock
        assert clock is not None
        assert clock.is_running
        assert clock.design != app_of(pilot).bench.design
        await press(pilot, "K")
        assert app_of(pilot).bench.place.name == place


async def test_what_cannot_be_measured_is_one_line() -> None:
    async with editor(preset("resnet18")) as pilot:
        make(pilot, "input=64,3,8192,8192")
        await press(pilot, "K")
        await _until(pilot, is_timed=False)
        assert "not measured" in screen_of(pilot)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process that was stopped could outlive the editor")
async def test_what_measures_leaves_the_cores_to_an_edit_and_goes_on() -> None:
    async with editor(DIGITS) as pilot:
        await press(pilot, "K")
        process = app_of(pilot).effects._clock  # noqa: SLF001  # which no person sees
        assert process is not None
        async with asyncio.timeout(60):
            while not process._is_ready:  # noqa: SLF001
                await pilot.pause(0.02)
        make(pilot, "conv5_x.planes=96")
        assert process._release is not None  # noqa: SLF001  # it is held
        app_of(pilot).do("app.undo")
        await _until(pilot)
        assert "% time" in screen_of(pilot) or "share of time" in screen_of(pilot)
