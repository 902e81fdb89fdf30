"""Heat as colours, and a heat map laid over a picture."""

from __future__ import annotations

from functools import cache
from math import sqrt

RGB = tuple[int, int, int]

_ANCHORS = (
    "0000040403120b0724150b37230c4c310a5c3e09664c0c6b5a116e67166e741a6e801f6c8f24699b2964a82e5fb43359"
    "c13a50cc4248d74b3fe05536e9612bef6e21f57b17f8890cfb9906fca80dfbb81df9c72ff5d949f2e865f3f586fcffa4"
)
"""32 colours of inferno (Nathaniel Smith and Stéfan van der Walt, matplotlib, CC0): lighter by equal steps, so that it
reads in grey, in print and to those who cannot tell red from green."""
STEPS = 256
_LEAST, _MOST = 0.0, 0.75
"""How much of a picture is covered where there is no heat, and where it is largest."""


@cache
def table() -> tuple[RGB, ...]:
    """The colours of heat from 0 to 1, in 256 steps; between the anchors they are mixed."""
    data = bytes.fromhex(_ANCHORS)
    anchors = [data[at : at + 3] for at in range(0, len(data), 3)]
    made = []
    for step in range(STEPS):
        whole, part = divmod(step * (len(anchors) - 1), STEPS - 1)
        below, above = anchors[whole], anchors[min(whole + 1, len(anchors) - 1)]
        share = part / (STEPS - 1)
        red, green, blue = (round(low + (high - low) * share) for low, high in zip(below, above, strict=True))
        made.append((red, green, blue))
    return tuple(made)


def colour(heat: float) -> RGB:
    """The colour of a heat from 0 to 1; what is beyond is taken as the nearer end."""
    return table()[min(max(round(heat * (STEPS - 1)), 0), STEPS - 1)]


def cover(heat: float) -> float:
    """How much of the picture a heat covers: nothing where there is none."""
    return _LEAST + (_MOST - _LEAST) * sqrt(min(max(heat, 0.0), 1.0))


def mixed(pixel: RGB, heat: float) -> RGB:
    """A pixel with its heat over it; the picture itself is grey, so that every colour is heat."""
    share: float = cover(heat)
    grey = (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000
    red, green, blue = (round(grey * (1 - share) + part * share) for part in colour(heat))
    return red, green, blue
