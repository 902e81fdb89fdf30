"""No pattern of the package takes longer than its text is long: each is held against texts that it nearly matches."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import NamedTuple

import msgspec
import pytest

import inspector
from inspector.core.mistakes.wordings import FORWARD, LOAD, WARNED, pattern

LIMIT = 0.5
SIZES = (12, 14, 16, 18, 20, 22, 24, 48, 96, 192, 384, 1_000, 5_000, 20_000, 100_000)
"""How far a piece is repeated, in such steps that a pattern that is too slow is noticed before it never ends."""
PROBES = " \n\t09a,.\"'│>-_é`)=[;A"
CATEGORIES = {code.CATEGORY_SPACE: r"\s", code.CATEGORY_DIGIT: r"\d", code.CATEGORY_WORD: r"\w"} | {
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_NOT_WORD: r"\W",
}
REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)


# The patterns of the package --------------------------------------------------------------------------------


def _sources() -> dict[str, str]:
    root = Path(inspector.__file__).parent
    texts = {path: path.read_text() for path in sorted(root.rglob("*.py"))}
    names = {path: ".".join(("inspector", *path.relative_to(root).with_suffix("").parts)) for path in texts}
    return {names[path].removesuffix(".__init__"): text for path, text in texts.items() if "import re\n" in text}


def _kept(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns in a value, however deep."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _kept(each)
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _kept(each)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _kept(getattr(value, name))


def _globals(module: ModuleType) -> Iterator[re.Pattern[str]]:
    for value in vars(module).values():
        yield from _kept(value)
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from _kept(tuple(vars(value).values()))


def _spelled(source: str) -> Iterator[re.Pattern[str]]:
    """The patterns that stand in calls: `re.split(r"…", text)`."""
    for node in ast.walk(ast.parse(source)):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_call and isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
            first = node.args[0]
            if node.func.attr != "escape" and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield re.compile(first.value)


def _patterns() -> list[re.Pattern[str]]:
    found: dict[re.Pattern[str], None] = {}
    for name, source in _sources().items():
        found |= dict.fromkeys(_globals(importlib.import_module(name)))
        found |= dict.fromkeys(_spelled(source))
    found |= dict.fromkeys(pattern(each.words) for each in (*FORWARD, *LOAD, *WARNED))
    return list(found)


# What a pattern nearly matches ------------------------------------------------------------------------------


class Piece(NamedTuple):
    """A part of a pattern: a text that it matches, and texts that it can be repeated with."""

    text: str
    repeated: tuple[str, ...] = ()


def _is_in(char: str, items: Iterable[tuple[object, object]]) -> bool:
    is_there, is_negated = False, False
    for op, value in items:
        is_negated |= op is code.NEGATE
        is_there |= op is code.LITERAL and ord(char) == value
        is_there |= op is code.RANGE and value[0] <= ord(char) <= value[1]
        is_there |= op is code.CATEGORY and re.match(CATEGORIES[value], char) is not None
    return is_there != is_negated


def _chars(op: object, value: object) -> list[str]:
    """Characters that one place of a pattern matches, those first that may stand between others."""
    if op is code.LITERAL:
        return [chr(value)]
    if op is code.IN:
        ends = [chr(each[0]) for kind, each in value if kind is code.RANGE]
        ends += [chr(each) for kind, each in value if kind is code.LITERAL]
        return [char for char in (*PROBES, *ends) if _is_in(char, value)]
    return [char for char in PROBES if (char != "\n" if op is code.ANY else ord(char) != value)]


def _pieces(tree: Iterable[tuple[object, object]]) -> list[Piece]:
    """The parts of a pattern one after another, groups and lookaheads opened."""
    pieces = []
    for op, value in tree:
        if op in (code.LITERAL, code.IN, code.ANY, code.NOT_LITERAL):
            pieces.append(Piece(_chars(op, value)[0]))
        elif op in REPEATS:
            least, _, body = value
            pieces += _repeated(_texts(body), _pieces(body), least)
        elif op is code.SUBPATTERN:
            pieces += _pieces(value[3])
        elif op is code.ATOMIC_GROUP:
            pieces += _pieces(value)
        elif op is code.ASSERT:
            pieces += _pieces(value[1])
        elif op is code.ASSERT_NOT:
            pieces += [Piece("", piece.repeated) for piece in _pieces(value[1])]
        elif op is code.BRANCH:
            first, *others = [_pieces(each) for each in value[1]]
            pieces += first
            pieces += [Piece("", piece.repeated) for other in others for piece in other]
        else:
            assert op is code.AT, op
    return pieces


def _repeated(texts: list[str], inner: list[Piece], least: int) -> list[Piece]:
    """The parts of a repetition: it is repeated itself, and so is all in it that can be."""
    within = [each for piece in inner for each in piece.repeated]
    return [Piece(texts[0] * least, (*texts, *within))]


def _texts(tree: Iterable[tuple[object, object]]) -> list[str]:
    """Texts that a part of a pattern matches."""
    tree = list(tree)
    if len(tree) == 1 and tree[0][0] in (code.IN, code.ANY, code.NOT_LITERAL):
        return _chars(*tree[0])[:4]
    return ["".join(piece.text or "".join(piece.repeated[:1]) for piece in _pieces(tree))]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """The same with literals that follow one another as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and not piece.repeated and not joined[-1].repeated:
            joined[-1] = Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _near_misses(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts of about `size` characters: one repetition blown up, or all repeated, and broken behind each part."""
    pieces = _joined(_pieces(parser.parse(pattern.pattern, pattern.flags)))
    for at, piece in enumerate(pieces):
        before = "".join(each.text for each in pieces[:at])
        for char in dict.fromkeys(piece.repeated):
            blown = before + char * (size // max(len(char), 1))
            behind = ""
            for after in (Piece(""), *pieces[at + 1 :]):
                behind += after.text
                yield f"{blown}{behind}\N{BLACK SQUARE}"
            yield blown + behind[:-1]
            some = before + char * 3
            yield some * (size // len(some))


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    begin = time.process_time()
    pattern.search(text)
    return time.process_time() - begin


def _too_slow(pattern: re.Pattern[str], limit: float = LIMIT) -> int:
    """The size of the texts of which one takes longer than `limit` seconds; 0 where none does."""
    sizes = (size for size in SIZES if any(_seconds(pattern, text) > limit for text in _near_misses(pattern, size)))
    return next(sizes, 0)


# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", _patterns(), ids=lambda pattern: pattern.pattern[:40])
def test_no_pattern_takes_longer_than_its_text(pattern: re.Pattern[str]) -> None:
    assert not _too_slow(pattern)


def test_the_patterns_of_the_package_are_found() -> None:
    spelled = {pattern.pattern for pattern in _patterns()}
    assert "(?:conv([2-5])_x|layer([1-4]))" in spelled
    assert any(each.startswith("sizemismatchfor") for each in spelled)
    assert "layer([1-4])\\.([0-9]{1,6})" in spelled


@pytest.mark.parametrize("words", ["(?:a|a)*b", r",[\s0-9]*[\s,]*;"])
def test_a_pattern_that_goes_back_is_noticed(words: str) -> None:
    assert _too_slow(re.compile(words), LIMIT / 10)
