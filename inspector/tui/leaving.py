"""What leaves the editor: exports, the design file, and the person at the keys."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from inspector.core.counting import Convention
from inspector.core.describe import edits
from inspector.core.design import Design
from inspector.core.history import History
from inspector.core.network import Network
from inspector.tui.keys import KeysInOrder


class LeavingApp(KeysInOrder):
    """An app that knows which of its designs is saved, and asks before one that is not is lost."""

    history: History

    def __init__(self, *, saved: Design, source: Path | None) -> None:
        super().__init__()
        self._saved = saved
        self.source = source

    @property
    def network(self) -> Network:
        raise NotImplementedError

    @property
    def baseline(self) -> Network:
        raise NotImplementedError

    @property
    def counting(self) -> Convention:
        raise NotImplementedError

    def settle(self) -> None:
        """End what is being typed."""
        raise NotImplementedError

    def show(self) -> None:
        """Show that something is saved now."""
        raise NotImplementedError

    @property
    def is_unsaved(self) -> bool:
        return self.history.current != self._saved

    def action_export(self) -> None:
        self._export("text")

    def action_save(self) -> None:
        self._export("toml")

    def _export(self, format_: str, *, leaves: bool = False) -> None:
        from inspector.tui.screens.export import ExportScreen

        self.settle()
        screen = ExportScreen(self.network, self.baseline, self.counting.name, format_, self.source)
        self.push_screen(screen, partial(self._exported, leaves=leaves))

    def _exported(self, exported: tuple[Path, bool] | None, *, leaves: bool) -> None:
        """Say where the file went; a design file saves the design, and ends the editor where that was waited for."""
        if exported is None:
            return
        path, is_design = exported
        if is_design:
            self._saved, self.source = self.history.current, path
            self.show()
        self.notify(f"wrote {path}", markup=False)
        if is_design and leaves:
            self.exit()

    async def action_quit(self) -> None:
        """Quit, asking first where edits would be lost."""
        from inspector.tui.screens.quit import QuitScreen

        self.settle()
        if not self.is_unsaved or isinstance(self.screen, QuitScreen):
            self.exit()
            return
        await self.push_screen(QuitScreen(edits(self.history.current)), self._quit)

    def _quit(self, answer: str | None) -> None:
        if answer == "quit":
            self.exit()
        elif answer == "save":
            self._export("toml", leaves=True)
