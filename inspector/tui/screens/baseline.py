"""What differences are measured against: a preset, or a design file."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
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


class BaselineScreen(Dialog[Design]):
    """Answers with the design that was chosen."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Measure differences against"
            yield OptionList(*(Option(_words(name), id=name) for name in PRESETS))
            yield Input(placeholder="or a design file: mine.toml", compact=True)
            yield Static("", classes="problem", markup=False)
            yield Static("↑ ↓ preset   tab file   enter take   esc back", classes="hint", markup=False)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(preset(str(event.option.id)))

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        try:
            self.dismiss(read(Path(event.value.strip())))
        except InspectorError as error:
            self.query_one(".problem", Static).update(Content(str(error)))


def _words(name: str) -> str:
    network = analyze(preset(name))
    return f"{name:18}{short(network.params):>8} params {short(network.macs):>8} MACs"
