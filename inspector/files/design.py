"""Design files, read: bounded, and every error with the file's name."""

from __future__ import annotations

from pathlib import Path

from inspector.core.design.design import Design
from inspector.core.design.file import parse
from inspector.errors import DesignError, DesignFileError, InputError
from inspector.files.reading import read_text
from inspector.outside import shown
from inspector.speech import later

MAX_BYTES = 4 * 2**20
"""More than a design needs that says something else of every block there may be.

It keeps a data set that was named by mistake from being read.
"""


def read(path: Path, *, takes_pipes: bool = False) -> Design:
    """The design in a file; with `takes_pipes`, in what a pipe brings.

    Raises DesignFileError, which begins with the file's name, where it cannot be read, is no TOML, or is no design.
    """
    try:
        return parse(read_text(path, MAX_BYTES, later("design file"), takes_pipes=takes_pipes))
    except InputError as error:
        raise DesignFileError(str(error)) from None
    except (DesignFileError, DesignError) as error:
        raise DesignFileError(f"{shown(str(path), 200)}: {error}") from None
