"""Exporting: which format, which file."""

from __future__ import annotations

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
from inspector.report import FORMATS, design_file, python_file, render
from inspector.report.output import write
from inspector.tui.screens.dialog import Dialog

_DESIGN = "design"
_CODE = "code"
_WORDS = {
    "text": "text report, the tree as a table",
    "md": "Markdown report",
    "json": "JSON report, for programs",
    "csv": "CSV, one row a layer",
    _DESIGN: "design file (TOML), to open again",
    _CODE: "Python, builds it with torch and torchvision",
}
_ENDINGS = {**FORMATS, _DESIGN: "toml", _CODE: "py"}


class ExportScreen(Dialog[tuple[Path, bool]]):
    """Writes one file and answers with its path and whether it is a design file; nothing is overwritten unasked."""

    def __init__(self, network: Network, baseline: Network, counting: str) -> None:
        super().__init__()
        self._counting = counting
        self._network, self._baseline = network, baseline
        self._format = "text"
        self._agreed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Export"
            yield OptionList(*(Option(words, id=name) for name, words in _WORDS.items()))
            yield Input(self._default(self._format), placeholder="file name", compact=True)
            yield Static("", classes="problem", markup=False)
            yield Static("↑ ↓ format   tab file name   enter write   esc back", classes="hint", markup=False)

    def _default(self, format: str) -> str:  # noqa: A002
        edited = "-edited" if edits(self._network.design) else ""
        return f"{self._network.design.base}{edited}.{_ENDINGS[format]}"

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Follow the format with the file name's ending, and keep a name that was typed."""
        before, self._format = self._format, str(event.option.id)
        field = self.query_one(Input)
        ending = f".{_ENDINGS[before]}"
        if field.value.endswith(ending):
            field.value = f"{field.value.removesuffix(ending)}.{_ENDINGS[self._format]}"

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self._write()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._write()

    @on(Input.Changed)
    def _changed(self) -> None:
        self._agreed = ""
        self._say("")

    def _write(self) -> None:
        name = self.query_one(Input).value.strip()
        if not name:
            self._say("a file needs a name")
            return
        path = Path(name).expanduser()
        if path.is_file() and self._agreed != name:
            self._agreed = name
            self._say(f"{name} exists: enter once more overwrites it")
            return
        is_design = self._format == _DESIGN
        try:
            write(path, self._text(), overwrite=self._agreed == name)
        except OutputError as error:
            self._say(str(error))
            return
        self.dismiss((path, is_design))

    def _text(self) -> str:
        if self._format == _DESIGN:
            return design_file(self._network.design)
        if self._format == _CODE:
            return python_file(self._network.design)
        return render(self._network, self._baseline, self._format, self._counting)

    def _say(self, problem: str) -> None:
        self.query_one(".problem", Static).update(Content(problem))
