"""What the modal dialogs have in common: a titled box in the middle, escape to leave, an action as the answer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen

from inspector.tui import keymap


class Answer:
    """The action that is wanted, by its id, and what it is given."""

    def __init__(self, id: str, *arguments: object, **options: object) -> None:  # noqa: A002  # the table's word
        self.id, self.arguments, self.options = id, arguments, options


class Dialog(ModalScreen[Answer]):
    """A modal box; escape leaves it. `left` is the answer of one who leaves, if that is one."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("dialog")

    left: ClassVar[Answer | None] = None
