"""Colours of heat, cells of a terminal, and texts in a PNG file."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inspector.core.cam.cells import HALF, RAMP, Pixels, cells, fitted, numbered, of_16, of_256
from inspector.core.cam.colours import colour, cover, mixed, table
from inspector.core.cam.png import texts_of, with_texts

RGB = st.tuples(*[st.integers(0, 255)] * 3)


def test_the_colours_are_inferno_s() -> None:
    theirs = (np.array([mpl.colormaps["inferno"](at)[:3] for at in range(256)]) * 255).round()
    assert np.abs(np.array(table()) - theirs).max() <= 4
    light = [0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in table()]
    assert light == sorted(light)


def test_more_heat_covers_more() -> None:
    assert cover(0) == 0
    assert [cover(at / 10) for at in range(11)] == sorted(cover(at / 10) for at in range(11))
    assert colour(-1) == table()[0]
    assert colour(2) == table()[255]
    assert mixed((10, 10, 10), 0) == (10, 10, 10)
    assert mixed((10, 10, 10), 1) != (10, 10, 10)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    return Pixels(width, height, draw(st.binary(min_size=3 * width * height, max_size=3 * width * height)))


@given(pictures(), st.integers(0, 12), st.integers(0, 12), st.sampled_from(["truecolor", "256", "16", "ascii"]))
def test_cells_fit_and_are_of_their_depth(picture: Pixels, columns: int, lines: int, depth: str) -> None:
    rows = cells(picture, columns, lines, depth)  # type: ignore[arg-type]
    if not columns or not lines:
        assert rows == []
        return
    assert 1 <= len(rows) <= lines
    assert {len(row) for row in rows} <= set(range(1, columns + 1))
    assert len({len(row) for row in rows}) == 1
    for cell in (each for row in rows for each in row):
        if depth == "ascii":
            assert (cell.char in RAMP, cell.fg, cell.bg) == (True, None, None)
        else:
            assert cell.char == HALF
            for ink in (cell.fg, cell.bg):
                most = {"256": 256, "16": 16}.get(depth)
                assert isinstance(ink, int) and 0 <= ink < most if most else len(ink) == 3  # type: ignore[arg-type]


def test_two_pixels_are_one_cell() -> None:
    picture = Pixels(2, 2, bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]))
    ((left, right),) = cells(picture, 2, 1)
    assert (left.fg, left.bg) == ((255, 0, 0), (0, 0, 255))
    assert (right.fg, right.bg) == ((0, 255, 0), (9, 9, 9))
    assert cells(picture, 1, 1)[0][0].fg == (127, 127, 0)
    assert len(cells(picture, 8, 4)[0]) == 8


def test_a_picture_keeps_its_proportions() -> None:
    assert fitted(100, 100, 80, 24) == (48, 24)
    assert fitted(200, 100, 80, 40) == (80, 20)
    assert fitted(1, 10000, 80, 24) == (1, 24)


@given(st.integers(16, 255))
def test_a_colour_of_the_256_is_itself(number: int) -> None:
    if number >= 232:
        red, green, blue = (8 + 10 * (number - 232),) * 3
    else:
        at = number - 16
        red, green, blue = ((0, 95, 135, 175, 215, 255)[part] for part in (at // 36, at // 6 % 6, at % 6))
    found = of_256((red, green, blue))
    assert found == number or (number >= 232 and _shown(found) == (red, green, blue))


def _shown(number: int) -> tuple[int, int, int]:
    at = number - 16
    red, green, blue = ((0, 95, 135, 175, 215, 255)[part] for part in (at // 36, at // 6 % 6, at % 6))
    return red, green, blue


@given(RGB)
def test_every_colour_has_a_number(colour_: tuple[int, int, int]) -> None:
    assert 16 <= of_256(colour_) <= 255
    assert 0 <= of_16(colour_) <= 15


def test_the_plain_colours_are_found() -> None:
    assert [of_16(each) for each in ((0, 0, 0), (255, 0, 0), (255, 255, 255), (250, 250, 5))] == [0, 9, 15, 11]


def test_few_colours_make_up_for_many() -> None:
    def numbers(colour_: tuple[int, int, int], depth: str) -> set[object]:
        flat = Pixels(8, 8, bytes(colour_) * 64)
        return {ink for row in cells(flat, 8, 4, depth) for cell in row for ink in (cell.fg, cell.bg)}  # type: ignore[arg-type]

    assert len(numbers((175, 135, 95), "256")) == 1
    assert len(numbers((185, 115, 75), "256")) > 1
    assert numbers((0, 0, 0), "16") == {0}
    assert numbers((60, 60, 60), "16") == {0, 8}


def test_ascii_is_lighter_where_the_picture_is() -> None:
    grey = [Pixels(1, 2, bytes([level] * 6)) for level in range(0, 256, 5)]
    chars = [cells(each, 1, 1, "ascii")[0][0].char for each in grey]
    assert [RAMP.index(char) for char in chars] == sorted(RAMP.index(char) for char in chars)
    assert (chars[0], chars[-1]) == (" ", "@")


@given(st.dictionaries(st.sampled_from(["Software", "inspector.cam", "Title"]), st.text(max_size=40)))
def test_texts_are_read_again_by_pillow(texts: dict[str, str]) -> None:
    made = io.BytesIO()
    Image.new("RGB", (3, 3)).save(made, "PNG")
    data = with_texts(made.getvalue(), texts)
    kept = {key: text.replace("\0", "").encode("utf-8", "backslashreplace").decode() for key, text in texts.items()}
    assert texts_of(data) == kept
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert {key: str(text) for key, text in image.text.items()} == kept


def test_what_is_no_png_has_no_texts() -> None:
    with pytest.raises(ValueError, match="GIF89a"):
        with_texts(b"GIF89a", {})


def test_the_number_of_a_colour_that_has_one_is_its_own() -> None:
    assert [of_256(numbered(number)) for number in range(16, 256)] == list(range(16, 256))
    assert [of_16(numbered(number)) for number in range(16)] == list(range(16))
