from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.core.mistakes.copied import EDGES, copied


def test_blanks_frames_and_colours_are_no_part_of_a_message() -> None:
    source = copied("\x1b[31m │ size\tmismatch\r\n ┃ for\u200b \ufffdfc >\x1b]8;;x\x07\x00")
    assert source.packed == "sizemismatchforfc"
    assert source.lines == " │ size mismatch\n ┃ for fc >"


def test_a_part_is_found_again_in_the_lines() -> None:
    source = copied("a  b │ c\nd")
    assert [source.between(*part) for part in ((0, 2), (1, 4), (2, 2), (0, 4))] == [
        "a  b",
        "b │ c\nd",
        "",
        source.lines,
    ]


@given(st.text(), st.integers(0, 3))
def test_each_character_has_its_place(text: str, pages: int) -> None:
    source = copied(" .\n" * 4_000 * pages + text)
    places = [source.place(at) for at in range(len(source.packed))]
    assert "".join(source.lines[place] for place in places) == source.packed
    assert sorted(set(places)) == places
    assert all(char.isprintable() or char == "\n" for char in source.lines)
    assert not set(EDGES) & set(source.packed)
