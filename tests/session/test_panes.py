"""Which panes are in sight."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.session.panes import Panes, Room, arrange


@given(
    st.integers(1, 300),
    st.integers(1, 100),
    st.builds(Panes, st.just("tree"), st.booleans(), st.booleans(), st.booleans()),
)
def test_there_is_always_the_pane_with_the_focus_and_one_to_stand_in(width: int, height: int, wanted: Panes) -> None:
    for focus in ("tree", "detail", "picture", "ripple"):
        panes, dock = arrange(Room(width, height), wanted._replace(focus=focus))  # type: ignore[arg-type]
        if not panes:
            assert width < 40 or height < 10
            continue
        assert dock is None or panes & {"tree", "ranking", "detail"}
        assert focus in panes or (focus == "tree" and wanted.ranking)
        assert dock is None or height - dock >= 10
        assert bool(dock) == bool(panes & {"picture", "ripple"}) or dock is None
