"""Two networks, node by node: what changed, what is new, what is gone, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, zip_longest
from typing import Literal

from msgspec import Struct

from inspector.core.design.differences import edits, value
from inspector.core.design.edit import resolve, write
from inspector.core.names import STAGES
from inspector.core.network.flow import last_convolution, source
from inspector.core.network.kinds import kind, operation, stride
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.network.tree import INPUT, STEM, Place, stage_of
from inspector.core.units import arrow, dims, features, plural
from inspector.errors import DesignError


class Change(Struct, frozen=True):
    """One place where two networks differ; `before` is None where it is new, `after` is None where it is gone."""

    path: str
    name: str
    before: Node | None
    after: Node | None

    @property
    def status(self) -> Literal["changed", "new", "gone"]:
        """Whether the place changed, is new, or is gone."""
        if self.before is None:
            return "new"
        return "gone" if self.after is None else "changed"

    @property
    def params(self) -> int:
        """Parameters more than before."""
        return (self.after.params if self.after else 0) - (self.before.params if self.before else 0)

    @property
    def macs(self) -> int:
        """MACs of convolutions and fc more than before, batch included."""
        return (self.after.macs if self.after else 0) - (self.before.macs if self.before else 0)


def compare(before: Network, after: Network) -> Iterator[Change]:
    """Every place that differs, groups before what is in them, in forward order, matched by the paper's name.

    What is gone comes right where it stood. Equal blocks that both networks share are not looked into.
    """
    return _compare(before, before.place, after, after.place)


def _compare(before: Network, old: Place, after: Network, new: Place) -> Iterator[Change]:
    if old.node is new.node or old.node == new.node:
        return
    yield Change(new.path, new.name, old.node, new.node)
    olds = {place.name: place for place in before.children(old)}
    for child in after.children(new):
        twin = olds.pop(child.name, None)
        yield from _only(after, child, is_new=True) if twin is None else _compare(before, twin, after, child)
    for child in olds.values():
        yield from _only(before, child, is_new=False)


def _only(network: Network, place: Place, *, is_new: bool) -> Iterator[Change]:
    for each in _all(network, place):
        yield Change(each.path, each.name, None if is_new else each.node, each.node if is_new else None)


def _all(network: Network, place: Place) -> Iterator[Place]:
    yield place
    for child in network.children(place):
        yield from _all(network, child)


class Effect(Struct, frozen=True):
    """One changed place and its first cause.

    `where` is its place in the later network or, where it is gone, its group's. `what` says what changed, `why` the
    reason, both in words; `cause` is the address of an edit, or the name of another changed place that it follows
    from. `is_part` marks a group that differs by what is in it, and what comes or goes with its group: they are no
    news beside the places that they follow from. It stands for the `repeats` equal blocks that begin with its own.
    """

    change: Change
    where: Where
    what: str
    cause: str
    why: str
    repeats: int = 1
    is_part: bool = False


def explain(before: Network, after: Network) -> tuple[Effect, ...]:
    """Every changed place with exactly one first cause, in the order of `compare`; equal blocks are told once.

    Of several causes the first is, in this order: an edit of the place's own numbers, the sum that a projection must
    fit, and what comes in. Whoever follows causes from place to place ends at an edit.
    """
    explanation = _Explanation(before, after)
    explanation.look_into(before.place, after.place, 1)
    return tuple(explanation.effects)


def is_told(effect: Effect) -> bool:
    """Whether an effect is news: not a group that differs by what is in it, nor a part that came or went with one."""
    node = effect.change.after or effect.change.before
    return not effect.is_part and node is not None and kind(node).is_told


class _Explanation:
    """The effects found so far, and the edits that they go back to."""

    def __init__(self, before: Network, after: Network) -> None:
        self._before, self._after = before, after
        self._edits = {each.address: each for each in edits(after.design, before.design)}
        self.effects: list[Effect] = []

    def look_into(self, old: Place, new: Place, repeats: int) -> None:
        """Note the effects on two places of one name, and on all that is in them."""
        if old.node is new.node or old.node == new.node:
            return
        change = Change(new.path, new.name, old.node, new.node)
        what = changed(old.node, new.node)
        if not old.node.children and not new.node.children:
            self.effects.append(Effect(change, new.where, what, *self._reason(old.node, new), repeats))
            return
        at = len(self.effects)
        pairs = self._blocks(old, new) if new.node.kind == "Stage" else self._children(old, new)
        for one, other, times in pairs:
            if one is None and other is not None:
                self._appear(other, new, repeats * times)
            elif one is not None and other is None:
                self._vanish(one, new, repeats * times)
            elif one is not None and other is not None:
                self.look_into(one, other, repeats * times)
        first = self.effects[at].change.name
        self.effects.insert(at, Effect(change, new.where, what, first, f"{first} changed", repeats, is_part=True))

    def _blocks(self, old: Place, new: Place) -> Iterator[tuple[Place | None, Place | None, int]]:
        """The blocks of a stage by their number, a run of equal ones once, with how many there are."""
        pairs = enumerate(zip_longest(old.node.children, new.node.children))
        for _, run in groupby(pairs, key=lambda each: tuple(map(id, each[1]))):
            (number, (one, other)), *rest = run
            where = (*new.where, number)
            old_place = None if one is None else self._before.at(where)
            yield old_place, None if other is None else self._after.at(where), 1 + len(rest)

    def _children(self, old: Place, new: Place) -> Iterator[tuple[Place | None, Place | None, int]]:
        """What is in a group, matched by name; what is gone comes last."""
        olds = {place.name: place for place in self._before.children(old)}
        for child in self._after.children(new):
            yield olds.pop(child.name, None), child, 1
        for gone in olds.values():
            yield gone, None, 1

    def _appear(self, place: Place, group: Place, repeats: int) -> None:
        """Note what is new, and what comes with it."""
        first, *rest = _all(self._after, place)
        self._note(Change(first.path, first.name, None, first.node), first.where, self._coming(first, group), repeats)
        for each in rest:
            reason = (first.name, f"it comes with {first.name}")
            self._note(Change(each.path, each.name, None, each.node), each.where, reason, repeats, is_part=True)

    def _vanish(self, place: Place, group: Place, repeats: int) -> None:
        """Note what is gone, and what goes with it."""
        first, *rest = _all(self._before, place)
        self._note(Change(first.path, first.name, first.node, None), group.where, self._going(first, group), repeats)
        for each in rest:
            reason = (first.name, f"it goes with {first.name}")
            self._note(Change(each.path, each.name, each.node, None), group.where, reason, repeats, is_part=True)

    def _note(
        self, change: Change, where: Where, reason: tuple[str, str], repeats: int, *, is_part: bool = False
    ) -> None:
        what = f"new: {_arrived(change.after)}" if change.after else "gone"
        self.effects.append(Effect(change, where, what, *reason, repeats, is_part))

    def _coming(self, place: Place, group: Place) -> tuple[str, str]:
        """Why a place is new: a block, a part of a block of another kind, or a shortcut."""
        if group.node.kind == "Stage":
            return self._edited(f"{group.name}.blocks")
        if not kind(place.node).is_beside_path or "block" in self._edits:
            return self._edited("block")
        inplanes, outplanes = group.node.input[1], group.node.output[1]
        old = self._before.at(group.where).node
        moved, is_strided = stride(old) != stride(group.node), stride(group.node) > 1
        if place.node.kind == "Shortcut":
            why = f"the identity fits the sum again: no stride, {inplanes} channels on both sides"
        elif inplanes != outplanes and not (moved and is_strided):
            why = f"the identity no longer fits the sum: {inplanes} ≠ {outplanes}"
        else:
            why = f"the path strides by {stride(group.node)}, an identity cannot"
        if moved and (is_strided or place.node.kind == "Shortcut"):
            stage = self._after.at(group.where[:1]).name
            return self._edited(f"{stage}.stride", f"{stage}.dilate")[0], why
        if old.output[1] != outplanes:
            return self._last_convolution(group), why
        return self._feeding(group)[0], why

    def _going(self, place: Place, group: Place) -> tuple[str, str]:
        """Why a place is gone; a shortcut because the other kind came in its place."""
        came = [child for child in self._after.children(group) if kind(child.node).is_beside_path]
        return self._coming(came[0] if came and kind(place.node).is_beside_path else place, group)

    def _edited(self, *addresses: str, of: str = "") -> tuple[str, str]:
        """The first of some addresses that was edited, and that in words; any edit where none of them was."""
        address = next((each for each in addresses if each in self._edits), next(iter(self._edits), ""))
        return address, "set here" if address == of else f"{address} is {value(self._edits[address].after)}"

    def _reason(self, old: Node, place: Place) -> tuple[str, str]:
        """The first cause of a change of an operation, or of the input."""
        own = self._own(old, place)
        if own is not None:
            return own
        new = place.node
        if new.kind == "Add":
            last = self._last_convolution(self._after.at(place.where[:-1]))
            return last, _puts_out("the path now ends in", old, new)
        verb, fed = kind(new).verb, source(self._after, place.where)
        if verb and fed is not None:
            before = self._after.at(fed)
            is_projected = kind(self._after.at(fed[:-1]).node).is_beside_path
            return self._changed(before), f"it {verb} {'the projection' if is_projected else before.node.label}"
        cause, who = self._feeding(place)
        return cause, _puts_out(who, old, new)

    def _own(self, old: Node, place: Place) -> tuple[str, str] | None:  # noqa: PLR0911  # one return a kind
        """The edit of a place's own numbers, or the sum that a projection must fit; None where neither changed."""
        new, window = place.node, place.node.window
        if new.kind == "Input":
            return self._edited("input")
        if new.kind != old.kind:
            return self._edited("stem.pool")
        if new.kind == "Linear" and new.output[1] != old.output[1]:
            return self._edited("num_classes")
        if new.kind != "Conv2d" or window is None or old.window is None:
            return None
        differs = {
            "filters": old.output[1] != new.output[1],
            "kernel": old.window.kernel != window.kernel,
            "stride": old.window.stride != window.stride,
            "dilation": old.window.dilation != window.dilation,
            "groups": old.window.groups != window.groups,
        }
        number = next((name for name, is_other in differs.items() if is_other), None)
        if number is None:
            return None
        if place.where[0] == STEM:
            return self._edited(f"stem.{'planes' if number == 'filters' else number}")
        if number == "filters" and len(place.where) > 3:
            last = self._last_convolution(self._after.at(place.where[:2]))
            return last, f"the sum needs {new.output[1]} channels"
        addresses = self._addresses(place, number)
        return self._edited(*(self._deciding(place, addresses) if number == "filters" else addresses), of=place.name)

    def _deciding(self, place: Place, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """Of several edits those without which a convolution's filters would be others; all where no single one is."""
        edited = [address for address in addresses if address in self._edits and address != "block"]
        if len(edited) < 2:
            return addresses
        return tuple(address for address in edited if self._tells(address, place)) or addresses

    def _tells(self, address: str, place: Place) -> bool:
        """Whether a convolution would have other filters without one edit; so it does where that cannot be."""
        was = self._edits[address].before
        try:
            design = write(self._after.design, resolve(self._after.design, address), was)  # type: ignore[arg-type]
            return resolve(design, place.name).value != place.node.output[1]
        except DesignError:
            return True

    def _addresses(self, place: Place, number: str) -> tuple[str, ...]:
        """What one of a convolution's numbers in a block goes back to, the nearest first."""
        stage = stage_of(place.where)
        if number == "filters":
            width = () if place.node.key == "conv3" else (f"{stage}.groups", f"{stage}.width_per_group")
            return place.name, f"{stage}.planes", *(width or (f"{stage}.expansion",)), "block"
        if number == "stride":
            return f"{stage}.stride", f"{stage}.dilate", "stride_on", "block"
        if number == "dilation":
            return *self._of_dilation(stage), "block"
        return (f"{stage}.groups", "block") if number == "groups" else ("block",)

    def _of_dilation(self, last: str) -> Iterator[str]:
        """What a stage's dilation goes back to: whether it dilates, by its stride, and the same of those before it."""
        for stage in STAGES[STAGES.index(last) :: -1]:
            yield f"{stage}.dilate"
            if self._before.design.stage(stage).dilate or self._after.design.stage(stage).dilate:
                yield f"{stage}.stride"

    def _feeding(self, place: Place) -> tuple[str, str]:
        """The changed place that puts out what comes in, and the words for what does."""
        where = source(self._after, place.where)
        if where is None or where == (INPUT,):
            return "input", "the image now has"
        fed = self._after.at(where)
        if fed.node.kind == "AdaptiveAvgPool2d":
            return self._feeding(fed)
        if fed.node.kind == "BatchNorm2d":
            fed = self._after.at(source(self._after, where) or where)
        if not kind(fed.node).is_block:
            return self._changed(fed), f"{fed.node.label} now puts out"
        crosses = where[0] != place.where[0]
        stage = self._after.at(where[:1]).name
        was = self._before.get(where)
        is_same = was is not None and was.node == fed.node
        return (
            stage if is_same else self._last_convolution(fed),
            f"{stage} now ends in" if crosses else f"{fed.name} now puts out",
        )

    def _last_convolution(self, block: Place) -> str:
        """The convolution whose filters are the feature maps that a block puts out."""
        return self._changed(last_convolution(self._after, block))

    def _changed(self, place: Place) -> str:
        """The name of a place that must have changed; blocks of another kind may have left it as it was."""
        if "block" in self._edits and len(place.where) > 2:
            group = self._before.get(place.where[:-1])
            twins = self._before.children(group) if group is not None else ()
            if any(twin.name == place.name and twin.node == place.node for twin in twins):
                return "block"
        return place.name


def _puts_out(who: str, old: Node, new: Node) -> str:
    """What comes in otherwise than before, in words; `who` are the words for what puts it out."""
    was, now = old.input, new.input
    if was[1] != now[1]:
        noun = "channel" if who.startswith("the image") else "feature map"
        return f"{who} {plural(now[1], noun)}"
    if was[2:] != now[2:]:
        return f"{who} {dims(now[2:])} pixels" if who.startswith("the image") else f"{who} maps of {dims(now[2:])}"
    return f"the batch is {now[0]} now" if was[0] != now[0] else f"{who} positions farther apart, or closer"


def _arrived(node: Node) -> str:
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
