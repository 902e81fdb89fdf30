"""The whole network as a drawing, in the manner of the papers: boxes by map size and channels, shortcuts as arcs.

Geometry alone: where what stands, in pixels. A box is a unit of the network (conv1, the pool, a block, fc); a run of
equal blocks is one box, and says how many. Letters are of a fixed width, so that every text has its room.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import Literal, NamedTuple

from inspector.core.changes.compare import compare
from inspector.core.changes.pieces import Run, runs
from inspector.core.network.blocks import parts
from inspector.core.network.kinds import kind, operation, stride
from inspector.core.network.long_stage import marks
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.network.tree import FIRST_STAGE, HEAD, STEM, Place, below
from inspector.core.units import Dims, features

Mark = Literal["", "edited", "new"]

RUN, SHORT = 3, 1
"""Equal blocks in a row that are drawn one by one, and where there is little room; more are one box."""
MOST = 24
"""Boxes of one stage; of a stage with more that differ the middle is left out, and that is said."""
LETTER, LINE = 6.7, 15.0
"""Pixels of a letter, and from one line to the next, of 11 pixels."""
_PAD, _GAP = 8.0, 20.0


class Unit(NamedTuple):
    """One box: its name, the lines in it, the maps that it puts out, and its shortcut.

    `times` is how many equal blocks it stands for; `shortcut` is what the arc is of: "identity", or the projection's
    words. `kind` is how it is drawn: conv, pool, fc, block, or rest for blocks that are left out.
    """

    name: str
    lines: tuple[str, ...]
    output: Dims
    kind: str
    shortcut: str = ""
    times: int = 1
    mark: Mark = ""


class Group(NamedTuple):
    """Units that stand together: the stem, a stage, the head; and what is written about them."""

    name: str
    about: str
    output: str
    units: tuple[Unit, ...]
    mark: Mark = ""


def groups(network: Network, baseline: Network, run: int) -> tuple[Group, ...]:
    """What is drawn, in forward order; marked is what the baseline has otherwise, or not at all.

    More than `run` equal blocks in a row are one unit.
    """
    found: dict[str, Mark] = {
        each.name: "new" if each.status == "new" else "edited"
        for each in compare(baseline, network)
        if each.status != "gone"
    }
    tops = network.children(network.place)
    return (
        Group("input", "", features(network.design.input), ()),
        _group(tops[STEM], _operations(network, tops[STEM], found), found),
        *(_group(place, _blocks(place, found, run), found) for place in tops[FIRST_STAGE:HEAD]),
        _group(tops[HEAD], _operations(network, tops[HEAD], found), found),
    )


def _group(place: Place, units: tuple[Unit, ...], found: dict[str, Mark]) -> Group:
    moved = stride(place.node)
    about = operation(place.node) + (f", /{moved}" if moved > 1 and place.node.kind == "Stage" else "")
    return Group(place.name, about, features(place.node.output), units, found.get(place.name, ""))


def _operations(network: Network, group: Place, found: dict[str, Mark]) -> tuple[Unit, ...]:
    """The operations of stem or head that are drawn: convolutions, pools, fc."""
    return tuple(
        Unit(
            place.name.rpartition(".")[2],
            (_convolution(place.node),),
            place.node.output,
            kind(place.node).box,
            mark=found.get(place.name, ""),
        )
        for place in network.children(group)
        if kind(place.node).box
    )


def _blocks(stage: Place, found: dict[str, Mark], run: int) -> tuple[Unit, ...]:
    """The blocks of a stage, runs of equal ones as one; of very many that differ the first and the last."""
    each = list(_runs(stage, found, run))
    if len(each) <= MOST:
        return tuple(_unit(stage, first, count, found) for first, count in each)
    ahead, behind = each[: MOST - 2], each[-1:]
    left = sum(count for _, count in each[len(ahead) : -1])
    middle = Unit("…", (f"{left} more blocks",), stage.node.output, "rest", times=left)
    return (
        *(_unit(stage, first, count, found) for first, count in ahead),
        middle,
        *(_unit(stage, first, count, found) for first, count in behind),
    )


def _runs(stage: Place, found: dict[str, Mark], run: int) -> Iterator[tuple[int, int]]:
    """Where equal and equally marked blocks begin, and how many they are; up to `run` of them are told one by one."""
    marked = (
        (mark, found.get(below(stage, number).name, "") if found else "")
        for number, mark in enumerate(marks(stage.node.children))
    )
    for each in runs(marked):
        if not isinstance(each, Run):
            continue
        if each.times <= run:
            yield from ((at, 1) for at in range(each.first, each.first + each.times))
        else:
            yield each.first, each.times


def _unit(stage: Place, first: int, count: int, found: dict[str, Mark]) -> Unit:
    place = below(stage, first)
    path, branch, *_ = parts(place.node)
    lines = tuple(_convolution(node) for node in path if node.kind == "Conv2d")
    shortcut = _convolution(branch.children[0]) if branch.kind == "Projection" else "identity"
    name = place.name if count == 1 else f"{place.name}–{below(stage, first + count - 1).name}"
    return Unit(name, lines, place.node.output, "block", shortcut, count, found.get(place.name, ""))


def _convolution(node: Node) -> str:
    """A convolution as the papers' table has it: "3×3, 64"."""
    return operation(node).removesuffix(" filters").removesuffix(" filter")


class Box(NamedTuple):
    """A rectangle with lines of text in it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    mark: Mark
    lines: tuple[Text, ...]


class Text(NamedTuple):
    """A text at a point: `anchor` is where that is of it, `role` how it is written."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "middle"
    role: Literal["", "name", "quiet", "edited", "new"] = ""


class Arc(NamedTuple):
    """A shortcut, as the path of an SVG; one of a projection is drawn so."""

    path: str
    is_projection: bool
    mark: Mark


class Wire(NamedTuple):
    """A line from one box to the next."""

    x1: float
    y1: float
    x2: float
    y2: float


class Frame(NamedTuple):
    """What is round a stage."""

    x: float
    y: float
    width: float
    height: float
    mark: Mark


class Drawing(NamedTuple):
    """A drawing of so many pixels."""

    width: float
    height: float
    title: str
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    arcs: tuple[Arc, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]


class _Sketch:
    """A drawing while it is made."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.texts: list[Text] = []
        self.arcs: list[Arc] = []
        self.wires: list[Wire] = []
        self.frames: list[Frame] = []

    def done(self, width: float, height: float, title: str) -> Drawing:
        return Drawing(
            round(width, 1),
            round(height, 1),
            title,
            tuple(self.boxes),
            tuple(each._replace(x=round(each.x, 1), y=round(each.y, 1)) for each in self.texts),
            tuple(self.arcs),
            tuple(Wire(*(round(number, 1) for number in each)) for each in self.wires),
            tuple(
                Frame(round(each.x, 1), round(each.y, 1), round(each.width, 1), round(each.height, 1), each.mark)
                for each in self.frames
            ),
        )


def _long(text: str) -> float:
    return len(text) * LETTER


def _side(output: Dims) -> float:
    """How high a box is for the size of its maps: a step for each doubling."""
    side = max(output[2:]) if len(output) > 2 else 1
    return 19 * log2(side + 1)


def _deep(output: Dims) -> float:
    """How wide a box is for its channels: a step for each doubling."""
    return 11 * log2(output[1] + 1)


def _inside(unit: Unit) -> tuple[str, ...]:
    return (*unit.lines, f"× {unit.times}") if unit.times > 1 and unit.kind == "block" else unit.lines


def wide(network: Network, baseline: Network, title: str, run: int = RUN) -> Drawing:
    """From left to right: shortcuts above, names below, what a stage puts out under its frame."""
    told = groups(network, baseline, run)
    units = [unit for group in told for unit in group.units]
    highest = max(_tall(unit) for unit in units)
    middle, sketch = 70 + highest / 2, _Sketch()
    base = middle + highest / 2
    x, last = 20.0, 20.0
    sketch.texts += [
        Text(20, middle - 4, "input", "start", "name"),
        Text(20, middle + 11, told[0].output, "start", "quiet"),
    ]
    x = last = 20 + max(_long("input"), _long(told[0].output)) + 6
    for group in told[1:]:
        x += _GAP * 1.5
        start = x
        for unit in group.units:
            slot = max(_broad(unit), _long(unit.name), _long(features(unit.output)), _long(unit.shortcut) - 10)
            width, height, left = _broad(unit), _tall(unit), x + (slot - _broad(unit)) / 2
            sketch.wires.append(Wire(last, middle, left, middle))
            sketch.boxes.append(_boxed(unit, left, middle - height / 2, width, height))
            if unit.shortcut:
                _arc_above(sketch, unit, (left, width, middle - height / 2))
            sketch.texts.append(Text(x + slot / 2, base + 16, unit.name, "middle", unit.mark or ""))
            sketch.texts.append(Text(x + slot / 2, base + 30, features(unit.output), "middle", "quiet"))
            last = left + width
            x += slot + _GAP
        x -= _GAP
        needed = max(_long(text) for text in (group.name, group.about, group.output))
        if x - start < needed:
            x = start + needed
        sketch.frames.append(Frame(start - 8, 40, x - start + 16, base - 40 + 40, group.mark))
        center = (start + x) / 2
        sketch.texts.append(Text(center, 30, _marked(group), "middle", "name"))
        sketch.texts.append(Text(center, base + 60, group.about, "middle", "quiet"))
    return sketch.done(x + 20, base + 76, title)


def _marked(group: Group) -> str:
    return {"": "", "edited": "● ", "new": "+ "}[group.mark] + group.name


def _tall(unit: Unit) -> float:
    return max(_side(unit.output), LINE * len(_inside(unit)) + 2 * _PAD)


def _broad(unit: Unit) -> float:
    return max(_deep(unit.output), max(_long(line) for line in _inside(unit)) + 2 * _PAD)


def _boxed(unit: Unit, x: float, y: float, width: float, height: float) -> Box:
    lines = _inside(unit)
    top = y + height / 2 - LINE * (len(lines) - 1) / 2 + 4
    texts = tuple(Text(round(x + width / 2, 1), round(top + LINE * at, 1), line) for at, line in enumerate(lines))
    return Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1), unit.kind, unit.mark, texts)


def _arc_above(sketch: _Sketch, unit: Unit, box: tuple[float, float, float]) -> None:
    """From the wire before the box, over it, to the wire behind it."""
    left, width, top = box
    middle, up, turn = top + _tall(unit) / 2, top - 10, 6
    before, behind = left - 8, left + width + 8
    path = (
        f"M{before:.1f} {middle:.1f} V{up + turn:.1f} q0 {-turn} {turn} {-turn} H{behind - turn:.1f} "
        f"q{turn} 0 {turn} {turn} V{middle:.1f}"
    )
    is_projection = unit.shortcut != "identity"
    sketch.arcs.append(Arc(path, is_projection, unit.mark))
    if is_projection:
        sketch.texts.append(Text(round(left + width / 2, 1), round(up - 5, 1), unit.shortcut, "middle", "quiet"))


def tall(network: Network, baseline: Network, title: str, run: int = RUN) -> Drawing:
    """From above to below: shortcuts at the left, names and maps at the right of each box."""
    told = groups(network, baseline, run)
    units = [unit for group in told for unit in group.units]
    broadest = max(_broad_in_tall(unit) for unit in units)
    arcs = 44 + max((_long(unit.shortcut) for unit in units if unit.shortcut not in ("", "identity")), default=0)
    center = 20 + arcs + broadest / 2
    aside = center + broadest / 2 + 16
    right = aside + max(max(_long(unit.name), _long(features(unit.output))) for unit in units)
    heads = max(_long(f"{_marked(group)}  {group.about}") for group in told)
    right = max(right, 32 + heads)
    sketch, y, last = _Sketch(), 36.0, 42.0
    sketch.texts += [Text(center, 22, "input", "middle", "name"), Text(center, 37, told[0].output, "middle", "quiet")]
    for group in told[1:]:
        y += 2 * LINE
        start = y - 16
        sketch.texts.append(Text(28, y, _marked(group), "start", "name"))
        sketch.texts.append(Text(28 + _long(f"{_marked(group)}  "), y, group.about, "start", "quiet"))
        y += LINE
        for unit in group.units:
            height, width = LINE * len(_inside(unit)) + 2 * _PAD, _broad_in_tall(unit)
            left = center - width / 2
            sketch.wires.append(Wire(center, last, center, y))
            sketch.boxes.append(_boxed(unit, left, y, width, height))
            if unit.shortcut:
                _arc_beside(sketch, unit, center, (left, y, height))
            sketch.texts.append(Text(aside, y + height / 2 - 3, unit.name, "start", unit.mark or ""))
            sketch.texts.append(Text(aside, y + height / 2 + 12, features(unit.output), "start", "quiet"))
            last = y + height
            y = last + _GAP + 2
        sketch.frames.append(Frame(16, start, right - 16 + 12, y - _GAP + 12 - start, group.mark))
    return sketch.done(right + 44, y + 12, title)


def _broad_in_tall(unit: Unit) -> float:
    return max(2.2 * _deep(unit.output), max(_long(line) for line in _inside(unit)) + 2 * _PAD)


def _arc_beside(sketch: _Sketch, unit: Unit, center: float, box: tuple[float, float, float]) -> None:
    """From the wire above the box, past it on the left, to the wire below it."""
    left, top, height = box
    out, turn = left - 14, 6
    above, below_ = top - 9, top + height + 9
    path = (
        f"M{center:.1f} {above:.1f} H{out + turn:.1f} q{-turn} 0 {-turn} {turn} V{below_ - turn:.1f} "
        f"q0 {turn} {turn} {turn} H{center:.1f}"
    )
    is_projection = unit.shortcut != "identity"
    sketch.arcs.append(Arc(path, is_projection, unit.mark))
    if is_projection:
        sketch.texts.append(Text(round(out - 6, 1), round(top + height / 2 + 4, 1), unit.shortcut, "end", "quiet"))
