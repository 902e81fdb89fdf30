"""Words for the person: one notice at a time, never over a dialog, and in the way of no click."""

from __future__ import annotations

from textual.app import App

from inspector.session.outcome import Say


class Notices:
    """Shows what was said last; while a dialog is open it waits until that is closed."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._next: Say | None = None

    def say(self, notice: Say) -> None:
        """Say something instead of what was said before."""
        self._next = notice
        self._app.call_later(self._show)

    def hold(self) -> None:
        """Take away what is said: a dialog has been put over it, and Textual would clear that one alone."""
        self._app.clear_notifications()
        self._app.screen_stack[0].query("ToastHolder").remove()

    def go_on(self) -> None:
        """Say what waited: a dialog was closed."""
        self._app.call_later(self._show)

    def _show(self) -> None:
        if self._next is None or len(self._app.screen_stack) > 1:
            return
        notice, self._next = self._next, None
        self._app.clear_notifications()
        self._app.notify(notice.text, severity=notice.tone, markup=False, timeout=notice.seconds)
