"""Finding places by what a person types: path, paper name, kind, operation, shape, and properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from operator import eq, ge, gt, le, lt

from inspector.core.network.kinds import kind, operation, stride
from inspector.core.network.long_stage import marks
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.network.tree import Place, below
from inspector.core.units import dims, features
from inspector.speech import ENGLISH, say, speaking, spoken

_NUMBERS = re.compile(r"\d+")
_PROPERTY = re.compile(r"(params|macs|stride|channels|filters|kernel|groups)(>=|<=|>|<|=)(\d+(?:\.\d+)?)([kmg%]?)")
"""A property, how it compares, and with what: params>1m, macs>=1%, stride=2."""
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_COMPARE: dict[str, Callable[[float, float], bool]] = {"=": eq, ">": gt, "<": lt, ">=": ge, "<=": le}
CHANGED = "changed"
"""The word for places that are not as they are in what one compares with."""


def search(network: Network, text: str, baseline: Network | None = None) -> Iterator[Where]:
    """The places that every word of `text` is found in, in forward order; a ReLU is found in what it follows.

    A word is looked for in path, paper name, kind and operation whatever its case, `3x3` and `3×3` being the same; a
    whole number in the sizes of input, output and weight: 64 finds 64×56×56, not 640. A word may be a property too:
    /2 or stride=2, params>1M, macs>=1%, channels=512, filters, kernel, groups; `changed` finds what differs from the
    baseline.
    """
    words = _words(text, network)
    if CHANGED in words and baseline is not None:
        words = [word for word in words if word != CHANGED]
        places = _found(network, words) if words else _all(network)
        yield from (where for where in places if _is_changed(network, baseline, where))
    else:
        yield from _found(network, words)


def _words(text: str, network: Network) -> list[str]:
    """The words that are sought; "stride 2", "/2" and "512 channels" are one each, a share is told in full."""
    text = text.lower().replace("×", "x")
    text = re.sub(r"(?<!\S)/(\d+)(?!\S)", r"stride=\1", text)
    text = re.sub(r"\b(stride|kernel|groups) +(\d+)(?!\S)", r"\1=\2", text)
    text = re.sub(r"(?<!\S)(\d+) +(channels|filters|groups)(?!\S)", r"\2=\1", text)
    return [_absolute(word, network) for word in text.split()]


def _absolute(word: str, network: Network) -> str:
    found = _PROPERTY.fullmatch(word)
    if found is None or found[4] != "%" or found[1] not in ("params", "macs"):
        return word
    total = network.params if found[1] == "params" else network.macs
    return f"{found[1]}{found[2]}{total * float(found[3]) / 100:f}"


def _is_changed(network: Network, baseline: Network, where: Where) -> bool:
    before = baseline.get(where)
    return before is None or before.node != network.at(where).node


def _all(network: Network) -> Iterator[Where]:
    return (place.where for place in network.places() if kind(place.node).has_row)


def _has(node: Node, name: str, is_so: Callable[[float], bool]) -> bool:
    """Whether a property of a node is so; of its channels, whether those of its input or of its output are."""
    window, weight = node.window, node.weight
    of: dict[str, tuple[float, ...]] = {
        "params": (node.params,),
        "macs": (node.macs,),
        "stride": (stride(node),),
        "channels": (node.input[1], node.output[1]),
        "filters": weight[:1] if weight and window else (),
        "kernel": (window.kernel,) if window else (),
        "groups": (window.groups,) if window else (),
    }
    return any(map(is_so, of[name]))


def _found(network: Network, words: list[str]) -> Iterator[Where]:
    if not words:
        return
    if all(_says(network.root, word) or word == "network" for word in words):
        yield ()
    known: dict[Hashable, list[_Row]] = {}
    for top in network.children(network.place):
        if top.node.kind != "Stage":
            yield from _within(top, _rows(top.node, words))
            continue
        if not _left(top.node, words) or all(_is_in(word, top.name, top.path) for word in _left(top.node, words)):
            yield top.where
        for number, mark in enumerate(marks(top.node.children)):
            rows = known.get(mark)
            if rows is None:
                rows = known[mark] = _rows(top.node.children[number], words)
            if rows:
                yield from _within(below(top, number), rows)


_Row = tuple[Where, str, str, list[str]]
"""A place below a group: the way to it, what follows the group's name and its path, the words still to be found."""


def _rows(node: Node, words: list[str]) -> list[_Row]:
    """A group and all below it; equal groups share them."""
    rows: list[_Row] = [((), "", "", _left(node, words))]
    for number, child in enumerate(node.children):
        if kind(child).has_row:
            step = f".{child.key}" if child.key else ""
            behind = _told_with(node, number)
            for where, name, path, words_left in _rows(child, words):
                left = [word for word in words_left if where or word not in behind]
                rows.append(((number, *where), f".{child.label}{name}", f"{step}{path}", left))
    return rows


def _told_with(group: Node, number: int) -> str:
    """The operation right behind a child that has no row of its own, in words."""
    behind = group.children[number + 1 : number + 2]
    return "" if not behind or kind(behind[0]).has_row else _told(behind[0])


def _within(group: Place, rows: list[_Row]) -> Iterator[Where]:
    """The places of a group in which every word is found."""
    own_name, own_path = group.name.lower(), group.path
    is_root = not kind(group.node).has_path
    for where, name, path, left in rows:
        names = (name[1:], path[1:]) if is_root and where else (own_name + name, own_path + path)
        if not left or all(_is_in(word, *names) for word in left):
            yield group.where + where


def _left(node: Node, words: list[str]) -> list[str]:
    """The words that a node does not say of itself."""
    return [word for word in words if not _says(node, word)]


def _is_in(word: str, name: str, path: str) -> bool:
    return not _is_number(word) and (word in name or word in path)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _told(node: Node) -> str:
    """What a node is and does, in English and in the language that is spoken."""
    told = _words_of(node)
    if spoken() == ENGLISH:
        return told
    with speaking(None):
        return f"{told} {_words_of(node)}"


def _words_of(node: Node) -> str:
    return f"{operation(node)} {say(kind(node).title)}" if kind(node).is_block else operation(node)


def _says(node: Node, word: str) -> bool:
    found = _PROPERTY.fullmatch(word)
    if found is not None and found[4] in _UNITS:
        amount, compare = float(found[3]) * _UNITS[found[4]], _COMPARE[found[2]]
        is_in_words = word.startswith("stride=") and f"/{found[3]}" in operation(node).split()
        return is_in_words or _has(node, found[1], lambda value: compare(value, amount))
    if _is_number(word):
        sizes = (*node.input[1:], *node.output[1:], *(node.weight or ()))
        return word in map(str, sizes) or word in _NUMBERS.findall(operation(node))
    said = [node.kind, _told(node), features(node.output), dims(node.weight or ())]
    return word in " ".join(said).lower().replace("×", "x")
