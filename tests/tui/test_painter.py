"""What is painted of a bench: what differs from the one before, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import app_of, editor, make, press
from msgspec import structs
from textual.widget import Widget

from inspector.files.design import read
from inspector.session.bench import Bench


@pytest.fixture
def refreshed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the widgets that were refreshed."""
    ids: list[str] = []
    refresh = Widget.refresh

    def noted(self: Widget, *regions: object, **options: object) -> Widget:
        ids.append(self.id or type(self).__name__)
        return refresh(self, *regions, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Widget, "refresh", noted)
    return ids


async def test_a_save_paints_the_title_alone(tmp_path: Path, refreshed: list[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    async with editor(read(path), source=path) as pilot:
        make(pilot, "num_classes=10")
        await pilot.pause()
        app, before = app_of(pilot), app_of(pilot).bench
        refreshed.clear()
        app._painter.paint(before, _saved(before))  # type: ignore[union-attr]  # noqa: SLF001
        assert set(refreshed) == {"title"}


def _saved(bench: Bench) -> Bench:
    return bench.over(structs.replace(bench.here, work=structs.replace(bench.work, saved=bench.design)))


async def test_equal_benches_paint_nothing(refreshed: list[str]) -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        await press(pilot, "]", "plus")
        refreshed.clear()
        app._painter.paint(app.bench, app.bench)  # type: ignore[union-attr]  # noqa: SLF001
        app._painter.paint(app.bench, structs.replace(app.bench))  # type: ignore[union-attr]  # noqa: SLF001
        app.do("app.resize", *app.size)
        app.do("app.enter", app.bench.focus)
        assert refreshed == []


async def test_a_step_of_the_cursor_paints_no_totals(refreshed: list[str]) -> None:
    async with editor() as pilot:
        refreshed.clear()
        await press(pilot, "down")
        assert "tree" in refreshed
        assert not {"totals", "title", "keys", "badge"} & set(refreshed)
