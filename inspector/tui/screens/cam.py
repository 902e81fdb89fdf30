"""Grad-CAM of a picture, run on the network as it is: the picture, its heat map, and that of the unedited network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from inspector.core.cam.cells import Cell, Depth, Ink, Pixels, cells, fitted, numbered
from inspector.core.cam.png import with_texts
from inspector.core.cam.seen import Seen
from inspector.core.cam.words import carried, facts, warnings
from inspector.core.design.design import Design
from inspector.errors import OutputError
from inspector.files.output import is_there, save
from inspector.files.pictures import completions
from inspector.files.reading import whole
from inspector.outside import shown
from inspector.report.heat import texts
from inspector.speech import say
from inspector.tui import keymap
from inspector.tui.looking import Looked, Looking
from inspector.tui.screens.dialog import Dialog
from inspector.tui.terminal.ascii import AsciiFilter
from inspector.tui.terminal.cells import QUIET, to_left, wrapped
from inspector.tui.terminal.cells import cells as width_of
from inspector.tui.terminal.legible import Painting

if TYPE_CHECKING:
    from inspector.bridge.process import Reply
    from inspector.tui.terminal.graphics import Draw

_WIDTH, _GAP, _FACTS = 112, 3, 12
"""Cells of the dialog where there is room and between two pictures, and lines that are left for what is said."""
_OFFERS = 6
PIXELS = 160
"""Pixels of the longer side that are asked for."""

_DEPTHS: dict[str, Depth] = {"256": "256", "standard": "16", "windows": "16"}
"""What Rich calls the colours of a terminal, unless it has all."""

Look = Callable[[str, str, bool, Callable[[str], None]], Awaitable["Reply | None"]]
"""Runs the networks on a picture for a class, with a PNG file or without one; told how far it is in words."""


class CamScreen(Dialog):
    """Takes the name of a picture, and shows what the networks look at in it."""

    AUTO_FOCUS = "#picture"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("cam")

    def __init__(self, title: str, design: Design, look: Look, looking: Looking) -> None:
        """`look` runs the networks of `design`; `looking` has the last picture and what was seen of it."""
        super().__init__()
        self._name, self._design, self._look, self._looking = title, design, look, looking
        self._last = looking.last
        self._is_running = False
        self._offers: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._name
            with Horizontal(classes="asked"):
                yield Static(say("picture") + " ", markup=False)
                yield Input(self._looking.picture, id="picture", compact=True, select_on_focus=True)
            with Horizontal(classes="asked"):
                yield Static(say("class") + " ", markup=False)
                words = say("a number or a name; the likeliest if left out")
                yield Input(self._last.category if self._last else "", id="class", compact=True, placeholder=words)
            yield OptionList(id="offers")
            yield Static("", classes="problem", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("", id="names", markup=False)
                yield Painting("", id="maps", markup=False)
                yield Horizontal(id="pixels")
                yield Static("", id="facts", markup=False)
            words = say("enter looks   ↑ ↓ tab files   ^s saves a PNG   esc back")
            yield Static(words, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one("#offers").display = False
        self._show()

    def on_resize(self) -> None:
        self._show()

    @on(Input.Changed, "#picture")
    def _typed(self, event: Input.Changed) -> None:
        """Offer the files and folders that begin so."""
        listed = self.query_one("#offers", OptionList)
        listed.clear_options()
        offers = completions(event.value, _OFFERS) if event.value.strip() else []
        if offers == [event.value]:
            offers = []
        listed.add_options([Option(Content(shown(name)), id=None) for name in offers])
        self._offers = offers
        listed.highlighted = 0 if offers else None
        listed.display = bool(offers) and self.query_one("#picture").has_focus
        self._say("")

    def action_move(self, options: int) -> None:
        listed = self.query_one("#offers", OptionList)
        if listed.option_count:
            listed.highlighted = min(max((listed.highlighted or 0) + options, 0), listed.option_count - 1)

    def action_page(self, pages: int) -> None:
        pane = self.query_one(VerticalScroll)
        pane.scroll_relative(y=pages * max(pane.size.height - 2, 1), animate=False)

    def action_complete(self) -> None:
        """Take the marked file or folder; without one go on to the other field."""
        listed = self.query_one("#offers", OptionList)
        if listed.display and listed.highlighted is not None:
            self._take(listed.highlighted)
        else:
            self.focus_next(Input)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option_index)

    def _take(self, number: int) -> None:
        field = self.query_one("#picture", Input)
        field.value = self._offers[number]
        field.cursor_position = len(field.value)
        field.focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        """Look at the picture; a marked file is taken first, a folder gone into."""
        listed = self.query_one("#offers", OptionList)
        name = self.query_one("#picture", Input).value.strip()
        if listed.display and listed.highlighted is not None and not whole(Path(name)).is_file():
            self._take(listed.highlighted)
            name = self.query_one("#picture", Input).value
        if name and not name.endswith("/"):
            self._run(as_png=False)

    def _run(self, *, as_png: bool) -> None:
        self.query_one("#offers").display = False
        picture = str(whole(Path(self.query_one("#picture", Input).value.strip())))
        category = self.query_one("#class", Input).value.strip()
        self._is_running = True
        self._say(say("asking torch …"), is_wrong=False)
        self.run_worker(self._asked(picture, category, as_png=as_png), exclusive=True, group="look")

    async def _asked(self, picture: str, category: str, *, as_png: bool) -> None:
        try:
            reply = await self._look(picture, category, as_png, lambda words: self._say(words, is_wrong=False))
        finally:
            self._is_running = False
        if reply is None or not self.is_attached:
            return
        if reply.problem:
            self._say(reply.problem)
            return
        self._last = Looked(picture, category, self._design, reply.result)
        self._looking.keep(self._last)
        self._say("")
        if as_png:
            self._write(reply.result)
        self._show()

    def action_save(self) -> None:
        """Have the picture drawn as `inspector cam` draws it, and save it."""
        if self.query_one("#picture", Input).value.strip() and not self._is_running:
            self._run(as_png=True)

    def _write(self, seen: Seen) -> None:
        heats = [view.heat for view in seen.views]
        stem = Path(heats[0].picture.name).stem
        names = (f"{stem}-cam.png", *(f"{stem}-cam-{number}.png" for number in range(2, 1000)))
        path = next(each for name in names if not is_there(each := Path(name)))
        try:
            save(path, with_texts(seen.png, texts(heats)), overwrite=False, is_kept=True)
        except OutputError as error:
            self._say(str(error))
        else:
            self._say(say("{file}: written", file=shown(str(path), 200)), is_wrong=False)

    def _say(self, words: str, *, is_wrong: bool = True) -> None:
        if self.is_attached:
            self.query_one(".problem", Static).update(Content(words) if is_wrong else Content.styled(words, QUIET))

    def _show(self) -> None:
        if self._last is None or not self.is_attached:
            return
        seen = self._last.seen
        room = max(min(self.app.size.width * 95 // 100, _WIDTH) - 8, 24)
        self._show_maps(seen, room)
        self.query_one("#facts", Static).update(self._facts(seen, room))

    def _show_maps(self, seen: Seen, room: int) -> None:
        """The picture and the heat maps side by side, each under its name."""
        pictures = [(say("picture"), seen.picture), *((view.heat.name, view.overlay) for view in seen.views)]
        columns = (room - _GAP * (len(pictures) - 1)) // len(pictures)
        lines = max(self.app.size.height * 95 // 100 - _FACTS - 9, 5)
        columns = max(min(columns, *(fitted(each.width, each.height, columns, lines)[0] for _, each in pictures)), 1)
        if self._looking.draw is None or self._depth() == "ascii":
            names = (" " * _GAP).join(to_left(shown(name), columns) for name, _ in pictures)
            self.query_one("#names", Static).update(Content(names))
            self.query_one("#maps", Painting).update(self._maps([each for _, each in pictures], columns, lines))
        else:
            self._place(self._looking.draw, pictures, columns, lines)

    def _place(self, draw: Draw, pictures: list[tuple[str, Pixels]], columns: int, lines: int) -> None:
        """Pictures in the terminal's own pixels."""
        row = self.query_one("#pixels", Horizontal)
        shown_now = []
        for name, pixels in pictures:
            widget = draw(pixels)
            widget.styles.width, widget.styles.height = columns, min(lines, fitted(*_size(pixels), columns, lines)[1])
            label = Static(to_left(shown(name), columns), markup=False)
            shown_now.append(Vertical(label, widget, classes="drawn"))
        row.remove_children()
        row.mount(*shown_now)

    def _depth(self) -> Depth:
        """The colours that the terminal has."""
        if any(isinstance(each, AsciiFilter) for each in self.get_line_filters()):
            return "ascii"
        return _DEPTHS.get(str(self.app.console.color_system), "truecolor")

    def _maps(self, pictures: list[Pixels], columns: int, lines: int) -> Content:
        """Pictures in half blocks, or characters."""
        drawn = [cells(each, columns, lines, self._depth()) for each in pictures]
        rows, blank = [], Content(" " * _GAP)
        for number in range(max(map(len, drawn))):
            parts = [_row(each[number]) if number < len(each) else Content(" " * columns) for each in drawn]
            rows.append(blank.join(parts))
        return Content("\n").join(rows)

    def _facts(self, seen: Seen, room: int) -> Content:
        heat = seen.views[0].heat
        lines = [Content("")]
        if self._last is not None and self._last.design != self._design:
            words = say("this is of the design before it was edited; enter looks again")
            lines.append(Content.styled(words, "$text-warning"))
        for each in seen.views:
            named = f"{each.heat.name}: " if len(seen.views) > 1 else ""
            for warning in warnings(each.heat):
                lines += [Content.styled(text, "$text-warning") for text in wrapped(named + warning, room)]
        rows = facts(heat)
        rows += [(say("class"), f"{each.heat.name}: {facts(each.heat)[0][1]}") for each in seen.views[1:]]
        rows += [("", line) for line in carried(heat.weights)]
        column = max(width_of(label) for label, _ in rows) + 2
        for label, text in rows:
            first, *rest = wrapped(text, room - column) or [""]
            lines.append(Content.assemble((to_left(label, column), QUIET), first))
            lines += [Content(" " * column + each) for each in rest]
        return Content("\n").join(lines)


def _row(row: list[Cell]) -> Content:
    """A line of half blocks; neighbours of one look are one piece."""
    return Content.assemble(*_pieces(row))


def _pieces(row: list[Cell]) -> Iterator[tuple[str, str]]:
    text, style = "", ""
    for cell in row:
        own = f"{_colour(cell.fg)} on {_colour(cell.bg)}" if cell.fg is not None else ""
        if text and own != style:
            yield text, style
            text = ""
        text, style = text + cell.char, own
    if text:
        yield text, style


def _colour(ink: Ink) -> str:
    if ink is None:
        return "default"
    return f"rgb({','.join(map(str, numbered(ink) if isinstance(ink, int) else ink))})"


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.width, pixels.height
