"""All that the panes show follows from these values."""

from __future__ import annotations

from typing import NamedTuple

from inspector.core.counting import Convention
from inspector.core.flow import Where
from inspector.core.network import Network


class View(NamedTuple):
    """The network, what it is compared with, where one is in it, and whose counting is shown.

    `previous` is the network before the last edit, None where there was none.
    """

    network: Network
    previous: Network | None
    baseline: Network
    where: Where
    counting: Convention
