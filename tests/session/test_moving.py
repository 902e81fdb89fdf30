from __future__ import annotations

import pytest
from benches import Trying, with_edits

from inspector.session.trail import Trail


def test_finding_goes_to_the_first_match_and_on() -> None:
    trying = Trying().do("app.find").do("find.type", "3x3 512")
    assert (trying.name, trying.bench.match) == ("conv5_1.conv2", 1)
    assert trying.bench.search is not None
    assert len(trying.bench.search.matches) == 3
    assert trying.do("find.next").do("find.keep").name == "conv5_2.conv2"
    assert trying.bench.search is None
    assert trying.do("app.next-match").name == "conv5_3.conv2"
    assert trying.do("app.next-match").name == "conv5_1.conv2"
    assert trying.do("app.previous-match").name == "conv5_3.conv2"
    trying.do("app.find").do("find.type", "zzz")
    assert trying.bench.search is not None
    assert trying.bench.search.filter == ()
    assert trying.do("find.back").name == "conv5_3.conv2"
    assert trying.do("app.back").name == "conv5_1.conv2"


def test_finding_ends_where_something_else_is_done_and_there_is_a_way_back() -> None:
    trying = Trying().do("app.find").do("find.type", "linear").do("app.enter", "detail")
    assert (trying.bench.search, trying.name) == (None, "fc")
    assert trying.do("app.back").name == "network"
    trying = with_edits().do("app.make", "conv5_x.blocks=2").do("app.undo").at("conv5_3.conv3")
    trying.do("app.find").do("find.type", "7x7").do("app.redo")
    assert trying.bench.search is None
    assert trying.design.conv5_x.blocks == 2


def test_a_leap_out_of_a_filter_leads_where_it_was_aimed() -> None:
    trying = Trying().do("app.find").do("find.type", "3x3 512")
    where = trying.bench.network.find("conv5_2.conv2").where
    trying.do("tree.leap", where)
    assert (trying.name, trying.bench.search) == ("conv5_2.conv2", None)
    assert trying.do("app.back").name == "network"


def test_from_a_shortcut_to_its_source_and_back() -> None:
    trying = Trying().do("app.jump-to", "conv5_3.shortcut").do("app.follow")
    assert trying.name == "conv5_2"
    assert trying.do("app.back").name == "conv5_3.shortcut"
    assert trying.do("app.forward").name == "conv5_2"
    for _ in range(3):
        trying.do("app.back")
    assert trying.name == "network"
    assert trying.said == "there is nothing further back"


def test_where_one_walked_on_to_is_on_the_way_forward() -> None:
    trying = Trying().do("app.jump-to", "conv5_3").at("conv5_2").do("app.back")
    assert trying.name == "conv5_3"
    assert trying.do("app.forward").name == "conv5_2"


def test_a_place_that_is_gone_is_passed_over_on_the_way_back() -> None:
    trying = Trying().do("app.make", "conv4_x.blocks=8").do("app.jump-to", "conv4_8").do("app.jump-to", "fc")
    trying.do("app.undo").do("app.back").do("app.back")
    assert trying.name == "network"


def test_a_list_opened_in_between_is_on_the_way_back() -> None:
    trying = Trying().at("conv3_x").do("app.ripple").do("list.point", (5, 0), is_chosen=True)
    assert trying.bench.focus == "tree"
    assert trying.do("app.back").name == "conv3_x"


def test_panes_are_opened_gone_through_and_closed() -> None:
    trying = Trying().do("app.ripple")
    assert trying.bench.focus == "ripple"
    assert "ripple" in trying.bench.in_sight
    assert trying.do("app.tree").bench.panes.ripple is False
    trying.do("app.ranking").do("app.find")
    assert (trying.bench.panes.ranking, trying.bench.focus) == (False, "tree")
    trying.do("find.back").do("app.picture")
    assert trying.bench.focus == "picture"
    trying.do("app.picture")
    assert "picture" not in trying.bench.in_sight


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
def test_tab_goes_through_the_panes(size: tuple[int, int]) -> None:
    trying = Trying().do("app.resize", *size)
    seen = []
    while not seen or seen[-1] != "tree":
        seen.append(trying.do("app.next-pane").bench.focus)
        assert seen[-1] in trying.bench.in_sight
    assert seen[0] == "detail"
    assert trying.do("app.previous-pane").do("app.tree").bench.focus == "tree"


def test_costs_are_shown_in_another_counting() -> None:
    assert Trying().do("app.count", "fvcore").bench.look.counting == "fvcore"
    trying = Trying().do("app.count", "nothing")
    assert trying.bench.look.counting == "conv+fc"
    assert "no such counting" in trying.bench.complaint


def test_a_trail_forgets_what_was_ahead() -> None:
    trail = Trail().visit("a", "b").visit("b", "c")
    assert trail == Trail(("a", "b", "c"), 2)
    assert trail.step(-1).visit("b", "d").names == ("a", "b", "d")
    assert trail.step(5) == trail
    assert trail.step(-2).mark("a") == Trail(("a",), 0)
