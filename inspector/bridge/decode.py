"""Pictures, decoded from bytes that somebody else made: within bounds, or refused in one line."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torchvision.transforms.functional import pil_to_tensor

from inspector.errors import InputError
from inspector.outside import shown
from inspector.speech import say

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is opened at all; the rest, PostScript first of all, is not even looked at."""
MOST_PIXELS = 100_000_000
_LONGEST = 65_535
"""Pixels of the longest side, as in a JPEG."""
_ORIENTATION = 0x0112
"""The tag of TIFF 6.0 that says how a picture lies; 2 to 8 say that it is turned or mirrored."""
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")
_CLEAR = ("RGBA", "LA", "PA", "La", "RGBa")


class Decoded(NamedTuple):
    """A picture in RGB as it is looked at, its format, and what was done to it (keys of `words.NOTES`).

    One that `is_grey` has three equal channels.
    """

    image: Image.Image
    format: str
    notes: tuple[str, ...]
    is_grey: bool


def decoded(name: str, data: bytes) -> Decoded:
    """The picture in some bytes, upright, its transparent parts over white; of several frames the first.

    `name` is as it can be shown. InputError, one line that begins with it, where there is none, where it is of a
    format that is not read, larger than MOST_PIXELS, cut off, or damaged.
    """
    with _refusing(name):
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(*image.size)
        notes = ["frames"] if _has_frames(image) else []
        image.seek(0)
        was_turned = _is_turned(image)
        image.load()  # which turns a TIFF by itself
        _check_size(*image.size)
        format_ = image.format or ""
        upright = _turned(image)
        if was_turned or upright is not image:
            notes.append("turned")
        made, done, is_grey = _as_rgb(upright)
        return Decoded(made, "JPEG" if format_ == "MPO" else format_, (*notes, *done), is_grey)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Whatever a decoder comes across is the picture's fault, and is said in one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a decoder doubts, and puts up with
            yield
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    except UnidentifiedImageError:
        formats = ", ".join(FORMATS)
        raise InputError(
            say("{file}: is no picture of a format that is read: {formats}", file=name, formats=formats)
        ) from None
    except Image.DecompressionBombError:
        raise InputError(f"{name}: {_too_large()}") from None
    except MemoryError:
        raise InputError(say("{file}: there is not enough memory for it", file=name)) from None
    except Exception as error:  # noqa: BLE001  # decoders raise what they come across
        why = shown(" ".join(str(error).split()), 120) or type(error).__name__
        raise InputError(say("{file}: is a picture that is cut off or damaged: {why}", file=name, why=why)) from None


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise InputError(say("has no pixels"))
    if width * height > MOST_PIXELS or max(width, height) > _LONGEST:
        raise InputError(_too_large())


def _too_large() -> str:
    return say("says that it has more than {n} megapixels, which are not read", n=MOST_PIXELS // 10**6)


def _has_frames(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001  # a broken second frame is no reason not to show the first
        return True


def _is_turned(image: Image.Image) -> bool:
    """Whether its EXIF says that the camera was held otherwise; False where that cannot be read."""
    try:
        return 2 <= int(image.getexif().get(_ORIENTATION, 1)) <= 8
    except Exception:  # noqa: BLE001  # what stands beside a picture does not make it one, or none
        return False


def _turned(image: Image.Image) -> Image.Image:
    """The picture as its EXIF says that the camera was held; as it lies where that cannot be read."""
    try:
        return (ImageOps.exif_transpose(image) if _is_turned(image) else image) or image
    except Exception:  # noqa: BLE001  # the same
        return image


def _as_rgb(image: Image.Image) -> tuple[Image.Image, list[str], bool]:
    """The picture in RGB, what was done for that, and whether it is grey."""
    mode = image.mode
    is_clear = mode in _CLEAR or "transparency" in image.info
    if mode in _DEEP or (mode == "I" and image.format == "PNG"):
        return _stretched(image, (0, 65535)).convert("RGB"), ["deep"], True
    if mode in ("I", "F"):
        if not bool(torch.isfinite(pil_to_tensor(image)).all()):
            raise InputError(say("has values that are no numbers"))
        least, most = image.getextrema()
        return _stretched(image, (float(least), float(most))).convert("RGB"), ["stretched"], True  # type: ignore[arg-type]
    if is_clear:
        layer = image if mode == "RGBA" else image.convert("RGBA")
        under = Image.new("RGB", layer.size, "white")
        under.paste(layer, mask=layer)
        is_opaque = layer.getchannel("A").getextrema() == (255, 255)
        return under, [] if is_opaque else ["clear"], mode in ("LA", "La", "L", "1")
    notes = {"CMYK": ["cmyk"], "P": ["palette"]}.get(mode, [])
    return image if mode == "RGB" else image.convert("RGB"), notes, mode in ("1", "L")


def _stretched(image: Image.Image, ends: tuple[float, float]) -> Image.Image:
    """Values between two ends as 0 to 255; a picture of one value is black."""
    least, most = ends
    factor = 255 / (most - least) if most > least else 0.0
    wide = image.convert("F") if image.mode == "I" else _floats(image) if image.mode in _DEEP else image
    return wide.point(lambda value: value * factor - least * factor).convert("L")


def _floats(image: Image.Image) -> Image.Image:
    """16 bits a value as floats: Pillow takes them to its 32-bit integers first."""
    return image.convert("I").convert("F")
