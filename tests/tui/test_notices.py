"""Words for the person: one at a time, over no dialog, in the way of no click."""

from __future__ import annotations

from editor import TO_CONV5, app_of, editor, make, press, screen_of
from textual.widgets._toast import Toast

from inspector.session.outcome import Say


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
