"""The editor: a history of designs and a selected place; all that is shown follows from these two."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import structs
from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Static

from inspector.core.counting import Convention, convention
from inspector.core.describe import called, edits
from inspector.core.design import Design
from inspector.core.flow import Where
from inspector.core.network import analyze
from inspector.tui.ascii import AsciiFilter
from inspector.tui.compositor import MainScreen
from inspector.tui.kept import read, write
from inspector.tui.learning import LearningApp
from inspector.tui.settings import Settings
from inspector.tui.view import View
from inspector.tui.widgets.badge import Badge
from inspector.tui.widgets.bars import Hint, KeyBar, TitleBar, Totals, keys
from inspector.tui.widgets.detail import Detail
from inspector.tui.widgets.find import FindBar
from inspector.tui.widgets.listing import Listing
from inspector.tui.widgets.picture import Picture
from inspector.tui.widgets.ranking import Ranking
from inspector.tui.widgets.ripple import Ripple
from inspector.tui.widgets.sheet import subject
from inspector.tui.widgets.tree import TreeTable

if TYPE_CHECKING:
    from textual.command import Provider


def _places() -> type[Provider]:
    from inspector.tui.palette import Places

    return Places


class InspectorApp(LearningApp):
    """Browse and edit one design. `saved` is what it is compared with to tell whether there is unsaved work."""

    CSS_PATH = "app.tcss"
    TITLE = "inspector"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {_places}
    BINDINGS: ClassVar[list[BindingType]] = [
        *LearningApp.EDITS,
        *LearningApp.MOVES,
        *LearningApp.PANES,
        *LearningApp.DESIGNS,
        *LearningApp.LEARNING,
        Binding("b", "baseline", "Make this design the baseline", id="app.baseline"),
        Binding("B", "choose_baseline", "Another baseline: a preset, a design file", id="app.choose-baseline"),
        Binding("x", "export", "Export", id="app.export"),
        Binding("ctrl+s", "save", "Save the design file", id="app.save"),
        Binding("S", "save_as", "Save under another name", id="app.save-as"),
        Binding("c", "countings", "What each tool counts", id="app.countings"),
        Binding("v", "verdict", "What torch says; to what differs", id="app.verdict"),
        Binding("question_mark,f1", "help", "Help", id="app.help", key_display="?"),
        Binding("ctrl+z", "suspend_process", "Suspend; fg comes back", id="app.suspend"),
        Binding("q", "quit", "Quit", id="app.quit"),
        Binding("ctrl+q", "quit", "Quit, from anywhere", id="app.quit-anywhere", priority=True),
    ]

    def __init__(
        self,
        design: Design,
        *,
        saved: Design | None = None,
        source: Path | None = None,
        settings: Settings | None = None,
        state: Path | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        """`state` is the folder that theme, hint and journals are kept in, None keeps nothing.

        `problems` are what is wrong with the settings, said when the editor is there.
        """
        journals = None if state is None else state / "journal"
        super().__init__(design, saved=design if saved is None else saved, source=source, journals=journals)
        settings = settings or Settings()
        self._counting = convention(settings.counting)
        self._kept_in = None if state is None else state / "screen.json"
        self._kept = read(self._kept_in)
        for theme in (self._kept.theme, settings.theme):
            if theme in self.available_themes:
                self.theme = theme
        if settings.ascii:
            self._filters.append(AsciiFilter())
        self._verifies = settings.verify
        self._problems = problems
        self.wanted_lang = settings.lang
        self.set_keymap(settings.keys)

    def get_default_screen(self) -> MainScreen:
        return MainScreen()

    @property
    def counting(self) -> Convention:
        """The convention of the costs that are shown."""
        return self._counting

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield TitleBar(id="title")
            yield Badge(id="badge", is_on=self._verifies)
        with Horizontal(id="panes"):
            yield TreeTable(self.view, id="tree")
            yield Ranking(id="ranking")
            yield Detail(id="detail")
        with Horizontal(id="dock"):
            yield Picture(id="picture")
            yield Ripple(id="ripple")
        yield Static("", id="small", markup=False)
        yield Hint(id="hint")
        yield Totals(id="totals")
        yield KeyBar(id="keys")
        yield FindBar(id="find")

    def on_mount(self) -> None:
        self.arrange()
        self.query_one(Hint).display = self._kept_in is not None and not self._kept.is_known
        self._keep(is_known=True)
        self.theme_changed_signal.subscribe(self.screen_stack[0], lambda theme: self._keep(theme=theme.name))
        self.app_resume_signal.subscribe(self.screen_stack[0], lambda _: self.screen.refresh())
        self.tree_table.focus()
        self.show()
        self.call_after_refresh(_keep_what_start_up_made)
        self.call_after_refresh(self.offer)
        for problem in self._problems[:5]:
            self.notify(f"settings: {problem}", severity="warning", markup=False, timeout=8)

    @property
    def view(self) -> View:
        """All that the panes show follows from."""
        at = self.history.at
        previous = analyze(self.history.steps[at - 1].design) if at else None
        return View(self._network, previous, self._baseline, self.selected, self._counting)

    def show(self) -> None:
        """Show all that follows from the history and the selected place."""
        main = self.screen_stack[0]
        main.query_one(Hint).display &= len(self.history.steps) == 1
        with self.batch_update():
            baseline = called(self._baseline.design)
            main.query_one(TitleBar).show(
                self._network,
                is_edited=bool(edits(self.history.current)),
                is_unsaved=self.is_unsaved,
                file=self.label,
                against="" if baseline == self.history.current.base else baseline,
            )
            view = self.view
            self.tree_table.show(view)
            self.show_selected(view)
            main.query_one(Totals).show(self._network, self._baseline, self._counting)
            main.query_one(Badge).show(self.history.current)
            self.show_keys()

    def show_offer(self, works: list[tuple[float, str]]) -> None:
        self.screen_stack[0].query_one(Hint).offer(works)

    def _keep(self, **values: object) -> None:
        """Keep a choice for the next start, and say once where it cannot be."""
        kept = structs.replace(self._kept, **values)
        if kept != self._kept:
            self._kept = kept
            problem = write(self._kept_in, kept)
            if problem:
                self.notify(f"not kept for the next start: {problem}", severity="warning", markup=False)
                self._kept_in = None

    def show_selected(self, view: View) -> None:
        self.detail.show(subject(view.network, view.baseline, view.network.at(view.where)))
        main = self.screen_stack[0]
        main.query_one(Picture).show(view)
        main.query_one(Ripple).show(view)
        main.query_one(Ranking).show(view)

    def show_keys(self) -> None:
        pane = "field" if self.detail.is_typing else self.pane
        self.screen_stack[0].query_one(KeyBar).show(keys(pane, self.history, self._keymap))

    @on(TreeTable.Moved)
    def _moved(self, event: TreeTable.Moved) -> None:
        self.detail.complain("")
        if event.is_jump:
            where = event.where
            self.end_finding(is_kept=False)
            self.jump(where)
            return
        self.selected = event.where
        self.show_selected(self.view)

    @on(Listing.Pointed)
    def _pointed(self, event: Listing.Pointed) -> None:
        self.select(event.where)
        if event.is_chosen:
            self.enter_tree()

    @on(Picture.Chosen)
    def _chosen(self, event: Picture.Chosen) -> None:
        self.jump(event.where)

    def action_baseline(self) -> None:
        self.compare_with(self._network, "this design as it is now")

    def action_choose_baseline(self) -> None:
        from inspector.tui.screens.choose import ChooseScreen

        def chosen(answer: tuple[Design, Path | None] | None) -> None:
            if answer is not None:
                self.compare_with(analyze(answer[0]), called(answer[0]))

        self.push_screen(ChooseScreen("Measure differences against", called(self._baseline.design)), chosen)

    @on(Badge.Asked)
    def action_verdict(self) -> None:
        """Say what was compared; where torch differs, go there."""
        badge = self.screen_stack[0].query_one(Badge)
        self.notify(badge.words, markup=False)
        if badge.verdict is not None and not badge.verdict.agrees:
            self.jump(self._network.find(badge.verdict.differences[0].name).where)

    def select(self, where: Where) -> None:
        self.selected = where
        self.tree_table.go(where)
        self.show_selected(self.view)

    def action_help(self) -> None:
        from inspector.tui.actions import remapped, sections
        from inspector.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen([(title, [*remapped(each, self._keymap)]) for title, each in sections()]))

    def action_countings(self) -> None:
        from inspector.tui.screens.countings import CountingScreen

        self.push_screen(CountingScreen(self._network, self._counting.name), self._count)

    def _count(self, name: str | None) -> None:
        if name is not None:
            self._counting = convention(name)
            self.show()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from inspector.tui.actions import remapped
        from inspector.tui.commands import commands

        undone = {"undo"} if not self.history.can_undo else set()
        resting = frozenset(undone | ({"redo"} if not self.history.can_redo else set()))
        keymap = self._keymap
        sections = [(each, [*remapped(each.BINDINGS, keymap)]) for each in (self, self.tree_table)]
        yield from commands(self, sections, resting, super().get_system_commands(screen))
        yield from self.notes()


def _keep_what_start_up_made() -> None:
    """Let no edit pause for looking through it again."""
    gc.freeze()
    gc.enable()
