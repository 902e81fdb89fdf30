"""A residual block as a picture in box characters."""

from __future__ import annotations

from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.node import Node
from inspector.core.units import features
from inspector.outside import cells
from inspector.speech import say

_LEFT, _RIGHT, WIDTH = 6, 28, 36
"""Columns of the shortcut's line and of the path's, and the width of the picture, in cells."""


def diagram(block: Node) -> tuple[str, ...]:
    """The path with the channels that each convolution puts out, the shortcut beside it, and their sum."""
    arm, branch, *_ = parts(block)
    convolutions = [node for node in arm if node.kind == "Conv2d"]
    path = [text for conv in convolutions for text in (_window(conv), f"│{conv.output[1]}")]
    beside = ["│"] * len(path)
    middle = len(path) // 2 - 1
    beside[middle] = say("identity")
    if has_projection(block):
        beside[middle : middle + 2] = [_window(branch.children[0]), f"│{branch.output[1]}"]
    lines = [_fork("┌", features(block.input), "┐"), *map(_arms, beside, path)]
    centre = (_LEFT + _RIGHT) // 2
    return (
        *lines,
        _fork("└", "+", "┘"),
        f"{'│ relu':>{centre + 6}}".ljust(WIDTH),
        features(block.output).center(2 * centre + 1).ljust(WIDTH),
    )


def _fork(left: str, text: str, right: str) -> str:
    """The line where the two arms part or meet, with `text` in its middle."""
    inside = f" {text} ".center(_RIGHT - _LEFT - 1, "─")
    return f"{' ' * _LEFT}{left}{inside}{right}".ljust(WIDTH)


def _arms(left: str, right: str) -> str:
    """One line of both arms: an operation is centred on its arm, a number of channels stands right of it."""
    line = _placed("", left, _LEFT)
    wider = cells(line) - len(line)  # letters that take two cells
    return _placed(line, right, _RIGHT - wider).ljust(WIDTH - wider)


def _placed(line: str, text: str, column: int) -> str:
    if text.startswith("│"):
        return line.ljust(column) + "│" + (f" {text[1:]}" if text[1:] else "")
    return line.ljust(column - (cells(text) - 1) // 2) + text


def _window(conv: Node) -> str:
    """A convolution on its arm: "3×3 /2", with its groups and dilation: "3×3 g32 d2"."""
    window = conv.window
    if window is None:
        return ""
    parts = [f"{window.kernel}×{window.kernel}"]
    parts += [f"/{window.stride}"] if window.stride > 1 else []
    parts += [f"g{window.groups}"] if window.groups > 1 else []
    parts += [f"d{window.dilation}"] if window.dilation > 1 else []
    return " ".join(parts)
