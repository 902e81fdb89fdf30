"""What the editor keeps from one start to the next: the theme, and that the hint was seen."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from inspector.errors import OutputError
from inspector.report.output import write as write_file


class Kept(Struct, frozen=True):
    """`theme` is one of Textual's, an empty string for its own choice; `is_known` once the hint has been seen."""

    theme: str = ""
    is_known: bool = False


def place() -> Path:
    """The user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("inspector", appauthor=False)


def read(path: Path | None) -> Kept:
    """What was kept; nothing where there is no such file, or a damaged one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept) if path else Kept()
    except (OSError, ValueError):
        return Kept()


def write(path: Path | None, kept: Kept) -> str:
    """Keep `kept`, the file whole or not at all; why not, where it cannot be written."""
    if path is None:
        return ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, msgspec.json.encode(kept).decode() + "\n", overwrite=True)
    except OSError as error:
        return f"{path}: {(error.strerror or str(error)).lower()}"
    except OutputError as error:
        return str(error)
    return ""
