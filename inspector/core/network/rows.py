"""Which places have a row of their own, and where a row is to be found after an edit."""

from __future__ import annotations

from inspector.core.network.kinds import kind
from inspector.core.network.node import Where
from inspector.core.network.tree import Tree


def nearest_place(before: Tree, after: Tree, where: Where) -> Where:
    """Where the row at `where` is to be found after an edit: by its name, else what stands there, else the nearest.

    What takes the place of a row (a projection an identity's) is the same row; a block that has gone leaves the last.
    """
    place = before.at(where)
    there, group = after.get(where), after.get(where[:-1])
    has_row = there is not None and kind(there.node).has_row
    if there is not None and has_row and there.name == place.name:
        return where
    if where and group is not None and group.node.kind != "Stage" and kind(group.node).has_row:
        for child in after.children(group):
            if child.name == place.name and kind(child.node).has_row:
                return child.where
    if has_row:
        return where
    nearest = nearest_place(before, after, where[:-1])
    children = after.at(nearest).node.children
    if len(where) == 2 and len(nearest) == 1 and children:
        return (*nearest, min(where[-1], len(children) - 1))
    return nearest
