"""Words for the person: one notice at a time, never over a dialog, and in the way of no click."""

from __future__ import annotations

from textual.app import App

from inspector.session.outcome import Say


class Notices:
    """Shows what was said last; while a dialog is open it waits until that is closed."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._waiting: Say | None = None

    def say(self, notice: Say) -> None:
        """Say something instead of what was said before."""
        self._app.clear_notifications()
        if len(self._app.screen_stack) > 1:
            self._waiting = notice
            return
        self._waiting = None
        self._app.notify(notice.text, severity=notice.tone, markup=False, timeout=notice.seconds)

    def hold(self) -> None:
        """Take away what is said: a dialog opens."""
        self._app.clear_notifications()

    def go_on(self) -> None:
        """Say what waited: a dialog was closed."""
        if self._waiting is not None and len(self._app.screen_stack) == 1:
            self.say(self._waiting)
