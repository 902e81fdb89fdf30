"""What of a network's weights survives an edit: tensor by tensor, and how many tensors and elements in all.

Equal names and shapes fit for load_state_dict, which asks no more. A tensor can fit and mean something else: where its
convolution strides, dilates, pads or groups otherwise, or where it goes with a weight that does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from math import prod
from typing import Literal, NamedTuple

from msgspec import Struct

from inspector.core.network.kinds import kind
from inspector.core.network.long_stage import Blocks, marks
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.units import Dims, dims
from inspector.speech import later, say

COUNTER = "num_batches_tracked"
"""The tensor of a batch norm that has no channels and that nothing is computed with: it fits wherever its norm is."""

Class = Literal["same", "other use", "other shape", "new", "gone"]
"""What can become of a tensor; the words for it are `CLASSES`."""
CLASSES: dict[Class, str] = {
    "same": later("same"),
    "other use": later("fits, means something else"),
    "other shape": later("other shape"),
    "new": later("new"),
    "gone": later("gone"),
}


class Fate(Struct, frozen=True):
    """What becomes of one tensor: its name in the state_dict, its shapes before and after, and why in words.

    One that `is_buffer` is no parameter: a batch norm's statistics, all of a frozen one.
    """

    name: str
    of: Class
    before: Dims | None
    after: Dims | None
    why: str = ""
    is_buffer: bool = False

    @property
    def amount(self) -> Amount:
        """The tensor with its elements: in the later network, or in the earlier one where it is gone."""
        shape = self.after if self.after is not None else self.before or ()
        return _amount_of(self.name, shape, is_buffer=self.is_buffer)

    @property
    def change(self) -> str:
        """Its shape, or from which to which: "2048×512×1×1 → 1024×512×1×1"."""
        shapes = [dims(shape) if shape else say("a number") for shape in (self.before, self.after) if shape is not None]
        return " → ".join(dict.fromkeys(shapes))


class Amount(NamedTuple):
    """So many tensors: the elements of those that are parameters, of buffers, and how many of them are counters."""

    tensors: int = 0
    params: int = 0
    buffers: int = 0
    counters: int = 0

    def plus(self, more: Amount) -> Amount:
        """Both together."""
        return Amount(*(mine + its for mine, its in zip(self, more, strict=True)))

    def times(self, number: int) -> Amount:
        """So many of it."""
        return Amount(*(number * mine for mine in self))

    @property
    def without_counters(self) -> Amount:
        """The same of a file that has no num_batches_tracked, as torch before 0.4.1 wrote them."""
        return self._replace(tensors=self.tensors - self.counters, counters=0)

    def nbytes(self, size: int = 4) -> int:
        """Bytes, of so many an element, and 8 of a counter."""
        return size * (self.params + self.buffers) + 8 * self.counters


class Survival(NamedTuple):
    """How much of a state_dict is the same, fits and means something else, has another shape, is new, is gone.

    Parameters are those of the later network, of what is gone those of the earlier one.
    """

    same: Amount = Amount()
    other_use: Amount = Amount()
    other_shape: Amount = Amount()
    new: Amount = Amount()
    gone: Amount = Amount()

    @property
    def fits(self) -> Amount:
        """What load_state_dict takes: equal names and shapes."""
        return self.same.plus(self.other_use)

    @property
    def before(self) -> int:
        """The tensors of the earlier network."""
        return self.fits.tensors + self.other_shape.tensors + self.gone.tensors

    @property
    def after(self) -> int:
        """The tensors of the later network."""
        return self.fits.tensors + self.other_shape.tensors + self.new.tensors

    @property
    def without_counters(self) -> Survival:
        """The same of a file that has no num_batches_tracked."""
        return Survival(*(amount.without_counters for amount in self))

    @property
    def is_whole(self) -> bool:
        """Whether nothing but what is the same is in it."""
        return not any(amount.tensors for amount in self[1:])

    def plus(self, more: Survival) -> Survival:
        """Both together."""
        return Survival(*(mine.plus(its) for mine, its in zip(self, more, strict=True)))

    def times(self, number: int) -> Survival:
        """So many of it."""
        return Survival(*(mine.times(number) for mine in self))


def survival(before: Network, after: Network) -> Survival:
    """What of the state_dict of `before` survives in `after`."""
    total = Survival()
    for _, each in by_part(before, after):
        total = total.plus(each)
    return total


def by_part(before: Network, after: Network) -> Iterator[tuple[str, Survival]]:
    """The same for stem, each stage and head, by the paper's names."""
    for old, new in zip(before.root.children, after.root.children, strict=True):
        if new.kind != "Input":
            yield new.label, _remembered(old, new)


_PARTS: dict[tuple[int, int], tuple[Node, Node, Survival]] = {}
"""Parts that were looked at last, by their identities: an edit leaves most of them as they are."""
_MOST_PARTS = 96


def _remembered(old: Node, new: Node) -> Survival:
    known = _PARTS.get((id(old), id(new)))
    if known is None:
        if len(_PARTS) >= _MOST_PARTS:
            _PARTS.clear()
        known = _PARTS[id(old), id(new)] = old, new, _of_part(old, new)
    return known[2]


def _of_part(old: Node, new: Node) -> Survival:
    if new.kind != "Stage":
        return _of_pair(old, new)
    total = Survival()
    if isinstance(old.children, Blocks) or isinstance(new.children, Blocks):
        pairs = zip_longest(enumerate(marks(old.children)), enumerate(marks(new.children)))
        for left, right in pairs:
            total = total.plus(_of_marked(_Marked(old.children, left), _Marked(new.children, right)))
        return total
    counted: dict[tuple[int, int], tuple[Node | None, Node | None, int]] = {}
    for one, other in zip_longest(old.children, new.children):
        *pair, times = counted.get((id(one), id(other)), (one, other, 0))
        counted[id(one), id(other)] = pair[0], pair[1], times + 1
    for one, other, times in counted.values():
        total = total.plus(_of_pair(one, other).times(times))
    return total


class _Marked:
    """A block of a stage by its mark, which is equal for equal ones: it is not made where its mark is known."""

    __slots__ = ("blocks", "mark", "number")

    def __init__(self, blocks: Sequence[Node], numbered: tuple[int, object] | None) -> None:
        self.blocks, (self.number, self.mark) = blocks, numbered or (0, None)

    def __hash__(self) -> int:
        return hash(self.mark)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Marked) and self.mark == other.mark and type(self.blocks) is type(other.blocks)

    @property
    def node(self) -> Node | None:
        return None if self.mark is None else self.blocks[self.number]


@lru_cache(maxsize=1 << 13)
def _of_marked(old: _Marked, new: _Marked) -> Survival:
    return _of_pair(old.node, new.node)


def _of_pair(old: Node | None, new: Node | None) -> Survival:
    if old is new and new is not None:
        return Survival(same=_amount(new))
    counted: dict[Class, Amount] = {}
    for fate in _fates(old, new, ""):
        counted[fate.of] = counted.get(fate.of, Amount()).plus(fate.amount)
    return Survival(*(counted.get(each, Amount()) for each in CLASSES))


def _amount(node: Node) -> Amount:
    """All tensors of a node."""
    if node.children:
        total = Amount()
        for child in node.children:
            total = total.plus(_amount(child))
        return total
    total = Amount()
    for name, shape in _shapes(node).items():
        total = total.plus(_amount_of(name, shape, is_buffer=_is_buffer(node, name)))
    return total


def _amount_of(name: str, shape: Dims, *, is_buffer: bool) -> Amount:
    """One tensor."""
    elements = prod(shape)
    if name.endswith(COUNTER):
        return Amount(1, counters=1)
    return Amount(1, buffers=elements) if is_buffer else Amount(1, elements)


def _is_buffer(node: Node, name: str) -> bool:
    return kind(node).is_frozen or name.startswith("running_") or name == COUNTER


def fates(before: Network, after: Network) -> Iterator[Fate]:
    """What becomes of every tensor, in forward order; what is gone comes where it stood."""
    return _fates(before.root, after.root, "")


def survival_at(before: Network, after: Network, where: Where) -> Survival:
    """What survives at a place of the later network, and in what is below it."""
    if not where:
        return survival(before, after)
    old, new = _twin(before, after, where), after.at(where).node
    if len(where) == 1 and old is not None:
        return _remembered(old, new)
    if new.children or old is new:
        return _of_pair(old, new)
    total = Survival()
    for fate in fates_at(before, after, where):
        total = total.plus(Survival(*(fate.amount if each == fate.of else Amount() for each in CLASSES)))
    return total


def fates_at(before: Network, after: Network, where: Where) -> list[Fate]:
    """What becomes of the tensors at a place of the later network, and of those of the earlier one that stood there."""
    place = after.at(where)
    if place.node.children or not where:
        return list(_fates(_twin(before, after, where), place.node, place.path if kind(place.node).has_path else ""))
    if not kind(place.node).names:
        return []
    group = after.at(where[:-1])
    beside = _fates(_twin(before, after, group.where), group.node, group.path if kind(group.node).has_path else "")
    return [fate for fate in beside if fate.name.startswith(f"{place.path}.")]


def _twin(before: Network, after: Network, where: Where) -> Node | None:
    """What of the earlier network is compared with a place of the later one, as `_pairs` has it; None without one."""
    old: Node | None = before.root
    new = after.root
    for number in where:
        child = new.children[number]
        if old is None:
            return None
        if new.kind == "Stage":
            old = old.children[number] if number < len(old.children) else None
        else:
            old = next((each for each in old.children if each.key == child.key and _has_tensors(each)), None)
        new = child
    return old


def reshaped(before: Network, after: Network) -> Iterator[str]:
    """The names of the tensors that have another shape in `after`: layer4.2.conv3.weight."""
    return (fate.name for fate in fates(before, after) if fate.of == "other shape")


_GOES_WITH = later("{what} in front of it does not fit")
_ITS_OWN = later("its weight does not fit")
_WINDOW = {
    "stride": later("stride {before} → {after}"),
    "dilation": later("dilation {before} → {after}"),
    "padding": later("padding {before} → {after}"),
    "groups": later("groups {before} → {after}"),
}


def _fates(old: Node | None, new: Node | None, path: str) -> Iterator[Fate]:
    if old is None or new is None or bool(old.children) != bool(new.children):
        yield from _only(old, path, "gone")
        yield from _only(new, path, "new")
    elif new.children:
        in_front: tuple[str, bool] = ("", True)
        for number, (left, right) in enumerate(_pairs(old, new)):
            node = right or left or new
            told = list(_of_one(left, right, _joined(path, node, number), in_front))
            if "weight" in kind(node).names and not kind(node).is_norm:
                in_front = node.key, all(fate.of in ("same", "other use") for fate in told)
            yield from told
    else:
        yield from _of_one(old, new, path, ("", True))


def _of_one(old: Node | None, new: Node | None, path: str, in_front: tuple[str, bool]) -> Iterator[Fate]:
    """The fates of one operation, or of all that is in a group; `in_front` is the convolution, and whether it fits."""
    if old is None or new is None or new.children or old.children:
        yield from _fates(old, new, path)
        return
    before, after = _shapes(old), _shapes(new)
    why = _other_use(old, new)
    if not why and kind(new).is_norm and not in_front[1]:
        why = say(_GOES_WITH, what=in_front[0] or "conv")
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        own = why if name != COUNTER else ""
        buffer = _is_buffer(old if now is None else new, name)
        if was is None or now is None:
            yield Fate(f"{path}.{name}", "new" if was is None else "gone", was, now, is_buffer=buffer)
        elif was != now:
            yield Fate(f"{path}.{name}", "other shape", was, now, is_buffer=buffer)
        else:
            if name == "bias" and before["weight"] != after["weight"]:
                own = own or say(_ITS_OWN)
            yield Fate(f"{path}.{name}", "other use" if own else "same", was, now, own, buffer)


def _other_use(old: Node, new: Node) -> str:
    """How an operation is done otherwise, in words; nothing where it is not."""
    if old.window is None or new.window is None or old.window == new.window:
        return ""
    differing = [
        say(text, before=getattr(old.window, name), after=getattr(new.window, name))
        for name, text in _WINDOW.items()
        if getattr(old.window, name) != getattr(new.window, name)
    ]
    return ", ".join(differing)


def _only(node: Node | None, path: str, of: Class) -> Iterator[Fate]:
    """All tensors of a node that has no twin."""
    if node is None:
        return
    for number, child in enumerate(node.children):
        yield from _only(child, _joined(path, child, number), of)
    for name, shape in _shapes(node).items() if not node.children else ():
        was, now = (shape, None) if of == "gone" else (None, shape)
        yield Fate(f"{path}.{name}", of, was, now, is_buffer=_is_buffer(node, name))


def _joined(path: str, node: Node, number: int) -> str:
    step = (node.key or str(number)) if kind(node).has_path else ""
    return ".".join(part for part in (path, step) if part)


def _shapes(node: Node) -> dict[str, Dims]:
    """The tensors of an operation by their names in its module."""
    return dict(zip(kind(node).names, kind(node).tensors(node), strict=True))


def _pairs(old: Node, new: Node) -> Iterator[tuple[Node | None, Node | None]]:
    """What stands below two nodes: modules of one name, whatever kind of block they are in; blocks in their order."""
    if new.kind == "Stage":
        yield from zip_longest(old.children, new.children)
        return
    olds, news = ({child.key: child for child in node.children if _has_tensors(child)} for node in (old, new))
    for key in dict.fromkeys([*news, *olds]):
        yield olds.get(key), news.get(key)


def _has_tensors(node: Node) -> bool:
    return bool(node.children) or bool(kind(node).names)
