from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.network import stages
from inspector.core.network.kinds import kind
from inspector.core.network.network import analyze
from inspector.core.network.node import Where
from inspector.core.network.tree import Tree
from inspector.tui.widgets.rows import Folds, structure, visible


def _told(tree: Tree, folds: Folds) -> list[Where]:
    """The rows by the words: each place whose groups are all open, but a ReLU."""
    return [
        place.where
        for place in tree.places()
        if kind(place.node).has_row
        and all(folds.is_open(place.where[:length]) for length in range(len(place.where)))
        and all(kind(tree.at(place.where[:length]).node).has_row for length in range(len(place.where)))
    ]


@pytest.mark.parametrize("few", [stages.FEW, -1])
@given(designs(), st.integers(1, 4), st.data())
def test_rows_are_the_places_whose_groups_are_open(few: int, design: Design, level: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stages, "FEW", few)
        network = analyze(design)
    places = [place.where for place in network.places()]
    folds = Folds(level, frozenset(data.draw(st.lists(st.sampled_from(places), max_size=4))))
    rows = visible(network.root, folds)
    assert list(rows) == _told(network, folds)
    assert rows[1:-1] == list(rows)[1:-1]
    for where in data.draw(st.lists(st.sampled_from(places), max_size=8)):
        assert (where in rows) == (where in list(rows))
        assert where not in rows or rows[rows.index(where)] == where


@given(designs(), designs())
def test_the_structure_differs_where_the_rows_do(one: Design, other: Design) -> None:
    for few in (stages.FEW, -1):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(stages, "FEW", few)
            mine, its = analyze(one), analyze(other)
        if list(visible(mine.root, Folds(4))) != list(visible(its.root, Folds(4))):
            assert structure(mine.root) != structure(its.root)
