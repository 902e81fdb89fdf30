"""Heat maps as an editor shows them: small pictures, and all that is to be said of them."""

from __future__ import annotations

from msgspec import Struct

from inspector.core.cam.cells import Pixels
from inspector.core.cam.heat import Heat


class View(Struct, frozen=True):
    """One heat map, and the picture with it over it."""

    heat: Heat
    overlay: Pixels


class Seen(Struct, frozen=True):
    """What the first network sees of a picture, the heat maps of each network, and a PNG file of all, if asked for."""

    picture: Pixels
    views: tuple[View, ...]
    png: bytes = b""
