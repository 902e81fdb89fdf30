"""Finding a place, following where it comes from, and the way back through where one was."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType

from inspector.core.flow import Where, source
from inspector.core.search import search
from inspector.errors import DesignError
from inspector.tui.leaving import LeavingApp
from inspector.tui.widgets.find import FindBar
from inspector.tui.widgets.tree import TreeTable

MOST = 100
"""Places that the trail remembers."""


class Trail(NamedTuple):
    """The names of the places that were jumped from and to, and which of them is the current one."""

    names: tuple[str, ...] = ()
    at: int = -1

    def visit(self, here: str, there: str) -> Trail:
        """Jump from `here` to `there`; what was ahead is forgotten."""
        names = self.names[: self.at + 1]
        for name in (here, there):
            if not names or names[-1] != name:
                names += (name,)
        names = names[-MOST:]
        return Trail(names, len(names) - 1)

    def step(self, steps: int) -> Trail:
        """The trail one stands at after going back or forward; the same where there is no such step."""
        at = self.at + steps
        return Trail(self.names, at) if 0 <= at < len(self.names) else self


class MovingApp(LeavingApp):
    """An app that finds places in its network."""

    MOVES: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find by path, name, kind, shape", id="app.find", key_display="/"),
        Binding("n", "match(1)", "Next match", id="app.next-match"),
        Binding("N", "match(-1)", "Previous match", id="app.previous-match"),
        Binding("f", "follow", "To what feeds it (a shortcut's source)", id="app.follow"),
        Binding("less_than_sign,alt+left", "trail(-1)", "Back to where you were", id="app.back", key_display="<"),
        Binding("greater_than_sign,alt+right", "trail(1)", "Forward again", id="app.forward", key_display=">"),
    ]

    selected: Where = ()
    _trail = Trail()
    _sought = ""
    _found_from: Where = ()

    @property
    def tree_table(self) -> TreeTable:
        return self.screen_stack[0].query_one(TreeTable)

    @property
    def find_bar(self) -> FindBar:
        return self.screen_stack[0].query_one(FindBar)

    def select(self, where: Where) -> None:
        """Make a place the selected one, in the tree too."""
        raise NotImplementedError

    def name_at(self, where: Where) -> str:
        """The paper's name of a place."""
        return self.network.at(where).name

    def jump(self, where: Where) -> None:
        """Go to a place from which there is a way back."""
        if where != self.selected:
            self._trail = self._trail.visit(self.name_at(self.selected), self.name_at(where))
            self.select(where)

    def action_trail(self, steps: int) -> None:
        """Go back, or forward again; what is no longer there is passed over."""
        trail, here = self._trail, self.name_at(self.selected)
        if steps < 0 and trail.names and trail.names[trail.at] != here:  # one has walked on from there
            trail = trail.visit(trail.names[trail.at], here)
        while (moved := trail.step(steps)) != trail:
            trail = moved
            try:
                where = self.network.find(trail.names[trail.at]).where
            except DesignError:
                continue
            self._trail = trail
            self.select(where)
            return
        self.notify("there is nothing further back" if steps < 0 else "there is nothing further on", timeout=2)

    def action_follow(self) -> None:
        where = source(self.network, self.selected)
        if where is None:
            self.notify("nothing feeds the input" if self.selected else "the network is fed by its input", timeout=2)
            return
        self.jump(where)

    def enter_tree(self) -> None:
        """Show the tree and give it the focus."""
        raise NotImplementedError

    def end_finding(self, *, is_kept: bool) -> None:
        """Take the filter away; stay where one is, with a way back, or go back to where finding began."""
        if not self.find_bar.is_open:
            return
        self.find_bar.close()
        self.screen_stack[0].remove_class("-finding")
        there = self.selected
        self.tree_table.filter(None)
        self.selected = self._found_from
        if is_kept and there != self._found_from:
            self.jump(there)
        else:
            self.select(self._found_from)

    def action_find(self) -> None:
        """Filter the tree by what is typed from now on."""
        if self.find_bar.is_open:
            return
        self.enter_tree()
        self._found_from = self.selected
        self.screen_stack[0].add_class("-finding")
        self.find_bar.open(self._sought)

    def matches(self) -> list[Where]:
        """The places that what was last sought is found in, in forward order."""
        return list(search(self.network, self._sought))

    @on(FindBar.Typed)
    def _sought_for(self, event: FindBar.Typed) -> None:
        self._sought = event.text
        found = self.matches()
        self.tree_table.filter(found if event.text.strip() else None)
        if found:
            at = next((index for index, where in enumerate(found) if where >= self._found_from), 0)
            self.select(found[at])
            self.find_bar.say(at + 1, len(found))
        else:
            self.select(self._found_from)
            self.find_bar.say(0, 0)

    @on(FindBar.Stepped)
    def _stepped_in_matches(self, event: FindBar.Stepped) -> None:
        self.action_match(event.steps)

    @on(FindBar.Left)
    def _found(self, event: FindBar.Left) -> None:
        """Go where the match is, or back."""
        self.end_finding(is_kept=event.is_kept)
        self.enter_tree()

    def action_match(self, steps: int) -> None:
        """Go to the next place in which what was last sought is found, round and round."""
        found = self.matches()
        if not found:
            self.notify(
                f"nothing has {self._sought} in it" if self._sought else "/ finds first", timeout=2, markup=False
            )
            return
        ahead = [where for where in found if (where > self.selected if steps > 0 else where < self.selected)]
        where = (ahead or found)[0 if steps > 0 else -1]
        if self.find_bar.is_open:
            self.select(where)
            self.find_bar.say(found.index(where) + 1, len(found))
        else:
            self.jump(where)
