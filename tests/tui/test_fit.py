"""Budgets in the editor: gauges, the largest value that holds, what is cheapest to cut, and the curve of a number."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from editor import app_of, editor, make, press, screen_of
from textual.pilot import Pilot

from inspector.core.budgets.budget import parse
from inspector.core.design.presets import preset
from inspector.files.design import budget_in, read_whole
from inspector.tui.screens.curve import CurveScreen
from inspector.tui.screens.fit import FitScreen

TO_PLANES = ["right_square_bracket"] * 4
FILE = 'base = "resnet50"\n\n[budget]\nmax_params = "20M"\n\n[budget.min_resolution]\nlayer4 = 7\n'


async def _fitted(pilot: Pilot[None]) -> FitScreen:
    await press(pilot, "F")
    screen = pilot.app.screen
    assert isinstance(screen, FitScreen)
    async with asyncio.timeout(60):
        while not screen._cuts and "trying" in screen_of(pilot):  # noqa: SLF001
            await pilot.pause(0.05)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_selected_number_first_and_then_what_leaves_most_of_the_weights(size: tuple[int, int]) -> None:
    async with editor(size=size) as pilot:
        await press(pilot, *TO_PLANES)
        app_of(pilot).do("app.set-budget", "params=20M macs=3.5G")
        screen = await _fitted(pilot)
        cuts = screen._cuts  # noqa: SLF001
        assert cuts[0].assignments == ("conv5_x.planes=232",)
        kept = [each.kept for each in cuts[1:] if each.assignments]
        assert kept == sorted(kept, reverse=True)
        text = screen_of(pilot)
        assert "512 → 232" in text
        assert "-12.4 M" in text
        await press(pilot, "down", "up", "enter")
        assert app_of(pilot).bench.design.conv5_x.planes == 232
        assert " over" not in screen_of(pilot)
        await press(pilot, "u")
        assert app_of(pilot).bench.design == preset("resnet50")


async def test_one_that_holds_may_grow() -> None:
    async with editor(size=(120, 40)) as pilot:
        await press(pilot, *TO_PLANES)
        app_of(pilot).do("app.set-budget", "params=30M")
        screen = await _fitted(pilot)
        assert [each.assignments for each in screen._cuts] == [("conv5_x.planes=584",)]  # noqa: SLF001


async def test_without_a_budget_it_is_said_how_to_have_one() -> None:
    async with editor(size=(120, 40)) as pilot:
        await press(pilot, "F")
        assert "there is no budget to fit" in screen_of(pilot)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_curve_of_a_number_has_where_one_is(size: tuple[int, int]) -> None:
    async with editor(size=size) as pilot:
        await press(pilot, *TO_PLANES, "R")
        assert isinstance(pilot.app.screen, CurveScreen)
        text = screen_of(pilot)
        assert "◉" in text or "@" in text
        assert "params over conv5_x.planes" in text
        assert ("MACs over conv5_x.planes" in text) == (size[1] >= 40)
        box = [line for line in text.splitlines() if "│" in line or "|" in line]
        assert len({len(line) for line in box}) == 1
        if size[1] < 40:
            await press(pilot, "space")
            assert "MACs over conv5_x.planes" in screen_of(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, CurveScreen)


async def test_a_word_has_no_curve() -> None:
    async with editor(size=(120, 40)) as pilot:
        await press(pilot, "e", "down")  # stride_on
        app_of(pilot).do("app.curve")
        await pilot.pause()
        assert "mark a number" in screen_of(pilot)


async def test_the_budget_of_a_design_file_is_shown_and_stays_in_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILE)
    design, budget = read_whole(path)
    async with editor(design, size=(200, 60), source=path) as pilot:
        app_of(pilot).do("choose.open", design, path, budget=budget)
        await pilot.pause()
        text = screen_of(pilot)
        assert "≤ 20.0 M, 5.56 M over" in text
        assert "██████" in text or "######" in text  # the gauge is full
        assert "1 other limit holds" in text
        make(pilot, "conv5_x.planes=384")
        await pilot.pause()
        assert "1.01 M left" in screen_of(pilot)
        await press(pilot, "ctrl+s", "enter", "enter")
        assert budget_in(path) == budget
        assert read_whole(path)[0].conv5_x.planes == 384
        make(pilot, "input=1,3,64,64")
        await pilot.pause()
        assert "resolution of conv5_x 5 short" in screen_of(pilot)


async def test_a_budget_is_put_into_the_file_of_the_design_and_both_hold(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    design, _ = read_whole(path)
    async with editor(design, size=(200, 60), source=path) as pilot:
        await press(pilot, "P", *"params=20M", "ctrl+s")
        assert budget_in(path) == parse("params=20M")
        await press(pilot, "P", *"params=12M", "enter")
        assert "≤ 12.0 M" in screen_of(pilot)
        await press(pilot, "P")
        assert "limits of its own: params=20M" in screen_of(pilot)
        await press(pilot, "escape")
        path.unlink()
        make(pilot, "conv5_x.planes=384")
        await press(pilot, "ctrl+s", "enter", "enter")
        assert budget_in(path) == parse("params=20M")


async def test_a_budget_for_a_file_is_unsaved_work_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editor(preset("resnet18"), size=(120, 40)) as pilot:
        await press(pilot, "P", *"params=5M", "ctrl+s")
        assert "not saved" in screen_of(pilot)
        await press(pilot, "q")
        assert "Quit without saving?" in screen_of(pilot)
        await press(pilot, "a")
        assert budget_in(tmp_path / "resnet18.toml") == parse("params=5M")


async def test_a_budget_that_others_wrote_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet18"\n')
    design, _ = read_whole(path)
    async with editor(design, size=(120, 40), source=path) as pilot:
        await press(pilot, "P", *"params=15M", "ctrl+s")
        path.write_text(path.read_text().replace("15M", "10M"))
        make(pilot, "num_classes=10")
        await press(pilot, "ctrl+s")
        assert budget_in(path) == parse("params=10M")
        assert read_whole(path)[0].num_classes == 10


async def test_of_two_limits_of_one_place_the_stricter_counts_however_it_is_spelt(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text('base = "resnet50"\n\n[budget.min_resolution]\nconv5_x = 14\n')
    design, budget = read_whole(path)
    async with editor(size=(200, 60)) as pilot:
        app_of(pilot).do("choose.open", design, path, budget=budget)
        app_of(pilot).do("app.set-budget", "min-resolution=layer4=7")
        await pilot.pause()
        assert "resolution of conv5_x 7 short" in screen_of(pilot)


async def test_a_small_screen_has_a_line_for_each_number() -> None:
    async with editor(size=(60, 20)) as pilot:
        app_of(pilot).do("app.set-budget", "params=5M")
        await _fitted(pilot)
        line = next(line for line in screen_of(pilot).splitlines() if "width" in line and "→" in line)
        assert line.rstrip(" │|").endswith("53")


async def test_a_limit_of_a_place_that_is_gone_is_said() -> None:
    async with editor(size=(120, 40)) as pilot:
        app_of(pilot).do("app.set-budget", "feature-maps=conv5_3=2048")
        make(pilot, "conv5_x.blocks=2")
        await pilot.pause()
        assert "conv5_3: no such node" in screen_of(pilot)
        await press(pilot, "P")
        assert "no such node" in screen_of(pilot)


async def test_every_limit_has_its_gauge_in_the_dialog() -> None:
    async with editor(size=(120, 40)) as pilot:
        app_of(pilot).do("app.set-budget", "params=26M max-weight-bytes=80MiB max-depth=50")
        await press(pilot, "P")
        text = screen_of(pilot)
        assert "weight bytes" in text
        assert "18.3 MB over" in text
        assert "0 left" in text
        assert parse("params=26M").of("max-params") == 26_000_000
