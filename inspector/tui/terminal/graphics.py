"""Pictures drawn in pixels by terminals that can (Sixel, kitty's graphics): by textual-image, the extra `images`.

It asks the terminal when it is imported, which takes some 100 ms and may take a key that is pressed meanwhile; once
Textual reads the terminal's answers it would wait for what never comes. So it is imported before the app runs, where
the settings ask for it, or not at all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from inspector.speech import say

if TYPE_CHECKING:
    from textual.widget import Widget

    from inspector.core.cam.cells import Pixels

Draw = Callable[["Pixels"], "Widget"]
"""Makes a widget that shows a picture in its own pixels."""


def missing() -> str:
    """What has to be installed first, in words; an empty string if it is there."""
    if find_spec("textual_image") is not None:
        return ""
    return say("graphics = true: needs textual-image: {command}", command="pip install textual-image")


def asked(environ: Mapping[str, str]) -> Draw | None:
    """Ask the terminal on standard input and output whether it draws pictures; None if it does not, or is none.

    To be called before the app runs. Where the app's driver is another, such as a browser's, nothing is asked.
    """
    is_terminal = all(each is not None and each.isatty() for each in (sys.__stdin__, sys.__stdout__))
    if not is_terminal or "TEXTUAL_DRIVER" in environ or missing():
        return None
    from textual_image.renderable import HalfcellImage, UnicodeImage
    from textual_image.renderable import Image as Found
    from textual_image.widget import Image

    if Found in (HalfcellImage, UnicodeImage):
        return None

    def draw(pixels: Pixels) -> Widget:
        from PIL.Image import frombytes

        return Image(frombytes("RGB", (pixels.width, pixels.height), pixels.data))

    return draw
