"""The numbers of a stage that explain its blocks' filters: planes, expansion, width, and overrides for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import structs

from inspector.core.design.design import CONVOLUTIONS, Override, Stage
from inspector.core.design.fields import MAX_DERIVED_CHANNELS, MAX_SIZE
from inspector.core.names import BlockKind

Filters = tuple[int, ...]
"""The filters of a block's convolutions, in forward order."""


def stage_of(kind: BlockKind, blocks: Sequence[Filters], groups: int) -> Stage:
    """The stage of stride 1 whose blocks have these filters, with as few overrides as there can be.

    Of several ways to say the same, torchvision's: expansion 4, a 3×3 as wide as the planes. Where only a few planes
    times a large expansion give all, so that one more of them would move hundreds of channels, planes near it and
    overrides say it instead. Raises DesignError where no stage has them.
    """
    counted = Counter(blocks)
    plans = (plan for plain in _plains(kind, counted) for plan in _plans(kind, plain, groups))
    stage = min(
        plans,
        key=lambda plan: (plan.expansion > LARGEST, _overridden(plan.plain_filters(kind), counted)),
        default=None,
    )
    if stage is None:
        planes = counted.most_common(1)[0][0][0]
        stage = Stage(blocks=1, planes=planes, expansion=4 if kind == "bottleneck" else 1, groups=groups)
    plain = stage.plain_filters(kind)
    overrides = tuple(
        Override(number, **_other(kind, filters, plain)) for number, filters in enumerate(blocks, 1) if filters != plain
    )
    return structs.replace(stage, blocks=len(blocks), overrides=overrides)


def _other(kind: BlockKind, filters: Filters, plain: Filters) -> dict[str, int]:
    named = zip(CONVOLUTIONS[kind], filters, plain, strict=True)
    return {name: own for name, own, usual in named if own != usual}


def _overridden(plain: Filters, counted: Counter[Filters]) -> tuple[int, int]:
    """How many blocks differ from `plain`, and how many of their convolutions."""
    other = [(filters, number) for filters, number in counted.items() if filters != plain]
    convolutions = sum(
        number * sum(own != usual for own, usual in zip(filters, plain, strict=True)) for filters, number in other
    )
    return sum(number for _, number in other), convolutions


def _plains(kind: BlockKind, counted: Counter[Filters]) -> Iterator[tuple[int, int]]:
    """What most blocks could share: the width within, and the channels that leave."""
    for filters, _ in counted.most_common(4):
        yield from ((width, filters[-1]) for width in dict.fromkeys(filters[:2]))
    if len(counted) > 1:
        width = _commonest(counted, range(2))
        yield width, _commonest(counted, range(len(CONVOLUTIONS[kind]) - 1, len(CONVOLUTIONS[kind])))


def _commonest(counted: Counter[Filters], places: range) -> int:
    found: Counter[int] = Counter()
    for filters, number in counted.items():
        for place in places:
            found[filters[place]] += number
    return found.most_common(1)[0][0]


def _plans(kind: BlockKind, plain: tuple[int, int], groups: int) -> Iterator[Stage]:
    """Stages of one block with these numbers of filters, or nearly; none where no planes, expansion and width do."""
    width, out = plain
    if kind == "basic":
        if out <= MAX_SIZE:
            yield Stage(blocks=1, planes=out, expansion=1)
        return
    if not 0 < out <= MAX_DERIVED_CHANNELS or width % groups or groups > MAX_SIZE:
        return
    ways = (min(_ways(out, width // groups), default=None), next(_near(out, width // groups), None))
    for way in ways:
        if way is not None:
            planes, expansion, width_per_group = way[-3:]
            yield Stage(blocks=1, planes=planes, expansion=expansion, groups=groups, width_per_group=width_per_group)


LARGEST = 16
"""The largest expansion with which an edit of planes still moves a stage by small steps."""


class _Way(NamedTuple):
    """Numbers that give a width and an output; the first five say how far they are from torchvision's."""

    is_coarse: bool
    is_rounded: bool
    is_other_expansion: bool
    is_other_width: bool
    distance: int
    planes: int
    expansion: int
    width_per_group: int


def _ways(out: int, width: int) -> Iterator[_Way]:
    """Every planes, expansion and width_per_group with planes · expansion = out, int(planes · it / 64) = width."""
    for planes in _divisors(out):
        way = _way(planes, out // planes, width)
        if way is not None:
            yield way


def _near(out: int, width: int) -> Iterator[_Way]:
    """Those with this width, and an output as near as there is with a small expansion."""
    for expansion in sorted(range(1, LARGEST + 1), key=lambda number: abs(number - 4)):
        way = _way(max(1, round(out / expansion)), expansion, width)
        if way is not None:
            yield way


def _way(planes: int, expansion: int, width: int) -> _Way | None:
    number = -(-64 * width // planes)
    is_allowed = planes <= MAX_SIZE and expansion <= MAX_SIZE and 1 <= number <= MAX_SIZE
    if not is_allowed or planes * number // 64 != width:
        return None
    is_rounded = planes * number % 64 != 0
    distance = abs(expansion - 4)
    return _Way(expansion > LARGEST, is_rounded, expansion != 4, number != 64, distance, planes, expansion, number)


def _divisors(number: int) -> Iterator[int]:
    for small in range(1, int(number**0.5) + 1):
        if number % small == 0:
            yield small
            if small != number // small:
                yield number // small
