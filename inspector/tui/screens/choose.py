"""Choosing a design: a preset, or a design file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.design.design import Design
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.units import short
from inspector.errors import InspectorError
from inspector.files.checkpoints import Opened, opened
from inspector.files.design import read_whole
from inspector.files.reading import is_little, whole
from inspector.files.weights import is_weights
from inspector.outside import shown
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.carried import carried
from inspector.tui.screens.dialog import Answer, Dialog
from inspector.tui.terminal.cells import QUIET, fitted


class ChooseScreen(Dialog):
    """Answers with the design that was chosen: to be opened, or to be compared with.

    What is typed narrows the list down, or names a design file. `current` is the preset that is marked; `others` are
    open designs that are listed too, by their names.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("choose")

    def __init__(self, title: str, action: str, current: str, others: Sequence[tuple[str, Design]] = ()) -> None:
        super().__init__()
        self._title, self._action, self._current = title, action, current
        self._designs: dict[str, tuple[str, Callable[[], Design]]] = {
            name: (name, partial(preset, name)) for name in PRESETS
        }
        for number, (label, design) in enumerate(others):
            self._designs[f"open {number}"] = label, partial(_itself, design)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Input(placeholder=say("a preset, a design file, or weights: mine.toml, mine.pth"), compact=True)
            options = OptionList(*(self._option(name) for name in self._designs))
            options.highlighted = PRESETS.index(self._current) if self._current in PRESETS else 0
            yield options
            yield Static("", classes="problem", markup=False)
            yield Static(say("↑ ↓ preset   enter take   esc back"), classes="hint", markup=False)

    def _option(self, name: str) -> Option:
        label, design = self._designs[name]
        network = analyze(design())
        mark = "▸" if name == self._current else " " if name in PRESETS else "○"
        words = f"{mark} {fitted(label, 17)} {short(network.params):>8} params {short(network.macs):>8} MACs"
        return Option(Content(words), id=name)

    def action_move(self, options: int) -> None:
        listed = self.query_one(OptionList)
        if listed.option_count:
            at = (listed.highlighted or 0) + options
            listed.highlighted = min(max(at, 0), listed.option_count - 1)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        wanted = event.value.strip().lower()
        listed.add_options(
            [self._option(name) for name, (label, _) in self._designs.items() if wanted in label.lower()]
        )
        listed.highlighted = 0 if listed.option_count else None
        self.workers.cancel_group(self, "file")
        self._say(Content(""))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._take(str(event.option.id))

    def _take(self, name: str) -> None:
        label, design = self._designs[name]
        self._answer(design(), "" if name in PRESETS else label)

    def _answer(self, design: Design, label: str, source: Path | None = None, budget: Budget = NONE) -> None:
        if self._action == "choose.compare":
            self.dismiss(Answer(self._action, design, label))
        else:
            self.dismiss(Answer(self._action, design, source, budget=budget))

    def _answer_weights(self, of: Opened) -> None:
        if self._action == "choose.compare":
            self.dismiss(Answer(self._action, of.design, shown(of.path.name)))
            return
        weights, words = carried(of)
        self.dismiss(Answer(self._action, of.design, None, weights, words))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Take the preset under the cursor, or the file that was named where no preset is like it."""
        listed, name = self.query_one(OptionList), event.value.strip()
        if name in PRESETS:
            self._take(name)
        elif listed.highlighted is not None:
            self._take(str(listed.get_option_at_index(listed.highlighted).id))
        else:
            self._open(whole(Path(name)))

    def _open(self, path: Path) -> None:
        """Take the design in a file; what takes long to read is read beside, until something else is typed."""
        if is_little(path):
            self._take_file(path, partial(_read, path))
        else:
            self._say(Content.styled(say("reading {file} …", file=shown(path.name)), QUIET))
            self.run_worker(self._read(path), exclusive=True, group="file")

    async def _read(self, path: Path) -> None:
        """Read a file in a thread, and take what it says, or what is wrong with it."""
        reading = asyncio.get_running_loop().run_in_executor(None, _read, path)
        with suppress(InspectorError):
            await reading
        self._take_file(path, reading.result)

    def _take_file(self, path: Path, read: Callable[[], tuple[Design, Budget] | Opened]) -> None:
        try:
            found = read()
            if isinstance(found, Opened):
                self._answer_weights(found)
            else:
                self._answer(found[0], shown(path.name), path, found[1])
        except InspectorError as error:
            self._say(Content(str(error)))

    def _say(self, words: Content) -> None:
        self.query_one(".problem", Static).update(words)


def _read(path: Path) -> tuple[Design, Budget] | Opened:
    """The design in a file, and its budget; or the weights."""
    return opened(path) if is_weights(path) else read_whole(path)


def _itself(design: Design) -> Design:
    return design
