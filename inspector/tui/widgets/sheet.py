"""What: the selected place's numbers, those that can be changed first."""

from __future__ import annotations

import re

from textual import events
from textual.geometry import Offset, Region
from textual.message import Message

from inspector.core.design.differences import value
from inspector.core.explain.subject import Subject
from inspector.speech import say
from inspector.tui.terminal.cells import cells, to_left, wrapped
from inspector.tui.terminal.painted import Line, Painted, Piece
from inspector.tui.widgets.act import Act

_FIRST_FIELD = 3
"""The line of the first field."""
_LABEL = 3
_VALUE_WIDTH = 10


class Sheet(Painted, can_focus=False):
    """Title, fields with − and + round their values, an explanation under a field, and facts."""

    class Scrolled(Message):
        """Other lines are in sight."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(self._row, id=id)
        self._subject = Subject()
        self._chosen = 0
        self._is_active = False
        self._complaint: tuple[str, ...] = ()
        self._lines: list[Line] = []
        self._room = 0  # cells of a line beside the scrollbar

    def show(self, subject: Subject, chosen: int, *, is_active: bool, complaint: str = "") -> None:
        """Draw `subject` with field `chosen` under the cursor, and `complaint` under that."""
        if subject.name != self._subject.name:
            self.scroll_to(y=0, animate=False, force=True)
        self._subject, self._chosen, self._is_active = subject, chosen, is_active
        whole, bar = self.outer_size.width, self.styles.scrollbar_size_vertical
        for self._room in (whole, whole - bar):  # the scrollbar is there where it is needed
            self._complaint = tuple(wrapped(complaint, max(self._room - _LABEL - 1, 20)))
            self._lines = self._compose_lines()
            if len(self._lines) <= self.outer_size.height:
                break
        self.extend(len(self._lines))
        self.repaint()

    def fit(self) -> None:
        self.show(self._subject, self._chosen, is_active=self._is_active, complaint=" ".join(self._complaint))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def _row(self, y: int) -> Line:
        at = round(self.scroll_y) + y
        return self._lines[at] if at < len(self._lines) else Line()

    @property
    def _label_width(self) -> int:
        return max((len(field.name) for field in self._subject.fields), default=0) + 1

    def value_region(self, index: int) -> Region:
        """Where the value of a field is drawn, in cells of the pane."""
        line = _FIRST_FIELD + index + (len(self._complaint) if index > self._chosen else 0)
        return Region(_LABEL + self._label_width + 2, line - round(self.scroll_y), _VALUE_WIDTH, 1)

    def reveal(self, index: int) -> None:
        """Scroll until the line of a field is in sight."""
        line = _FIRST_FIELD + index
        top, height = round(self.scroll_y), self.size.height
        if height and not top <= line < top + height:
            self.scroll_to(y=max(line - 1, 0), animate=False, force=True)

    def _compose_lines(self) -> list[Line]:
        subject, width = self._subject, self._room
        gap = max(width - len(subject.name) - len(subject.path) - 2, 1)
        path = subject.path if subject.path != subject.name else ""
        lines = [
            Line([(f" {subject.name}", "strong"), (" " * gap, ""), (path, "quiet")]),
            Line([(f" {subject.title}", "quiet")]),
            Line(),
        ]
        for index in range(len(subject.fields)):
            lines.append(self._field_line(index))
            if index == self._chosen:
                lines += [Line([(" " * _LABEL, ""), (text, "wrong")]) for text in self._complaint]
        if subject.fields:
            lines.append(Line())
        labels = max((cells(fact.label) for fact in subject.facts), default=0) + 2
        for fact in subject.facts:
            if fact.is_picture:
                lines += [Line(_drawn(text)) if text else Line() for text in fact.lines]
                continue
            texts = [text for line in fact.lines for text in wrapped(line, max(width - labels - 2, 12))]
            for number, text in enumerate(texts):
                label = "" if number else fact.label
                lines.append(Line([(f" {to_left(label, labels)}", "quiet"), (text, "")]))
        return lines

    def _field_line(self, index: int) -> Line:
        field, was = self._subject.fields[index], self._subject.were[index]
        is_chosen = index == self._chosen
        room = self._room - _LABEL - self._label_width - _VALUE_WIDTH - 5
        said = say("was {value}", value=was)
        note = "" if field.scope == self._subject.name else field.scope
        if was is not None:
            note = said if cells(said) <= room else f"({was})"
        pieces: list[Piece] = [
            (" ▸ " if is_chosen else "   ", "accent"),
            (field.name.ljust(self._label_width), "strong" if is_chosen else ""),
            ("− ", "quiet"),
            (value(field.value).rjust(_VALUE_WIDTH), "value"),
            (" +", "quiet"),
            (f" {note}", "edited" if was is not None else "quiet"),
        ]
        return Line(pieces, "cursor" if is_chosen and self._is_active else "")

    def on_click(self, event: events.Click) -> None:
        """Press what is under the pointer: − and + step, the value is opened, the label chooses the field."""
        hit = self._field_at(event.offset)
        if hit is not None:
            self.post_message(Act("detail.press", *hit))

    def _field_at(self, offset: Offset) -> tuple[int, str] | None:
        line = offset.y + round(self.scroll_y)
        for index in range(len(self._subject.fields)):
            below = len(self._complaint) if index > self._chosen else 0
            if line == _FIRST_FIELD + index + below:
                left = _LABEL + self._label_width
                if left - 1 <= offset.x <= left + 1:
                    return index, "−"
                if left + 2 + _VALUE_WIDTH <= offset.x <= left + 3 + _VALUE_WIDTH:
                    return index, "+"
                return index, "value" if offset.x > left else "label"
        return None


def _drawn(text: str) -> list[Piece]:
    """A line of a picture: the frame quiet, what stands in it plain."""
    return [(part, "quiet" if set(part) <= _FRAME else "") for part in re.split(r"([ ─│┌┐└┘]+)", text) if part]


_FRAME = frozenset(" ─│┌┐└┘")
