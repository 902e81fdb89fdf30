"""What a report says, whatever format it is in: every number is computed here, and the formats only write it down."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

from inspector.core.budgets.holding import Held, held_or_gone
from inspector.core.budgets.quantities import Terms
from inspector.core.changes.compare import Effect, compare, explain, is_told
from inspector.core.changes.gradcam import Target, lines, target
from inspector.core.design.differences import Edited, called, edits, version
from inspector.core.measures.counting import CONVENTIONS, Convention, count
from inspector.core.measures.memory import Memory, maps_bytes, memory
from inspector.core.measures.receptive import receptive_fields
from inspector.core.network.kinds import operation, stride
from inspector.core.network.node import Node
from inspector.core.network.tree import Place
from inspector.core.units import Dims, difference, exact
from inspector.report.formats import Subject
from inspector.report.survival import Counted, between, counted


class Amount(NamedTuple):
    """A number of what is reported, and of what it is compared with."""

    now: int
    before: int

    @property
    def more(self) -> int:
        """How much more it is."""
        return self.now - self.before

    @property
    def exact(self) -> str:
        """Every digit of the number."""
        return exact(self.now)

    @property
    def difference(self) -> str:
        """How much more it is, with its sign; nothing where it is the same."""
        return difference(self.more) if self.more else ""


class Total(NamedTuple):
    """One number of the whole network; `unit` is "" for what is counted, "B" for bytes."""

    name: str
    amount: Amount
    unit: Literal["", "B"] = ""


class Part(NamedTuple):
    """The input, the stem, a stage or the head.

    `maps` are the bytes in fp32 of all feature maps that its operations put out, `share` its parts of params, cost and
    maps of the whole, from 0 to 1.
    """

    place: Place
    stride: int
    operation: str
    params: Amount
    cost: Amount
    maps: Amount
    share: tuple[float, float, float]
    is_changed: bool


class Layer(NamedTuple):
    """One operation: where it is, what it costs, and how many input pixels its output sees; None behind the pool."""

    place: Place
    cost: int
    field: int | None


class Row(NamedTuple):
    """A node of the tree: a group or an operation."""

    place: Place
    label: str
    stride: int
    operation: str
    cost: int


class Counting(NamedTuple):
    """What one tool would call the cost."""

    convention: Convention
    amount: Amount


class Change(NamedTuple):
    """One place that differs, with its reason; `repeats` equal blocks are told as one, and their costs added."""

    name: str
    path: str
    status: str
    what: str
    why: str
    repeats: int
    params: int
    macs: int

    @property
    def told(self) -> str:
        """Its name, and how many equal blocks it stands for."""
        return f"{self.name} × {self.repeats}" if self.repeats > 1 else self.name


class Bytes(NamedTuple):
    """An amount of bytes, and of what."""

    what: str
    size: int


class Report:
    """All that there is to say of a network, compared with another; what no format asks for is never computed."""

    def __init__(self, subject: Subject) -> None:
        self.network, self.baseline, self.counting = subject.network, subject.baseline, subject.counting
        self.weights, self.budget = subject.weights, subject.budget
        self.design = self.network.design

    @cached_property
    def title(self) -> str:
        """What it is of: "resnet50 v1.5, edited"."""
        return f"{self.design.base} {version(self.design)}".rstrip() + (", edited" if self.edits else "")

    @cached_property
    def against(self) -> str:
        """What it is compared with."""
        return called(self.baseline.design)

    @property
    def input(self) -> Dims:
        """N, C, H, W."""
        return self.design.input

    @cached_property
    def edits(self) -> tuple[Edited, ...]:
        """What differs from the design's preset."""
        return edits(self.design)

    @cached_property
    def differs(self) -> bool:
        """Whether it differs from what it is compared with."""
        return self.network.root != self.baseline.root

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every place that differs from what it is compared with, and why: what is news alone."""
        return tuple(_change(each) for each in explain(self.baseline, self.network) if is_told(each))

    @cached_property
    def changed(self) -> frozenset[str]:
        """The names of the places that are there and differ, or are new."""
        if not self.differs:
            return frozenset()
        return frozenset(each.name for each in compare(self.baseline, self.network) if each.after is not None)

    @cached_property
    def totals(self) -> tuple[Total, ...]:
        """The numbers of the whole."""
        now, then = self.memory, memory(self.baseline)
        depth = Amount(self.design.depth, self.baseline.design.depth)
        return (
            Total("params", Amount(self.network.params, self.baseline.params)),
            Total(f"{self.counting.unit} ({self.counting.name})", self._cost(self.network.root, self.baseline.root)),
            Total("weights, fp32", Amount(now.params["fp32"], then.params["fp32"]), "B"),
            Total("kept for backward, fp32", Amount(now.train_activations, then.train_activations), "B"),
            Total("feature maps at the peak of inference, fp32", Amount(now.inference_peak, then.inference_peak), "B"),
            Total("weighted layers", depth),
        )

    @cached_property
    def memory(self) -> Memory:
        """The bytes of the network."""
        return memory(self.network)

    def _cost(self, node: Node, before: Node) -> Amount:
        return Amount(self.counting.of(node), self.counting.of(before))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Input, stem, stages and head."""
        root = self.network.root
        whole = root.params, self.counting.of(root), maps_bytes(root)
        return tuple(self._part(place, whole) for place in self.network.children(self.network.place))

    def _part(self, place: Place, whole: tuple[int, int, int]) -> Part:
        node, before = place.node, self.baseline.at(place.where).node
        params, cost = Amount(node.params, before.params), self._cost(node, before)
        maps = Amount(maps_bytes(node), maps_bytes(before))
        shares = tuple(
            each.now / total if total else 0.0 for each, total in zip((params, cost, maps), whole, strict=True)
        )
        return Part(
            place, stride(node), operation(node), params, cost, maps, (shares[0], shares[1], shares[2]), node != before
        )

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every operation in forward order."""
        return tuple(
            Layer(place, self.counting.of(place.node), field) for place, field in receptive_fields(self.network)
        )

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every node of the tree, a group before what is in it."""
        return tuple(
            Row(
                place,
                place.name.rpartition(".")[2],
                stride(place.node),
                operation(place.node),
                self.counting.of(place.node),
            )
            for place in self.network.places()
        )

    @cached_property
    def countings(self) -> tuple[Counting, ...]:
        """What each tool would call the cost."""
        before = count(self.baseline)
        return tuple(
            Counting(CONVENTIONS[name], Amount(cost, before[name])) for name, cost in count(self.network).items()
        )

    @cached_property
    def bytes(self) -> tuple[Bytes, ...]:
        """What it takes in memory."""
        of = self.memory
        return (
            *(Bytes(f"params, {name}", size) for name, size in of.params.items()),
            *(Bytes(f"buffers, {name}", size) for name, size in of.buffers.items()),
            Bytes("gradients, fp32", of.gradients),
            *(Bytes(f"optimizer state, {name}", size) for name, size in of.optimizer.items()),
            Bytes("kept by autograd for the backward pass, fp32", of.train_activations),
            Bytes("feature maps at the peak of inference, fp32", of.inference_peak),
        )

    @cached_property
    def target(self) -> Target:
        """The block whose feature maps Grad-CAM reads."""
        return target(self.network)

    @cached_property
    def target_lines(self) -> dict[str, tuple[str, ...]]:
        """The lines that say so to two libraries."""
        return lines(self.target)

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """What there is of everything that the design's own budget limits; nothing where it has none."""
        return self._holding[0]

    @property
    def gone(self) -> tuple[str, ...]:
        """In words, which of its limits are of places that are gone."""
        return self._holding[1]

    @cached_property
    def _holding(self) -> tuple[tuple[Held, ...], tuple[str, ...]]:
        return held_or_gone(self.network, self.budget, self.baseline, Terms(self.counting))

    @cached_property
    def survival(self) -> Counted | None:
        """What of the weights that it began with survives, by part; None where there are none."""
        if self.weights is None:
            return None
        fates = between(self.weights.network, self.network, has_counters=self.weights.has_counters)
        return counted(fates)


def _change(effect: Effect) -> Change:
    change, times = effect.change, effect.repeats
    return Change(
        change.name,
        change.path,
        change.status,
        effect.what,
        effect.why,
        times,
        times * change.params,
        times * change.macs,
    )
