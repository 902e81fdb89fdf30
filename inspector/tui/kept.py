"""What the editor keeps from one start to the next: the theme, the language, and that the hint was seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from inspector.errors import DesignError, InputError, OutputError
from inspector.files.output import write as write_file
from inspector.files.reading import read_bytes

if TYPE_CHECKING:
    from inspector.core.budgets.budget import Budget

MOST_BYTES = 2**16


class Kept(Struct, frozen=True):
    """`theme` is one of Textual's, an empty string for its own choice; `lang` a language, empty for the locale's.

    `is_known` once the hint has been seen; `budget` as it is typed; `picture` is the last one that was looked at.
    """

    theme: str = ""
    lang: str = ""
    is_known: bool = False
    budget: str = ""
    picture: str = ""

    @property
    def limits(self) -> Budget:
        """The budget; none where what was kept is none any more."""
        from inspector.core.budgets.budget import Budget, parse

        try:
            return parse(self.budget)
        except DesignError:
            return Budget()


def place() -> Path:
    """The user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("inspector", appauthor=False)


def read(path: Path | None) -> Kept:
    """What was kept; nothing where there is no such file, or a damaged one."""
    try:
        return msgspec.json.decode(read_bytes(path, MOST_BYTES), type=Kept) if path else Kept()
    except (InputError, ValueError, RecursionError):
        return Kept()


def write(path: Path | None, kept: Kept) -> str:
    """Keep `kept`, the file whole or not at all; why not, where it cannot be written."""
    if path is None:
        return ""
    try:
        write_file(path, msgspec.json.encode(kept).decode() + "\n", overwrite=True, makes_folder=True, is_kept=True)
    except OutputError as error:
        return str(error)
    return ""
