"""Which panes are in sight, and which of them has the focus."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.widgets import Static

from inspector.tui.editing import EditingApp
from inspector.tui.layout import HUGE, LEAST, WIDE, Open, Pane, arrange
from inspector.tui.view import View
from inspector.tui.widgets.ranking import Ranking
from inspector.tui.widgets.ripple import Ripple

_FOCUSED: dict[str | None, Pane] = {
    **{name: name for name in ("tree", "ranking", "detail", "picture", "ripple")},
    "value": "detail",
}
"""The pane that the widget with the focus belongs to; any other is the tree's."""


class PanesApp(EditingApp):
    """An app that shows the panes that there is room for, and those that are asked for."""

    PANES: ClassVar[list[BindingType]] = [
        Binding("r", "ripple", "What the last edit did, and why", id="app.ripple"),
        Binding("o", "ranking", "What costs most, what changed most", id="app.ranking"),
        Binding("m", "picture", "Feature maps as a picture", id="app.picture"),
        Binding("tab", "other_pane(1)", "Next pane", id="app.next-pane"),
        Binding("shift+tab", "other_pane(-1)", "Previous pane", id="app.previous-pane", show=False),
        Binding("escape", "tree", "Back to the tree", id="app.tree"),
    ]

    _open = Open()
    pane: Pane = "tree"

    @property
    def view(self) -> View:
        """All that the panes show follows from."""
        raise NotImplementedError

    def show_selected(self, view: View) -> None:
        """Show the selected place."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        self.arrange(event.size)

    def arrange(self, size: Size | None = None) -> None:
        """Show the panes that there is room for."""
        main, (width, height) = self.screen_stack[0], size or self.size
        panes, dock = arrange(width, height, self._open, self.pane)
        for name in ("tree", "ranking", "detail", "picture", "ripple"):
            main.query_one(f"#{name}").display = name in panes
        main.query_one("#panes").display = dock is not None and bool(panes)
        below = main.query_one("#dock")
        below.display = dock != 0
        below.styles.height = "1fr" if dock is None else dock
        small = main.query_one("#small", Static)
        small.display = not panes
        if not panes:
            small.update(f"{width}×{height} is too small: inspector needs {LEAST[0]}×{LEAST[1]}")
        detail = main.query_one("#detail")
        detail.set_class(width >= WIDE, "-beside")
        detail.set_class(width >= HUGE, "-broad")

    def enter(self, pane: Pane) -> None:
        """Show a pane, whatever room there is, and give it the focus."""
        self.pane = pane
        self.arrange()
        self.screen_stack[0].set_focus(self.screen_stack[0].query_one(f"#{pane}"))

    def _toggle(self, pane: Pane, is_open: Open) -> None:
        """Open a pane and go to it, or close it and go back to the tree."""
        self._open = is_open
        here = self.name_at(self.selected)
        self._trail = self._trail.visit(here, here)
        shown, _ = arrange(*self.size, is_open, pane)
        wants = pane in shown and (pane != "picture" or not is_open.picture)
        self.enter(pane if wants else "tree")
        self.show_selected(self.view)

    def action_ripple(self) -> None:
        self._toggle("ripple", self._open._replace(ripple=True, ranking=False))

    def action_since(self) -> None:
        self.screen_stack[0].query_one(Ripple).action_since()

    def action_order(self) -> None:
        self.screen_stack[0].query_one(Ranking).action_order()

    def action_ranking(self) -> None:
        self._toggle("ranking", self._open._replace(ranking=True))

    def action_picture(self) -> None:
        """Go to the picture; from it, put it away."""
        is_there = self.pane == "picture"
        self._toggle("picture", self._open._replace(picture=is_there, ripple=False))

    def action_other_pane(self, steps: int) -> None:
        """The next pane that is in sight, or would be if it had the focus."""
        shown, _ = arrange(*self.size, self._open, self.pane)
        panes: list[Pane] = ["ranking" if self._open.ranking else "tree", "detail"]
        panes += ["picture"] if "picture" in shown else []
        panes += ["ripple"] if "ripple" in shown or self._open.ripple else []
        at = panes.index(self.pane) if self.pane in panes else 0
        self.enter(panes[(at + steps) % len(panes)])

    def action_tree(self) -> None:
        """Back to the tree; from the tree, close what was opened beside it."""
        self._open = Open(picture=self._open.picture)
        self.end_finding(is_kept=True)
        self.enter("tree")

    def enter_tree(self) -> None:
        """Show the tree, not a ranking in its place, and give it the focus."""
        self._open = self._open._replace(ranking=False)
        self.enter("tree")

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        """Show the pane that has the focus, and its keys."""
        focused = self.screen_stack[0].focused
        if focused is not None and self.screen is self.screen_stack[0]:
            self.pane = _FOCUSED.get(focused.id, "tree")
            if self.pane != "tree":
                self.end_finding(is_kept=True)
            self.arrange()
        self.show_keys()
