"""A field that one pastes into."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from inspector.speech import say

MOST_SHOWN = 20_000
"""Characters of a paste that are shown; laying out a million would take seconds."""


class PasteArea(TextArea):
    """A field that tells when something was pasted into it, and keeps all of what it cannot show."""

    class Pasted(Message):
        """Something was pasted, and is in the text by now."""

    def __init__(self, *, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, show_line_numbers=False)
        self._all = self._seen = ""

    @property
    def all_text(self) -> str:
        """The text: what is shown, and what was too long to be."""
        return self._all if self._all and self.text == self._seen else self.text

    async def _on_paste(self, event: events.Paste) -> None:
        if len(event.text) > MOST_SHOWN:
            self._all = event.text
            event.text = (
                event.text[:MOST_SHOWN] + "\n" + say("… and {n} characters more", n=f"{len(event.text) - MOST_SHOWN:,}")
            )
            self.clear()
        event.prevent_default()  # Textual would call its own as well
        await super()._on_paste(event)
        self._seen = self.text
        self.post_message(self.Pasted())
