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

from inspector.errors import OutputError
from inspector.files.output import is_there, write
from inspector.files.reading import whole
from inspector.report.formats import FORMATS, Format, Subject, by_ending
from inspector.speech import say
from inspector.tui.screens.dialog import Answer, Dialog

_ALL = "all"
"""The id of what stands for every format."""


def _importable(stem: str) -> str:
    """A name of a file that Python can import."""
    folder, slash, name = stem.rpartition("/")
    return folder + slash + name.replace("-", "_").replace(" ", "_")


class ExportScreen(Dialog):
    """Writes one file, and answers with its path and what it is; nothing is overwritten unasked.

    The ending of the name and the format follow each other; all formats go to files of that name, each with its ending.
    `stem` is the name that is offered, `source` the design file that was opened, if any; `leaves` says that the editor
    is to end once the design is saved. The subject's budget goes into a file that has none, or, where it `sets_budget`,
    into any.
    """

    def __init__(
        self,
        subject: Subject,
        format_: str,
        stem: str,
        source: Path | None = None,
        *,
        leaves: bool = False,
        sets_budget: bool = False,
    ) -> None:
        super().__init__()
        self._subject, self._format, self._source, self._leaves = subject, FORMATS[format_], source, leaves
        self._stem, self._is_all = stem, False
        self._title = say("Save") if self._format.is_design else say("Export")
        self._is_saved = self._format.is_design
        self._agreed, self._sets_budget = "", sets_budget

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title
            formats = OptionList(*(Option(say(each.words), id=each.name) for each in FORMATS.values()))
            if not self._is_saved:
                formats.add_option(Option(say("all of them, a file each"), id=_ALL))
            formats.highlighted = list(FORMATS.values()).index(self._format)
            yield formats
            yield Input(self._default(self._format), placeholder=say("file name"), compact=True)
            yield Static("", classes="problem", markup=False)
            yield Static(say("↑ ↓ format   tab file name   enter write   esc back"), classes="hint", markup=False)

    def on_mount(self) -> None:
        """What is saved is a design file: only its name is asked for."""
        if self._is_saved:
            self.query_one(Input).focus()

    def _default(self, format_: Format) -> str:
        if format_.is_design and self._source is not None:
            return str(self._source)
        return f"{_importable(self._stem) if format_.ending == 'py' else self._stem}.{format_.ending}"

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Follow the format with the name, or with the ending of a name that was typed."""
        if event.option_index != event.option_list.highlighted:
            return
        field, self._is_all = self.query_one(Input), event.option.id == _ALL
        if self._is_all:
            with field.prevent(Input.Changed):
                field.value = self._stem if field.value == self._default(self._format) else field.value
            return
        if event.option.id == self._format.name and field.value != self._stem:
            return
        before, self._format = self._format, FORMATS[str(event.option.id)]
        with field.prevent(Input.Changed):
            if field.value in (self._stem, self._default(before)):
                field.value = self._default(self._format)
            elif field.value.endswith(f".{before.ending}"):
                field.value = f"{field.value.removesuffix(before.ending)}{self._format.ending}"
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
        named = by_ending(event.value) or self._format
        if named is not self._format and not self._is_all:
            self._format = named
            formats = self.query_one(OptionList)
            with formats.prevent(OptionList.OptionHighlighted):
                formats.highlighted = list(FORMATS.values()).index(named)

    def _write(self) -> None:
        name = self.query_one(Input).value.strip()
        if not name:
            self._say(say("a file needs a name"))
            return
        if self._is_all:
            self._write_all(name)
            return
        if not Path(name).suffix and not os.path.lexists(name):
            name = f"{name}.{self._format.ending}"
        path = whole(Path(name))
        try:
            if is_there(path) and self._agreed != name:
                self._agree(name, say("there is such a file: enter once more overwrites it"))
                return
            write(path, self._text(self._format, path), overwrite=self._agreed == name, is_kept=True)
        except OutputError as error:
            self._say(str(error))
            return
        self.dismiss(Answer("app.wrote", path, is_design=self._format.is_design, leaves=self._leaves))

    def _write_all(self, name: str) -> None:
        """Write every format beside each other; what is there already is asked about, all of it at once."""
        stem = name.removesuffix(f".{self._format.ending}")
        names = [
            (each, f"{_importable(stem) if each.ending == 'py' else stem}.{each.ending}") for each in FORMATS.values()
        ]
        paths = [(each, whole(Path(named))) for each, named in names]
        try:
            there = [path.name for _, path in paths if is_there(path)]
            if there and self._agreed != name:
                self._agree(
                    name, say("there are such files: {names}; enter once more overwrites them", names=", ".join(there))
                )
                return
            for each, path in paths:
                write(path, self._text(each, path), overwrite=self._agreed == name, is_kept=True)
        except OutputError as error:
            self._say(str(error))
            return
        design = next(path for each, path in paths if each.is_design)
        self.dismiss(Answer("app.wrote", design, is_design=True, leaves=self._leaves, count=len(paths)))

    def _text(self, format_: Format, path: Path) -> str:
        """What is written: a design file keeps the budget that it has, or that goes with the design."""
        if not format_.is_design:
            return format_.render(self._subject)
        from inspector.files.design import budget_in
        from inspector.report.design_toml import design_file

        own = self._subject.budget
        return design_file(self._subject.network.design, own if self._sets_budget else budget_in(path) or own)

    def _agree(self, name: str, question: str = "") -> None:
        """Ask before `name` is overwritten, or forget that it was asked."""
        self._agreed = name
        self._say(question)

    def _say(self, problem: str) -> None:
        self.query_one(".problem", Static).update(Content(problem))
