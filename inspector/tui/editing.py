"""Edits: a field that is stepped or typed into, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from inspector.core.design import Design
from inspector.core.edit import edit, step
from inspector.core.flow import Where
from inspector.core.history import History
from inspector.errors import DesignError
from inspector.tui.layout import Pane
from inspector.tui.moving import MovingApp
from inspector.tui.widgets.detail import Detail


class EditingApp(MovingApp):
    """An app that edits its design; every valid value is a design at once."""

    EDITS: ClassVar[list[BindingType]] = [
        Binding("e,enter", "edit", "Edit the numbers", id="app.edit"),
        Binding("plus,equals_sign", "more", "Step up", id="app.step-up", key_display="+"),
        Binding("minus", "less", "Step down", id="app.step-down", key_display="-"),
        Binding("u", "undo", "Undo", id="app.undo"),
        Binding("ctrl+r", "redo", "Redo", id="app.redo"),
    ]

    _draft: History | None = None
    _drafted_at: Where = ()

    @property
    def detail(self) -> Detail:
        return self.screen_stack[0].query_one(Detail)

    def become(self, history: History) -> None:
        """Make another history the current one, and show what follows from it."""
        raise NotImplementedError

    def enter(self, pane: Pane) -> None:
        """Give a pane the focus."""
        raise NotImplementedError

    def show_keys(self) -> None:
        """Show the keys of the pane that has the focus."""
        raise NotImplementedError

    @on(Detail.Stepped)
    def _stepped(self, event: Detail.Stepped) -> None:
        self._try(lambda design: step(design, event.field, event.steps), event.field.address)

    @on(Detail.Opened)
    def _typing_begun(self) -> None:
        self._draft, self._drafted_at = self.history, self.selected
        self.show_keys()

    @on(Detail.Typed)
    def _typed(self, event: Detail.Typed) -> None:
        """Every valid text is a design at once, all of them one step of the history."""
        if self._draft is None:
            return
        try:
            design = edit(self._draft.current, f"{event.field.address}={event.text}")
        except DesignError as error:
            self.detail.complain(error.reason)
            return
        self.detail.complain("")
        self.become(self._draft.record(design, event.field.address))

    @on(Detail.Closed)
    def _typing_ended(self, event: Detail.Closed) -> None:
        self.settle(is_kept=event.is_kept)

    def settle(self, *, is_kept: bool | None = None) -> None:
        """End what is being typed, if anything is: nothing else happens to a half-typed design."""
        self.end_finding(is_kept=True)
        if self.detail.is_typing:
            is_kept = self.detail.finish()
            if self.screen is self.screen_stack[0]:
                self.enter("detail")
        draft, self._draft = self._draft, None
        if draft is not None and not is_kept and draft.current != self.history.current:
            self.become(draft)
            if self.selected != self._drafted_at:
                self.select(self._drafted_at)
        self.show_keys()

    def _try(self, change: Callable[[Design], Design], label: str) -> None:
        """Record a change, or explain beside the field why it cannot be."""
        try:
            design = change(self.history.current)
        except DesignError as error:
            self.detail.complain(error.reason)
            if not self.detail.display:
                self.notify(str(error), severity="warning", markup=False)
            return
        self.detail.complain("")
        self.become(self.history.record(design, label))

    def action_more(self) -> None:
        self._step(1)

    def action_less(self) -> None:
        self._step(-1)

    def _step(self, steps: int) -> None:
        field = self.detail.field
        if field is not None:
            self._try(lambda design: step(design, field, steps), field.address)

    def action_undo(self) -> None:
        self.settle()
        self.detail.complain("")
        self.become(self.history.undo())

    def action_redo(self) -> None:
        self.settle()
        self.detail.complain("")
        self.become(self.history.redo())

    def action_edit(self) -> None:
        """Type into the field under the cursor of the detail, which takes the tree's place where there is no room."""
        self.enter("detail")
        self.detail.open()

    def action_leave(self, how: str) -> None:
        self.detail.leave(how)
