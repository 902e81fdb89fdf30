"""What leaves the editor: exports, the design file, and the person at the keys."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from inspector.core.counting import Convention
from inspector.core.design import Design
from inspector.core.history import History
from inspector.core.network import Network, analyze
from inspector.errors import OutputError
from inspector.report import render
from inspector.report.output import write
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

    @property
    def is_anything_unsaved(self) -> bool:
        """Whether any open design has unsaved work."""
        raise NotImplementedError

    def note_down(self) -> None:
        """Write down that something is saved now."""
        raise NotImplementedError

    @property
    def is_kept(self) -> bool:
        """Whether unsaved work is kept for a while."""
        raise NotImplementedError

    def go_to_unsaved(self) -> None:
        """Go to a design with unsaved work, if the current one has none."""
        raise NotImplementedError

    @property
    def first_unsaved(self) -> str:
        """What the design is called that is saved first: the current one if it has unsaved work."""
        raise NotImplementedError

    def losses(self) -> list[str]:
        """The unsaved work, a line each: the current design's edits, or which designs have any."""
        raise NotImplementedError

    def action_export(self) -> None:
        self._export("text")

    def action_save(self) -> None:
        """Write the design file that was opened, or saved to before; ask for a name where there is none.

        A file that says anything that would be lost, or that another program has changed, is asked about.
        """
        self.settle()
        if self.source is None or not self._is_as_saved(self.source):
            self._export("toml")
            return
        try:
            write(self.source, self._file_of(self.history.current), overwrite=True)
        except OutputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._exported((self.source, True), leaves=False)

    def action_save_as(self) -> None:
        self._export("toml", is_new=True)

    def _is_as_saved(self, source: Path) -> bool:
        """Whether a file is, to the letter, what saving wrote there."""
        try:
            return source.read_text(encoding="utf-8") == self._file_of(self._saved)
        except (OSError, ValueError):
            return False

    def _file_of(self, design: Design) -> str:
        return render(analyze(design), self.baseline, "toml")

    def _export(self, format_: str, *, leaves: bool = False, is_new: bool = False) -> None:
        from inspector.tui.screens.export import ExportScreen

        self.settle()
        source = None if is_new else self.source
        screen = ExportScreen(self.network, self.baseline, self.counting.name, format_, source)
        self.push_screen(screen, partial(self._exported, leaves=leaves))

    def _exported(self, exported: tuple[Path, bool] | None, *, leaves: bool) -> None:
        """Say where the file went; a design file saves the design, and ends the editor where that was waited for."""
        if exported is None:
            return
        path, is_design = exported
        if is_design:
            self._saved, self.source = self.history.current, path
            self.note_down()
            self.show()
        self.notify(f"wrote {path}", markup=False)
        if is_design and leaves:
            self.call_later(self.action_quit)  # which asks again where another design is unsaved

    async def action_quit(self) -> None:
        """Quit, asking first where edits would be lost."""
        from inspector.tui.screens.quit import QuitScreen

        self.settle()
        if not self.is_anything_unsaved or isinstance(self.screen, QuitScreen):
            self.exit()
            return
        await self.push_screen(QuitScreen(self.losses(), self.first_unsaved, is_kept=self.is_kept), self._quit)

    def _quit(self, answer: str | None) -> None:
        if answer == "quit":
            self.exit()
        elif answer == "save":
            self.go_to_unsaved()
            self._export("toml", leaves=True)
