"""Where: the network as a tree whose columns line up at every depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from inspector.core.measures.counting import Convention
from inspector.core.measures.memory import map_bytes
from inspector.core.names import block_name
from inspector.core.network.kinds import kind, operation, stride
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.units import features, short, short_bytes, short_difference
from inspector.session.bench import Share
from inspector.session.panes import ORDERS
from inspector.session.view import View, timed
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.terminal.cells import cells, fitted, to_right
from inspector.tui.terminal.painted import Line, Painted, Piece
from inspector.tui.widgets.act import Act
from inspector.tui.widgets.rows import (
    BARS,
    DEEPEST,
    Columns,
    Folds,
    columns,
    fitting,
    share,
    structure,
    visible,
    widest_shape,
    within,
)

HEADER = 1
"""Lines above the rows."""
CONTEXT = 3
"""Rows that stay in sight above and below the cursor."""


class TreeTable(Painted, can_focus=True):
    """One row a node: name, stride, operation, output C×H×W, params, MACs, a bar for its share, a mark where edited."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("tree")

    def __init__(self, view: View, *, id: str) -> None:  # noqa: A002
        super().__init__(self._at, id=id)
        self._view = view
        self._cursor = view.where
        self._folds = Folds(0)
        self._filter: tuple[Where, ...] | None = None
        self._rows: Sequence[Where] = visible(view.network.root, self._folds)
        self._laid_out: object = None
        self._last_index = 0
        self._covered = 0  # lines at the foot that a dialog lies over: the cursor stays above them
        self._columns = columns(0, 0)

    @property
    def cursor(self) -> Where:
        return self._cursor

    @property
    def _network(self) -> Network:
        return self._view.network

    @property
    def _counting(self) -> Convention:
        return self._view.counting

    def show(self, view: View, wheres: tuple[Where, ...] | None) -> None:
        """Show another network, keeping folds and scroll; only lines whose values differ are drawn anew.

        `wheres` are some places to be shown alone, with the groups that they are in; None shows all that is unfolded.
        """
        before, self._view = self._view, view
        is_same = view.has_networks_of(before) and wheres == self._filter and view.look == before.look
        if is_same and view.where == self._cursor:
            return
        if not is_same:
            self._filter = wheres
            self._lay_out()
        self.go(view.where)
        if before.look.differs != view.look.differs:
            self.redraw()

    def go(self, where: Where) -> None:
        """Put the cursor on a place, unfolding what it is in; nothing is posted."""
        for length in range(1, len(where)) if self._filter is None else ():
            if not self._folds.is_open(where[:length]):
                self._folds = self._folds.toggle(where[:length])
                self._lay_out()
        self._cursor = where
        self._keep_in_sight()
        self.repaint()

    def fit(self) -> None:
        """Start as deep as the pane has lines for: blocks and all, or those of the last stages, where one is shown."""
        if self._folds.level == 0 and self.size.height:
            self._folds = fitting(self._network.root, self.size.height - HEADER)
        self._lay_out()
        self._keep_in_sight()

    def cover(self, lines: int) -> None:
        """Keep the cursor above the last `lines` lines, which a dialog lies over."""
        if lines != self._covered:
            self._covered = lines
            self._lay_out()
            self._keep_in_sight()
            self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(has_focus)
        self.repaint()

    def _lay_out(self) -> None:
        laid_out = structure(self._network.root), self._folds, self._filter
        if laid_out != self._laid_out:
            self._laid_out = laid_out
            self._rows = visible(self._network.root, self._folds) if self._filter is None else within(self._filter)
        self.extend(len(self._rows) + HEADER + self._covered)
        self._columns = columns(
            self.scrollable_content_region.width, widest_shape(self._network), differs=self._view.look.differs
        )

    @property
    def _index(self) -> int:
        """The cursor's row, or the last one where it has none."""
        index = min(self._last_index, len(self._rows) - 1)
        if self._rows[index] != self._cursor:
            index = self._rows.index(self._cursor) if self._cursor in self._rows else len(self._rows) - 1
        self._last_index = index
        return index

    def _keep_in_sight(self) -> None:
        height = self.scrollable_content_region.height - HEADER - self._covered
        if height < 1 or not self._rows:
            return
        index, top = self._index, round(self.scroll_y)
        last = max(len(self._rows) - height, 0)
        margin = min(CONTEXT, (height - 1) // 2)
        if top - 1 <= index <= top + height:
            top = min(max(top, index + margin - height + 1), index - margin)
        else:
            top = index - height // 3
        top = min(max(top, 0), last)
        if top != round(self.scroll_y):
            self.scroll_to(y=top, animate=False, force=True)

    def _row_at(self, y: int) -> int:
        return round(self.scroll_y) + y - HEADER

    def _at(self, y: int) -> Line:
        """The header, or the row at line `y` of the pane."""
        if y < HEADER:
            return Line(self._header(self._columns))
        row = self._row_at(y)
        if row >= len(self._rows):
            return Line()
        where = self._rows[row]
        paper = ("cursor" if self.has_focus else "cursor-away") if where == self._cursor else ""
        return Line(self._row(where, self._columns), paper)

    def _header(self, widths: Columns) -> list[Piece]:
        heading = self._counting.heading
        of = {"params": "params", "cost": heading, "time": say("time")}[self._shared]
        shares = (say("share of {of}", of=of), f"% {of}", *((of,) if self._shared == "time" else ()))
        words = next((words for words in shares if cells(words) <= widths.bar + 1), "%")
        heading_of_share = f"  {words}" if widths.bar >= BARS else words.rjust(widths.bar + 2)
        texts = (
            " " * (widths.name + 7),
            fitted(say("operation"), widths.operation) + " ",
            "C×H×W".rjust(widths.shape),
            "params".rjust(widths.number) if widths.number else "",
            heading.rjust(widths.number) if widths.number else "",
            f"{'± params'.rjust(widths.difference)}{f'± {heading}'.rjust(widths.difference)}"
            if self._view.look.differs
            else "",
            to_right(say("map, fp32"), widths.bytes) if widths.bytes else "",
            heading_of_share if widths.bar else "",
        )
        return [(text, "quiet") for text in texts]

    def _row(self, where: Where, widths: Columns) -> list[Piece]:
        node, group, number = _stand(self._network.root, where)
        if node is None:
            return []
        before = _stand(self._view.baseline.root, where)[0]
        is_group = bool(node.children)
        marker = ("▾ " if self._filter is not None or self._folds.is_open(where) else "▸ ") if is_group else "  "
        indent = 2 * len(where)
        moved = stride(node)
        weight = ("strong" if len(where) < 2 else "") if is_group else "quiet"
        shape, params, macs = (
            "edited" if before and old != new else weight
            for old, new in zip(self._numbers(before or node), self._numbers(node), strict=True)
        )
        shares = share(self._share(node, where), widths.bar) if widths.bar else ""
        return [
            (" " * (indent + 1), ""),
            (marker, "quiet"),
            (fitted(self._label(node, group, number), widths.name - indent - 2), weight),
            ((f"/{moved}" if moved > 1 else "").rjust(4) + "  ", "" if is_group else "quiet"),
            (fitted(_words(node, group, number), widths.operation) + " ", "" if is_group else "quiet"),
            (features(node.output).rjust(widths.shape), shape),
            (_amount(node.params).rjust(widths.number) if widths.number else "", params),
            (_amount(self._counting.of(node)).rjust(widths.number) if widths.number else "", macs),
            (_map(node).rjust(widths.bytes) if widths.bytes else "", shape),
            (self._more(before, node, widths.difference) if widths.difference else "", "edited"),
            (shares or " ", "quiet"),
            ((self._fits(where, node) or " ") + self._mark(where, before, node), "edited"),
        ]

    def _fits(self, where: Where, node: Node) -> str:
        """≠ where weights that were opened have another shape or none, ≈ where they fit and mean something else."""
        if self._view.weights is None or _stand(self._view.pretrained.root, where)[0] is node:
            return ""
        from inspector.core.weights.survival import survival_at

        found = survival_at(self._view.pretrained, self._network, where)
        lost = found.other_shape.tensors + found.new.tensors
        return "≠" if lost else "≈" if found.other_use.tensors else ""

    def _more(self, before: Node | None, node: Node, width: int) -> str:
        """How many more parameters, and how much more cost, than in the baseline."""
        params = node.params - (before.params if before else 0)
        cost = self._counting.of(node) - (self._counting.of(before) if before else 0)
        return "".join((short_difference(more) if more else "").rjust(width) for more in (params, cost))

    def _mark(self, where: Where, before: Node | None, node: Node) -> str:
        """+ where the baseline has no such row; ● changed by the last edit, ○ by one before it."""
        if before is None:
            return "+"
        previous = self._view.previous
        if previous is not None and _stand(previous.root, where)[0] != node:
            return "●"
        return "" if before == node else "●" if previous is None else "○"

    def _label(self, node: Node, group: Node | None, number: int) -> str:
        if group is None:
            return self._network.design.base
        if group.kind != "Stage":
            return node.label
        is_target = self._network.design.target_block == (group.label, number + 1)
        return f"{block_name(group.label, number + 1)}{' ◎' if is_target else ''}"

    @property
    def _shared(self) -> Share:
        """What the bar is a share of; of time only where it was measured."""
        share = self._view.look.share
        return "params" if share == "time" and self._view.timing is None else share

    def _share(self, node: Node, where: Where) -> float:
        """The node's share of the network, from 0 to 1."""
        if self._shared == "time" and self._view.timing is not None:
            took = timed(self._view.timing).get(where)
            return took.share if took is not None else 0
        if self._shared == "params":
            return node.params / self._network.params
        return self._counting.of(node) / self._counting.of(self._network.root)

    def _numbers(self, node: Node) -> tuple[object, ...]:
        return node.output, node.params, self._counting.of(node)

    def _move_to(self, index: int, *, is_jump: bool = False) -> None:
        where = self._rows[min(max(index, 0), len(self._rows) - 1)]
        if where != self._cursor or is_jump:
            self.go(where)
            self._say(where, is_jump=is_jump)

    def _say(self, where: Where, *, is_jump: bool = False) -> None:
        """The cursor is to stand on another row; `is_jump` where that is far off, and one may want to go back."""
        self.post_message(Act("tree.leap" if is_jump else "tree.go", where))

    def _visit(self, where: Where, *, is_jump: bool = False) -> None:
        """Go to a place; one that the filter hides is asked for, and the filter ends."""
        if where in self._rows:
            self._move_to(self._rows.index(where), is_jump=is_jump)
        else:
            self._say(where, is_jump=True)

    def action_move(self, rows: int) -> None:
        self._move_to(self._index + rows)

    def action_page(self, pages: int) -> None:
        self._move_to(self._index + pages * max(self.size.height - HEADER - 1, 1))

    def action_end(self, index: int) -> None:
        self._move_to(0 if index == 0 else len(self._rows) - 1)

    def action_fold(self) -> None:
        if self._cursor and self._network.at(self._cursor).node.children:
            self._fold(self._folds.toggle(self._cursor))

    def action_close(self) -> None:
        """Fold the group under the cursor, or go to the group that the row is in."""
        node = self._network.at(self._cursor).node
        if self._cursor and node.children and self._folds.is_open(self._cursor):
            self.action_fold()
        elif self._cursor:
            self._visit(self._cursor[:-1])

    def action_open(self) -> None:
        """Unfold the group under the cursor, or go to the first row in it."""
        node = self._network.at(self._cursor).node
        if node.children and not self._folds.is_open(self._cursor):
            self.action_fold()
        elif node.children:
            self.action_move(1)

    def action_level(self, level: int) -> None:
        """Show `level` levels below the network; the cursor stays, or goes to the group that is left of it."""
        where = self._cursor[: min(level, DEEPEST)]
        self._cursor = where
        self._fold(Folds(level))
        self._say(where)

    def _fold(self, folds: Folds) -> None:
        self._folds = folds
        self._lay_out()
        self._keep_in_sight()
        self.repaint()

    def _order_at(self, x: int) -> int | None:
        """The order of the rankings that the head of the column at cell x stands for."""
        widths = self._columns
        left = widths.name + widths.operation + widths.shape + 8
        columns = (
            ("params", widths.number),
            ("cost", widths.number),
            ("bytes", widths.bytes),
            ("params changed", widths.difference),
            ("cost changed", widths.difference),
        )
        for order, width in columns:
            if left <= x < left + width:
                return ORDERS.index(order)
            left += width
        return None

    def on_click(self, event: events.Click) -> None:
        """Select the clicked row, rank by the clicked head; on its marker, or twice, fold or unfold the row."""
        row = self._row_at(event.y)
        if event.y < HEADER:
            order = self._order_at(event.x)
            if order is not None:
                self.post_message(Act("app.rank-by", order))
            return
        if row >= len(self._rows):
            return
        where = self._rows[row]
        is_on_marker = event.x in (2 * len(where) + 1, 2 * len(where) + 2)
        self._move_to(row, is_jump=self._filter is not None)
        if is_on_marker or event.chain == 2:
            self.action_fold()


def _stand(root: Node, where: Where) -> tuple[Node | None, Node | None, int]:
    """The node at `where`, the group that it is in, and its number there; no node where there is no such place."""
    node, group, number = root, None, 0
    for number in where:
        if number >= len(node.children):
            return None, node, number
        group, node = node, node.children[number]
    return node, group, number


def _words(node: Node, group: Node | None, number: int) -> str:
    """The operation, and the ReLU right behind it, which has no row of its own."""
    behind = group.children[number + 1 : number + 2] if group else ()
    if not behind or kind(behind[0]).has_row:
        return operation(node)
    return f"{say('+ shortcut') if node.kind == 'Add' else operation(node)}, {operation(behind[0])}"


def _map(node: Node) -> str:
    """The bytes of a node's feature map; nothing where it makes none."""
    size = map_bytes(node)
    return short_bytes(size) if size else ""


def _amount(number: int) -> str:
    """Three digits and a unit, the digits in one column whether there is a unit or not; nothing for none."""
    if not number:
        return ""
    text = short(number)
    return text if text[-1].isalpha() else f"{text}  "
