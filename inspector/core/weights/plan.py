"""plan(before, after, policy) -> Plan: what becomes of each tensor when weights are carried over, without a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from inspector.core.network.network import Network
from inspector.core.units import Dims
from inspector.core.weights.draw import Draw, is_possible
from inspector.core.weights.obstacles import Cost, Obstacle, has_other_blocks, of_edit
from inspector.core.weights.spaces import CLASSES, INPUT, Role, Spaces

Policy = Literal["drop", "slice", "pad"]
InputRule = Literal["zero", "sum", "repeat"]
"""What the first convolution does with channels of the input that it did not know: read them with weights of zero;
read all alike, with the sum of what it had, shared out; read them as the old ones in turn, scaled (timm's rule)."""

Method = Literal["copy", "draw", "initialise", "silence", "select"]
"""How a tensor comes about: as it was; rows and columns drawn from the old one; at random, as torchvision would;
zeros, so that a block adds nothing; the selection of channels that a projection makes of an identity."""


class Carry(Struct, frozen=True):
    """What becomes of one tensor of the new network: how it comes about, and its `fate` in a word or some.

    `was` is its old shape, None where it is new. `rows` and `columns` are the spaces, new and old, that say which old
    rows and columns it is drawn from; ("", "") where it has none. Columns are those of one of its `groups`.
    """

    name: str
    shape: Dims
    was: Dims | None
    method: Method
    fate: str
    rows: tuple[str, str] = ("", "")
    columns: tuple[str, str] = ("", "")
    groups: tuple[int, int] = (1, 1)


class Promise(Struct, frozen=True):
    """What is promised of the new network beside the old one, before it is measured.

    `cost` is what has been taken from it; `of` is what is kept: the outputs, or the pooled features where fc is
    another.
    """

    cost: Cost
    of: Literal["outputs", "features"]


class Plan(Struct, frozen=True):
    """Each tensor of the new network with its fate, in the order of its state_dict; nothing has been done yet.

    `rule` is what is done with the input's channels, None where they stay as they are. `draws` are by new and old
    space, `gone` the old tensors that have no place. Without `has_old_head` fc is another, or there is none.
    """

    policy: Policy
    rule: InputRule | None
    carries: tuple[Carry, ...]
    draws: dict[tuple[str, str], Draw]
    obstacles: tuple[Obstacle, ...]
    gone: tuple[str, ...]
    has_old_head: bool

    @property
    def promise(self) -> Promise:
        """What is left once every obstacle has taken its part."""
        cost = max((each.cost for each in self.obstacles), default=Cost.NOTHING)
        return Promise(cost, "outputs" if self.has_old_head else "features")

    @property
    def fates(self) -> dict[str, int]:
        """How many tensors have each fate, the most frequent first."""
        return dict(Counter(each.fate for each in self.carries).most_common())


def plan(before: Network, after: Network, policy: Policy, rule: InputRule | None = None) -> Plan:
    """What becomes of each tensor of `after`, made from the weights of `before`.

    `drop` keeps what fits by name and shape. `slice` and `pad` do the same work, as an edit may do both: where a space
    shrinks its strongest channels are kept, where it grows the new ones are read with weights of zero.
    `rule` is what is done with other channels of the input: a sum where there is one, zeros where there are more,
    repetition otherwise, if left out.
    """
    return _Planner(Spaces(before), Spaces(after), policy, rule).plan()


def with_made(planned: Plan, names: Iterable[str]) -> Plan:
    """A plan for weights some of which were made first, their file having three stages: shortcuts without weights."""
    shortcuts = sum(name.endswith("downsample.0.weight") for name in names)
    if not shortcuts:
        return planned
    return replace(planned, obstacles=(Obstacle("made", "", str(shortcuts)), *planned.obstacles))


class _Planner:
    def __init__(self, old: Spaces, new: Spaces, policy: Policy, rule: InputRule | None) -> None:
        self._old, self._new, self._policy = old, new, policy
        self._came, self._comes = old.channels[INPUT], new.channels[INPUT]
        usual: InputRule = "sum" if self._comes == 1 else "zero" if self._comes > self._came else "repeat"
        self._rule: InputRule = usual if rule is None or (rule == "zero" and self._comes < self._came) else rule
        self._is_other = has_other_blocks(old, new)
        self._owners = {norm: path for path, norm in new.last_norms.items()}
        self._draws: dict[tuple[str, str], Draw] = {}
        self._grouped: dict[str, Obstacle] = {}

    def plan(self) -> Plan:
        carry = self._dropped if self._policy == "drop" else self._carried
        carries = tuple(carry(name, role) for name, role in self._new.roles.items())
        last, was = self._new.leaving["layer4"], self._old.leaving["layer4"]
        if not self._is_other and self._policy != "drop":
            self._draw(last, was)
        is_dropped = self._policy == "drop"  # whose new projections are random like all that does not fit
        edit = [each for each in of_edit(self._old, self._new) if not (is_dropped and each.kind == "projection")]
        obstacles = (*edit, *self._of_policy(carries))
        gone = tuple(name for name in self._old.roles if name not in self._new.roles)
        rule = self._rule if self._came != self._comes else None
        return Plan(self._policy, rule, carries, self._draws, obstacles, gone, self._has_old_head())

    def _has_old_head(self) -> bool:
        """Whether there is an fc in both networks, for as many classes."""
        return 0 != self._old.channels.get(CLASSES, 0) == self._new.channels.get(CLASSES, 0)

    def _dropped(self, name: str, role: Role) -> Carry:
        """What fits by name and shape is kept, the rest starts at random."""
        old = self._old.roles.get(name)
        fits = old is not None and old.shape == role.shape
        was = old.shape if old else None
        return Carry(name, role.shape, was, "copy", "same") if fits else _initialised(name, role, was)

    def _carried(self, name: str, role: Role) -> Carry:
        """What becomes of a tensor under `slice` and `pad`."""
        old = self._old.roles.get(name)
        block = _block(name)
        if self._is_other and (block or role.rows == CLASSES):
            return _initialised(name, role, old.shape if old else None)
        if old is None:
            return self._new_one(name, role, block)
        if not role.rows:
            return Carry(name, role.shape, old.shape, "copy", "same")
        if role.rows == CLASSES and self._old.channels[CLASSES] != self._new.channels[CLASSES]:
            return _initialised(name, role, old.shape)
        rows = self._draw(role.rows, old.rows)
        is_drawn = role.columns not in ("", INPUT)  # the input's channels go by a rule of their own
        columns = self._draw(role.columns, old.columns) if is_drawn else None
        if rows is None or (is_drawn and columns is None):
            return _initialised(name, role, old.shape)
        fate = self._fate(role, old, rows, columns)
        return Carry(
            name,
            role.shape,
            old.shape,
            "copy" if fate == "same" else "draw",
            fate,
            (role.rows, old.rows),
            (role.columns, old.columns),
            (role.groups, old.groups),
        )

    def _new_one(self, name: str, role: Role, block: str) -> Carry:
        """A tensor that the old network lacks: part of an appended block, of a new projection, or of a new fc."""
        owner = self._owners.get(name.rpartition(".")[0], "")
        if owner and block not in self._old.entering and name.endswith((".weight", ".bias")):
            return Carry(name, role.shape, None, "silence", "silent")
        if ".downsample." not in name or not role.rows:
            return _initialised(name, role, None)
        stage = block.partition(".")[0]
        source = self._old.leaving[block if block in self._old.entering else stage]
        came = self._old.entering.get(block, source)
        self._draw(role.rows, source)
        self._draw(self._new.entering[block], came)
        return Carry(
            name, role.shape, None, "select", "selection", (role.rows, source), (self._new.entering[block], came)
        )

    def _fate(self, role: Role, old: Role, rows: Draw, columns: Draw | None) -> str:
        """What is done to a tensor in words: "sliced", "padded, centred", or "same"."""
        drawn = [each for each in (rows, columns) if each is not None]
        done = []
        if role.columns == INPUT and self._came != self._comes:
            done.append({"zero": "padded", "sum": "summed", "repeat": "repeated"}[self._rule])
        done += ["sliced"] if any(each.is_shrunk for each in drawn) else []
        done += ["padded"] if any(each.is_grown for each in drawn) else []
        if role.shape[2:] != old.shape[2:]:
            done.append("centred" if role.shape[2:] > old.shape[2:] else "cropped")
        return ", ".join(dict.fromkeys(done)) or "same"

    def _draw(self, space: str, source: str) -> Draw | None:
        """How the channels of a new space follow from those of an old one; None where none can stay in its group."""
        if (space, source) in self._draws:
            return self._draws[space, source]
        layout, was = _layout(self._new, space), _layout(self._old, source)
        if not is_possible(layout, was):
            self._grouped.setdefault(space, Obstacle("groups", space, f"{was[0]}×{was[1]}", f"{layout[0]}×{layout[1]}"))
            return None
        together = self._old.tied.get(source, ()) if layout[0] < was[0] else ()
        return self._draws.setdefault((space, source), Draw(space, source, layout, was, together))

    def _of_policy(self, carries: tuple[Carry, ...]) -> Iterator[Obstacle]:
        if self._policy == "drop":
            random = [each for each in carries if each.method == "initialise" and each.shape]
            if not self._has_old_head():
                random = [each for each in random if self._new.roles[each.name].rows != CLASSES]
            if random:
                yield Obstacle("random", "", str(len(random)), str(len(carries)))
            return
        yield from self._grouped.values()
        last = self._draws.get((self._new.leaving["layer4"], self._old.leaving["layer4"]))
        if last and last.is_grown and CLASSES not in self._new.channels:
            yield Obstacle("features", "", str(last.of), str(last.channels))
        shrunk = [draw for draw in self._draws.values() if draw.is_shrunk]
        if shrunk and self._policy == "pad":
            yield Obstacle("shrunk", "", str(len(shrunk)), str(len(self._draws)))
        for draw in shrunk:
            yield Obstacle("sliced", draw.space, str(draw.of), str(draw.channels))
        if self._came != self._comes:
            yield Obstacle(self._of_input(), "", str(self._came), str(self._comes))

    def _of_input(self) -> str:
        """Which obstacle other channels of the input are."""
        if self._rule == "repeat":
            return "repeated" if self._comes % self._came else "tiled"
        return "summed" if self._rule == "sum" else "added"


def _initialised(name: str, role: Role, was: Dims | None) -> Carry:
    return Carry(name, role.shape, was, "initialise", "initialised")


def _block(name: str) -> str:
    """The path of the block that a tensor is in; an empty string where it is in none."""
    stage, _, rest = name.partition(".")
    return f"{stage}.{rest.partition('.')[0]}" if stage.startswith("layer") else ""


def _layout(of: Spaces, space: str) -> tuple[int, int]:
    """Groups of a space, and channels a group."""
    groups = of.groups.get(space, 1)
    return groups, of.channels[space] // groups
