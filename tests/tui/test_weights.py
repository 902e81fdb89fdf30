"""Weights in the editor: opened, marked row by row, listed, in totals, ripple and ways; kept in a journal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import torch
from editor import app_of, editor, make, press, screen_of
from safetensors.torch import load_file, save_file
from terminal import terminal
from textual.pilot import Pilot
from textual.widgets import Input, Static

from inspector.bridge.build import build
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.survival import survival, survival_at
from inspector.files.checkpoints import opened
from inspector.session.bench import Weights
from inspector.session.view import seen
from inspector.tui.screens.adapt import AdaptScreen
from inspector.tui.screens.choose import ChooseScreen
from inspector.tui.screens.weights import WeightsScreen

RESNET18 = preset("resnet18")
TEN = edit(RESNET18, "num_classes=10")


@pytest.fixture(scope="session")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "mine.safetensors"
    save_file(dict(build(TEN).state_dict()), path)
    return path


async def test_a_file_of_weights_is_opened_and_what_survives_is_shown(mine: Path) -> None:
    async with editor(size=(120, 40)) as pilot:
        app_of(pilot).do("app.designs")
        await pilot.pause()
        await press(pilot, "n")
        assert isinstance(pilot.app.screen, ChooseScreen)
        await press(pilot, *str(mine).replace("/", "\0").replace("\0", "/"), "enter")
        await pilot.pause()
        bench = app_of(pilot).bench
        assert bench.design == TEN
        assert bench.work.weights == Weights(mine, TEN)
        assert not bench.work.is_unsaved
        assert bench.baseline.design == TEN
        said = [str(each.message) for each in pilot.app._notifications]  # noqa: SLF001  # what is shown in corners
        assert any("ResNet-18, torchvision's names, 10 classes" in each for each in said), said
        screen = screen_of(pilot)
        assert "mine.safetensors" in screen.splitlines()[0]
        assert ", edited" not in screen.splitlines()[0]
        make(pilot, "conv5_2.conv2=256")
        await pilot.pause()
        assert "115 of 122 tensors survive" in screen_of(pilot)
        assert survival(analyze(TEN), bench.network).is_whole


async def test_rows_are_marked_by_what_survives(mine: Path) -> None:
    async with editor(TEN, size=(120, 60)) as pilot:
        bench = app_of(pilot).bench
        assert "≠" not in screen_of(pilot)
        app_of(pilot).do("choose.open", TEN, None, Weights(mine, TEN), "mine.safetensors: ResNet-18")
        for change, sign in (("conv5_2.conv2=256", "≠"), ("conv5_x.stride=1", "≈")):
            make(pilot, change)
            await press(pilot, "4")
            await pilot.pause()
            bench = app_of(pilot).bench
            tree = pilot.app.screen.query_one("#tree")
            rows = tree._rows  # type: ignore[attr-defined]  # noqa: SLF001
            before = seen(bench).pretrained
            marked = 0
            for row, where in enumerate(rows):
                line = "".join(text for text, _ in tree._row(where, tree._columns))  # type: ignore[attr-defined]  # noqa: SLF001
                found = survival_at(before, bench.network, where)
                lost = found.other_shape.tensors + found.new.tensors
                wanted = "≠" if lost else "≈" if found.other_use.tensors else ""
                assert wanted in line if wanted else not {"≠", "≈"} & set(line), (row, line)
                marked += bool(wanted)
            assert marked
            assert sign in screen_of(pilot)
            app_of(pilot).do("app.undo")
        app_of(pilot).do("app.ripple")
        make(pilot, "num_classes=20")
        await pilot.pause()
        assert "weights: 2 tensors do not fit" in screen_of(pilot)


async def test_the_list_of_what_survives_and_the_ways_go_by_the_weights_that_were_opened(mine: Path) -> None:
    async with editor(TEN, size=(120, 50)) as pilot:
        app_of(pilot).do("choose.open", TEN, None, Weights(mine, TEN), "")
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, WeightsScreen)
        assert "all of them fit, and mean what they did" in screen_of(pilot)
        await press(pilot, "escape")
        make(pilot, "conv5_2.conv2=256")
        await press(pilot, "p")
        screen = screen_of(pilot)
        for words in (
            "What survives of the weights of mine.safetensors",
            "layer4.1.conv2.weight",
            "other shape",
            "new",
        ):
            assert words in screen
        await press(pilot, "escape", "T", *"1024")
        await pilot.pause()
        assert "fit, of 122" in screen_of(pilot)


async def test_without_a_file_the_presets_weights_are_told_of() -> None:
    async with editor(size=(120, 40)) as pilot:
        assert "survive" not in screen_of(pilot)
        make(pilot, "conv5_x.planes=256")
        await press(pilot, "p")
        assert "What would survive of pretrained weights of resnet50" in screen_of(pilot)
        assert "≠" not in screen_of(pilot)


async def test_what_cannot_be_opened_is_said_in_the_dialog(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"epoch": 3, "lr": 0.1}, path)
    async with editor(size=(120, 40)) as pilot:
        app_of(pilot).do("choose.open", RESNET18)
        app_of(pilot).effects._dialogs.open("choose", "open")  # noqa: SLF001  # as an outcome asks for it
        await pilot.pause()
        await press(pilot, *str(path), "enter")
        await pilot.pause()
        assert "no mapping of tensors, but: epoch, lr" in _problem(pilot)
        assert isinstance(pilot.app.screen, ChooseScreen)


def test_weights_that_were_opened_are_there_again_after_a_kill(mine: Path, tmp_path: Path) -> None:
    with terminal(str(mine), size=(120, 40), cwd=tmp_path) as first:
        first.wait("mine.safetensors")
        first.press("]", "]", "]", "]", "+")
        first.wait("survive")
        os.kill(first.pid, signal.SIGKILL)
    with terminal("resnet50", size=(120, 40), cwd=tmp_path) as second:
        second.wait("W opens it")
        second.press("W", "enter")
        second.wait("mine.safetensors")
        second.wait("survive")


def _problem(pilot: Pilot[None]) -> str:
    """What the dialog says is wrong."""
    return str(pilot.app.screen.query_one(".problem", Static).render())


DIGITS = Path(__file__).parents[1] / "data" / "digits.safetensors"


async def test_weights_are_carried_over_from_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    of = opened(DIGITS)
    assert of.teller
    async with editor(size=(120, 45)) as pilot:
        assert app_of(pilot).bench.work.weights is None
        await press(pilot, "a")
        assert not isinstance(pilot.app.screen, AdaptScreen)
        app_of(pilot).do("choose.open", of.design, None, Weights(DIGITS, of.design), "")
        make(pilot, "conv5_2.conv3=300")
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AdaptScreen)
        assert "a new projection passes its input on" in screen_of(pilot)
        await press(pilot, "down")
        promised = "the same outputs as before in eval mode, up to rounding"
        assert promised in screen_of(pilot)
        pilot.app.screen.query_one(Input).value = "out.safetensors"
        await press(pilot, "enter")
        assert "torch carries the weights over" in screen_of(pilot)
        for _ in range(1200):
            await pilot.pause(0.05)
            if "written" in screen_of(pilot):
                break
        assert "outputs differ by at most" in screen_of(pilot)
        new = opened(tmp_path / "out.safetensors")
        assert new.design == app_of(pilot).bench.design
        module = build(new.design)
        module.load_state_dict(load_file(tmp_path / "out.safetensors"), strict=True)
        await press(pilot, "enter")
        assert "enter once more writes over it" in screen_of(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, AdaptScreen)


async def test_what_goes_wrong_while_carrying_over_is_one_line_in_the_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    of = opened(DIGITS)
    async with editor(size=(120, 45)) as pilot:
        app_of(pilot).do("choose.open", of.design, None, Weights(tmp_path / "gone.pth", of.design), "")
        make(pilot, "conv5_2.conv3=300")
        await press(pilot, "a", "enter")
        for _ in range(600):
            await pilot.pause(0.05)
            if "gone.pth: no" in _problem(pilot):
                break
        assert "gone.pth: no such file or directory" in _problem(pilot)
        assert list(tmp_path.iterdir()) == []
