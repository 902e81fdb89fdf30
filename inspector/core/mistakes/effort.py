"""How much a search looks at before it is given up: counted, as there is no clock in core."""

from __future__ import annotations

from msgspec import Struct


class Effort(Struct):
    """What is left of a search's effort, in nodes that are looked at; one of them takes a microsecond or two."""

    nodes: int = 600_000

    @property
    def is_left(self) -> bool:
        """Whether the search may go on."""
        return self.nodes > 0

    def spend(self, nodes: int) -> None:
        """Note that so many nodes are looked at."""
        self.nodes -= nodes
