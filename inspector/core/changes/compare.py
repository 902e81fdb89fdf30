"""Two networks, node by node: what changed, what is new, what is gone, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, zip_longest
from typing import Literal, NamedTuple

from msgspec import Struct

from inspector.core.changes.pieces import PASSED, edits_in_pieces, only, runs
from inspector.core.changes.words import Source, arrived, changed, puts_out
from inspector.core.design.design import Override
from inspector.core.design.differences import Edited, value
from inspector.core.design.edit import resolve, write
from inspector.core.names import STAGES
from inspector.core.network.flow import last_convolution, source
from inspector.core.network.kinds import kind, stride
from inspector.core.network.long_stage import Blocks, marks
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.network.tree import INPUT, STEM, Place, stage_of
from inspector.errors import DesignError
from inspector.speech import say


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
    return tuple(Explanation(before, after).whole())


def is_told(effect: Effect) -> bool:
    """Whether an effect is news: not a group that differs by what is in it, nor a part that came or went with one."""
    node = effect.change.after or effect.change.before
    return not effect.is_part and node is not None and kind(node).is_told


class Changed(NamedTuple):
    """What differs from one network to another: a block and the equal ones that follow it, or what else is on top.

    `where` is its place in both; there is none before where it is new, and none after where it is gone.
    """

    where: Where
    repeats: int = 1


class Explanation:
    """All that differs from one network to another, found run by run of equal blocks, each explained when it is asked.

    `edits` are those that the effects go back to, by their addresses; they are there once the first run is found.
    """

    def __init__(self, before: Network, after: Network) -> None:
        self._before, self._after = before, after
        self._effects: list[Effect] = []
        self.edits: dict[str, Edited] = {}

    @property
    def blocks(self) -> int:
        """Blocks of the stages that differ."""
        pairs = [(old.children, new.children) for old, new in self._tops() if old.kind == "Stage" and old is not new]
        return sum(max(len(old), len(new)) for old, new in pairs)

    def changes(self) -> Iterator[Changed | int]:
        """What differs, in forward order; between it the effort of having looked for it."""
        self.edits = yield from edits_in_pieces(self._after.design, self._before.design)
        for top, (old, new) in enumerate(self._tops()):
            if old is new:
                continue
            if new.kind != "Stage":
                yield Changed((top,))
                continue
            is_long = isinstance(old.children, Blocks) or isinstance(new.children, Blocks)
            pairs = zip_longest(marks(old.children), marks(new.children))
            for run in runs(pairs, PASSED if is_long else 0):
                if isinstance(run, int):
                    yield run
                elif run.mark[0] != run.mark[1]:
                    yield Changed((top, run.first), run.times)

    def effects(self, changed: Changed) -> list[Effect]:
        """Every effect on the places of what changed, in forward order; none where it is equal after all."""
        self._effects = []
        old, new = self._before.get(changed.where), self._after.get(changed.where)
        group = self._after.at(changed.where[:-1])
        self._look_at(old, new, group, changed.repeats)
        return self._effects

    def whole(self) -> list[Effect]:
        """Every effect, with the groups that differ by what is in them."""
        found: list[Effect] = []
        changes = (each for each in self.changes() if isinstance(each, Changed))
        for top, inside in groupby(changes, key=lambda each: each.where[:1]):
            effects = [effect for each in inside for effect in self.effects(each)]
            old, new = self._before.at(top), self._after.at(top)
            found += self._under(old, new, effects) if new.node.kind == "Stage" else effects
        return self._under(self._before.place, self._after.place, found)

    def _tops(self) -> Iterator[tuple[Node, Node]]:
        """What is on top of both networks: input, stem, the stages, and head."""
        return zip(self._before.root.children, self._after.root.children, strict=True)

    def _under(self, old: Place, new: Place, effects: list[Effect], repeats: int = 1) -> list[Effect]:
        """The effects in a group, the group itself in front."""
        if not effects:
            return []
        change, first = Change(new.path, new.name, old.node, new.node), effects[0].change.name
        what = changed(old.node, new.node)
        return [
            Effect(change, new.where, what, first, say("{place} changed", place=first), repeats, is_part=True),
            *effects,
        ]

    def _look_at(self, old: Place | None, new: Place | None, group: Place, repeats: int) -> None:
        """Note the effects on what stands, or stood, at one place of a group."""
        if old is not None and new is not None:
            self._look_into(old, new, repeats)
        elif new is not None:
            self._appear(new, group, repeats)
        elif old is not None:
            self._vanish(old, group, repeats)

    def _look_into(self, old: Place, new: Place, repeats: int) -> None:
        """Note the effects on two places of one name, and on all that is in them."""
        if old.node is new.node or old.node == new.node:
            return
        if not old.node.children and not new.node.children:
            change = Change(new.path, new.name, old.node, new.node)
            what = changed(old.node, new.node)
            self._effects.append(Effect(change, new.where, what, *self._reason(old.node, new), repeats))
            return
        at = len(self._effects)
        for one, other in self._children(old, new):
            self._look_at(one, other, new, repeats)
        self._effects[at:] = self._under(old, new, self._effects[at:], repeats)

    def _children(self, old: Place, new: Place) -> Iterator[tuple[Place | None, Place | None]]:
        """What is in a group, matched by name; what is gone comes last."""
        olds = {place.name: place for place in self._before.children(old)}
        for child in self._after.children(new):
            yield olds.pop(child.name, None), child
        for gone in olds.values():
            yield gone, None

    def _appear(self, place: Place, group: Place, repeats: int) -> None:
        """Note what is new, and what comes with it."""
        first, *rest = _all(self._after, place)
        self._note(Change(first.path, first.name, None, first.node), first.where, self._coming(first, group), repeats)
        for each in rest:
            reason = (first.name, say("it comes with {place}", place=first.name))
            self._note(Change(each.path, each.name, None, each.node), each.where, reason, repeats, is_part=True)

    def _vanish(self, place: Place, group: Place, repeats: int) -> None:
        """Note what is gone, and what goes with it."""
        first, *rest = _all(self._before, place)
        self._note(Change(first.path, first.name, first.node, None), group.where, self._going(first, group), repeats)
        for each in rest:
            reason = (first.name, say("it goes with {place}", place=first.name))
            self._note(Change(each.path, each.name, each.node, None), group.where, reason, repeats, is_part=True)

    def _note(
        self, change: Change, where: Where, reason: tuple[str, str], repeats: int, *, is_part: bool = False
    ) -> None:
        what = say("new: {what}", what=arrived(change.after)) if change.after else say("gone")
        self._effects.append(Effect(change, where, what, *reason, repeats, is_part))

    def _coming(self, place: Place, group: Place) -> tuple[str, str]:
        """Why a place is new: a block, a part of a block of another kind, or a shortcut."""
        if group.node.kind == "Stage":
            return self._edited(f"{group.name}.blocks")
        if not kind(place.node).is_beside_path or "block" in self.edits:
            return self._edited("block")
        inplanes, outplanes = group.node.input[1], group.node.output[1]
        old = self._before.at(group.where).node
        moved, is_strided = stride(old) != stride(group.node), stride(group.node) > 1
        if place.node.kind == "Shortcut":
            why = say("the identity fits the sum again: no stride, {n} channels on both sides", n=inplanes)
        elif inplanes != outplanes and not (moved and is_strided):
            why = say("the identity no longer fits the sum: {came} ≠ {needed}", came=inplanes, needed=outplanes)
        else:
            why = say("the path strides by {n}, an identity cannot", n=stride(group.node))
        if moved and (is_strided or place.node.kind == "Shortcut"):
            stage = self._after.at(group.where[:1]).name
            return self._edited(f"{stage}.stride", f"{stage}.dilate")[0], why
        if old.output[1] != outplanes:
            return self._last_convolution(group), why
        return self._feeding(group)[0], why

    def _going(self, place: Place, group: Place) -> tuple[str, str]:
        """Why a place is gone; a shortcut because the other kind came in its place."""
        if not kind(place.node).is_beside_path:
            return self._coming(place, group)
        came = [child for child in self._after.children(group) if kind(child.node).is_beside_path]
        return self._coming(came[0] if came else place, group)

    def _edited(self, *addresses: str, of: str = "") -> tuple[str, str]:
        """The first of some addresses that was edited, and that in words; any edit where none of them was."""
        address = next((each for each in addresses if each in self.edits), next(iter(self.edits), ""))
        if address == of:
            return address, say("set here")
        return address, say("{address} is {value}", address=address, value=value(self.edits[address].after))

    def _reason(self, old: Node, place: Place) -> tuple[str, str]:
        """The first cause of a change of an operation, or of the input."""
        own = self._own(old, place)
        if own is not None:
            return own
        new = place.node
        if new.kind == "Add":
            last = self._last_convolution(self._after.at(place.where[:-1]))
            return last, puts_out(Source("", "path"), old, new)
        verb, fed = kind(new).verb, source(self._after, place.where)
        if verb and fed is not None:
            before = self._after.at(fed)
            is_projected = kind(self._after.at(fed[:-1]).node).is_beside_path
            why = say(verb, what=say("the projection") if is_projected else before.node.label)
            return self._changed(before), why
        cause, who = self._feeding(place)
        return cause, puts_out(who, old, new)

    def _own(self, old: Node, place: Place) -> tuple[str, str] | None:  # noqa: PLR0911  # one return a kind
        """The edit of a place's own numbers, or the sum that a projection must fit; None where neither changed."""
        new, window = place.node, place.node.window
        if new.kind == "Input":
            return self._edited("input")
        if new.kind != old.kind:
            return self._edited("norm" if kind(new).is_norm else "num_classes" if new.stride is None else "stem.pool")
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
            return last, say("the sum needs {n} channels", n=new.output[1])
        addresses = self._addresses(place, number)
        return self._edited(*(self._deciding(place, addresses) if number == "filters" else addresses), of=place.name)

    def _deciding(self, place: Place, addresses: tuple[str, ...]) -> tuple[str, ...]:
        """Of several edits those without which a convolution's filters would be others; all where no single one is."""
        edited = [address for address in addresses if address in self.edits and address != "block"]
        if len(edited) < 2:
            return addresses
        return tuple(address for address in edited if self._tells(address, place)) or addresses

    def _tells(self, address: str, place: Place) -> bool:
        """Whether a convolution would have other filters without one edit; so it does where that cannot be."""
        was = self.edits[address].before
        stage, block = stage_of(place.where), place.where[1] + 1
        own = [each for each in (self._after.design.stage(stage).override(block),) if each != Override(block)]
        design = only(self._after.design, {stage: own})  # what others have for overrides makes no difference here
        try:
            design = write(design, resolve(design, address), was)  # type: ignore[arg-type]
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

    def _feeding(self, place: Place) -> tuple[str, Source]:
        """The changed place that puts out what comes in, and what that is called."""
        where = source(self._after, place.where)
        if where is None or where == (INPUT,):
            return "input", Source("input", "image")
        fed = self._after.at(where)
        if fed.node.kind == "AdaptiveAvgPool2d":
            return self._feeding(fed)
        if kind(fed.node).is_norm:
            fed = self._after.at(source(self._after, where) or where)
        if not kind(fed.node).is_block:
            return self._changed(fed), Source(fed.node.label, "unpooled" if fed.node.kind == "Identity" else "place")
        crosses = where[0] != place.where[0]
        stage = self._after.at(where[:1]).name
        was = self._before.get(where)
        is_same = was is not None and was.node == fed.node
        return (
            stage if is_same else self._last_convolution(fed),
            Source(stage, "ends") if crosses else Source(fed.name),
        )

    def _last_convolution(self, block: Place) -> str:
        """The convolution whose filters are the feature maps that a block puts out."""
        return self._changed(last_convolution(self._after, block))

    def _changed(self, place: Place) -> str:
        """The name of a place that must have changed; blocks of another kind may have left it as it was."""
        if "block" in self.edits and len(place.where) > 2:
            group = self._before.get(place.where[:-1])
            twins = self._before.children(group) if group is not None else ()
            if any(twin.name == place.name and twin.node == place.node for twin in twins):
                return "block"
        return place.name
