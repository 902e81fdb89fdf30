"""What changed, in words: an operation beside what stood in its place before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from inspector.core.network.kinds import kind, operation
from inspector.core.network.node import Node
from inspector.core.units import arrow, dims, features
from inspector.speech import later, say, some


class Source(NamedTuple):
    """What puts out what comes in: image, a stage that `ends`, a `path` before a sum, a pool's place, any place."""

    name: str
    role: Literal["image", "ends", "path", "place", "unpooled"] = "place"


def puts_out(who: Source, old: Node, new: Node) -> str:
    """What comes in otherwise than before, in words."""
    was, now = old.input, new.input
    if was[1] != now[1]:
        return _many_maps(who, now[1])
    if was[2:] != now[2:]:
        return say(_SIZES[who.role], who=who.name, size=dims(now[2:]))
    if was[0] != now[0]:
        return say("the batch is {n} now", n=now[0])
    return say(_APART[who.role], who=who.name)


def _many_maps(who: Source, maps: int) -> str:
    if who.role == "image":
        return some(maps, "the image now has {n} channel", "the image now has {n} channels")
    if who.role == "path":
        return some(maps, "the path now ends in {n} feature map", "the path now ends in {n} feature maps")
    if who.role == "ends":
        return some(maps, "{who} now ends in {n} feature map", "{who} now ends in {n} feature maps", who=who.name)
    return some(maps, "{who} now puts out {n} feature map", "{who} now puts out {n} feature maps", who=who.name)


_SIZES = {
    "image": later("the image now has {size} pixels"),
    "path": later("the path now ends in maps of {size}"),
    "ends": later("{who} now ends in maps of {size}"),
    "place": later("{who} now puts out maps of {size}"),
    "unpooled": later("without the pool maps of {size} come in"),
}
_APART = {
    "image": later("the image now has positions farther apart, or closer"),
    "path": later("the path now ends in positions farther apart, or closer"),
    "ends": later("{who} now ends in positions farther apart, or closer"),
    "place": later("{who} now puts out positions farther apart, or closer"),
    "unpooled": later("{who} now puts out positions farther apart, or closer"),
}


def arrived(node: Node) -> str:
    """What a new place is: a projection with its channels, anything else by its operation."""
    return f"1×1, {arrow(node.input[1], node.output[1])}" if node.kind == "Projection" else operation(node)


def changed(old: Node, new: Node) -> str:
    """What differs between a node and what stood there before, in words: "2048 → 1024 filters"."""
    if old.children or new.children or old.kind != new.kind:
        shapes = features(old.output), features(new.output)
        return arrow(*shapes) if shapes[0] != shapes[1] else operation(new)
    differing = list(_numbers(old, new))
    if old.output[2:] != new.output[2:]:
        differing.append(arrow(dims(old.output[2:]), dims(new.output[2:])))
    if old.output[0] != new.output[0]:
        differing.append(say("batch {change}", change=arrow(old.output[0], new.output[0])))
    if not differing and old.input[2:] != new.input[2:]:
        differing.append(say("input {change}", change=arrow(dims(old.input[2:]), dims(new.input[2:]))))
    if not differing:
        differing.append(say("total stride {change}", change=arrow(old.stride, new.stride)))
    return ", ".join(differing)


_COUNTS = {
    "filters": later("{change} filters"),
    "channels": later("{change} channels"),
    "classes": later("{change} classes"),
    "inputs": later("{change} inputs"),
}
_WINDOW = {
    "kernel": later("kernel {change}"),
    "stride": later("stride {change}"),
    "dilation": later("dilation {change}"),
    "groups": later("groups {change}"),
}


def _numbers(old: Node, new: Node) -> Iterator[str]:
    """The numbers of an operation that differ, each with its word."""
    words = kind(new).sizes
    pairs = [(old.output[1], new.output[1], words[0]), (old.input[1], new.input[1], words[1])]
    for was, now, word in pairs if words[0] != words[1] else pairs[:1]:
        if was != now:
            yield say(_COUNTS[word], change=arrow(was, now))
    if old.window is not None and new.window is not None:
        for name, text in _WINDOW.items():
            was, now = getattr(old.window, name), getattr(new.window, name)
            if was != now:
                yield say(text, change=arrow(was, now))
