"""Every place of the network in the command palette, by its name and its path."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import Hit, Hits, Provider

from inspector.core.describe import operation
from inspector.core.search import search

if TYPE_CHECKING:
    from inspector.tui.moving import MovingApp

MOST = 30
"""Places that are offered at once."""


class Places(Provider):
    """The places that what is typed is found in, those first whose name it is nearest to."""

    async def search(self, query: str) -> Hits:
        app = cast("MovingApp", self.app)
        matcher = self.matcher(query)
        for number, where in enumerate(search(app.network, query)):
            if number == MOST:
                return
            place = app.network.at(where)
            name = place.name if place.path in ("", place.name) else f"{place.name}  {place.path}"
            score = max(matcher.match(name), 0.01)
            words = f"go to it: {operation(place.node)}"
            yield Hit(score, matcher.highlight(name), partial(app.jump, where), name, words)
