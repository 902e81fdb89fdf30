from __future__ import annotations

from pathlib import Path

import pytest
from benches import RESNET50, Trying, with_edits
from msgspec import structs

from inspector.core.design.edit import edit
from inspector.core.design.history import Baseline, History
from inspector.core.design.presets import preset
from inspector.session.bench import Offer, Work, losses
from inspector.session.outcome import Copy, Leave, Open, Recall, Save

MINE = Path("/home/me/mine.toml")


def _left(key: int, classes: int) -> Offer:
    history = History.of(RESNET50).record(edit(RESNET50, f"num_classes={classes}"), "num_classes")
    return Offer(key, Work(history, RESNET50, MINE), 1.0, "conv5_x")


def test_each_design_has_its_history_its_place_and_its_baseline() -> None:
    trying = Trying().at("conv5_x").do("app.step-up").do("choose.open", preset("resnet18"))
    assert trying.labels == ["resnet50 with conv5_x.planes=520", "resnet18"]
    assert (trying.design, trying.name) == (preset("resnet18"), "network")
    assert trying.bench.baseline.label == "resnet18"
    trying.do("app.previous-design")
    assert (trying.name, trying.bench.history.can_undo) == ("conv5_x", True)
    trying.do("app.undo").do("app.next-design").do("app.next-design")
    assert trying.bench.history.can_redo


def test_a_design_that_nothing_was_done_in_makes_room() -> None:
    assert Trying().do("choose.open", preset("resnet34")).labels == ["resnet34"]
    assert Trying(source=MINE).do("choose.open", preset("resnet34")).labels == ["mine.toml", "resnet34"]


def test_a_design_is_named_and_copied_and_nobody_is_moved() -> None:
    trying = with_edits("conv5_3.conv3=1024").do("designs.rename", 0, "le\x1ban")
    assert trying.labels == ["le\\x1ban"]
    trying.do("designs.rename", 0, "lean").do("designs.copy", 0)
    assert (trying.labels, trying.bench.at) == (["lean", "lean copy"], 1)
    assert trying.asked == Open("designs", (1,))
    trying.do("designs.rename", 0, "first")
    assert (trying.labels, trying.bench.at) == (["first", "lean copy"], 1)


def test_a_copy_of_what_is_saved_is_work_of_its_own() -> None:
    trying = Trying(edit(RESNET50, "num_classes=10"), source=MINE)
    assert not trying.bench.unsaved
    trying.do("designs.copy", 0)
    assert [each.work.label for each in trying.bench.unsaved] == ["mine.toml copy"]
    assert trying.bench.work.source is None


def test_closing_keeps_what_is_unsaved_or_does_not_close() -> None:
    trying = with_edits("num_classes=10").do("app.make", "num_classes=11").do("choose.open", preset("resnet18"))
    trying.do("designs.close", 0)
    assert len(trying.labels) == 2
    assert trying.asked is not None
    assert "cannot be kept" in str(trying.asked.arguments[1])
    trying.bench = structs.replace(trying.bench, kept=frozenset({0}))
    assert trying.do("designs.close", 0).labels == ["resnet18"]
    assert "W opens it again" in str(trying.asked.arguments[1]) if trying.asked else False
    trying.do("designs.close", 0)
    assert trying.labels == ["resnet18"]


def test_a_baseline_has_the_name_that_it_was_given_and_is_taken_back() -> None:
    trying = with_edits("conv5_3.conv3=1024")
    assert trying.bench.baseline == Baseline(RESNET50)
    assert trying.bench.baseline.label == "resnet50"
    trying.do("designs.rename", 0, "lean").do("app.baseline")
    assert trying.bench.baseline == Baseline(trying.design, "lean")
    assert "u takes it back" in trying.said
    assert "already" in trying.do("app.baseline").said
    trying.do("app.make", "num_classes=10")
    assert trying.bench.baseline.label == "lean"
    trying.do("app.undo").do("app.undo")
    assert trying.bench.baseline.label == "resnet50"
    assert trying.do("app.redo").bench.baseline.label == "lean"
    trying.do("choose.compare", preset("resnet101"), "")
    assert trying.bench.baseline.label == "resnet101"
    steps = len(trying.bench.history.steps)
    assert "already" in trying.do("choose.compare", preset("resnet101"), "resnet101").said
    assert len(trying.bench.history.steps) == steps


def test_what_the_last_edit_did_is_not_forgotten_over_a_baseline() -> None:
    trying = Trying().do("app.make", "num_classes=10").do("app.baseline")
    assert trying.bench.history.previous == RESNET50


def test_comparing_takes_the_other_design_of_two() -> None:
    trying = with_edits("num_classes=10").do("designs.compare", 0)
    assert trying.asked is not None
    assert "point at another design" in str(trying.asked.arguments[1])
    trying.do("choose.open", preset("resnet18")).do("designs.compare", 1)
    assert trying.bench.baseline.design.num_classes == 10


def test_a_step_of_the_history_is_gone_to() -> None:
    trying = Trying()
    for assignment in ("conv5_x.planes=384", "num_classes=10", "stem.pool=false"):
        trying.do("app.make", assignment)
    assert trying.do("history.go", 1).bench.network.params == 18_993_704
    assert not trying.do("history.go", 3).design.stem.pool


def test_work_that_was_not_saved_is_offered_and_gone_on_with() -> None:
    trying = Trying().do("earlier.found", (_left(7, 10), _left(8, 20)))
    assert trying.asked is None
    assert trying.do("app.earlier").effects == (Recall("look"),)
    assert trying.do("earlier.found", trying.bench.offers, is_asked=True).asked == Open("recover")
    trying.do("recover.open", (8,))
    assert trying.effects == (Recall("set aside", (7,)),)
    assert (trying.design.num_classes, trying.name, trying.bench.here.offer) == (20, "conv5_x", 8)
    assert (trying.bench.work.source, trying.bench.work.is_unsaved, trying.bench.offers) == (MINE, True, ())
    assert trying.bench.history.can_undo


def test_work_whose_file_says_something_else_is_unsaved_whatever_is_undone() -> None:
    offer = _left(7, 10)
    trying = Trying().do("earlier.found", (structs.replace(offer, work=structs.replace(offer.work, saved=None)),))
    trying.do("recover.open", (7,)).do("app.undo")
    assert trying.bench.work.is_unsaved
    assert trying.do("app.quit").asked == Open("quit")
    assert trying.do("app.save").effects == (Save(trying.bench.here.number, RESNET50, None, MINE),)


def test_work_is_forgotten_or_left() -> None:
    offers = (_left(7, 10), _left(8, 20))
    trying = Trying().do("earlier.found", offers).do("recover.forget", (7,))
    assert trying.effects[:2] == (Recall("forget", (7,)), Recall("set aside", (8,)))
    assert trying.do("earlier.found", offers).do("recover.leave").effects == (Recall("set aside", (7, 8)),)
    assert "no earlier work" in trying.do("earlier.found", (), is_asked=True).said


def test_saving_writes_over_what_was_saved_and_asks_for_a_name_where_there_is_none() -> None:
    trying = Trying().do("app.make", "num_classes=10").do("app.save")
    assert trying.asked == Open("export", ("toml",))
    trying.do("app.wrote", MINE, is_design=True, leaves=False)
    assert (trying.bench.work.source, trying.bench.work.is_unsaved, trying.said) == (MINE, False, f"wrote {MINE}")
    saved = trying.design
    trying.do("app.make", "num_classes=11").do("app.save")
    assert trying.effects == (Save(0, trying.design, saved, MINE),)
    trying.do("app.saved", 0, trying.design, MINE)
    assert not trying.bench.unsaved
    assert trying.do("app.save-as").asked == Open("export", ("toml", "new"))
    assert trying.do("app.save-over").asked == Open("export", ("toml",))


def test_what_is_saved_late_is_the_design_that_was_written() -> None:
    trying = Trying(source=MINE).do("app.make", "num_classes=10")
    written = trying.design
    trying.do("app.make", "num_classes=11").do("app.saved", 0, written, MINE)
    assert trying.bench.work.is_unsaved


def test_quitting_asks_for_each_design_that_is_unsaved() -> None:
    trying = Trying()
    assert trying.do("app.quit").effects == (Leave(),)
    trying = with_edits("num_classes=10")
    assert losses(trying.bench) == ("num_classes  1000 → 10",)
    trying.do("choose.open", preset("resnet18")).do("app.make", "num_classes=20")
    assert trying.do("app.quit").asked == Open("quit")
    assert losses(trying.bench) == (
        "resnet50 with num_classes=10  not saved",
        "resnet18 with num_classes=20  not saved",
    )
    assert trying.do("quit.export").asked == Open("export", ("toml", "leaves"))
    trying.do("app.wrote", MINE, is_design=True, leaves=True)
    assert trying.asked == Open("quit")
    assert trying.do("quit.export").design.num_classes == 10
    trying.do("app.wrote", Path("/b.toml"), is_design=True, leaves=True)
    assert Leave() in trying.effects
    assert trying.do("quit.quit").effects == (Leave(),)


def test_a_report_that_was_written_saves_nothing() -> None:
    trying = with_edits("num_classes=10").do("app.wrote", Path("/a.json"), is_design=False, leaves=True)
    assert (trying.bench.work.is_unsaved, trying.said) == (True, "wrote /a.json")


@pytest.mark.parametrize(
    ("action", "arguments", "effect"),
    [
        ("app.suspend", (), Leave(is_for_good=False)),
        ("app.take", ("name", "fc"), Copy("name", "fc")),
        ("app.note", ("filters",), Open("note", ("filters",))),
        ("app.help", (), Open("help")),
    ],
)
def test_what_takes_a_screen_is_asked_for(action: str, arguments: tuple[str, ...], effect: object) -> None:
    assert effect in Trying().do(action, *arguments).effects
