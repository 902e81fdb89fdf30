"""What panes say: that an action is wanted."""

from __future__ import annotations

from textual.message import Message


class Act(Message):
    """An action is wanted, by its id, with what it is given."""

    def __init__(self, id: str, *arguments: object, **options: object) -> None:  # noqa: A002  # the table's word
        super().__init__()
        self.id, self.arguments, self.options = id, arguments, options
