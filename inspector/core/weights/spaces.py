"""Channel spaces: sets of channels that several tensors of a network share, as a sum or a convolution ties them.

They are read off the tree: a convolution begins a space, or goes on with the one that its sum adds to; a batch norm
belongs to the space before it. Rows are a tensor's first dimension, columns its second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from inspector.core.network.blocks import parts
from inspector.core.network.kinds import kind
from inspector.core.network.node import Node, Window
from inspector.core.network.tree import Tree
from inspector.core.units import Dims

INPUT, CLASSES = "input", "classes"
"""The two spaces that no convolution begins: the picture's channels, and what fc puts out."""


class Space(Struct, frozen=True):
    """Channels that belong together, named after the first convolution that puts them out: "layer4.0.conv3".

    `producers` are the tensors whose rows they are: weights of convolutions, and all that the batch norms behind them
    hold a channel. `consumers` are the tensors whose columns they are. Where a grouped convolution reads them or
    puts them out, they lie in `groups`, one group after another, and a consumer's columns are those of one group.
    """

    name: str
    channels: int
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    groups: int = 1


class Role(NamedTuple):
    """What a tensor's dimensions are: the names of the spaces of its rows and of its columns.

    `groups` are those of the convolution that it is the weight of.
    """

    shape: Dims
    rows: str = ""
    columns: str = ""
    groups: int = 1


class Spaces:
    """The spaces of a network by name, in forward order, and what each tensor of its state_dict has to do with them.

    By path: `leaving` is the space of the feature maps that leave a block or a stage, `entering` that of those that
    enter a block, `projected` are the blocks with a projection, `last_norms` the batch norm right before a block's sum,
    `windows` what slides where something does. `tied` are the two spaces that a grouped convolution ties, by either.
    """

    def __init__(self, tree: Tree) -> None:
        self.roles: dict[str, Role] = {}
        self.leaving: dict[str, str] = {}
        self.entering: dict[str, str] = {}
        self.projected: set[str] = set()
        self.last_norms: dict[str, str] = {}
        self.windows: dict[str, Window] = {}
        self.tied: dict[str, tuple[str, str]] = {}
        self.channels: dict[str, int] = {INPUT: tree.root.input[1]}
        self.groups: dict[str, int] = {}
        space = INPUT
        for path, node in _below(tree.root, ""):
            space = self._through(path, node, space)

    @cached_property
    def by_name(self) -> Mapping[str, Space]:
        """Every space by its name."""
        rows: dict[str, list[str]] = {name: [] for name in self.channels}
        columns: dict[str, list[str]] = {name: [] for name in self.channels}
        for name, role in self.roles.items():
            if role.rows:
                rows[role.rows].append(name)
            if role.columns:
                columns[role.columns].append(name)
        return {
            name: Space(name, count, tuple(rows[name]), tuple(columns[name]), self.groups.get(name, 1))
            for name, count in self.channels.items()
        }

    def _through(self, path: str, node: Node, space: str, into: str = "") -> str:
        """The space behind a node that `space` enters; a convolution's filters are channels of `into` if given."""
        if kind(node).is_block:
            return self._block(path, node, space)
        if node.children:
            for below, child in _below(node, path):
                space = self._through(below, child, space, into)
            self.leaving[path] = space
            return space
        if node.window:
            self.windows[path] = node.window
        tensors = dict(zip(kind(node).names, kind(node).tensors(node), strict=True))
        if kind(node).is_norm or node.weight is None:
            self.roles |= {f"{path}.{name}": Role(shape, space if shape else "") for name, shape in tensors.items()}
            return space
        out = into or (path if node.window else CLASSES)
        groups = node.window.groups if node.window else 1
        self.channels.setdefault(out, node.output[1])
        if groups > 1:
            self.groups |= {space: groups, out: groups}
            self.tied |= {space: (space, out), out: (space, out)}
        for name, shape in tensors.items():
            self.roles[f"{path}.{name}"] = Role(shape, out, space if len(shape) > 1 else "", groups)
        return out

    def _block(self, path: str, node: Node, space: str) -> str:
        """The space behind a block: a projection begins a new one, an identity goes on with the one that enters."""
        self.entering[path] = space
        branch = parts(node).shortcut
        named = {child.label: below for below, child in _below(node, path)}
        convolutions = [child for child in parts(node).path if child.window]
        out = named[convolutions[-1].label] if branch.children else space
        inner = space
        for child in parts(node).path:
            is_last = child is convolutions[-1]
            inner = self._through(named[child.label], child, inner, out if is_last else "")
            if kind(child).is_norm:
                self.last_norms[path] = named[child.label]
        if branch.children:
            self.projected.add(path)
            self._through(named[branch.label], branch, space, out)
        self.leaving[path] = out
        return out


def spaces(tree: Tree) -> tuple[Space, ...]:
    """Every channel space of a network in forward order, the input's first."""
    return tuple(Spaces(tree).by_name.values())


def _below(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """What is right below a node, with torch's paths."""
    for number, child in enumerate(node.children):
        key = child.key or (str(number) if node.kind == "Stage" else "")
        if not kind(child).has_path:
            key = ""
        yield ".".join(step for step in (path, key) if step), child
