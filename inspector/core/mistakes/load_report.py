"""What was said when a checkpoint was loaded: keys and sizes, read from torch's words and from other libraries'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from msgspec import Struct

from inspector.core.mistakes.copied import Copied
from inspector.core.mistakes.wordings import LOAD, WARNED, Message, messages
from inspector.core.units import Dims

MOST = 6_000
"""How many keys of a kind are looked at: more than six for each layer of the deepest preset."""


class Mismatch(Struct, frozen=True):
    """A key that both have, and its size in the checkpoint and in the model."""

    name: str
    saved: Dims
    model: Dims


class LoadReport(Struct, frozen=True):
    """The keys that only the model has (`missing`), that only the checkpoint has (`unexpected`), those of two sizes.

    `given` is the class of what was given in place of a dict. What differs was left out where the checkpoint
    `was_loaded` all the same, and torch raised nothing.
    """

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    sizes: tuple[Mismatch, ...] = ()
    given: str = ""
    was_loaded: bool = False


def read_report(source: Copied, begin: int, end: int, *, was_loaded: bool) -> LoadReport:
    """All that a part of a text says of one checkpoint, in its order and each key once."""
    missing: dict[str, None] = {}
    unexpected: dict[str, None] = {}
    sizes: dict[str, Mismatch] = {}
    given = ""
    found = (message for wording in (*LOAD, *WARNED) for message in messages(source, wording, begin, end))
    for message in sorted(islice(found, 4 * MOST), key=lambda each: (each.begin, -each.end)):
        if message.kind in ("size", "cut size"):
            if len(sizes) < MOST:
                _note(sizes, message)
        elif message.kind == "model":
            given = given or message.values[0]
        else:
            keys = missing if message.kind.endswith("missing") else unexpected
            keys |= dict.fromkeys(islice(_keys(source, message, end), MOST - len(keys)))
    return LoadReport(
        tuple(islice(missing, MOST)),
        tuple(islice(unexpected, MOST)),
        tuple(islice(sizes.values(), MOST)),
        given,
        was_loaded,
    )


def _note(sizes: dict[str, Mismatch], message: Message) -> None:
    name, saved, model = (*message.values, "")[:3]
    for each in _expanded(name):
        sizes.setdefault(each, Mismatch(each, dims_of(saved), dims_of(model)))


def dims_of(text: str) -> Dims:
    """Sizes that are written with commas between them."""
    return tuple(int(part) for part in text.split(",")[:20] if part[:10].isdecimal())


def _keys(source: Copied, message: Message, end: int) -> Iterator[str]:
    """The keys of a list, however they are set apart."""
    form = message.kind.partition(" ")[0]
    if form == "one":
        yield from _expanded(message.values[0])
    elif form == "bare":
        yield from _bare(source, message, end)
    elif form == "lines":
        yield from _lines(source, message, end)
    else:
        yield from _quoted(source.packed, message.end, end)


_KEY = re.compile(r"""\\?+["']([^"'\\]{1,400}+)\\?+["'][,.…]*+""")
_NAME = re.compile(r"[\w./-]{1,150}+")
_BARE = re.compile(r"([\w./-]{1,150}+),?+")
_LINE = re.compile(r"([\w./-]{1,150}+)(?:\{([\w, ]{1,200}+)\})?+")
_BRACES = re.compile(r"\{([0-9,.]{1,100}+)\}")
_TENSORS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def _quoted(text: str, at: int, end: int) -> Iterator[str]:
    """The quoted names that follow one another from a position on."""
    while key := _KEY.match(text, at, end):
        yield key[1]
        at = key.end()


def _bare(source: Copied, message: Message, end: int) -> Iterator[str]:
    """Names with commas between them: up to a bracket where one was opened, or else to a line without a comma."""
    if source.packed[message.end - 1] == "(":
        close = source.packed.find(")", message.end, end)
        text = source.packed[message.end : close] if close >= 0 else ""
        yield from (match[1] for match in _BARE.finditer(text))
        return
    if message.end >= end:
        return
    at = source.place(message.end)
    while True:
        stop = source.lines.find("\n", at)
        line = source.lines[at : stop if stop >= 0 else len(source.lines)].strip()
        names = [name.strip() for name in line.split(",") if name.strip()]
        is_last = stop < 0 or not line.endswith(",")
        if is_last and names and stop >= 0 and not names[-1].endswith(_TENSORS) and "." in names[-1]:
            following = source.lines[stop + 1 : stop + 200].partition("\n")[0].strip()
            names = names[: -1 if following else None]
        yield from (name for name in names if _NAME.fullmatch(name))
        if is_last:
            return
        at = stop + 1


def _lines(source: Copied, message: Message, end: int) -> Iterator[str]:
    """A name a line, with what it ends in in braces where that is several: `fc.{bias, weight}`."""
    if message.end >= end:
        return
    at = source.place(message.end)
    while 0 <= at < len(source.lines):
        stop = source.lines.find("\n", at)
        match = _LINE.fullmatch(source.lines[at : stop if stop >= 0 else None].strip())
        if match is None:
            return
        stem, ends = match.groups()
        yield from (stem + each.strip() for each in ends.split(",")) if ends else (stem,)
        at = stop + 1 if stop >= 0 else -1


def _expanded(name: str) -> Iterator[str]:
    """The names that one with braces stands for: `layers.{0, 1}.bias`, `layers.{0...11}.bias`."""
    pieces = _BRACES.split(name)
    choices = [[piece] if number % 2 == 0 else _counted(piece) for number, piece in enumerate(pieces[:9])]
    yield from islice(("".join(each) for each in product(*choices)), 500)


def _counted(text: str) -> list[str]:
    first, dots, last = text.partition("...")
    if dots and first.isdecimal() and last.isdecimal():
        return [str(number) for number in range(int(first[:6]), min(int(last[:6]), int(first[:6]) + 500) + 1)]
    return [each for each in text.split(",") if each]
