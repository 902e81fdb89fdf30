"""What changed, in words: an operation beside what stood in its place before."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.core.network.kinds import kind, operation
from inspector.core.network.node import Node
from inspector.core.units import arrow, dims, features, plural


def puts_out(who: str, old: Node, new: Node) -> str:
    """What comes in otherwise than before, in words; `who` are the words for what puts it out."""
    was, now = old.input, new.input
    if was[1] != now[1]:
        noun = "channel" if who.startswith("the image") else "feature map"
        return f"{who} {plural(now[1], noun)}"
    if was[2:] != now[2:]:
        return f"{who} {dims(now[2:])} pixels" if who.startswith("the image") else f"{who} maps of {dims(now[2:])}"
    return f"the batch is {now[0]} now" if was[0] != now[0] else f"{who} positions farther apart, or closer"


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
        differing.append(f"batch {arrow(old.output[0], new.output[0])}")
    if not differing and old.input[2:] != new.input[2:]:
        differing.append(f"input {arrow(dims(old.input[2:]), dims(new.input[2:]))}")
    if not differing:
        differing.append(f"total stride {arrow(old.stride, new.stride)}")
    return ", ".join(differing)


def _numbers(old: Node, new: Node) -> Iterator[str]:
    """The numbers of an operation that differ, each with its word."""
    words = kind(new).sizes
    pairs = [(old.output[1], new.output[1], words[0]), (old.input[1], new.input[1], words[1])]
    for was, now, word in pairs if words[0] != words[1] else pairs[:1]:
        if was != now:
            yield f"{arrow(was, now)} {word}"
    if old.window is not None and new.window is not None:
        for name in ("kernel", "stride", "dilation", "groups"):
            was, now = getattr(old.window, name), getattr(new.window, name)
            if was != now:
                yield f"{name} {arrow(was, now)}"
