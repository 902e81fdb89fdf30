"""The keeper, with journals in a real folder: it follows benches, and finds again what was left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from benches import RESNET50, Trying
from msgspec import structs

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.journal import folder as folders
from inspector.journal.folder import KEPT, OPEN
from inspector.journal.keeper import Keeper
from inspector.session.bench import Bench


class Kept:
    """A bench and the keeper that follows it."""

    def __init__(self, folder: Path) -> None:
        self.keeper, self.trying = Keeper(folder), Trying()

    def do(self, id_: str, *arguments: object, **options: object) -> Kept:
        before = self.trying.bench
        self.trying.do(id_, *arguments, **options)
        assert self.keeper.follow(before, self.bench) == ""
        self.trying.bench = structs.replace(self.bench, kept=self.keeper.kept)
        return self

    @property
    def bench(self) -> Bench:
        return self.trying.bench

    def kill(self) -> None:
        """What the system does to an editor that is killed."""
        for journal in self.keeper._journals.values():  # noqa: SLF001
            journal._let_go()  # noqa: SLF001


def test_each_design_that_something_was_done_in_has_a_journal(tmp_path: Path) -> None:
    kept = Kept(tmp_path).do("tree.go", (5,))
    assert list(tmp_path.iterdir()) == []
    kept.do("app.step-up").do("choose.open", preset("resnet18"))
    assert len(list(tmp_path.iterdir())) == 1
    assert kept.bench.kept == {0}
    kept.do("app.make", "num_classes=10").do("designs.copy", 1)
    assert len(list(tmp_path.glob(f"*{OPEN}"))) == 3
    kept.do("designs.close", 2)
    assert len(list(tmp_path.glob(f"*{OPEN}"))) == 2
    assert len(list(tmp_path.glob(f"*{KEPT}"))) == 1
    kept.keeper.end()
    assert len(list(tmp_path.glob(f"*{KEPT}"))) == 3
    kept.do("app.step-up")
    assert not list(tmp_path.glob(f"*{OPEN}")), "what is typed behind the end is not begun anew"


def test_work_that_is_left_is_found_with_its_baseline_and_gone_on_with(tmp_path: Path) -> None:
    kept = Kept(tmp_path).do("tree.go", (5,)).do("app.step-up").do("app.baseline").do("app.step-up")
    work = kept.bench.work
    kept.kill()
    again = Kept(tmp_path)
    (offer,) = again.keeper.look()
    assert (offer.work, offer.place) == (work, "conv5_x")
    assert offer.work.history.baseline.design.conv5_x.planes == 520
    again.do("earlier.found", (offer,)).do("recover.open", (offer.key,)).do("app.undo")
    again.kill()
    (offer,) = Keeper(tmp_path).look()
    assert offer.work.history == work.history.undo()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("when", ["saved", "saved as", "saved and undone", "never"])
def test_what_is_saved_is_not_offered_and_what_is_not_is(when: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("num_classes = 11\n")
    kept = Kept(tmp_path / "journal").do("app.make", "num_classes=10").do("app.make", "num_classes=11")
    if when == "saved":
        kept.do("app.saved", 0, kept.bench.design, mine)
    if when in ("saved as", "saved and undone"):
        kept.do("app.wrote", mine, is_design=True, leaves=False)
    if when == "saved and undone":
        kept.do("app.undo")
    kept.kill()
    offers = Keeper(tmp_path / "journal").look()
    assert len(offers) == (when in ("saved and undone", "never"))
    assert all(
        offer.work.saved == (RESNET50 if when == "never" else edit(RESNET50, "num_classes=11")) for offer in offers
    )


@pytest.mark.parametrize("text", [None, "num_classes = 20\n", "no TOML", 'base = "resnet50"\n'])
def test_of_work_whose_file_has_changed_nothing_counts_as_saved(text: str | None, tmp_path: Path) -> None:
    path, journals = tmp_path / "mine.toml", tmp_path / "journal"
    path.write_text("num_classes = 10\n")
    kept = Kept(journals).do("app.make", "num_classes=10")
    kept.do("app.saved", 0, kept.bench.design, path).do("app.make", "num_classes=11").kill()
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    again = Kept(journals)
    (offer,) = again.keeper.look()
    again.do("earlier.found", (offer,)).do("recover.open", (offer.key,)).do("app.undo")
    assert again.bench.design.num_classes == 10
    assert again.bench.work.is_unsaved
    again.keeper.end()
    assert len(list(journals.glob(f"*{KEPT}"))) == 1, "it is kept, for it is nowhere else"


def test_work_that_its_file_has_by_now_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    kept = Kept(tmp_path / "journal").do("app.make", "num_classes=10").do("app.saved", 0, RESNET50, path)
    path.write_text("num_classes = 10\n")
    kept.kill()
    assert Keeper(tmp_path / "journal").look() == ()
    kept = Kept(tmp_path / "journal").do("app.make", "num_classes=11").do("app.saved", 0, RESNET50, path)
    kept.kill()
    assert len(Keeper(tmp_path / "journal").look()) == 1


def test_work_is_forgotten_or_set_aside(tmp_path: Path) -> None:
    for classes in (10, 20):
        Kept(tmp_path).do("app.make", f"num_classes={classes}").kill()
    keeper = Keeper(tmp_path)
    keys = [offer.key for offer in keeper.look()]
    keeper.forget(keys[:1])
    keeper.set_aside(keys[1:])
    assert keeper.look() == ()
    assert len(keeper.look(is_all=True)) == 1
    keeper.end()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_journal_of_an_earlier_version_opens(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).with_name("earlier.journal"), tmp_path / f"1-1{OPEN}")
    kept = Kept(tmp_path)
    (offer,) = kept.keeper.look()
    work = offer.work
    assert [step.label for step in work.history.steps] == ["", "conv5_x.planes", "conv5_3.conv3", "num_classes"]
    assert (work.history.at, work.name, offer.place) == (2, "lean", "conv5_3")
    assert work.source == Path("/home/me/m\udcff.toml")
    assert kept.keeper._left[offer.key].work.saved == work.history.steps[3].design  # noqa: SLF001
    assert work.saved is None, "there is no such file"
    kept.do("earlier.found", (offer,)).do("recover.open", (offer.key,)).do("app.redo")
    kept.kill()
    (offer,) = Keeper(tmp_path).look()
    assert offer.work == structs.replace(work, history=work.history.redo())


def test_trouble_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    keeper, trying = Keeper(tmp_path / "file"), Trying()
    before = trying.bench
    assert keeper.follow(before, trying.do("app.step-up").bench) == "file exists"
    before = trying.bench
    assert keeper.follow(before, trying.do("app.step-up").bench) == ""
    assert keeper.kept == frozenset()


def test_without_a_folder_nothing_is_kept() -> None:
    keeper, trying = Keeper(None), Trying()
    assert keeper.follow(trying.bench, trying.do("app.step-up").bench) == ""
    assert (keeper.look(), keeper.kept) == ((), frozenset())


def test_a_work_that_cannot_be_looked_for_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_prune", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert Keeper(tmp_path).look() == ()
