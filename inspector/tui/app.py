"""The editor: a history of designs and a selected place; all that is shown follows from these two."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from inspector.core.counting import DEFAULT, Convention, convention
from inspector.core.describe import edits
from inspector.core.design import Design
from inspector.core.edit import edit, step
from inspector.core.history import History
from inspector.core.network import Network, analyze
from inspector.core.presets import preset
from inspector.errors import DesignError
from inspector.tui.compositor import MainScreen
from inspector.tui.leaving import LeavingApp
from inspector.tui.widgets.badge import Badge
from inspector.tui.widgets.bars import KeyBar, TitleBar, Totals, keys
from inspector.tui.widgets.detail import Detail, ValueInput
from inspector.tui.widgets.rows import Where, nearest_place
from inspector.tui.widgets.sheet import subject
from inspector.tui.widgets.tree import TreeTable


class InspectorApp(LeavingApp):
    """Browse and edit one design. `saved` is what it is compared with to tell whether there is unsaved work."""

    CSS_PATH = "app.tcss"
    TITLE = "inspector"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide"), (150, "-huge")]  # noqa: RUF012  # Textual's own type
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "edit", "Edit the numbers", id="app.edit"),
        Binding("plus,equals_sign", "more", "Step up", id="app.step-up", key_display="+"),
        Binding("minus", "less", "Step down", id="app.step-down", key_display="-"),
        Binding("u", "undo", "Undo", id="app.undo"),
        Binding("ctrl+r", "redo", "Redo", id="app.redo"),
        Binding("x", "export", "Export", id="app.export"),
        Binding("ctrl+s", "save", "Save the design file", id="app.save"),
        Binding("c", "countings", "What each tool counts", id="app.countings"),
        Binding("v", "verdict", "What torch says; to what differs", id="app.verdict"),
        Binding("tab", "other_pane", "Other pane", id="app.other-pane"),
        Binding("shift+tab", "other_pane", "Other pane", id="app.other-pane-back", show=False),
        Binding("escape", "tree", "Back to the tree", id="app.tree"),
        Binding("question_mark,f1", "help", "Help", id="app.help", key_display="?"),
        Binding("q", "quit", "Quit", id="app.quit"),
        Binding("ctrl+q", "quit", "Quit, from anywhere", id="app.quit-anywhere", priority=True),
    ]

    def __init__(
        self,
        design: Design,
        *,
        saved: Design | None = None,
        source: Path | None = None,
        counting: str = DEFAULT,
        verifies: bool = False,
    ) -> None:
        super().__init__(saved=design if saved is None else saved, source=source)
        self._counting = convention(counting)
        self._verifies = verifies
        self.history = History.of(design)
        self.selected: Where = ()
        self._draft: History | None = None
        self._drafted_at: Where = ()
        self._network = analyze(design)
        self._baseline = analyze(preset(design.base))

    def get_default_screen(self) -> MainScreen:
        return MainScreen()

    @property
    def network(self) -> Network:
        """What follows from the current design."""
        return self._network

    @property
    def baseline(self) -> Network:
        """What differences are measured against."""
        return self._baseline

    @property
    def counting(self) -> Convention:
        """The convention of the costs that are shown."""
        return self._counting

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield TitleBar(id="title")
            yield Badge(id="badge", is_on=self._verifies)
        with Horizontal(id="panes"):
            yield TreeTable(self._network, self._baseline, self.selected, id="tree")
            yield Detail(id="detail")
        yield Totals(id="totals")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self._tree.focus()
        self.show()
        self.call_after_refresh(_keep_what_start_up_made)

    @property
    def _tree(self) -> TreeTable:
        return self.screen_stack[0].query_one(TreeTable)

    @property
    def _detail(self) -> Detail:
        return self.screen_stack[0].query_one(Detail)

    def become(self, history: History) -> None:
        """Make another history the current one, and show what follows from it."""
        before, self._network = self._network, analyze(history.current)
        self.history = history
        self.selected = nearest_place(before, self._network, self.selected)
        self.show()

    def show(self) -> None:
        """Show all that follows from the history and the selected place."""
        main = self.screen_stack[0]
        with self.batch_update():
            file = self.source.name if self.source else ""
            main.query_one(TitleBar).show(
                self._network,
                is_edited=bool(edits(self.history.current)),
                is_unsaved=self.is_unsaved,
                file=file,
            )
            self._tree.show(self._network, self._baseline, self.selected, self._counting)
            self._show_selected()
            main.query_one(Totals).show(self._network, self._baseline, self._counting)
            main.query_one(Badge).show(self.history.current)
            self._show_keys()

    def _show_selected(self) -> None:
        self._detail.show(subject(self._network, self._baseline, self._network.at(self.selected)))

    def _show_keys(self) -> None:
        pane = "field" if self._detail.is_typing else "detail" if self._detail.has_focus else "tree"
        self.screen_stack[0].query_one(KeyBar).show(keys(pane, self.history))

    @on(TreeTable.Moved)
    def _moved(self, event: TreeTable.Moved) -> None:
        self.selected = event.where
        self._detail.complain("")
        self._show_selected()

    @on(Detail.Stepped)
    def _stepped(self, event: Detail.Stepped) -> None:
        self._try(lambda design: step(design, event.field, event.steps), event.field.address)

    @on(Detail.Opened)
    def _typing_begun(self) -> None:
        self._draft, self._drafted_at = self.history, self.selected
        self._show_keys()

    @on(Detail.Typed)
    def _typed(self, event: Detail.Typed) -> None:
        """Every valid text is a design at once, all of them one step of the history."""
        if self._draft is None:
            return
        try:
            design = edit(self._draft.current, f"{event.field.address}={event.text}")
        except DesignError as error:
            self._detail.complain(error.reason)
            return
        self._detail.complain("")
        self.become(self._draft.record(design, event.field.address))

    @on(Detail.Closed)
    def _typing_ended(self, event: Detail.Closed) -> None:
        self.settle(is_kept=event.is_kept)

    def settle(self, *, is_kept: bool | None = None) -> None:
        """End what is being typed, if anything is: nothing else happens to a half-typed design."""
        if self._detail.is_typing:
            is_kept = self._detail.finish()
        draft, self._draft = self._draft, None
        if draft is not None and not is_kept and draft.current != self.history.current:
            self.become(draft)
            if self.selected != self._drafted_at:
                self._go(self._drafted_at)
        self._show_keys()

    def _try(self, change: Changing, label: str) -> None:
        """Record a change, or explain beside the field why it cannot be."""
        try:
            design = change(self.history.current)
        except DesignError as error:
            self._detail.complain(error.reason)
            if not self._detail.display:
                self.notify(str(error), severity="warning", markup=False)
            return
        self._detail.complain("")
        self.become(self.history.record(design, label))

    def action_more(self) -> None:
        self._step(1)

    def action_less(self) -> None:
        self._step(-1)

    def _step(self, steps: int) -> None:
        field = self._detail.field
        if field is not None:
            self._try(lambda design: step(design, field, steps), field.address)

    def action_undo(self) -> None:
        self.settle()
        self._detail.complain("")
        self.become(self.history.undo())

    def action_redo(self) -> None:
        self.settle()
        self._detail.complain("")
        self.become(self.history.redo())

    def action_edit(self) -> None:
        """Type into the field under the cursor of the detail, which takes the tree's place where there is no room."""
        self.screen.set_focus(self._detail)
        self._detail.open()

    def action_other_pane(self) -> None:
        self.screen.set_focus(self._tree if self._detail.has_focus else self._detail)

    def action_tree(self) -> None:
        self.screen.set_focus(self._tree)

    def action_leave(self, how: str) -> None:
        self._detail.leave(how)

    @on(Badge.Asked)
    def action_verdict(self) -> None:
        """Say what was compared; where torch differs, go there."""
        badge = self.screen_stack[0].query_one(Badge)
        self.notify(badge.words, markup=False)
        if badge.verdict is not None and not badge.verdict.agrees:
            self._go(self._network.find(badge.verdict.differences[0].name).where)

    def _go(self, where: Where) -> None:
        self.selected = where
        self._tree.go(where)
        self._show_selected()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        """Show the pane that has the focus, where there is room for one only, and its keys."""
        main = self.screen_stack[0]
        if main.focused is not None:
            main.set_class(main.focused is not self._tree, "-detail")
        self._show_keys()

    def action_help(self) -> None:
        from inspector.tui.screens.help import HelpScreen

        palette = Binding("ctrl+p", "command_palette", "Every command, by name")
        sections = [("Tree", TreeTable.BINDINGS), ("Numbers", Detail.BINDINGS), ("While typing", ValueInput.BINDINGS)]
        self.push_screen(HelpScreen([("Everywhere", [*self.BINDINGS, palette]), *sections]))

    def action_countings(self) -> None:
        from inspector.tui.screens.countings import CountingScreen

        self.push_screen(CountingScreen(self._network, self._counting.name), self._count)

    def _count(self, name: str | None) -> None:
        if name is not None:
            self._counting = convention(name)
            self.show()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from inspector.tui.commands import commands

        undone = {"undo"} if not self.history.can_undo else set()
        resting = frozenset(undone | ({"redo"} if not self.history.can_redo else set()))
        sections = [(self, self.BINDINGS), (self._tree, TreeTable.BINDINGS)]
        yield from commands(self, sections, resting, super().get_system_commands(screen))


Changing = Callable[[Design], Design]


def _keep_what_start_up_made() -> None:
    """Let no edit pause for looking through it again."""
    gc.freeze()
    gc.enable()
