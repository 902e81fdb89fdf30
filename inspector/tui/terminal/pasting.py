"""A field that one pastes into."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import TextArea


class PasteArea(TextArea):
    """A field that tells when something was pasted into it."""

    class Pasted(Message):
        """Something was pasted, and is in the text by now."""

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(event)
        self.post_message(self.Pasted())
