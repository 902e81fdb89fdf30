"""Notes, pasted errors, the Grad-CAM target, copying, and keys of one's own."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pyperclip
import pytest
from editor import RESNET50, TO_CONV5, app_of, editor, press, screen_of, selected
from terminal import Terminal
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.report.copies import copies
from inspector.session.outcome import Say
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.screens.copy import CopyScreen
from inspector.tui.screens.edits import EditsScreen
from inspector.tui.screens.mistake import MistakeScreen
from inspector.tui.screens.norm import NormScreen
from inspector.tui.screens.note import NoteScreen
from inspector.tui.screens.steps import StepsScreen
from inspector.tui.screens.target import TargetScreen


async def test_a_note_tells_of_the_place_and_turns_to_the_others_and_the_other_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    async with editor() as pilot:
        await press(pilot, *TO_CONV5, "i")
        assert isinstance(pilot.app.screen, NoteScreen)
        assert "Planes, inplanes, expansion" in screen_of(pilot)
        assert "512 × 4 = 2048" in screen_of(pilot)
        await press(pilot, "right", "right")
        assert "two kinds of residual block" in screen_of(pilot)
        await press(pilot, "L")
        assert "보틀넥" in screen_of(pilot)
        await press(pilot, "escape", "i")
        assert "기본 너비" in screen_of(pilot)
        await press(pilot, "i")
        assert not isinstance(pilot.app.screen, NoteScreen)


async def test_the_settings_choose_the_language() -> None:
    async with editor(lang="ko") as pilot:
        await press(pilot, "i")
        assert "필터, 채널" in screen_of(pilot)


async def _said(pilot: Pilot[None], words: str) -> None:
    for _ in range(500):
        await pilot.pause(0.02)
        if words in screen_of(pilot):
            return
    raise AssertionError(screen_of(pilot))


async def test_an_error_that_is_pasted_is_explained_and_the_edit_made() -> None:
    async with editor() as pilot:
        await press(pilot, "I")
        assert isinstance(pilot.app.screen, MistakeScreen)
        pilot.app.screen.query_one(TextArea).text = "hello"
        await _said(pilot, "No shape error of torch")
        pilot.app.screen.query_one(TextArea).text = "RuntimeError: running_mean should contain 1024 elements not 2048"
        await _said(pilot, "conv5_3.bn3 (layer4.2.bn3)")
        await press(pilot, "tab", "enter")
        assert app_of(pilot).bench.history.current == edit(RESNET50, "conv5_3.conv3=1024")
        await press(pilot, "u", "I")
        pilot.app.screen.query_one(TextArea).text = "mat1 and mat2 shapes cannot be multiplied (1x1024 and 2048x1000)"
        await _said(pilot, "fc was built for 2048 inputs")
        await press(pilot, "tab", "down", "down", "down", "enter")
        assert selected(pilot) == "fc"


async def test_an_error_without_an_edit_offers_none() -> None:
    async with editor() as pilot:
        await press(pilot, "I")
        for text, words in (
            ("mat1 and mat2 shapes cannot be multiplied (1x777 and 333x1000)", "fc was built for other inputs"),
            ('Missing key(s) in state_dict: "layer4.3.conv1.weight".', "the checkpoint has other shapes"),
        ):
            pilot.app.screen.query_one(TextArea).text = text
            await _said(pilot, words)
            assert "go to conv5_4" not in screen_of(pilot)
        pilot.app.screen.query_one(TextArea).text = "mat1 and mat2 shapes cannot be multiplied (1x777 and 333x1000)"
        await _said(pilot, "fc was built for other inputs")
        await press(pilot, "f2")
        assert isinstance(pilot.app.screen, NoteScreen)


def test_the_command_that_is_copied_can_be_run() -> None:
    design = edit(preset("resnext50_32x4d"), "conv2_x.width_per_group=64", "conv2_x.planes=8")
    network = analyze(design)
    command = dict(copies(network, network.place))["command"].split()
    assert edit(preset(command[1]), *command[3::2]) == design


async def test_the_palette_knows_the_notes() -> None:
    async with editor(lang="en") as pilot:
        await press(pilot, "ctrl+p", *"note: batch")
        await pilot.pause(0.3)
        await press(pilot, "down", "enter")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, NoteScreen)
        assert "what it holds" in screen_of(pilot)


async def test_the_price_of_fewer_feature_maps_is_said_before_it_is_paid() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        await press(pilot, "T")
        assert isinstance(app.screen, TargetScreen)
        await press(pilot, *"1024")
        text = screen_of(pilot)
        for words in ("+548,864", "conv5_3.downsample  new: 1×1, 2048 → 1024", "the identity no longer fits"):
            assert words in text
        assert app.bench.history.current == RESNET50
        await press(pilot, "enter")
        assert app.bench.history.current == edit(RESNET50, "conv5_3.conv3=1024")
        assert app.bench.place.name == "conv5_3"
        await press(pilot, "T", "0", "enter")
        assert isinstance(app.screen, TargetScreen)
        await press(pilot, "escape")


async def test_what_is_copied_goes_to_the_terminal_and_to_a_clipboard_that_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []

    def copy_xclip(text: str) -> None:
        taken.append(text)

    monkeypatch.setattr(pyperclip, "determine_clipboard", lambda: (copy_xclip, None))
    async with editor() as pilot:
        app = app_of(pilot)
        await press(pilot, *TO_CONV5, "y")
        assert isinstance(app.screen, CopyScreen)
        text = screen_of(pilot)
        for words in ("layer4", "conv5_x.planes=512", "target_layers = [model.layer4[-1]]", 'target_layer="layer4.2"'):
            assert words in text
        await press(pilot, "enter")
        for _ in range(100):
            await pilot.pause(0.02)
            if "copied" in screen_of(pilot):
                break
        assert (app.clipboard, taken) == ("layer4", ["layer4"])
        assert "the terminal (OSC 52) and xclip" in screen_of(pilot)


async def test_keys_of_one_s_own_work_and_are_shown() -> None:
    async with editor(keys={"app.undo": "z", "app.help": "f3", "tree.next-stage": "full_stop"}) as pilot:
        app = app_of(pilot)
        await press(pilot, *["full_stop"] * 4, "plus")
        assert app.bench.history.current.conv5_x.planes == 520
        assert "z undo" in screen_of(pilot)
        await press(pilot, "u")
        assert app.bench.history.current.conv5_x.planes == 520
        await press(pilot, "z")
        assert app.bench.history.current == RESNET50
        await press(pilot, "f3")
        assert "z               Undo" in screen_of(pilot)


async def test_what_is_wrong_with_the_settings_is_said_and_the_editor_is_there() -> None:
    app = InspectorApp(RESNET50, settings=Settings(verify=False))
    app.words = [Say("settings: them: unknown setting", 8, "warning")]
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        assert "settings: them: unknown setting" in screen_of(pilot)
        await press(pilot, *TO_CONV5, "plus")
        assert app.bench.history.can_undo


def test_ctrl_z_suspends_and_fg_comes_back_whole(tmp_path: Path) -> None:
    shell = "import os; os.environ['PS1'] = 'shell: '; os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"
    editor = Terminal("-c", shell, columns=80, lines=24, cwd=tmp_path)
    try:
        editor.wait("shell:").send(f"{sys.executable} -m inspector --no-verify\r")
        editor.wait("25,557,032 params").settle().press("escape", "]", "]", "]", "]", "+").wait("26,018,376 params")
        before = editor.text
        editor.send("\x1a").wait("Stopped").send("fg\r")
        editor.wait("26,018,376 params").settle()
        assert editor.text == before
        editor.press("u").wait("25,557,032 params").press("q").wait("shell:")
    finally:
        editor.close()


def test_an_error_that_is_pasted_into_a_terminal_needs_one_more_key(tmp_path: Path) -> None:
    text = "Traceback:\r  File net.py\rRuntimeError: running_mean should contain 1024 elements not 2048\r"
    editor = Terminal("-m", "inspector", "--no-verify", columns=80, lines=24, cwd=tmp_path)
    try:
        editor.wait("25,557,032 params").settle().press("I").send(f"\x1b[200~{text}\x1b[201~")
        editor.wait("conv5_3.bn3 (layer4.2.bn3)").settle().press("enter").wait("26,105,896 params")
        editor.wait("1×1, 1024 filters")
    finally:
        editor.close()


def test_what_is_copied_in_a_terminal_is_sent_as_osc_52(tmp_path: Path) -> None:
    sent: list[bytes] = []
    editor = Terminal("-m", "inspector", "--no-verify", columns=80, lines=24, cwd=tmp_path)
    try:
        editor.wait("25,557,032 params").settle().press("]", "]", "y")
        feed = editor._stream.feed  # noqa: SLF001
        editor._stream.feed = lambda data: (sent.append(data), feed(data))[1]  # type: ignore[method-assign]  # noqa: SLF001
        editor.press("enter").wait("copied")
        assert b"\x1b]52;c;" + base64.b64encode(b"layer2") in b"".join(sent)
    finally:
        editor.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_titles_of_all_notes_are_a_key_away(size: tuple[int, int]) -> None:
    async with editor(size=size, lang="en") as pilot:
        await press(pilot, "i")
        assert ("Why tools count MACs" in screen_of(pilot)) == (size[0] > 100)
        await press(pilot, "t")
        assert "Why tools count MACs" in screen_of(pilot)
        await press(pilot, "end", "up", "up", "enter")
        assert "Other tools count more" in " ".join(screen_of(pilot).split())
        await press(pilot, "t", "home", "enter")
        assert "Its weight is" in screen_of(pilot)


async def test_the_language_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    async with editor(state=tmp_path) as pilot:
        await press(pilot, "i", "L", "escape")
    async with editor(state=tmp_path) as pilot:
        await press(pilot, "i")
        assert "필터" in screen_of(pilot)
    async with editor(state=tmp_path, lang="en") as pilot:
        await press(pilot, "i")
        assert "Filters" in screen_of(pilot)


async def test_finding_leads_to_the_note_that_is_about_it() -> None:
    async with editor(lang="en") as pilot:
        await press(pilot, "slash", *"gradient")
        assert "enter the note: Why residual" in screen_of(pilot)
        await press(pilot, "enter")
        assert "Why residual" in screen_of(pilot)
        await press(pilot, "escape", "slash", "backspace", *"relu")
        assert "note: ReLU" in screen_of(pilot)
        await press(pilot, "ctrl+n")
        assert "ReLU makes max(0, x)" in screen_of(pilot)


async def test_make_layer_is_stepped_through_and_the_tree_shows_what_a_step_builds() -> None:
    async with editor(size=(80, 24)) as pilot:
        await press(pilot, *TO_CONV5, "M")
        assert isinstance(pilot.app.screen, StepsScreen)
        assert "self._make_layer(Bottleneck, 512, 3, stride=2)" in screen_of(pilot)
        await press(pilot, "down", "down")
        assert "here: 1024 → 2048, /2  → conv5_1.downsample" in screen_of(pilot)
        assert selected(pilot) == "conv5_1.downsample"
        tree, box = (pilot.app.screen_stack[at].query_one(name).region for at, name in ((0, "#tree"), (-1, ".box")))
        assert box.y > tree.y + 2
        seen = screen_of(pilot).splitlines()[: box.y]
        assert any("downsample" in line for line in seen)
        await press(pilot, "escape", "m", "escape")
        assert "head" in screen_of(pilot)


async def test_what_make_layer_cannot_make_is_said() -> None:
    async with editor(edit(RESNET50, "conv5_3.conv3=1024"), size=(120, 40)) as pilot:
        await press(pilot, *TO_CONV5, "M")
        assert "What it cannot make of this stage" in screen_of(pilot)
        assert "filters of single convolutions: conv5_3.conv3" in screen_of(pilot)
        await press(pilot, "escape", "home", "M")
        assert "go to a stage for how it is made" in screen_of(pilot)


async def test_a_batch_norm_is_computed_by_number() -> None:
    async with editor(size=(80, 24)) as pilot:
        await press(pilot, "slash", *"conv5_3.bn3", "enter", "M")
        assert isinstance(pilot.app.screen, NormScreen)
        assert "conv5_3.bn3 has 2048 channels of" in screen_of(pilot)
        await press(pilot, "right")
        assert "variance" in screen_of(pilot)
        await press(pilot, "right", "right", "right")
        assert "0.00 → 0.40" in screen_of(pilot)
        await press(pilot, "space")
        assert "0.40 → 0.76" in screen_of(pilot)
        await press(pilot, "right")
        assert "6 of 6: eval mode" in screen_of(pilot)
        assert "esc back" in screen_of(pilot)


async def test_the_target_is_decided_among_three_ways() -> None:
    async with editor(size=(80, 24)) as pilot:
        await press(pilot, "T", *"1024")
        for words in ("conv5_3.conv3=1024", "conv5_x.expansion=2", "conv5_x.planes=256", "fit, of 320", "314", "269"):
            assert words in screen_of(pilot)
        await press(pilot, "down", "enter")
        assert app_of(pilot).bench.design == edit(RESNET50, "conv5_x.expansion=2")
        await press(pilot, "u", "T", *"1000", "down", "enter")
        assert app_of(pilot).bench.design == edit(RESNET50, "conv5_x.planes=250")


async def test_several_stages_are_edited_by_one_address_in_one_step() -> None:
    async with editor() as pilot:
        await press(pilot, "A")
        pilot.app.screen.query_one(Input).value = "width=0.5 num_classes=ten"
        await pilot.pause()
        assert "must be an integer" in screen_of(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, EditsScreen)
        pilot.app.screen.query_one(Input).value = "width=0.5"
        await pilot.pause()
        assert "conv5_x.planes 512 → 256" in screen_of(pilot)
        await press(pilot, "enter")
        assert app_of(pilot).bench.design == edit(RESNET50, "width=0.5")
        await press(pilot, "u")
        assert app_of(pilot).bench.design == RESNET50


async def test_the_open_designs_stand_side_by_side() -> None:
    async with editor() as pilot:
        await press(pilot, "C")
        assert "one design is open" in screen_of(pilot)
        await press(pilot, *TO_CONV5, "e", *"384", "enter", "w", "n", *"resnet18", "enter", "C")
        for words in ("18,993,704", "11,689,512", "-7,304,192", "± is against resnet50"):
            assert words in screen_of(pilot)
        await press(pilot, "escape")


async def test_a_list_in_a_note_has_no_gaps() -> None:
    async with editor(size=(100, 40), lang="en") as pilot:
        await press(pilot, "right_square_bracket", "down", "i")
        lines = [line[8:92].strip(" │") for line in screen_of(pilot).splitlines()]
        first = next(number for number, line in enumerate(lines) if "conv1, 1×1" in line)
        assert "conv2, 3×3" in "".join(lines[first + 1 : first + 3])


async def test_a_language_that_nobody_chose_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    async with editor(state=tmp_path) as pilot:
        await press(pilot, "i", "escape")
        assert app_of(pilot).bench.lang == ""
        await press(pilot, "i", "L")
        assert app_of(pilot).bench.lang == "ko"
