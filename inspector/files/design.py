"""Design files, read: bounded, and every error with the file's name."""

from __future__ import annotations

from pathlib import Path

from inspector.core.budgets.budget import Budget, from_table
from inspector.core.design.design import Design
from inspector.core.design.fields import BUDGET
from inspector.core.design.file import design_of, tables
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
    return read_whole(path, takes_pipes=takes_pipes)[0]


def read_whole(path: Path, *, takes_pipes: bool = False) -> tuple[Design, Budget]:
    """The design in a file, and the budget that it is to hold; none where it has none. Raises DesignFileError."""
    try:
        data = tables(read_text(path, MAX_BYTES, later("design file"), takes_pipes=takes_pipes))
        return design_of(data), from_table(data[BUDGET]) if BUDGET in data else Budget()
    except InputError as error:
        raise DesignFileError(str(error)) from None
    except (DesignFileError, DesignError) as error:
        raise DesignFileError(f"{shown(str(path), 200)}: {error}") from None


def budget_in(path: Path) -> Budget:
    """The budget that a design file has; none where it has none, or is no design file."""
    try:
        return read_whole(path)[1] if path.is_file() else Budget()
    except (DesignFileError, OSError):
        return Budget()
