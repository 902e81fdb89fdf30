"""Pictures that somebody else made: right, or refused in one line that begins with the picture's name."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inspector.bridge.decode import MOST_PIXELS, Decoded, decoded
from inspector.bridge.prepare import prepared, seen
from inspector.core.cam.heat import GREY_MEAN, GREY_STD, Preparation
from inspector.errors import InputError
from inspector.files.pictures import picture

CORNERS = np.zeros((20, 30, 3), np.uint8)
CORNERS[:10, :15], CORNERS[:10, 15:], CORNERS[10:, :15] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
"""Red, green, blue, black, 30×20."""


def _bytes(image: Image.Image, format_: str = "PNG", **settings_: object) -> bytes:
    made = io.BytesIO()
    image.save(made, format_, **settings_)  # type: ignore[arg-type]
    return made.getvalue()


def _decoded(data: bytes) -> Decoded:
    found = decoded("a.png", data)
    assert found.image.mode == "RGB"
    return found


def _array(found: Decoded) -> np.ndarray:
    return np.asarray(found.image)


@pytest.mark.parametrize("format_", ["PNG", "BMP", "TIFF", "PPM", "GIF", "WEBP", "JPEG"])
def test_every_format_that_is_read_shows_what_is_in_it(format_: str) -> None:
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}.get(format_, {})
    found = _decoded(_bytes(Image.fromarray(CORNERS), format_, **lossless))
    assert found.format == format_
    assert np.abs(_array(found).astype(int) - CORNERS).max() <= (12 if format_ == "JPEG" else 0)


@pytest.mark.parametrize("format_", ["EPS", "PDF", "ICO", "TGA", "PCX", "ICNS", "SGI", "JPEG2000"])
def test_no_other_format_is_opened(format_: str) -> None:
    with pytest.raises(InputError, match=r"^a\.png: is no picture of a format that is read: BMP, GIF"):
        decoded("a.png", _bytes(Image.fromarray(CORNERS), format_))


@pytest.mark.parametrize(
    "data", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"MZ", b"\x00" * 99, b"<svg/>"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^a\.png: is no picture"):
        decoded("a.png", data)


@pytest.mark.parametrize("turn", range(2, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_it_is_turned_as_its_exif_says(turn: int, format_: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]  # Image.Transpose's numbers, of what undoes each
    lying = Image.fromarray(CORNERS).transpose(Image.Transpose(back))
    found = _decoded(_bytes(lying, format_, exif=exif, **({"lossless": True} if format_ == "WEBP" else {})))
    assert found.image.size == (30, 20)
    assert "turned" in found.notes
    assert np.abs(_array(found)[5, 5].astype(int) - (255, 0, 0)).max() < 60
    assert np.abs(_array(found)[5, 25].astype(int) - (0, 255, 0)).max() < 60


@pytest.mark.parametrize("value", [0, 1, 9, 65535])
def test_an_exif_that_says_nothing_turns_nothing(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    found = _decoded(_bytes(Image.fromarray(CORNERS), exif=exif.tobytes()))
    assert (found.notes, found.image.size) == ((), (30, 20))


def test_sixteen_bits_are_taken_down_to_eight() -> None:
    deep = np.array([[0, 257, 32896, 65535]], np.uint16)
    found = _decoded(_bytes(Image.fromarray(deep)))
    assert _array(found)[0, :, 0].tolist() == [0, 1, 128, 255]
    assert (found.notes, found.is_grey) == (("deep",), True)
    found = _decoded(_bytes(Image.fromarray(deep), "TIFF"))
    assert _array(found)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_floats_are_stretched_from_the_least_to_the_largest() -> None:
    found = _decoded(_bytes(Image.fromarray(np.array([[-2.0, 0.0, 2.0]], np.float32)), "TIFF"))
    assert _array(found)[0, :, 1].tolist() in ([0, 127, 255], [0, 128, 255])
    assert found.notes == ("stretched",)
    for values in ([[1.0, float("nan")]], [[1.0, float("inf")]]):
        with pytest.raises(InputError, match="no numbers"):
            decoded("a.tiff", _bytes(Image.fromarray(np.array(values, np.float32)), "TIFF"))


def test_what_is_transparent_lies_over_white() -> None:
    image = np.dstack([CORNERS, np.full((20, 30), 255, np.uint8)])
    image[:10, :15, 3] = 0
    image[10:, :15, 3] = 51
    found = _decoded(_bytes(Image.fromarray(image, "RGBA")))
    assert _array(found)[0, 0].tolist() == [255, 255, 255]
    assert _array(found)[15, 0].tolist() == [204, 204, 255]
    assert found.notes == ("clear",)
    opaque = np.dstack([CORNERS, np.full((20, 30), 255, np.uint8)])
    assert _decoded(_bytes(Image.fromarray(opaque, "RGBA"))).notes == ()


def test_a_palette_is_its_colours_and_its_transparency_too() -> None:
    image = Image.fromarray(CORNERS).quantize(4)
    assert np.abs(_array(_decoded(_bytes(image))).astype(int) - CORNERS).max() <= 2
    clear = image.getpixel((0, 0))
    found = _decoded(_bytes(image, transparency=clear))
    assert _array(found)[0, 0].tolist() == [255, 255, 255]
    assert "clear" in found.notes


def test_four_inks_are_taken_to_three_colours() -> None:
    found = _decoded(_bytes(Image.fromarray(CORNERS).convert("CMYK"), "JPEG", quality=100))
    assert found.notes == ("cmyk",)
    assert np.abs(_array(found)[2, 2].astype(int) - (255, 0, 0)).max() < 12


def test_of_several_frames_it_is_the_first() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    for format_, settings_ in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})):
        data = _bytes(frames[0], format_, save_all=True, append_images=frames[1:], **settings_)
        found = _decoded(data)
        assert _array(found)[0, 0].tolist() in ([255, 0, 0], [254, 0, 0])
        assert "frames" in found.notes, format_


def test_grey_ones_are_three_equal_channels() -> None:
    for mode in ("L", "1"):
        found = _decoded(_bytes(Image.new(mode, (4, 4), 1)))
        assert found.is_grey
        assert len(set(_array(found)[0, 0].tolist())) == 1


def _png(width: int, height: int, rest: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rest) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(10_001, 10_000), (20_000, 20_000), (65_536, 1), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1)]
)
def test_a_claim_of_too_many_pixels_is_refused_before_anything_is_made(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"^a\.png: says that it has more than 100 megapixels") as refused:
        decoded("a.png", _png(*size, zlib.compress(bytes(1000))))
    assert "\n" not in str(refused.value)
    assert MOST_PIXELS == 100 * 10**6


def test_pixels_that_are_not_there_are_missed() -> None:
    with pytest.raises(InputError, match="cut off or damaged"):
        decoded("a.png", _png(3000, 3000, zlib.compress(bytes(1000))))


@pytest.mark.parametrize("format_", ["PNG", "BMP", "TIFF", "PPM", "GIF", "WEBP", "JPEG"])
def test_what_is_cut_off_is_said_to_be(format_: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = _bytes(Image.fromarray(noise), format_)
    for share in (0.3, 0.6, 0.9):
        with pytest.raises(InputError, match=r"^a\.png: ") as refused:
            decoded("a.png", data[: int(len(data) * share)])
        assert str(refused.value).count("\n") == 0


@settings(max_examples=int(os.environ.get("INSPECTOR_EXTREMES_PICTURES", "150")))
@given(st.data())
def test_damage_is_a_picture_or_one_line(data: st.DataObject) -> None:
    format_ = data.draw(st.sampled_from(["PNG", "BMP", "TIFF", "PPM", "GIF", "WEBP", "JPEG"]))
    mode = data.draw(st.sampled_from(["RGB", "L"]))
    made = bytearray(_bytes(Image.fromarray(CORNERS).convert(mode), format_))
    for _ in range(data.draw(st.integers(1, 6))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    said = ""
    try:
        _decoded(bytes(made))
    except InputError as error:
        said = str(error)
    assert not said or (said.startswith("a.png: ") and "\n" not in said)


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.png"
    os.mkfifo(fifo)
    for path, said in (
        (tmp_path, "is a directory"),
        (fifo, "a device or a pipe"),
        (Path("/dev/zero"), "a device or a pipe"),
    ):
        with pytest.raises(InputError, match=said):
            picture(path)
    with pytest.raises(InputError, match="no such file"):
        picture(tmp_path / "none.png")


def test_a_picture_is_scaled_and_cut_round_its_middle() -> None:
    how = Preparation((20, 20))
    ready = prepared("a.png", _decoded(_bytes(Image.fromarray(CORNERS))), how, 3)
    assert ready.picture.box == (5, 0, 25, 20)
    assert tuple(ready.batch.shape) == (1, 3, 20, 20)
    red = (torch.tensor([1.0, 0, 0]) - torch.tensor(how.mean)) / torch.tensor(how.std)
    assert torch.allclose(ready.batch[0, :, 1, 1], red, atol=1e-6)
    assert seen((451, 300), Preparation((224, 224), crop=0.875)) == (94, 19, 356, 281)
    assert seen((1, 5000), Preparation((224, 112))) == (0, 2499, 1, 2501)


def test_a_network_of_one_channel_gets_grey_ones() -> None:
    how = Preparation((8, 8), GREY_MEAN, GREY_STD)
    found = _decoded(_bytes(Image.fromarray(CORNERS)))
    assert "coloured" in prepared("a.png", found, how, 1).picture.notes
    with pytest.raises(InputError, match="takes 4"):
        prepared("a.png", found, how, 4)
    with pytest.raises(InputError, match="mean and std have 1 numbers"):
        prepared("a.png", found, how, 3)
    grey = _decoded(_bytes(Image.new("L", (8, 8), 128)))
    assert "grey" in prepared("a.png", grey, Preparation((8, 8)), 3).picture.notes
