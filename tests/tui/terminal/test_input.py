"""What a terminal sends: bytes in whatever pieces, pastes, reports."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.tui.terminal import input as inputs
from inspector.tui.terminal.input import Input, Pasted

START, END = b"\x1b[200~", b"\x1b[201~"


def _read(*pieces: bytes) -> list[str | Pasted]:
    source, came = Input(), list[str | Pasted]()
    for piece in pieces:
        came += source.feed(piece)
    return _joined([*came, *source.calm()])


def _joined(pieces: Iterable[str | Pasted]) -> list[str | Pasted]:
    joined: list[str | Pasted] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


@given(
    st.lists(st.sampled_from([b"q", b"\x1b", b"\x1b[A", START, END, b"\xff", "필".encode(), b"\x1b[31m", b"\x1b[20"])),
    st.lists(st.integers(1, 9)),
)
def test_however_the_bytes_are_cut_they_are_the_same(parts: list[bytes], cuts: list[int]) -> None:
    data, pieces, at = b"".join(parts), [], 0
    for cut in cuts:
        pieces.append(data[at : at + cut])
        at += cut
    assert _read(*[piece for piece in [*pieces, data[at:]] if piece]) == _read(data)


@pytest.mark.parametrize(
    ("data", "came"),
    [
        (b"ab", ["ab"]),
        (b"\xffq", ["\ufffdq"]),
        ("가".encode("euc-kr") + b"q", ["\ufffd\ufffdq"]),
        (b"\xf0\x9f\x98q", ["\ufffdq"]),
        (b"\x1b", ["\x1b"]),
        (b"a" + START + b"\x1b[31mqq\x1b[0m" + END + b"b", ["a", Pasted("qq"), "b"]),
        (START + b"\x1b[A\x11\x03\xff" + END, [Pasted("\ufffd")]),
        (START + START + b"q" + END, [Pasted("q")]),
        (END + b"q", ["\x1b[201~q"]),
        (b"\x1b[?62;4c\x1b]11;rgb:0/0/q\x07\x1bP>|q\x1b\\\x1b[?2026;1$yq", ["\x1b[?2026;1$yq"]),
    ],
)
def test_pastes_are_told_from_keys(data: bytes, came: list[str | Pasted]) -> None:
    assert _read(data) == came


def test_a_paste_that_never_ends_is_given_up_by_one_key() -> None:
    source = Input()
    assert list(source.feed(START + b"some q")) == []
    assert source.is_pasting
    assert list(source.calm()) == [Pasted("some q")]
    assert list(source.calm()) == []
    assert list(source.feed(b"still it")) == []
    assert list(source.calm()) == [Pasted("still it")]
    assert list(source.feed(b"\x1b")) == []
    assert list(source.feed(b"q")) == ["q"]


def test_a_paste_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MOST_PASTED", 1000)
    assert _read(START, *[b"x" * 300] * 40, END, b"q") == [Pasted("x" * 1000), "q"]
