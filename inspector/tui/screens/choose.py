"""Choosing a design: a preset, or a design file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.design import Design
from inspector.core.design_file import read
from inspector.core.fields import PRESETS
from inspector.core.network import analyze
from inspector.core.presets import preset
from inspector.core.units import short
from inspector.errors import InspectorError
from inspector.tui.screens.dialog import Dialog


class ChooseScreen(Dialog[tuple[Design, Path | None]]):
    """Answers with the design that was chosen, and its file if it has one.

    What is typed narrows the presets down, or names a design file. `current` is the preset that is marked.
    """

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Preset above", id="choose.up"),
        Binding("down", "move(1)", "Preset below", id="choose.down"),
    ]

    def __init__(self, title: str, current: str) -> None:
        super().__init__()
        self._title, self._current = title, current

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            yield Input(placeholder="a preset, or a design file: mine.toml", compact=True)
            options = OptionList(*(self._option(name) for name in PRESETS))
            options.highlighted = PRESETS.index(self._current) if self._current in PRESETS else 0
            yield options
            yield Static("", classes="problem", markup=False)
            yield Static("↑ ↓ preset   enter take   esc back", classes="hint", markup=False)

    def _option(self, name: str) -> Option:
        network = analyze(preset(name))
        mark = "▸" if name == self._current else " "
        words = f"{mark} {name:18}{short(network.params):>8} params {short(network.macs):>8} MACs"
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
        listed.add_options([self._option(name) for name in PRESETS if event.value.strip().lower() in name])
        listed.highlighted = 0 if listed.option_count else None
        self.query_one(".problem", Static).update("")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((preset(str(event.option.id)), None))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Take the preset under the cursor, or the file that was named where no preset is like it."""
        listed, name = self.query_one(OptionList), event.value.strip()
        if name in PRESETS:
            self.dismiss((preset(name), None))
        elif listed.highlighted is not None:
            self.dismiss((preset(str(listed.get_option_at_index(listed.highlighted).id)), None))
        else:
            try:
                self.dismiss((read(Path(name)), Path(name)))
            except InspectorError as error:
                self.query_one(".problem", Static).update(Content(str(error)))
