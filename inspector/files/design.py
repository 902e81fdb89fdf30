"""Design files, read: bounded, and every error with the file's name."""

from __future__ import annotations

from pathlib import Path

from inspector.core.design.design import Design
from inspector.core.design.file import parse
from inspector.errors import DesignError, DesignFileError, InputError, shown
from inspector.files.reading import read_text

MAX_BYTES = 16 * 2**20
"""More than any design needs; keeps a device or a data set that was named by mistake from being read."""


def read(path: Path) -> Design:
    """The design in a file.

    Raises DesignFileError, which begins with the file's name, where it cannot be read, is no TOML, or is no design.
    """
    try:
        return parse(read_text(path, MAX_BYTES, "design file"))
    except InputError as error:
        raise DesignFileError(str(error)) from None
    except (DesignFileError, DesignError) as error:
        raise DesignFileError(f"{shown(str(path), 200)}: {error}") from None
