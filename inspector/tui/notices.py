"""Words for the person: one notice at a time, never over a dialog, and in the way of no click."""

from __future__ import annotations

import time

from textual.app import App

from inspector.session.outcome import Say


class _Told:
    """A word, and how long it has still to be seen; `until` once it is."""

    def __init__(self, word: Say) -> None:
        self.word, self.left, self.until = word, word.seconds, 0.0

    def is_due(self, now: float) -> bool:
        """Whether it has not been seen for its time."""
        return not self.until or self.until > now

    def see(self, now: float) -> None:
        """It is seen from now on, unless it is already."""
        self.until = self.until or now + self.left

    def put_back(self, now: float) -> None:
        """It is not seen any more; what is left of its time is still to come."""
        if self.until:
            self.left, self.until = self.until - now, 0.0


class Notices:
    """Shows what was said last, under the warnings that have not been seen for their time.

    While a dialog is open all of it waits until that is closed.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._warnings: list[_Told] = []
        self._news: _Told | None = None

    def say(self, word: Say) -> None:
        """Say something instead of what was said before; only a warning stays until it was seen."""
        if word.tone == "information":
            self._news = _Told(word)
        elif word not in [each.word for each in self._warnings]:
            self._warnings.append(_Told(word))
        self._app.call_later(self._show)

    def hold(self) -> None:
        """Take away what is said: a dialog has been put over it, and Textual would clear that one alone."""
        now = time.monotonic()
        for each in self._due(now):
            each.put_back(now)
        self._app.clear_notifications()
        self._app.screen_stack[0].query("ToastHolder").remove()

    def go_on(self) -> None:
        """Say what waited: a dialog was closed."""
        self._app.call_later(self._show)

    def _due(self, now: float) -> list[_Told]:
        self._warnings = [each for each in self._warnings if each.is_due(now)]
        self._news = self._news if self._news is not None and self._news.is_due(now) else None
        return [*self._warnings, *([self._news] if self._news is not None else [])]

    def _show(self) -> None:
        now = time.monotonic()
        due = self._due(now)
        if len(self._app.screen_stack) > 1 or not due or all(each.until for each in due):
            return
        for each in due:
            each.see(now)
        tones = [each.word.tone for each in due]
        self._app.clear_notifications()
        self._app.notify(
            "\n".join(each.word.text for each in due),
            severity=next((tone for tone in ("error", "warning") if tone in tones), "information"),
            markup=False,
            timeout=max(each.until for each in due) - now,
        )
