"""Keys and clicks in order: each is handled to its end before the next is looked at."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, Final

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.message_pump import MessagePump

from inspector.tui.terminal.harmless import OnlyText

ROUNDS: Final = 200
"""Turns of the event loop that a key may take; one that takes longer no longer holds up the next."""
QUIET: Final = 3
"""Turns without a message after which nothing is left of a key: a handler may post its message in the next turn."""

MOST_IN_FIELD: Final = 1_000
"""Characters that are pasted into a field of one line."""

_IN_TURN = (events.Key, events.Paste, events.MouseDown, events.MouseUp)


class KeysInOrder(App[None]):
    """An app for people who type ahead.

    Textual hands each key to the widget that has the focus when the key comes in. Keys that come in one burst — typed
    ahead over a slow line, pasted, sent by a macro — would all go to the widget that had it before the first of them
    moved it. Here a key waits until nothing is left of what the key before it set off.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: asyncio.Queue[events.Event] = asyncio.Queue()
        self._turn: events.Event | None = None
        self._only_text = OnlyText()
        self.has_crashed = False

    def get_driver_class(self) -> type[Driver]:
        """The driver whose input nothing can break, where there are such terminals."""
        if os.name != "posix" or "TEXTUAL_DRIVER" in os.environ:
            return super().get_driver_class()
        from inspector.tui.terminal.driver import Driver as Ours

        return Ours

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What all that is drawn goes through: in the end it is text."""
        return [*super().get_line_filters(), self._only_text]

    def panic(self, *renderables: Any) -> None:  # noqa: ANN401  # Textual's, handed on
        """End by a fault, which no exit code of Textual tells."""
        self.has_crashed = True
        super().panic(*renderables)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, _IN_TURN) and not event.is_forwarded and event is not self._turn:
            self._waiting.put_nowait(event)
            return
        if isinstance(event, events.Paste) and self._is_in_a_line():
            lines = (line for line in event.text[: 4 * MOST_IN_FIELD].splitlines() if line.strip())
            event.text = next(lines, "")[:MOST_IN_FIELD]
        if isinstance(event, events.Key) and event.key in ("pageup", "pagedown") and self._has_no_page():
            return
        await super().on_event(event)

    def _is_in_a_line(self) -> bool:
        """Whether what is pasted goes to a field of one line, or to no field at all."""
        from textual.widgets import TextArea

        return not isinstance(self.focused, TextArea)

    def _has_no_page(self) -> bool:
        """Whether there is a list without a line to show, in which Textual looks for the line that is a page away."""
        from textual.widgets import OptionList

        return any(not each.scrollable_content_region for each in self.screen.query(OptionList))

    def on_load(self) -> None:
        self.run_worker(self._hand_out(), group="keys", exit_on_error=True)

    async def _hand_out(self) -> None:
        while True:
            self._turn = await self._waiting.get()
            self.post_message(self._turn)
            screen, pumps, quiet = self.screen, self._pumps(), 0
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
                if self.screen is not screen:
                    screen, pumps = self.screen, self._pumps()
                quiet = 0 if any(pump.message_queue_size for pump in pumps) else quiet + 1
                if quiet == QUIET:
                    break

    def _pumps(self) -> list[MessagePump]:
        """Whoever may still have to do with a key."""
        return [self, self.screen, *self.screen.walk_children(with_self=False)]


def name_of(key: str) -> str:
    """Textual's name of a key that may be given as a single character: "slash" for "/"."""
    from textual.keys import _character_to_key

    return _character_to_key(key) if len(key) == 1 else key
