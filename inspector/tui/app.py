"""The editor: one App that holds a bench. What a person does is an action; what differs is written down and painted."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import structs
from textual import events, on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widget import MountError, Widget
from textual.widgets import Static

from inspector.core.budgets.budget import NONE, Budget, written
from inspector.core.design.design import Design
from inspector.core.measures.counting import convention
from inspector.languages import language, wanted
from inspector.session.actions import do
from inspector.session.bench import Bench, Look, Weights
from inspector.session.opening import work_on
from inspector.session.outcome import Effect, Say
from inspector.session.panes import Pane, Panes, Room, arrange
from inspector.session.saving import verification
from inspector.session.view import seen
from inspector.speech import say, speak
from inspector.tui import keymap
from inspector.tui.config import Settings
from inspector.tui.dialogs import Dialogs
from inspector.tui.effects import Effects
from inspector.tui.kept import read, write
from inspector.tui.looking import Looking
from inspector.tui.notices import Notices
from inspector.tui.painter import Painter
from inspector.tui.terminal.ascii import draw_in_ascii
from inspector.tui.terminal.compositor import MainScreen
from inspector.tui.terminal.keys import KeysInOrder
from inspector.tui.terminal.legible import draw_legibly
from inspector.tui.widgets.act import Act
from inspector.tui.widgets.badge import Badge
from inspector.tui.widgets.bars import Hint, KeyBar, TitleBar, Totals
from inspector.tui.widgets.detail import Detail
from inspector.tui.widgets.picture import Picture
from inspector.tui.widgets.tree import TreeTable

if TYPE_CHECKING:
    from textual.command import Provider

    from inspector.bridge.process import Reply
    from inspector.bridge.protocol import Cam, Request

_PANES: dict[str | None, Pane] = {
    "tree": "tree",
    "ranking": "ranking",
    "detail": "detail",
    "picture": "picture",
    "ripple": "ripple",
    "value": "detail",
}
"""The pane that the widget with the focus belongs to; any other is the tree's."""


def _places() -> type[Provider]:
    from inspector.tui.palette import Places

    return Places


def _ripple() -> Widget:
    from inspector.tui.widgets.ripple import Ripple

    return Ripple(id="ripple")


class InspectorApp(KeysInOrder):
    """Browse and edit designs. `saved` is what the first is compared with to tell whether there is unsaved work."""

    CSS_PATH = "app.tcss"
    TITLE = "inspector"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {_places}
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("app")

    def __init__(
        self,
        design: Design,
        *,
        saved: Design | None = None,
        source: Path | None = None,
        settings: Settings | None = None,
        state: Path | None = None,
        weights: Weights | None = None,
        budget: Budget = NONE,
    ) -> None:
        """`state` is the folder that theme, hint and journals are kept in, None keeps nothing.

        `weights` are those that the design was read off, `budget` is that of its file. What is in `words` is said when
        the editor is there.
        """
        super().__init__()
        settings = settings or Settings()
        work = work_on(design, design if saved is None else saved, source, weights)
        self.keys = settings.keys
        self._notices = Notices(self)
        self.looking = Looking(self._look, self.keep)
        dialogs = Dialogs(self, lambda: self.bench, self.do, settings.keys, self._think, self.looking)
        journals = None if state is None else state / "journal"
        self.effects = Effects(self, self._notices, dialogs, self.do, journals)
        self._painter: Painter | None = None
        self._kept_in = None if state is None else state / "screen.json"
        self._kept = read(self._kept_in)
        self.looking.picture = self._kept.picture
        look = Look(counting=convention(settings.counting).name, budget=self._kept.limits)
        lang = settings.lang or self._kept.lang
        speak(language(wanted(lang, os.environ)))
        self.bench = Bench.of(work, budget=budget, lang=lang, look=look, verifies=settings.verify)
        for theme in (self._kept.theme, settings.theme):
            if theme in self.available_themes:
                self.theme = theme
        draw_legibly(self)
        if settings.ascii:
            draw_in_ascii(self)
        self.words: Sequence[Say] = ()
        self.farewell = ""
        self.set_keymap(settings.keys)

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self._notices.hold, self._notices.go_on, self._regain_focus)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._regain_focus()
        await super().on_event(event)

    def _regain_focus(self) -> None:
        if self._painter is not None:
            self._painter.regain_focus(self.bench)

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield TitleBar(id="title")
            yield Badge(id="badge")
        with Horizontal(id="panes"):
            yield TreeTable(seen(self.bench), id="tree")
            yield Detail(id="detail")
        with Horizontal(id="dock"):
            yield Picture(id="picture")
            if "ripple" in arrange(Room(*self.size), Panes()).panes:
                yield _ripple()
        yield Static("", id="small", markup=False)
        yield Hint(id="hint", is_first=self._kept_in is not None and not self._kept.is_known)
        yield Totals(id="totals")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.keep(is_known=True)
        main = self.screen_stack[0]
        self.theme_changed_signal.subscribe(main, lambda theme: self.keep(theme=theme.name))
        self.app_resume_signal.subscribe(main, lambda _: self.screen.refresh())
        self.bench, _ = do(self.bench, "app.resize", *self.size)
        self._painter = Painter(main, self.keys)
        self._painter.paint(None, self.bench)
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Do what waited for the first paint: torch, journals, words about the settings, panes out of sight."""
        self._take(*verification(self.bench))
        self.effects.begin(self.bench)
        for each in self.words:
            self._notices.say(each)
        with suppress(MountError, NoMatches):  # the editor has ended meanwhile
            await self._complete()
        _keep_what_start_up_made()

    async def _complete(self) -> None:
        """Add the panes that the first screen seldom shows: styles are worked out for each widget there is."""
        from inspector.tui.widgets.find import FindBar
        from inspector.tui.widgets.ranking import Ranking

        main = self.screen_stack[0]
        ranking = Ranking(id="ranking")
        ranking.display = False
        await main.query_one("#panes").mount(ranking, after="#tree")
        if not main.query("#ripple"):
            ripple = _ripple()
            ripple.display = False
            await main.query_one("#dock").mount(ripple)
        await main.mount(FindBar(id="find"))
        if self._painter is not None:
            self._painter.paint(None, self.bench)

    def do(self, id: str, *arguments: object, **options: object) -> None:  # noqa: A002  # the table's word
        """Do an action: write down what it changed, paint what differs, and then do what else it asks for."""
        self._take(*do(self.bench, id, *arguments, **options))

    def _take(self, after: Bench, effects: Sequence[Effect]) -> None:
        before = self.bench
        after, told = self.effects.follow(before, after)
        self.bench = after
        if after.lang != before.lang:
            self.keep(lang=after.lang)
            speak(language(after.lang))
        if after.look.budget != before.look.budget:
            self.keep(budget=written(after.look.budget))
        if self._painter is not None:
            self._painter.paint(before, after)
            if after.lang != before.lang:
                self._painter.say_anew(after)
        for effect in (*told, *effects):
            self.effects.run(effect)

    async def _think(self, request: Request) -> Reply | None:
        return await self.effects.think(request)

    async def _look(self, request: Cam, progress: Callable[[str], None]) -> Reply | None:
        return await self.effects.look(request, progress)

    def action_do(self, id: str, *arguments: str) -> None:  # noqa: A002  # the table's word
        self.do(id, *arguments)

    @on(Act)
    def _wanted(self, event: Act) -> None:
        self.do(event.id, *event.arguments, **event.options)

    def on_resize(self, event: events.Resize) -> None:
        self.do("app.resize", *event.size)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        """Whoever gave a widget the focus, a click perhaps: its pane is in front now."""
        main = self.screen_stack[0]
        if main.focused is not None and self.screen is main:
            self.do("app.enter", _PANES.get(main.focused.id, "tree"))

    def keep(self, **values: object) -> None:
        """Keep a choice for the next start, and say once where it cannot be."""
        kept = structs.replace(self._kept, **values)
        if kept != self._kept:
            self._kept = kept
            problem = write(self._kept_in, kept)
            if problem:
                self._notices.say(Say(say("not kept for the next start: {problem}", problem=problem), 5, "warning"))
                self._kept_in = None

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from inspector.tui.palette import commands

        main = self.screen_stack[0]

        async def run(action: str, pane: str) -> None:
            await self.run_action(action, self if pane == "app" else main.query_one(f"#{pane}"))

        yield from commands(self.bench, self.keys, run, super().get_system_commands(screen))

    def on_load(self) -> None:
        if not self.is_headless:
            from inspector.tui.terminal.driver import end_on_signals

            end_on_signals(self._ended_by)

    def _ended_by(self, number: int) -> None:
        """End by a signal, which nobody at the keys asked for: the work is offered by the next start."""
        self.effects.let_go()
        self.exit(return_code=128 + number)

    def kept_words(self) -> str:
        """What has become of the work, for who has seen the editor crash."""
        bench = self.effects.known(self.bench)
        if not bench.unsaved:
            return say("Nothing was unsaved.")
        if all(each.number in bench.kept for each in bench.unsaved):
            return say(
                "The work is kept in {folder}: inspector offers it when it starts again.", folder=self.effects.journals
            )
        return say("What was not saved is lost: it is in no journal.")

    async def on_unmount(self) -> None:
        await self.effects.close()

    def exit(self, *arguments: object, **options: object) -> None:
        """End: journals of saved work are of no more use, unsaved work is kept for a while."""
        self.farewell = self.effects.end()
        super().exit(*arguments, **options)  # type: ignore[arg-type]  # handed on as they came


def _keep_what_start_up_made() -> None:
    """Let no edit pause for looking through it again."""
    gc.freeze()
    gc.enable()
