"""Bytes that no keyboard sends: the editor lives, the next key works, and it ends as it should."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from adversary.harness import PARAMS, Attack, Editor, answers, attacking, editing, leaves, peak_of

BURSTS = 6
INVALID = (
    b"\xff",
    b"\xfe\xff",
    b"\x80",
    "한글 글자".encode("euc-kr"),
    "é".encode("latin-1"),
    "😀".encode()[:3],
    "가".encode()[:2],
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    "\x9b31m\x85\u202e\ufeff".encode(),
)
UNFINISHED = (b"\x1b[", b"\x1b[12;", b"\x1b[?", b"\x1b]52;c;YWJj", b"\x1bP1$r", b"\x1b_G", b"\x1b^", b"\x1bX", b"\x1bO")
REPORTS = (
    b"\x1b[9999;9999R",
    b"\x1b[?62;22c",
    b"\x1b[?2026;2$y",
    b"\x1b[?99999;9$y",
    b"\x1b[>0;276;0c",
    b"\x1b]10;rgb:ffff/ffff/zzzz\x07",
    b"\x1b[?1u",
    b"\x1b[0u",
    b"\x1b[1114112u",
    b"\x1b[55296;1u",
    b"\x1b[99999999999999999999u",
    b"\x1b[I",
    b"\x1b[O",
)
FINALS = b"@ABCDEFGHIJKLMNPQSTUVWXYZ`abcdefghijklmnoprsvwxyz{|}~"


def _old_mouse(chance: random.Random) -> bytes:
    return b"\x1b[M" + bytes(chance.randint(32, 255) for _ in range(3))


def _mouse_far_away(chance: random.Random) -> bytes:
    column, line = (chance.choice((0, 500, 9999, 2**31, 10**30)) for _ in range(2))
    return b"\x1b[<%d;%d;%d%c" % (chance.randint(0, 255), column, line + 500, chance.choice(b"Mm"))


def _sequence(chance: random.Random) -> bytes:
    parts = b";".join(b"%d" % chance.choice((0, 1, 5, 27, 48, 200_000, 10**20)) for _ in range(chance.randint(0, 5)))
    prefix = chance.choice((b"\x1b[", b"\x1b[?", b"\x1b[>", b"\x1b[=", b"\x1b(", b"\x1b#", b"\x1bO", b"\x1b\x1b["))
    return prefix + parts + bytes([chance.choice(FINALS)])


def _rubbish(chance: random.Random) -> bytes:
    """Anything but what ends the editor or has it wait for the end of a paste."""
    data = bytes(each for each in chance.randbytes(chance.randint(1, 200)) if each not in b"qQ\x11\x1a\x03\x1c\x13\x1b")
    return data if chance.random() < 0.5 else data[:3] * 50


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "invalid": lambda chance: chance.choice(INVALID) * chance.choice((1, 1, 40)),
    "unfinished": lambda chance: chance.choice(UNFINISHED),
    "reports": lambda chance: chance.choice(REPORTS),
    "old mouse": _old_mouse,
    "mouse": _mouse_far_away,
    "sequence": _sequence,
    "nothing": lambda chance: b"\0" * chance.choice((1, 1000)),
    "rubbish": _rubbish,
    "paste without a beginning": lambda _: b"abc\x1b[201~",
}


def _suffer(editor: Editor, attack: Attack, data: bytes) -> None:
    attack.did(repr(data))
    editor.type(data)
    answers(editor, attack)


@pytest.mark.attacks(1)
def test_hostile_bytes_end_nothing(seed: int, tmp_path: Path) -> None:
    with attacking("bytes", seed, tmp_path) as attack, editing(attack.folders, size=(100, 20)) as editor:
        editor.wait_for(PARAMS)
        kinds = list(KINDS.values())
        for number in range(BURSTS):
            _suffer(editor, attack, kinds[(seed * BURSTS + number) % len(kinds)](attack.chance))
        leaves(editor)


def test_each_byte_that_is_no_text(tmp_path: Path) -> None:
    with attacking("invalid", 0, tmp_path) as attack, editing(attack.folders, size=(60, 12)) as editor:
        editor.wait_for("params")
        attack.did(repr(b" ".join(INVALID)))
        for data in INVALID:
            editor.type(data).draw(0.05)
            assert editor.alive, f"{data!r} ended it with {editor.exit_code}:\n{editor.text}"
        answers(editor, attack)
        leaves(editor)


def test_a_paste_without_an_end_is_no_end(tmp_path: Path) -> None:
    with attacking("paste", 0, tmp_path) as attack, editing(attack.folders, size=(60, 12)) as editor:
        editor.wait_for("params").type(b"\x1b[200~qq\xff").draw(0.3)
        assert editor.alive
        _suffer(editor, attack, b"\x1b[201~")
        leaves(editor)


def test_sizes_that_are_reported_and_cannot_be(tmp_path: Path) -> None:
    with attacking("reports", 0, tmp_path) as attack, editing(attack.folders, size=(60, 12)) as editor:
        editor.wait_for("params").type(b"\x1b[?2048;1$y")
        editor.is_drawn = False
        for lines, columns in ((9999, 9999), (0, 0), (1, 99999), (12, 60)):
            attack.did(f"a report of {columns}×{lines}")
            editor.type(b"\x1b[48;%d;%d;%d;%dt" % (lines, columns, lines, columns)).draw(0.3)
            assert editor.alive
            assert peak_of(editor) < 500, f"{peak_of(editor)} MiB"
        editor.is_drawn = True
        editor.resize((60, 13))
        answers(editor, attack)
        leaves(editor)
