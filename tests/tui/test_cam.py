"""Pictures in the editor: run by torch's process on the edited network and the unedited one, drawn in cells, saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from editor import app_of, editor, make, press, screen_of
from PIL import Image
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.widgets import Input, Static

from inspector.core.cam.cells import HALF, Pixels, numbered
from inspector.core.cam.png import texts_of
from inspector.files.design import read
from inspector.session.bench import Weights
from inspector.tui.screens.cam import CamScreen
from inspector.tui.terminal import graphics

DATA = Path(__file__).parents[1] / "data"
DIGITS = read(DATA / "digits.toml")
WEIGHTS = Weights(DATA / "digits.safetensors", DIGITS)


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "seven.png"
    Image.fromarray(np.load(DATA / "digits-heldout.npz")["images"][3]).save(path)
    return path


async def _opened(pilot: Pilot[None]) -> CamScreen:
    app_of(pilot).do("app.look")
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, CamScreen)
    return screen


async def _looked(pilot: Pilot[None], screen: CamScreen, picture: Path | str) -> None:
    screen.query_one("#picture", Input).value = str(picture)
    await press(pilot, "enter")
    await _done(pilot, screen)


async def _done(pilot: Pilot[None], screen: CamScreen) -> None:
    async with asyncio.timeout(300):
        while screen._is_running:  # noqa: SLF001  # nothing else tells
            await pilot.pause(0.05)
    await pilot.pause()


def _edited(pilot: Pilot[None]) -> None:
    app_of(pilot).do("choose.open", DIGITS, None, WEIGHTS, "digits")
    make(pilot, "conv5_x.planes=80")


async def test_the_edited_network_and_the_unedited_one_are_shown_side_by_side(picture: Path) -> None:
    async with editor(DIGITS, size=(120, 40), ascii=False) as pilot:
        _edited(pilot)
        screen = await _opened(pilot)
        await _looked(pilot, screen, picture)
        text = screen_of(pilot)
        seen = screen._last.seen  # type: ignore[union-attr]  # noqa: SLF001
        assert [view.heat.category.number for view in seen.views][1] == 7
        named = next(line for line in text.splitlines() if "digits.safetensors" in line and "planes" in line)
        assert named.index("picture") < named.index("planes") < named.index("digits.safetensors")
        rows = [line for line in text.splitlines() if line.count(HALF) > 30]
        assert len(rows) >= 8
        assert len({line.count(HALF) for line in rows}) == 1
        assert "of the design before" not in text


async def test_what_was_seen_stays_and_is_told_to_be_of_the_design_before(picture: Path) -> None:
    async with editor(DIGITS, size=(120, 40), ascii=False) as pilot:
        _edited(pilot)
        screen = await _opened(pilot)
        await _looked(pilot, screen, picture)
        await press(pilot, "escape")
        make(pilot, "conv5_x.planes=96")
        screen = await _opened(pilot)
        assert screen.query_one("#picture", Input).value == str(picture)
        assert HALF in screen_of(pilot)
        assert "this is of the design before it was edited" in screen_of(pilot)
        await press(pilot, "enter")
        await _done(pilot, screen)
        assert "of the design before" not in screen_of(pilot)
        assert "96" in next(
            line for line in screen_of(pilot).splitlines() if "digits.safet" in line and "planes" in line
        ), screen_of(pilot)


async def test_the_picture_is_saved_beside_those_that_are_there(picture: Path) -> None:
    async with editor(DIGITS, size=(120, 40)) as pilot:
        _edited(pilot)
        screen = await _opened(pilot)
        await _looked(pilot, screen, picture)
        for name in ("seven-cam.png", "seven-cam-2.png"):
            await press(pilot, "ctrl+s")
            await _done(pilot, screen)
            assert f"{name}: written" in screen_of(pilot)
            assert texts_of(Path(name).read_bytes())["inspector.target"] == "conv5_2"


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.png", "no such file"), ("broken.png", "no picture"), ("/dev/zero", "is a device or a pipe")],
)
async def test_what_is_no_picture_is_one_line(picture: Path, name: str, words: str) -> None:
    Path("broken.png").write_bytes(picture.read_bytes()[:40])
    async with editor(DIGITS, size=(120, 40)) as pilot:
        screen = await _opened(pilot)
        await _looked(pilot, screen, name)
        assert str(screen.query_one(".problem", Static).render())
        assert words in screen_of(pilot), str(screen.query_one(".problem", Static).render())


async def test_files_and_folders_are_completed(picture: Path) -> None:
    (picture.parent / "folder").mkdir()
    picture.rename(picture.parent / "folder" / "seven.png")
    async with editor(DIGITS, size=(80, 24)) as pilot:
        screen = await _opened(pilot)
        await press(pilot, *"fo")
        field = screen.query_one("#picture", Input)
        await press(pilot, "tab")
        assert field.value == "folder/"
        await press(pilot, "tab")
        assert field.value == "folder/seven.png"


@pytest.mark.parametrize(("colours", "many"), [("256", 256), ("standard", 16)])
async def test_a_terminal_of_few_colours_is_sent_its_own(
    picture: Path, monkeypatch: pytest.MonkeyPatch, colours: str, many: int
) -> None:
    async with editor(DIGITS, size=(120, 40), ascii=False) as pilot:
        monkeypatch.setattr(type(pilot.app.console), "color_system", colours)
        screen = await _opened(pilot)
        await _looked(pilot, screen, picture)
        has = {numbered(number) for number in range(many)}
        maps = screen.query_one("#maps", Static)
        cells = [each for strip in maps.render_lines(maps.size.region) for each in strip if HALF in each.text]
        sent = {tuple(ink.triplet) for each in cells for ink in (each.style.color, each.style.bgcolor)}  # type: ignore[union-attr,arg-type]
        assert len(sent) > 2
        assert sent <= has


async def test_a_terminal_that_draws_is_given_the_pixels(picture: Path) -> None:
    drawn: list[Pixels] = []

    def draw(pixels: Pixels) -> Static:
        drawn.append(pixels)
        return Static("drawn", classes="picture")

    async with editor(DIGITS, size=(120, 40), draw=draw, ascii=False) as pilot:
        _edited(pilot)
        screen = await _opened(pilot)
        await _looked(pilot, screen, picture)
        seen = screen._last.seen  # type: ignore[union-attr]  # noqa: SLF001
        assert drawn[-3:] == [seen.picture, *(view.overlay for view in seen.views)]
        widgets = list(screen.query_one("#pixels", Horizontal).query(".picture"))
        assert [widget.size.width for widget in widgets] == [widgets[0].size.width] * 3
        assert all(widget.size.width == pytest.approx(2 * widget.size.height, abs=2) for widget in widgets)
        assert HALF not in screen_of(pilot)


def test_nothing_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert graphics.asked({}) is None
    monkeypatch.setattr(graphics, "find_spec", lambda _: None)
    assert graphics.missing() == "graphics = true: needs textual-image: pip install textual-image"
