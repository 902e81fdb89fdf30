"""Letters of a picture: Pillow's own, and a font of the system where a text has others, such as Hangul."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_INSTEAD = str.maketrans({"×": "x", "→": "->", "−": "-", "–": "-", "—": "-", "…": "...", "·": "-", "“": '"', "”": '"'})
"""What Pillow's own font has no letters for."""
_PLAIN = ("gothic", "sans", "regular")
_OTHER = (
    "bold",
    "light",
    "thin",
    "black",
    "heavy",
    "italic",
    "oblique",
    "serif",
    "mono",
    "coding",
    "condensed",
    "brush",
    "pen",
)
"""What names of fonts have in them that are not to be read in, as far as there is another."""


def lettered(text: str, size: int) -> tuple[str, Font]:
    """A text, and a font of that size which has its letters; a question mark for what no font here has."""
    plain = text.translate(_INSTEAD)
    if plain.isascii():
        return plain, own(size)
    path = _having("".join(sorted({each for each in plain if not each.isspace()})))
    if path is None:
        return plain.encode("ascii", "replace").decode(), own(size)
    return plain, _of(path, size)


@cache
def own(size: int) -> Font:
    """Pillow's own font, which comes with it."""
    return ImageFont.load_default(size)


@cache
def _of(path: str, size: int) -> Font:
    return ImageFont.truetype(path, size)


@cache
def _having(letters: str) -> str | None:
    """The file of a font of the system that has all of them, as plain a one as there is; None without one."""
    try:
        from matplotlib import get_data_path
        from matplotlib.font_manager import findSystemFonts
        from matplotlib.ft2font import FT2Font
    except ImportError:
        return None
    needed = {ord(each) for each in letters}
    its_own = Path(get_data_path()) / "fonts" / "ttf"
    for path in (*sorted(findSystemFonts(), key=_plainness), str(its_own / "DejaVuSans.ttf")):
        try:
            has = FT2Font(path).get_charmap()
        except (OSError, RuntimeError, ValueError):  # a font that FreeType cannot read
            continue
        if needed <= has.keys():
            return path
    return None


def _plainness(path: str) -> tuple[int, int, str]:
    name = Path(path).stem.lower()
    return sum(each in name for each in _OTHER), -sum(each in name for each in _PLAIN), path
