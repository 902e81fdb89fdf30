"""Exporting: which format, which file."""

from __future__ import annotations

import os
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.describe import edits
from inspector.core.network import Network
from inspector.errors import OutputError
from inspector.report import FORMATS, python_file, render
from inspector.report.output import is_there, write
from inspector.tui.screens.dialog import Dialog

DESIGN = "toml"
CODE = "code"
_WORDS = {
    "text": "text report, the tree as a table",
    "md": "Markdown report",
    "json": "JSON report, for programs",
    "csv": "CSV, one row a layer",
    DESIGN: "design file (TOML), to open again",
    CODE: "Python, builds it with torch and torchvision",
}
_ENDINGS = {**FORMATS, CODE: "py"}


class ExportScreen(Dialog[tuple[Path, bool]]):
    """Writes one file and answers with its path and whether it is a design file; nothing is overwritten unasked.

    The ending of the name and the format follow each other. `source` is the design file that was opened, if any.
    """

    def __init__(
        self, network: Network, baseline: Network, counting: str, format_: str = "text", source: Path | None = None
    ) -> None:
        super().__init__()
        self._counting = counting
        self._title = "Save" if format_ == DESIGN else "Export"
        self._network, self._baseline = network, baseline
        self._format, self._source = format_, source
        self._agreed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            formats = OptionList(*(Option(words, id=name) for name, words in _WORDS.items()))
            formats.highlighted = list(_WORDS).index(self._format)
            yield formats
            yield Input(self._default(self._format), placeholder="file name", compact=True)
            yield Static("", classes="problem", markup=False)
            yield Static("↑ ↓ format   tab file name   enter write   esc back", classes="hint", markup=False)

    def on_mount(self) -> None:
        """What is saved is a design file: only its name is asked for."""
        if self._title == "Save":
            self.query_one(Input).focus()

    def _default(self, format: str) -> str:  # noqa: A002
        if format == DESIGN and self._source is not None:
            return str(self._source)
        edited = "-edited" if edits(self._network.design) else ""
        return f"{self._network.design.base}{edited}.{_ENDINGS[format]}"

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Follow the format with the name, or with the ending of a name that was typed."""
        if event.option.id == self._format or event.option_index != event.option_list.highlighted:
            return
        before, self._format = self._format, str(event.option.id)
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            if field.value == self._default(before):
                field.value = self._default(self._format)
            elif field.value.endswith(f".{_ENDINGS[before]}"):
                field.value = f"{field.value.removesuffix(_ENDINGS[before])}{_ENDINGS[self._format]}"
        self._agree("")

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self._write()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._write()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        """Follow the name's ending with the format."""
        self._agree("")
        ending = event.value.rpartition(".")[2]
        named = next((name for name, known in _ENDINGS.items() if known == ending), self._format)
        if named != self._format:
            self._format = named
            formats = self.query_one(OptionList)
            with formats.prevent(OptionList.OptionHighlighted):
                formats.highlighted = list(_WORDS).index(named)

    def _write(self) -> None:
        name = self.query_one(Input).value.strip()
        if not name:
            self._say("a file needs a name")
            return
        if not Path(name).suffix and not os.path.lexists(name):
            name = f"{name}.{_ENDINGS[self._format]}"
        path = Path(name)
        is_design = self._format == DESIGN
        try:
            if is_there(path) and self._agreed != name:
                self._agree(name, f"{name} exists: enter once more overwrites it")
                return
            write(path, self._text(), overwrite=self._agreed == name)
        except OutputError as error:
            self._say(str(error))
            return
        self.dismiss((path, is_design))

    def _text(self) -> str:
        if self._format == CODE:
            return python_file(self._network.design)
        return render(self._network, self._baseline, self._format, self._counting)

    def _agree(self, name: str, question: str = "") -> None:
        """Ask before `name` is overwritten, or forget that it was asked."""
        self._agreed = name
        self._say(question)

    def _say(self, problem: str) -> None:
        self.query_one(".problem", Static).update(Content(problem))
