"""Heat maps side by side as one picture: each picture in a row, the networks, targets and classes in columns."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import torch
from PIL import Image, ImageDraw

from inspector.bridge.cam import spread
from inspector.bridge.heats import Made
from inspector.bridge.lettering import Font, lettered, own
from inspector.bridge.prepare import fitted
from inspector.core.cam.cells import Pixels
from inspector.core.cam.colours import STEPS, cover, table
from inspector.core.cam.heat import Heat, Normalise

PANEL = 448
"""Pixels of a panel's longer side."""
DOTS = 200
"""Pixels an inch, as the file says: a panel is 57 mm wide, the letters 8 points high."""
_LETTERS, _SMALL = 22, 18
_GAP, _MARGIN = 24, 28
_INK, _QUIET, _WARNING = (20, 20, 20), (90, 90, 90), (170, 20, 20)

Ink = tuple[int, int, int]


class Text(NamedTuple):
    """A line or more to be written under a panel."""

    text: str
    ink: Ink = _INK
    size: int = _LETTERS
    font: Font | None = None


class Panel(NamedTuple):
    """A picture and what stands under it."""

    image: Image.Image
    texts: tuple[Text, ...]


def overlay(values: torch.Tensor, part: Image.Image, normalise: Normalise) -> Image.Image:
    """A map (H, W) laid over what the network saw: inferno over grey, the more of it the more evidence there is."""
    heat = spread(values.float(), (part.height, part.width), normalise).clamp(0, 1)
    steps = (heat * (STEPS - 1)).round().to(torch.uint8)
    mask = Image.frombytes("L", part.size, steps.numpy().tobytes())
    colours = mask.copy()
    colours.putpalette([channel for each in table() for channel in each])
    share = mask.point([round(255 * cover(step / (STEPS - 1))) for step in range(STEPS)])
    return Image.composite(colours.convert("RGB"), part.convert("L").convert("RGB"), share)


def pixels(image: Image.Image) -> Pixels:
    """A picture as bytes."""
    return Pixels(image.width, image.height, image.convert("RGB").tobytes())


def composed(made: Sequence[Made], captions: Sequence[Sequence[str]], notes: Sequence[str]) -> bytes:
    """All heat maps as one PNG file on white: a row for each picture, which stands at its left.

    `captions` are the lines under each of them, the first of them strong, those that begin with "!" warnings; `notes`
    stand below all.
    """
    rows: dict[str, list[Panel]] = {}
    for each, lines in zip(made, captions, strict=True):
        panels = rows.setdefault(each.heat.picture.name, [])
        if not panels:
            panels.append(_original(each))
        size = each.heat.preparation.size
        part = fitted(each.part, PANEL, size)
        texts = tuple(Text(line.removeprefix("!"), _WARNING if line.startswith("!") else _INK) for line in lines)
        panels.append(Panel(overlay(each.values, part, each.heat.normalise), texts))
    image = _laid_out(list(rows.values()), [Text(note, _QUIET, _SMALL) for note in notes], made[0].heat)
    data = io.BytesIO()
    image.save(data, "PNG", dpi=(DOTS, DOTS), optimize=False)
    return data.getvalue()


def _original(of: Made) -> Panel:
    picture, size = of.heat.picture, of.heat.preparation.size
    name = picture.name.rpartition("/")[2]
    what = f"{picture.size[0]}x{picture.size[1]}, seen at {size[1]}x{size[0]}"
    return Panel(fitted(of.part, PANEL, size), (Text(name), Text(what, _QUIET, _SMALL)))


def _laid_out(rows: list[list[Panel]], notes: list[Text], heat: Heat) -> Image.Image:
    """Panels in columns as wide as the widest, rows as high as the highest with its text."""
    columns = max(len(row) for row in rows)
    wide = max(panel.image.width for row in rows for panel in row)
    wide = max(wide, PANEL)
    width = 2 * _MARGIN + columns * wide + (columns - 1) * _GAP
    wrapped = [[_wrapped(panel.texts, wide) for panel in row] for row in rows]
    heights = [
        max(panel.image.height + _height(texts) for panel, texts in zip(row, lines, strict=True))
        for row, lines in zip(rows, wrapped, strict=True)
    ]
    below = _wrapped(notes, width - 2 * _MARGIN)
    total = 2 * _MARGIN + sum(heights) + _GAP * len(rows) + _BAR + _height(below)
    image = Image.new("RGB", (width, total), "white")
    draw = ImageDraw.Draw(image)
    y = _MARGIN
    for row, lines, high in zip(rows, wrapped, heights, strict=True):
        for column, (panel, texts) in enumerate(zip(row, lines, strict=True)):
            x = _MARGIN + column * (wide + _GAP)
            image.paste(panel.image, (x, y))
            _write(draw, texts, (x, y + panel.image.height))
        y += high + _GAP
    _draw_bar(image, draw, (_MARGIN, y), heat.normalise)
    _write(draw, below, (_MARGIN, y + _BAR))
    return image


_BAR = 34
_BAR_SIZE = (256, 14)


def _draw_bar(image: Image.Image, draw: ImageDraw.ImageDraw, at: tuple[int, int], normalise: Normalise) -> None:
    """The colours of heat on a middle grey, from 0 to 1, and what they are."""
    x, y = at
    ramp = torch.linspace(0, 1, _BAR_SIZE[0]).repeat(_BAR_SIZE[1], 1)
    under = Image.new("RGB", _BAR_SIZE, (128, 128, 128))
    heat = (ramp * (STEPS - 1)).round().to(torch.uint8)
    mask = Image.frombytes("L", _BAR_SIZE, heat.numpy().tobytes())
    colours = mask.copy()
    colours.putpalette([channel for each in table() for channel in each])
    share = mask.point([round(255 * cover(step / (STEPS - 1))) for step in range(STEPS)])
    image.paste(Image.composite(colours.convert("RGB"), under, share), (x, y))
    ends = {"max": "0 to its largest value", "minmax": "its least to its largest value"}[normalise]
    draw.text((x + _BAR_SIZE[0] + 10, y - 3), f"each map from {ends}", fill=_QUIET, font=own(_SMALL))


def _write(draw: ImageDraw.ImageDraw, texts: Sequence[Text], at: tuple[int, int]) -> None:
    x, y = at
    for each in texts:
        draw.text((x, y + _lead(each.size)), each.text, fill=each.ink, font=each.font)
        y += _line(each.size)


def _wrapped(texts: Sequence[Text], width: int) -> list[Text]:
    """Each text in as many lines as it takes; a word that is wider than a line is broken."""
    wrapped = []
    for each in texts:
        text, font = lettered(each.text, each.size)
        wrapped += [each._replace(text=line, font=font) for line in _lines(text, width, font)]
    return wrapped


def _lines(text: str, width: int, font: Font) -> list[str]:
    lines, line = list[str](), ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while font.getlength(line) > width:
            fits = max(1, next(n for n in range(len(line), 0, -1) if n == 1 or font.getlength(line[:n]) <= width))
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line else lines


def _height(texts: Sequence[Text]) -> int:
    return sum(_line(each.size) for each in texts) + _lead(_LETTERS)


def _line(size: int) -> int:
    return round(1.3 * size)


def _lead(size: int) -> int:
    return round(0.3 * size)
