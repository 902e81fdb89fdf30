"""Words for the person: one at a time, over no dialog, in the way of no click."""

from __future__ import annotations

from pathlib import Path

from editor import RESNET50, TO_CONV5, app_of, editor, make, press, screen_of
from textual.widgets._toast import Toast

from inspector.session.outcome import Say
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings


async def test_one_notice_at_a_time() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        for text in ("one", "two", "three"):
            app._notices.say(Say(text))  # noqa: SLF001
        await pilot.pause()
        assert [toast._notification.message for toast in app.query(Toast)] == ["three"]  # noqa: SLF001


async def test_a_notice_waits_until_no_dialog_is_open() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        app._notices.say(Say("said until then"))  # noqa: SLF001
        await press(pilot, "question_mark")
        app._notices.say(Say("meanwhile"))  # noqa: SLF001
        await pilot.pause()
        assert "meanwhile" not in screen_of(pilot)
        assert "said until then" not in screen_of(pilot)
        await press(pilot, "escape")
        assert "meanwhile" in screen_of(pilot)
        await press(pilot, "ctrl+p")
        assert "meanwhile" not in screen_of(pilot)
        app._notices.say(Say("over the palette"))  # noqa: SLF001
        await press(pilot, "escape")
        assert "over the palette" in screen_of(pilot)


async def test_a_click_goes_through_a_notice_to_what_lies_under_it() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        make(pilot, "conv5_3.conv3=1024")
        await press(pilot, *TO_CONV5, "r")
        app._notices.say(Say("a word\nof several\nlines\nlying over\nthe ripple"))  # noqa: SLF001
        await pilot.pause()
        (toast,) = app.query(Toast)
        before = app.bench.where
        await pilot.click(offset=(toast.region.x + 3, toast.region.y))
        await pilot.pause()
        assert app.bench.where != before
        assert app.query(Toast)


async def test_a_warning_is_not_lost_over_what_is_said_next_nor_over_a_dialog() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        app._notices.say(Say("not kept", 8, "warning"))  # noqa: SLF001
        app._notices.say(Say("one"))  # noqa: SLF001
        await pilot.pause()
        app._notices.say(Say("two"))  # noqa: SLF001
        await pilot.pause()
        assert [toast._notification.message for toast in app.query(Toast)] == ["not kept\ntwo"]  # noqa: SLF001
        await press(pilot, "w")
        assert "not kept" not in screen_of(pilot)
        await press(pilot, "escape")
        assert "not kept" in screen_of(pilot)


async def test_a_warning_that_was_seen_for_its_time_is_gone() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        app._notices.say(Say("not kept", 0.2, "warning"))  # noqa: SLF001
        await pilot.pause(0.4)
        app._notices.say(Say("one"))  # noqa: SLF001
        await pilot.pause()
        assert [toast._notification.message for toast in app.query(Toast)] == ["one"]  # noqa: SLF001


async def test_all_that_is_wrong_with_the_settings_is_said() -> None:
    app = InspectorApp(
        RESNET50,
        settings=Settings(verify=False),
    )
    app.words = [Say(f"settings: {each} wrong", 8, "warning") for each in "abc"]
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.pause()
        for problem in "abc":
            assert f"settings: {problem} wrong" in screen_of(pilot)


async def test_that_nothing_is_kept_is_said_beside_what_the_edit_says(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    async with editor(state=tmp_path) as pilot:
        await press(pilot, "right_square_bracket", "t")
        assert "edits are not kept for a crash" in screen_of(pilot)
        assert "Grad-CAM reads conv2_3 now" in screen_of(pilot)
