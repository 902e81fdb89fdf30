"""Letters of a picture: Pillow's own font where it has them, one that has them otherwise, and else a question mark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib import font_manager, get_data_path
from PIL.ImageFont import FreeTypeFont

from inspector.bridge import lettering
from inspector.bridge.lettering import lettered, own


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system without fonts."""
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    lettering._having.cache_clear()  # noqa: SLF001  # what it has found is of another system
    yield
    lettering._having.cache_clear()  # noqa: SLF001


def test_signs_that_pillows_font_lacks_are_written_with_those_it_has() -> None:
    assert lettered("conv5_x 2048 → 1024, 7×7 …", 22) == ("conv5_x 2048 -> 1024, 7x7 ...", own(22))


def test_other_letters_are_written_in_a_font_that_has_them() -> None:
    text, font = lettered("кошка, 猫", 22)
    assert (text, font) == ("?????, ?", own(22))
    text, font = lettered("кошка", 22)
    assert text == "кошка"
    assert isinstance(font, FreeTypeFont)
    assert font.getname()[0] == "DejaVu Sans"
    assert font.getmask("к").getbbox() != font.getmask("ш").getbbox()


def test_a_plain_font_is_taken_before_a_bold_one(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = f"{get_data_path()}/fonts/ttf"
    names = ("DejaVuSansMono-Bold.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans.ttf")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [f"{folder}/{name}" for name in names])
    _, font = lettered("кошка", 22)
    assert isinstance(font, FreeTypeFont)
    assert font.getname() == ("DejaVu Sans", "Book")


def test_a_file_that_is_no_font_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "a.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken)])
    assert lettered("кошка", 22)[0] == "кошка"
