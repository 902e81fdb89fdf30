"""Keys and clicks in order: each is handled to its end before the next is looked at."""

from __future__ import annotations

import asyncio
from typing import Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

ROUNDS: Final = 200
"""Turns of the event loop that a key may take; one that takes longer no longer holds up the next."""
QUIET: Final = 3
"""Turns without a message after which nothing is left of a key: a handler may post its message in the next turn."""

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

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, _IN_TURN) and not event.is_forwarded and event is not self._turn:
            self._waiting.put_nowait(event)
            return
        await super().on_event(event)

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
