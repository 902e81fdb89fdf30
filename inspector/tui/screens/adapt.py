"""Weights carried over: what becomes of them under each policy, before it is done; and doing it, in another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from inspector.core.network.network import Network
from inspector.core.weights.plan import Policy, plan
from inspector.files.output import is_same, is_there
from inspector.files.reading import whole
from inspector.outside import shown
from inspector.report.carried_text import planned
from inspector.speech import later, say
from inspector.tui import keymap
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.cells import QUIET, cells, wrapped

if TYPE_CHECKING:
    from inspector.bridge.command import Ran

POLICIES: dict[Policy, str] = {
    "slice": later("keep the strongest filters of what shrinks"),
    "pad": later("keep every channel; what is new is read with weights of zero"),
    "drop": later("keep what fits, and leave the rest at random"),
}
_WIDTH, _LOW = 96, 36
"""Cells of the dialog where there is room, and lines of the screen below which it has all of it."""

Carry = Callable[[Policy, Path, bool], Awaitable["Ran"]]
"""Carries the weights over under a policy into a file, over another one or not."""


Write = Callable[[Path, Path], Awaitable["Ran"]]
"""Writes a Python file that loads a file of weights."""


class AdaptScreen(Dialog):
    """Tells what a policy does and promises, takes the name of a file, and has the weights carried over into it."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("adapt")

    def __init__(self, source: Path, before: Network, after: Network, output: str, carry: Carry, write: Write) -> None:
        """`source` is the file of weights, of the network `before`; `output` what the new file is called at first."""
        super().__init__()
        self._source, self._before, self._after, self._output = source, before, after, output
        self._carry, self._code = carry, write
        self._written: Path | None = None
        self._at = 0
        self._is_running = False
        self._told: list[tuple[str, str]] = []
        self._overwrites = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = say("Carry the weights of {name} over", name=shown(self._source.name))
            yield Static("", id="policies", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("", id="planned", markup=False)
            with Horizontal(id="asked"):
                yield Static(say("into") + " ", markup=False)
                yield Input(self._output, compact=True)
            yield Static("", classes="problem", markup=False)
            words = say("↑ ↓ policy   enter writes the file   esc back")
            yield Static(words, classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()

    @property
    def _policy(self) -> Policy:
        return list(POLICIES)[self._at]

    def action_choose(self, policies: int) -> None:
        """Go to the next policy, or to the one before."""
        if not self._is_running:
            self._at = (self._at + policies) % len(POLICIES)
            self._told = []
            self._show()

    def _show(self) -> None:
        lines = []
        for name, words in POLICIES.items():
            is_chosen = name == self._policy
            line = f"{'▸' if is_chosen else ' '} {name:7}{say(words)}"
            lines.append(Content.styled(line, "bold $text-primary" if is_chosen else ""))
        self.query_one("#policies", Static).update(Content("\n").join(lines))
        rows = self._told or planned(plan(self._before, self._after, self._policy))
        self.query_one("#planned", Static).update(self._rows(rows))

    def _rows(self, rows: list[tuple[str, str]]) -> Content:
        """Labels, and what they stand for beside them, wrapped."""
        width = max(min(self.app.size.width * 95 // 100, _WIDTH) - 8, 24)
        column = max(cells(label) for label, _ in rows) + 2
        lines = [Content("")]
        for label, text in rows:
            first, *rest = wrapped(text, width - column) or [""]
            pad = " " * (column - cells(label))
            lines.append(Content.assemble((label + pad, QUIET), first))
            lines += [Content(" " * column + each) for each in rest]
        return Content("\n").join(lines)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._overwrites = ""
        self._say("")

    def _say(self, words: str) -> None:
        self.query_one(".problem", Static).update(Content(words))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Write the file; over another one only where that is said once more."""
        name = event.value.strip()
        if self._is_running or not name:
            return
        path = whole(Path(name))
        if is_same(path, self._source):
            self._say(say("that is the file that is read; name another"))
            return
        if is_there(path) and self._overwrites != name:
            self._overwrites = name
            self._say(say("there is such a file; enter once more writes over it"))
            return
        self._is_running = True
        self._say("")
        self._told = [(say("working"), say("torch carries the weights over; esc gives it up"))]
        self._show()
        self.run_worker(self._write(path, is_over=self._overwrites == name), exclusive=True, group="carry")

    async def _write(self, path: Path, *, is_over: bool) -> None:
        try:
            ran = await self._carry(self._policy, path, is_over)
        finally:
            self._is_running = False
        if not self.is_attached:
            return
        self._overwrites = ""
        if ran.code:
            self._told = []
            self._say(shown(ran.problem.removeprefix("inspector: "), 400))
        else:
            ends = say("promise")
            rows = list(_columns(ran.said))
            at = max((number for number, (label, _) in enumerate(rows) if label == ends), default=-1)
            self._told = [row for row in rows[at + 1 :] if row[0] != say("next")]
            self._told.append((say("next"), say("^s writes a Python file that builds the network and loads them")))
            self._written = path
        self._show()

    def action_save(self) -> None:
        """Write the Python file that loads what was written."""
        if self._written is not None and not self._is_running:
            self._is_running = True
            self.run_worker(self._write_code(self._written), exclusive=True, group="carry")

    async def _write_code(self, weights: Path) -> None:
        path = weights.with_suffix(".py")
        try:
            ran = await self._code(weights, path)
        finally:
            self._is_running = False
        if ran.code:
            self._say(shown(ran.problem.removeprefix("inspector: "), 400))
        else:
            self._told[-1] = say("then"), say("{file}: build() and load()", file=shown(str(path), 200))
            self._show()

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < _LOW, "-low")


def _columns(said: str) -> list[tuple[str, str]]:
    """What the command printed, a row each: a label, and what it stands for."""
    rows: list[tuple[str, str]] = []
    for line in said.splitlines():
        label, _, text = line.partition("  ")
        rows.append((shown(label), shown(text.strip(), 1000)))
    return rows
