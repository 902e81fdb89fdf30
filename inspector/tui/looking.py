"""What pictures are looked at with, and what was seen last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from inspector.bridge.process import Reply
    from inspector.bridge.protocol import Cam
    from inspector.core.cam.seen import Seen
    from inspector.core.design.design import Design
    from inspector.tui.terminal.graphics import Draw


class Looked(NamedTuple):
    """What was seen: of which picture and class, by which design."""

    picture: str
    category: str
    design: Design
    seen: Seen


class Looking:
    """Networks are run on pictures by torch's process; what was seen stays from one dialog to the next."""

    def __init__(
        self,
        ask: Callable[[Cam, Callable[[str], None]], Awaitable[Reply | None]],
        keep: Callable[..., None],
    ) -> None:
        """`ask` runs networks on a picture; `keep` keeps the name of the last one for the next start."""
        self.ask, self._keep_name = ask, keep
        self.draw: Draw | None = None
        """Shows a picture in pixels, where the terminal can."""
        self.picture = ""
        self.last: Looked | None = None

    def keep(self, looked: Looked) -> None:
        """Remember what was seen."""
        self.picture, self.last = looked.picture, looked
        self._keep_name(picture=looked.picture)
